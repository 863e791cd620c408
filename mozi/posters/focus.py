"""What a crop of a poster must keep: a point, in percent from the left and from the top."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from mozi.models import POSTERS

Focus = tuple[int, int]


@dataclass(frozen=True)
class Pointed:
    """A point of a poster, None: the middle; source_number: of the poster that it was shown on."""

    focus: Focus | None
    source_number: int | None = None


def set_focus(session: Session, movie_id: int, pointed: Pointed) -> None:
    """Remember the point.

    One of an earlier poster says nothing of the one that has taken its place, and is left out.
    """
    x, y = pointed.focus or (None, None)
    query = update(POSTERS).where(POSTERS.c.movie_id == movie_id).values(focus_x=x, focus_y=y)
    if pointed.source_number is not None:
        query = query.where(POSTERS.c.source_number == pointed.source_number)
    session.execute(query)
