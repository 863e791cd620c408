"""The values that a column of the movies holds, read by an index, whatever the number of movies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mozi.models import Movie

MOST = 500  # values; of genres: combinations of them


def distributors(session: Session) -> list[str]:
    """Return the first MOST distributors, in the database's order."""
    return distinct_values(session, Movie.__table__.c.distributor)


def genres(session: Session) -> list[str]:
    """Return the genres of the movies."""
    lists = distinct_values(session, Movie.__table__.c.genres)
    return sorted({genre for one in lists for genre in one if genre})


def distinct_values(session: Session, column: Any) -> list[Any]:
    """Return up to MOST values: a step in the index for each, not a look at each movie.

    https://wiki.postgresql.org/wiki/Loose_indexscan
    """
    steps = select(func.min(column).label("value")).cte("steps", recursive=True)
    following = (
        select(func.min(column)).where(column > steps.c.value).correlate(steps).scalar_subquery()
    )
    steps = steps.union_all(select(following).where(steps.c.value.is_not(None)))
    values = select(steps.c.value).where(steps.c.value.is_not(None)).limit(MOST)
    return list(session.scalars(values))
