from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from mozi.database import reading, writing
from mozi.models import DateChange, Movie, Poster
from tests.support.factories import THURSDAY, create_movie, make_movie, update_movie

URL = "https://example.org/poster.jpg"


def change(movie_id: int, **values: Any) -> int:
    """Return the movie's version afterwards."""
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values)
    with reading() as session:
        return session.get_one(Movie, movie_id).version


def source_url(movie_id: int) -> str | None:
    with reading() as session:
        poster = session.get(Poster, movie_id)
        return poster.source_url if poster else None


def test_a_new_movie_has_its_values_and_the_defaults_of_the_rest(app: Flask) -> None:
    values = {"title": "Kontroll", "premiere_date": THURSDAY, "genres": ("krimi", "thriller")}
    with writing() as session:
        movie_id = create_movie(session, values).id
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        assert (movie.title, movie.genres, movie.cast) == ("Kontroll", ("krimi", "thriller"), ())
        assert movie.version == 1
        [premiere] = movie.premieres
        assert (premiere.kind, premiere.status, premiere.first) == ("cinema", "scheduled", True)


def test_a_new_movie_may_come_with_the_address_of_its_poster(app: Flask) -> None:
    values = {"title": "Kontroll", "premiere_date": THURSDAY, "poster_url": URL}
    with writing() as session:
        movie_id = create_movie(session, values).id
    assert source_url(movie_id) == URL


def test_a_change_of_several_fields_raises_the_version_by_one(app: Flask) -> None:
    movie_id = make_movie()
    assert (
        change(movie_id, title="Szerelem", genres=("dráma",), premiere_date=date(2027, 1, 7)) == 2
    )


def test_the_same_values_leave_the_version(app: Flask) -> None:
    movie_id = make_movie(genres=("dráma",), synopsis="Egy mondat.")
    assert change(movie_id, genres=("dráma",), synopsis="Egy mondat.") == 1


def test_what_is_not_given_is_kept(app: Flask) -> None:
    movie_id = make_movie(synopsis="Egy mondat.")
    change(movie_id, title="Szerelem")
    with reading() as session:
        assert session.get_one(Movie, movie_id).synopsis == "Egy mondat."


def test_a_new_address_of_the_poster_leaves_the_version(app: Flask) -> None:
    movie_id = make_movie()
    assert change(movie_id, poster_url=URL) == 1
    assert source_url(movie_id) == URL


def test_none_clears_the_address_of_the_poster(app: Flask) -> None:
    movie_id = make_movie(poster_url=URL)
    change(movie_id, poster_url=None)
    assert source_url(movie_id) is None


def moves(movie_id: int) -> list[tuple[date, str, date, str]]:
    with reading() as session:
        rows = session.scalars(select(DateChange).where(DateChange.movie_id == movie_id))
        return [(m.old_date, m.old_precision, m.new_date, m.new_precision) for m in rows]


def test_a_new_date_of_a_movie_is_remembered_with_the_old_one(app: Flask) -> None:
    movie_id = make_movie(premiere_date=date(2026, 12, 1), date_precision="month")
    change(movie_id, premiere_date=date(2026, 12, 3), date_precision="day")
    change(movie_id, premiere_date=date(2026, 12, 10))
    assert moves(movie_id) == [
        (date(2026, 12, 1), "month", date(2026, 12, 3), "day"),
        (date(2026, 12, 3), "day", date(2026, 12, 10), "day"),
    ]


def test_the_same_date_is_no_move_and_neither_is_a_new_movie(app: Flask) -> None:
    with writing() as session:
        movie_id = create_movie(session, {"title": "Kontroll", "premiere_date": THURSDAY}).id
    change(movie_id, premiere_date=THURSDAY, date_precision="day", title="Szerelem")
    assert moves(movie_id) == []
