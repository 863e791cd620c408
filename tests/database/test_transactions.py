"""Reading a snapshot, writing at once, and the errors of a database in plain words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from mozi import clock
from mozi.database import (
    cure_of,
    database_now,
    in_one_line,
    reading,
    reading_rows,
    writing,
    writing_rows,
)
from mozi.extensions import db
from mozi.models import MOVIES, Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie


@on_both_backends
@pytest.mark.parametrize("read", [reading, reading_rows])
def test_a_reader_sees_one_snapshot(app: Flask, read: Any) -> None:
    make_movie(title="Első")
    titles = select(MOVIES.c.title)
    with read() as snapshot:
        assert list(snapshot.scalars(titles)) == ["Első"]
        make_movie(title="Második")
        assert list(snapshot.scalars(titles)) == ["Első"]


@on_both_backends
@pytest.mark.parametrize("write", [writing, writing_rows])
def test_a_writer_commits_at_the_end_and_an_exception_rolls_it_back(app: Flask, write: Any) -> None:
    movie_id = make_movie(title="Első")
    with write() as session:
        session.execute(text("UPDATE movie SET title = 'Második'"))
    with suppress(ZeroDivisionError), write() as session:
        session.execute(text("UPDATE movie SET title = 'Harmadik'"))
        raise ZeroDivisionError
    with reading() as session:
        assert session.get_one(Movie, movie_id).title == "Második"


@on_both_backends
def test_the_databases_clock_is_in_seconds_since_the_epoch(app: Flask) -> None:
    with reading() as session:
        now = session.scalars(select(database_now())).one()
    assert abs(now - clock.now().timestamp()) < 60


def test_sqlite_has_one_writer_at_a_time_and_readers_beside_it(app: Flask) -> None:
    with writing():
        with reading() as reader:
            assert reader.scalars(select(MOVIES.c.id)).all() == []
        with db.engine.connect() as second:
            second.exec_driver_sql("PRAGMA busy_timeout = 0")
            second.rollback()
            writer = second.execution_options(mozi_writes=True)
            with pytest.raises(OperationalError, match="locked"):
                writer.begin()


@on_both_backends
@pytest.mark.parametrize("query", ["SELECT * FROM missing", "SELECT missing FROM movie"])
def test_a_missing_table_or_column_is_told_with_its_cure(app: Flask, query: str) -> None:
    with pytest.raises(DBAPIError) as raised, reading() as session:
        session.execute(text(query))
    assert "flask db upgrade" in cure_of(raised.value)
    assert "missing" in in_one_line(raised.value)
    assert "SELECT" not in in_one_line(raised.value)


def test_other_errors_have_no_cure(app: Flask) -> None:
    with pytest.raises(DBAPIError) as raised, reading() as session:
        session.execute(text("SELEKT"))
    assert cure_of(raised.value) == ""
    assert in_one_line(ValueError("a\nb")) == "ValueError('a\\nb')"
