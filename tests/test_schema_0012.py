"""A site of the release before films had several premieres comes through whole, up and down.

schema_0012.json was made by that release: its rows, and what it said of them in feeds and the API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Connection, MetaData, Table, insert, select, text

from mozi.calendar.editing.merging import ensure_back
from mozi.calendar.editing.restore import history_page, restore_movie
from mozi.database import writing
from mozi.extensions import db
from tests.conftest import on_both_backends
from tests.support.factories import movie_of, premiere_of

OLD = json.loads((Path(__file__).parent / "schema_0012.json").read_text(encoding="utf-8"))
# The posters of news, which that release did not name.
PICTURES = re.compile(r' xmlns:media="[^"]*"|<(enclosure|media:content) [^>]*?(/>|></\1>)')
READ: dict[str, Callable[[Any], Any]] = {
    "DATE": date.fromisoformat,
    "DATETIME": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
    "TIMESTAMP": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
}


@on_both_backends
def test_an_older_site_keeps_all_that_it_had(app: Flask, client: FlaskClient) -> None:
    flask_migrate.downgrade(revision="0012")
    with db.engine.begin() as connection:
        fill(connection)
        before = rows(connection)
    flask_migrate.upgrade()
    for path, lines in OLD["texts"].items():  # UIDs, sequences and guids are in them
        said = client.get(path).text.replace("\r\n", "\n")
        assert PICTURES.sub("", said).split("\n") == lines
    answer = client.get(OLD["api"]["path"]).json
    assert [each.pop("premiere_id") for each in answer["premieres"]] == [1, 3, 2]
    then = OLD["api"]["answer"]
    assert [
        {**now, **old} for now, old in zip(answer["premieres"], then["premieres"], strict=True)
    ] == (answer["premieres"])  # later releases only add to it
    assert {**answer, "premieres": []} == {**then, "premieres": []}
    page = client.get("/film/1-kontroll").text.replace("\xa0", " ")
    assert page.count("elhalasztva: november 26. → december 3.") == 1
    flask_migrate.downgrade(revision="0012")
    with db.engine.begin() as connection:
        assert rows(connection) == before


@on_both_backends
def test_an_older_site_s_history_and_trash_still_give_back(app: Flask) -> None:
    flask_migrate.downgrade(revision="0012")
    with db.engine.begin() as connection:
        fill(connection)
    flask_migrate.upgrade()
    with writing() as session:
        events = history_page(session, 1, 1).events
        restore_movie(session, 1, events[-1].entry_id, by="anna@example.org")
        assert ensure_back(session, 4, by="anna@example.org") == "Törölt"
    assert premiere_of(1).premiere_date == date(2026, 11, 26)
    assert (movie_of(4).title, premiere_of(4).premiere_date) == ("Törölt", date(2026, 12, 10))


def fill(connection: Connection) -> None:
    for name, old in OLD["rows"].items():
        table = Table(name, MetaData(), autoload_with=connection)
        values = [{c: as_typed(table.c[c], value) for c, value in row.items()} for row in old]
        for row in values:
            connection.execute(insert(table), row)


def as_typed(column: Column[Any], value: Any) -> Any:
    return READ.get(str(column.type), lambda same: same)(value)


def rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of all tables that were filled; the words of a search are made anew."""
    tables = [Table(name, MetaData(), autoload_with=connection) for name in OLD["rows"]]
    status = text("SELECT * FROM poster_status ORDER BY movie_id")
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.c[:2]))]
        for table in tables
    } | {"poster_status": [tuple(row) for row in connection.execute(status)]}
