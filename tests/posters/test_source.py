from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import Movie, Poster, PosterVariant
from mozi.posters.source import set_source_original, set_source_url, set_source_urls
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants

OLD, NEW = "https://example.org/old.jpg", "https://example.org/new.jpg"
UPLOAD = f"originals/{'a' * 64}.jpg"


def want(movie_id: int, url: str | None) -> bool:
    with writing() as session:
        return set_source_url(session, movie_id, url)


def upload(movie_id: int, key: str = UPLOAD) -> None:
    with writing() as session:
        set_source_original(session, movie_id, key)


def fail(movie_id: int) -> None:
    with writing() as session:
        poster = session.get_one(Poster, movie_id)
        poster.failures, poster.failure_code, poster.failure_message = 3, "http_status", "Gone."
        poster.failure_data = {"status": 410}
        poster.failed_at = poster.retry_at = datetime(2026, 1, 1, tzinfo=UTC)


def state(movie_id: int, *columns: str) -> Any:
    with reading() as session:
        poster = session.get_one(Poster, movie_id)
        return tuple(getattr(poster, column) for column in columns)


def shown(movie_id: int) -> list[str]:
    with reading() as session:
        rows = session.query(PosterVariant).filter_by(movie_id=movie_id)
        return sorted(row.media for row in rows)


def version(movie_id: int) -> int:
    with reading() as session:
        return session.get_one(Movie, movie_id).version


@on_both_backends
def test_first_address_is_source_number_one(app: Flask) -> None:
    movie_id = make_movie()
    assert want(movie_id, NEW)
    assert state(movie_id, "source_url", "source_number", "uploaded") == (NEW, 1, False)


def test_the_same_address_again_changes_nothing(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    fail(movie_id)
    assert not want(movie_id, OLD)
    assert state(movie_id, "source_number", "attempt", "failures") == (1, 1, 3)


def test_no_address_for_a_movie_without_poster_makes_no_row(app: Flask) -> None:
    movie_id = make_movie()
    assert not want(movie_id, None)
    with reading() as session:
        assert session.get(Poster, movie_id) is None


@on_both_backends
def test_a_new_address_starts_afresh_while_the_old_set_stays_shown(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    make_variants(movie_id)
    fail(movie_id)
    assert want(movie_id, NEW)
    assert state(movie_id, "source_url", "source_number", "attempt") == (NEW, 2, 2)
    assert state(movie_id, "failures", "failure_code", "failure_data", "retry_at") == (
        0,
        None,
        None,
        None,
    )
    assert shown(movie_id) == ["blurred", "poster", "thumb"]


@on_both_backends
def test_a_cleared_address_shows_nothing_any_more(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    make_variants(movie_id)
    assert want(movie_id, None)
    assert state(movie_id, "source_url", "source_number", "shown_original_key") == (None, 2, None)
    assert shown(movie_id) == []


def test_clearing_leaves_the_posters_of_other_movies(app: Flask) -> None:
    movie_id, other_id = make_movie(poster_url=OLD), make_movie(poster_url=OLD)
    make_variants(other_id, "thumb")
    want(movie_id, None)
    assert shown(other_id) == ["thumb"]


@on_both_backends
def test_an_upload_is_wanted_and_the_address_remembered(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    fail(movie_id)
    upload(movie_id)
    assert state(movie_id, "original_key", "uploaded", "source_url") == (UPLOAD, True, OLD)
    assert state(movie_id, "source_number", "attempt", "failures") == (2, 2, 0)


def test_an_upload_may_be_the_first_source(app: Flask) -> None:
    movie_id = make_movie()
    upload(movie_id)
    assert state(movie_id, "original_key", "uploaded", "source_number") == (UPLOAD, True, 1)


def test_the_same_upload_again_changes_nothing(app: Flask) -> None:
    movie_id = make_movie()
    upload(movie_id)
    upload(movie_id)
    assert state(movie_id, "source_number", "attempt") == (1, 1)


def test_a_fetched_original_that_is_then_uploaded_is_an_upload(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    with writing() as session:
        session.get_one(Poster, movie_id).original_key = UPLOAD
    upload(movie_id)
    assert state(movie_id, "uploaded", "source_number") == (True, 2)


def test_the_address_of_before_does_not_replace_an_upload(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    upload(movie_id)
    assert not want(movie_id, OLD)
    assert state(movie_id, "original_key", "uploaded") == (UPLOAD, True)


def test_another_address_replaces_an_upload(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    upload(movie_id)
    assert want(movie_id, NEW)
    assert state(movie_id, "source_url", "uploaded", "original_key") == (NEW, False, None)


def test_clearing_the_address_leaves_an_upload(app: Flask) -> None:
    movie_id = make_movie(poster_url=OLD)
    upload(movie_id)
    make_variants(movie_id, "thumb")
    assert want(movie_id, None)
    assert state(movie_id, "source_url", "uploaded", "source_number") == (None, True, 2)
    assert shown(movie_id) == ["thumb"]


def test_many_addresses_are_counted(app: Flask) -> None:
    ids = [make_movie(poster_url=OLD) for _ in range(3)]
    with writing() as session:
        assert set_source_urls(session, {ids[0]: OLD, ids[1]: NEW, ids[2]: None}) == 2


@on_both_backends
def test_the_version_of_the_movie_never_moves(app: Flask) -> None:
    movie_id = make_movie()
    for url in (OLD, NEW, None, OLD):
        want(movie_id, url)
    upload(movie_id)
    assert version(movie_id) == 1


@pytest.mark.parametrize("change", [lambda: want(404, NEW), lambda: upload(404)])
def test_an_unknown_movie_is_not_found(app: Flask, change: Any) -> None:
    with pytest.raises(MovieNotFound):
        change()
