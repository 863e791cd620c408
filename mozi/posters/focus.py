"""What a crop of a poster must keep: a point, in percent from the left and from the top."""

from __future__ import annotations

from sqlalchemy import or_, update

from mozi.database import writing
from mozi.models import POSTERS

Focus = tuple[int, int]


def set_focus(movie_id: int, focus: Focus | None, *, source_number: int) -> bool:
    """Remember the point, None: the middle; return whether that is new.

    source_number: of the poster that was pointed at. A point of an earlier one says nothing of
    the one that has taken its place.
    """
    x, y = focus or (None, None)
    moved = or_(POSTERS.c.focus_x.is_distinct_from(x), POSTERS.c.focus_y.is_distinct_from(y))
    with writing() as session:
        changed = session.execute(
            update(POSTERS)
            .where(POSTERS.c.movie_id == movie_id, POSTERS.c.source_number == source_number, moved)
            .values(focus_x=x, focus_y=y)
            .returning(POSTERS.c.movie_id)
        ).first()
    return changed is not None
