"""Rows that are written at once are those that were given, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mozi.database import reading, writing
from mozi.database.bulk import insert_many
from mozi.models import HISTORY, MOVIES, WORDS, HistoryEntry, Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie

pytestmark = [pytest.mark.usefixtures("app"), on_both_backends]

ENTRY = {"movie_id": 1, "editor": 'Ő "\\" 😀', "action": "updated", "version": 2}


def test_rows_with_lists_json_and_moments_come_back_as_they_were() -> None:
    moment, changes = datetime(2026, 12, 3, 10, 30, tzinfo=UTC), {"cast": [["Ő"], None]}
    with writing() as session:
        insert_many(session, HISTORY, [{**ENTRY, "edited_at": moment, "changes": changes}])
    with reading() as session:
        [entry] = session.scalars(select(HistoryEntry)).all()
        session.expunge_all()
    assert (entry.edited_at, entry.changes, entry.editor) == (moment, changes, ENTRY["editor"])
    assert entry.old_uploaded is False
    assert entry.batch_id is None


def test_columns_that_are_not_given_get_their_defaults() -> None:
    movie_id = make_movie(cast=("Egy; kettő", "Három"))
    with reading() as session:
        row = session.execute(select(MOVIES).where(MOVIES.c.id == movie_id)).one()._asdict()
    given = {"id": movie_id + 1, "title": "Új", "cast": row["cast"]}
    with writing() as session:
        insert_many(session, MOVIES, [given])
        movie = session.get_one(Movie, movie_id + 1)
        assert (movie.version, movie.genres, movie.cast) == (1, (), row["cast"])
        assert movie.added_at is not None
        session.rollback()


def test_rows_that_are_there_already_are_kept_when_that_is_asked_for() -> None:
    for words in (["a", "b"], ["b", "c"]):
        with writing() as session:
            insert_many(session, WORDS, [{"word": word} for word in words], keep=True)
    with reading() as session:
        assert sorted(session.scalars(select(WORDS.c.word))) == ["a", "b", "c"]
