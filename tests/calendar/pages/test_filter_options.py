"""The genres that a list offers as filters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.pages.filter_options import genres_of, load_filter_options
from mozi.calendar.pages.filters import NONE, Filters
from mozi.calendar.pages.listings import listings
from mozi.database import reading
from mozi.errors import FilterNotFound
from tests.support.factories import THURSDAY, make_movie


def options(filters: Filters, *, among: tuple[date, date] | None = None) -> tuple[str, ...]:
    with reading() as session:
        movies = listings(session, THURSDAY, THURSDAY, *filters.conditions(), limit=10)
        return load_filter_options(session, filters, movies, among=among).genres


def test_genres_come_once_in_hungarian_order() -> None:
    assert genres_of([("zenés", "állatos"), ("csaj", "cukor", "zenés")]) == (
        *("állatos", "cukor"),
        *("csaj", "zenés"),
    )


def test_a_filtered_list_offers_the_genres_of_its_whole_time(app: Flask) -> None:
    make_movie(genres=("dráma",))
    make_movie(genres=("krimi",))
    make_movie(genres=("sci-fi",), premiere_date=THURSDAY + timedelta(days=1))
    krimi = Filters(genre="krimi")
    assert options(NONE) == ("dráma", "krimi")
    assert options(krimi) == ("krimi",)
    assert options(krimi, among=(THURSDAY, THURSDAY)) == ("dráma", "krimi")


def test_a_genre_of_no_movie_is_not_found(app: Flask) -> None:
    make_movie(genres=("dráma",), premiere_date=THURSDAY + timedelta(days=1))
    assert options(Filters(genre="dráma")) == ()
    with pytest.raises(FilterNotFound):
        options(Filters(genre="krimi"))
