"""The rows behind the pages, and the order in which they come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from mozi.calendar.pages import listings as module
from mozi.calendar.pages.listings import (
    dates_around,
    get_details,
    listings,
    load_premieres,
    neighbours,
)
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, update_movie

NEXT_DAY = THURSDAY + timedelta(days=1)


@on_both_backends
def test_movies_come_by_date_then_precision_then_hungarian_title(app: Flask) -> None:
    make_movie(title="Ághegy", date_precision="month")
    for title in ("Őz", "Ökör", "Csak mi", "Cukor"):
        make_movie(title=title)
    make_movie(title="Elő", premiere_date=THURSDAY - timedelta(days=1))
    with reading() as session:
        found = listings(session, date.min, date.max, limit=10)
    assert [movie.title for movie in found] == ["Elő", "Cukor", "Csak mi", "Ökör", "Őz", "Ághegy"]


def test_a_movie_has_a_source_by_address_or_upload(app: Flask) -> None:
    with_url, without = make_movie(poster_url="https://example.org/x.jpg"), make_movie()
    with reading() as session:
        assert get_details(session, with_url, THURSDAY).has_source
        assert not get_details(session, without, THURSDAY).has_source
        with pytest.raises(MovieNotFound):
            get_details(session, without + 1, THURSDAY)


def test_dates_around_stay_within_the_years_that_have_pages(app: Flask) -> None:
    make_movie(premiere_date=date(1800, 1, 1))
    make_movie(premiere_date=NEXT_DAY)
    with reading() as session:
        assert dates_around(session, THURSDAY, THURSDAY) == (None, NEXT_DAY)


def test_neighbours_are_the_movies_before_and_after(app: Flask) -> None:
    ids = [make_movie(title=title) for title in ("Ádám", "Béla", "Cili")]
    with reading() as session:
        before, after = neighbours(session, get_details(session, ids[1], THURSDAY), THURSDAY)
        first = neighbours(session, get_details(session, ids[0], THURSDAY), THURSDAY)
    assert before is not None
    assert after is not None
    assert (before.id, after.id, first[0]) == (ids[0], ids[2], None)


@on_both_backends
def test_neighbours_lead_through_every_movie_of_a_date_with_very_many(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SORTED", 3)
    for title in ("B", "A"):
        make_movie(title=title, premiere_date=THURSDAY - timedelta(days=1))
    many = [make_movie(title=title) for title in ("Z", "Y", "X", "W", "V")]
    make_movie(title="D", premiere_date=NEXT_DAY)
    make_movie(title="C", premiere_date=NEXT_DAY)
    way = [2]
    with reading() as session:
        while True:
            movie = get_details(session, way[-1], THURSDAY)
            before, after = neighbours(session, movie, THURSDAY)
            assert (before.id if before else None) == (way[-2] if len(way) > 1 else None)
            if after is None:
                break
            way.append(after.id)
    assert way == [2, 1, *many, 9, 8]


def test_the_latest_moves_come_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOVES_SHOWN", 2)
    movie_id = make_movie()
    for days in (1, 2, 3):
        with writing() as session:
            movie = session.get_one(Movie, movie_id)
            update_movie(session, movie, {"premiere_date": THURSDAY + timedelta(days=days)})
    with reading() as session:
        moved = [
            (move.new_date - THURSDAY).days
            for move in load_premieres(session, [movie_id])[movie_id][0].moves
        ]
        assert moved == [3, 2]
        assert get_details(session, movie_id, THURSDAY).old_date == THURSDAY + timedelta(days=2)
