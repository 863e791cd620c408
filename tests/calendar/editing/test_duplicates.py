"""Which movies are taken for possible duplicates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.editing.duplicates import Duplicate, find_duplicates, find_title_by_external_id
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.posters.source import set_source_original
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie


def found(
    title: str | None, day: date | None = THURSDAY, *, but: int | None = None, key: str = ""
) -> list[Duplicate]:
    ensure_names()
    with reading() as session:
        return list(find_duplicates(session, title, day, original_key=key, but=but))


@on_both_backends
def test_the_title_counts_however_it_is_spelt(app: Flask) -> None:
    movie_id = make_movie(title="Őrült, őrült világ!", premiere_date=THURSDAY + timedelta(days=44))
    [duplicate] = found("ORULT ORULT VILAG")
    assert (duplicate.id, duplicate.near, duplicate.same_poster) == (movie_id, True, False)
    assert found("Őrült világ") == []


def test_the_same_poster_comes_first_then_the_nearest_premiere(app: Flask) -> None:
    far = make_movie(title="Kontroll", premiere_date=THURSDAY - timedelta(days=4000))
    near = make_movie(title="Kontroll")
    copied = make_movie(title="Másik")
    with writing() as session:
        set_source_original(session, copied, f"originals/{'a' * 64}.png")
    ids = [each.id for each in found("Kontroll", key=f"originals/{'a' * 64}.jpg")]
    assert ids == [copied, near, far]


def test_a_movie_is_not_its_own_duplicate(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll")
    assert found("Kontroll", but=movie_id) == []


@pytest.mark.parametrize("title", [None, "", "?!"])
def test_no_title_has_no_duplicates(app: Flask, title: str | None) -> None:
    make_movie(title="?!")
    assert found(title) == []


def test_an_external_id_names_its_movie_unless_that_is_left_out(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll", external_id="x-1")
    with reading() as session:
        assert find_title_by_external_id(session, "x-1") == "Kontroll"
        assert find_title_by_external_id(session, "x-1", but=movie_id) is None
        assert find_title_by_external_id(session, "x-2") is None
        assert find_title_by_external_id(session, None) is None
