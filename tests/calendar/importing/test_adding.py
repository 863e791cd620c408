"""Many new movies at once are the same rows as one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.importing.adding import add_movies
from mozi.calendar.search.names import fill_names
from mozi.database import reading, writing
from mozi.errors import EqualPremieres
from mozi.models import HISTORY, MOVIES, NAMES, POSTERS, PREMIERES, STATUS
from mozi.posters.source import changed_sources
from mozi.vocabulary import BY_IMPORT
from tests.conftest import on_both_backends

DAY = date(2026, 12, 3)
TABLES = (MOVIES, PREMIERES, POSTERS, STATUS, NAMES, HISTORY)
IDS = {"id", "movie_id", "added_at", "changed_at", "edited_at"}
CHANGES = (
    MovieChange(
        None,
        {"title": "Kontroll", "genres": ("krimi", "dráma"), "poster_url": "https://a.hu/b.jpg"},
        premieres=[
            PremiereChange(None, {"premiere_date": DAY}),
            PremiereChange(None, {"premiere_date": DAY, "kind": "streaming"}),
        ],
    ),
    MovieChange(None, {"title": "Ősz", "premiere_date": DAY, "date_precision": "month"}),
)


def rows_after(add: Callable[[Any, Sequence[MovieChange]], object]) -> dict[str, list[Any]]:
    """Add the movies, and return their rows without ids and moments."""
    with writing() as session:
        session.execute(delete(MOVIES))
        session.execute(delete(HISTORY))
        add(session, CHANGES)
        sources = len(changed_sources(session))
    fill_names(2)
    with reading() as session:
        rows = {
            table.name: sorted(
                [{k: v for k, v in row._mapping.items() if k not in IDS} for row in found], key=str
            )
            for table in TABLES
            for found in [session.execute(select(table)).all()]
        }
    return {**rows, "sources": [sources]}


@on_both_backends
def test_many_are_written_as_one_by_one(app: Flask) -> None:
    of = {"by": "anna@example.org", "source": BY_IMPORT, "batch": 3}
    one_by_one = rows_after(lambda session, changes: save_changes(session, changes, **of))
    assert rows_after(lambda session, changes: add_movies(session, changes, **of)) == one_by_one
    assert one_by_one["sources"] == [1]
    assert len(one_by_one["premiere"]) == 3


def test_two_equal_premieres_are_refused(app: Flask) -> None:
    twice = [PremiereChange(None, {"premiere_date": DAY})] * 2
    with pytest.raises(EqualPremieres, match="Kontroll"), writing() as session:
        add_movies(session, [MovieChange(None, {"title": "Kontroll"}, twice)], by="", source="")
