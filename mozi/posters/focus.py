"""Sets the focus of a poster: the point that a crop keeps, in percent from the left and the top."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from mozi.models import POSTERS

Focus = tuple[int, int]


@dataclass(frozen=True)
class Pointed:
    """A focus, None for the middle. source_number: of the poster on which the editor chose it."""

    focus: Focus | None
    source_number: int | None = None


def set_focus(session: Session, movie_id: int, pointed: Pointed) -> None:
    """Save the focus, unless another poster has taken the place of the one it was chosen on."""
    x, y = pointed.focus or (None, None)
    query = update(POSTERS).where(POSTERS.c.movie_id == movie_id).values(focus_x=x, focus_y=y)
    if pointed.source_number is not None:
        query = query.where(POSTERS.c.source_number == pointed.source_number)
    session.execute(query)
