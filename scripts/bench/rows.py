"""Inserts the rows of many movies, each with its one premiere, in two statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mozi.calendar.fields import PREMIERE_COLUMNS
from mozi.models import MOVIES, PREMIERES


def insert_movies(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert movies; rows: the columns of movie and premiere, with the movie's id."""
    own = [{k: v for k, v in row.items() if k not in PREMIERE_COLUMNS} for row in rows]
    premieres = [
        {"id": row["id"], "movie_id": row["id"], "first": True}
        | {k: v for k, v in row.items() if k in PREMIERE_COLUMNS}
        for row in rows
    ]
    session.execute(insert(MOVIES), own)
    session.execute(insert(PREMIERES), premieres)
