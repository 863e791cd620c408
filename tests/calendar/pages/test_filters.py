"""What lists and feeds can be filtered by."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from mozi.calendar.pages.filters import NONE, Filters, filters_of, has_genre, query_of
from mozi.database import reading
from mozi.errors import FilterNotFound
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie


def test_an_address_has_one_spelling() -> None:
    filters = filters_of({"age": "12", "genre": " sci-fi ", "kind": "", "other": "x"})
    assert filters == Filters(genre="sci-fi", age="12")
    assert filters.query == "genre=sci-fi&age=12"
    assert (NONE.query, bool(NONE), bool(filters)) == ("", False, True)


def test_arguments_are_written_as_a_browser_writes_a_form() -> None:
    assert query_of({"genre": "ős ~*"}) == "genre=%C5%91s+%7E*"


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "opera"), ("age", "13"), ("genre", "a;b"), ("genre", "x" * 201), ("genre", "a\x00")],
)
def test_a_value_that_cannot_exist_is_not_found(name: str, value: str) -> None:
    with pytest.raises(FilterNotFound):
        filters_of({name: value})


@on_both_backends
def test_a_genre_is_matched_whole_and_without_wild_cards(app: Flask) -> None:
    movie_id = make_movie(genres=("film noir", "krimi"))
    make_movie(genres=("Krimi", "krimi-vígjáték", "film_noir"))
    for genre in ("krimi", "film noir"):
        with reading() as session:
            assert session.scalars(select(Movie.id).where(has_genre(genre))).all() == [movie_id]
    with reading() as session:
        assert session.scalars(select(Movie.id).where(has_genre("film%"))).all() == []
