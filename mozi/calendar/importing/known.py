"""Reads known movies as plain rows, to compare rows of a file with them.

Mapped ones take three times as long; and they refer to their premieres and back, so that those of
a whole file stay in memory until Python looks for such circles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.fields import COLUMNS, PREMIERE_COLUMNS
from mozi.database import in_chunks
from mozi.database.among import is_among
from mozi.models import MOVIES, PREMIERES

OWN = tuple(c for c in COLUMNS if c not in (*PREMIERE_COLUMNS, "poster_url"))


@dataclass(frozen=True, slots=True)
class KnownPremiere:
    """A premiere that was not removed."""

    id: int
    version: int
    kind: str
    premiere_date: Any
    date_precision: str
    status: str
    language_version: str | None


@dataclass(frozen=True, slots=True)
class KnownMovie:
    """A movie; row: its id, version and own columns."""

    row: Any
    premieres: Sequence[KnownPremiere]


def load_known(session: Session, ids: Iterable[int]) -> dict[int, KnownMovie]:
    """Return those of the movies that exist, with their premieres in the order of recording."""
    found = {}
    for chunk in in_chunks(ids):
        premieres = defaultdict(list)
        of_movies = _OF_MOVIES.where(is_among(session, _MOVIE_ID, chunk))
        for movie_id, *own in session.execute(of_movies):
            premieres[movie_id].append(KnownPremiere(*own))
        for row in session.execute(_MOVIES.where(is_among(session, MOVIES.c.id, chunk))):
            found[row.id] = KnownMovie(row, premieres[row.id])
    return found


_MOVIE_ID = PREMIERES.c.movie_id
_MOVIES = select(MOVIES.c.id, MOVIES.c.version, *(MOVIES.c[name] for name in OWN))
_OF_MOVIES = (
    select(
        _MOVIE_ID,
        *(PREMIERES.c[name] for name in ("id", "version", "kind", "premiere_date")),
        *(PREMIERES.c[name] for name in ("date_precision", "status", "language_version")),
    )
    .where(PREMIERES.c.removed_at.is_(None))
    .order_by(PREMIERES.c.id)
)
