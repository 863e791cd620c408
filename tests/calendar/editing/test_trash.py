"""Deleting a movie, and bringing it back with all of its rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mozi.calendar.editing.trash import (
    UNDO_DAYS,
    bring_back,
    delete_movie,
    deleted_movies,
    ensure_brought_back,
    find_deleted,
    forget_deleted,
)
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import POSTERS, VARIANTS, DateChange, DeletedMovie, HistoryEntry, Movie
from tests.conftest import on_both_backends
from tests.support.factories import (
    THURSDAY,
    create_movie,
    make_movie,
    make_variants,
    movie_of,
    update_movie,
)


def delete(movie_id: int) -> None:
    with writing() as session:
        delete_movie(session, movie_id, by="anna@example.org")


@on_both_backends
def test_a_deleted_movie_comes_back_with_all_of_its_rows(app: Flask) -> None:
    movie_id = make_movie(genres=("dráma", "krimi"), external_id="x-1")
    make_variants(movie_id)
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"premiere_date": date(2027, 1, 7)})
    before = rows_of(movie_id)
    with writing() as session:
        delete_movie(session, movie_id)
    assert rows_of(movie_id) == [[], [], [], []]
    with writing() as session:
        other = create_movie(session, {"title": "Új", "premiere_date": THURSDAY}).id
        bring_back(session, movie_id)
    assert other != movie_id
    assert rows_of(movie_id) == before


def rows_of(movie_id: int) -> list[list[tuple[object, ...]]]:
    tables = [(Movie.__table__, "id")]
    tables += [(table, "movie_id") for table in (POSTERS, VARIANTS, DateChange.__table__)]
    with reading() as session:
        return [
            [tuple(row) for row in session.execute(select(t).where(t.c[owner] == movie_id))]
            for t, owner in tables
        ]


def test_an_external_id_that_another_movie_has_by_now_stays_there(app: Flask) -> None:
    movie_id = make_movie(external_id="x-1")
    delete(movie_id)
    with writing() as session:
        create_movie(session, {"title": "Új", "premiere_date": THURSDAY, "external_id": "x-1"})
        bring_back(session, movie_id)
    assert movie_of(movie_id).external_id is None


def test_a_movie_is_brought_back_once(app: Flask) -> None:
    movie_id = make_movie(title="Mephisto")
    delete(movie_id)
    for _ in range(2):
        with writing() as session:
            assert ensure_brought_back(session, movie_id, by="anna@example.org") == "Mephisto"
    with pytest.raises(MovieNotFound), writing() as session:
        bring_back(session, movie_id)


def test_the_trash_names_who_deleted_a_movie(app: Flask) -> None:
    movie_id = make_movie(title="Mephisto")
    delete(movie_id)
    with reading() as session:
        found = find_deleted(session, movie_id)
        assert found is not None
        assert (found.title, found.deleted_by) == ("Mephisto", "anna@example.org")
        assert deleted_movies(session) == (found,)
        assert find_deleted(session, movie_id + 1) is None


def test_after_its_days_a_deleted_movie_goes_with_its_history(app: Flask) -> None:
    movie_id = make_movie()
    delete(movie_id)
    with writing() as session:
        session.get_one(DeletedMovie, movie_id).deleted_at -= timedelta(days=UNDO_DAYS, seconds=1)
        session.flush()
        assert find_deleted(session, movie_id) is None
        forget_deleted(session)
        assert session.scalars(select(HistoryEntry)).all() == []
