"""The tables' own types and rules, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from mozi.database import reading, writing
from mozi.models import Movie, Poster
from tests.conftest import on_both_backends
from tests.support.factories import make_movie


@on_both_backends
def test_a_list_of_words_comes_back_in_its_order(app: Flask) -> None:
    movie_id = make_movie(genres=("Dráma", "Vígjáték"), director=())
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        assert (movie.genres, movie.director) == (("Dráma", "Vígjáték"), ())


@on_both_backends
def test_a_moment_comes_back_aware_and_in_utc(app: Flask) -> None:
    moment = datetime(2026, 11, 26, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    movie_id = make_movie(added_at=moment)
    with reading() as session:
        added_at = session.get_one(Movie, movie_id).added_at
    assert added_at == moment
    assert added_at is not None
    assert added_at.utcoffset() == timedelta(0)


@on_both_backends
@pytest.mark.parametrize("wrong", [
    {"kind": "radio"}, {"status": "maybe"}, {"date_precision": "week"}, {"age_rating": "99"},
])  # fmt: skip
def test_an_unknown_word_is_refused(app: Flask, wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError):
        make_movie(**wrong)


@on_both_backends
def test_an_edit_raises_the_version_and_a_poster_does_not(app: Flask) -> None:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    with writing() as session:
        session.get_one(Poster, movie_id).failures = 3
    with reading() as session:
        assert session.get_one(Movie, movie_id).version == 1
    with writing() as session:
        session.get_one(Movie, movie_id).title = "Második"
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        assert movie.version == 2


@on_both_backends
def test_a_poster_goes_with_its_movie(app: Flask) -> None:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    with writing() as session:
        session.delete(session.get_one(Movie, movie_id))
    with reading() as session:
        assert session.get(Poster, movie_id) is None
