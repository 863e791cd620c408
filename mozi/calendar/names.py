"""Names in order: what SQL cannot work out of a title is worked out here, before it is read.

A trigger empties a movie's row of movie_name whenever its title is new, so `sort_key IS NULL`
says what there is to do, whoever wrote the title. A new rule of sorting or folding comes with a
migration that empties all rows.
"""

from __future__ import annotations

import logging

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.words import fold
from mozi.database import reading, writing
from mozi.models import NAMES, Movie, MovieName

logger = logging.getLogger(__name__)

AT_ONCE = 2000  # 0.1 s; what a bulk load leaves is done in as many steps
FOLDED_LENGTH = 500  # PostgreSQL's indexes take rows of up to 2.7 KB


def ensure_names(*, at_most: int = AT_ONCE) -> bool:
    """Fill in at most so many names; return whether none are left to do.

    A database that cannot be written now is no reason to show no page: the names wait.
    """
    with reading() as session:
        unnamed = _unnamed(session, at_most)
    if unnamed:
        try:
            with writing() as session:
                session.execute(_FILL, unnamed)
        except OperationalError as error:
            logger.warning("The names of %d movies are left for later: %s", len(unnamed), error)
    return len(unnamed) < at_most


def _unnamed(session: Session, at_most: int) -> list[dict[str, object]]:
    rows = session.execute(
        select(MovieName.movie_id, Movie.title)
        .join(Movie, Movie.id == MovieName.movie_id)
        .where(MovieName.sort_key.is_(None))
        .order_by(MovieName.movie_id)
        .limit(at_most)
    )
    return [
        {
            "which": movie_id,
            "of_title": title,
            "sort_key": sort_key(title),
            "folded": fold(title)[:FOLDED_LENGTH],
        }
        for movie_id, title in rows
    ]


# Only while the title is the one that was read: somebody else may just have changed it.
_title_now = select(Movie.title).where(Movie.id == NAMES.c.movie_id).scalar_subquery()
_FILL = (
    update(NAMES)
    .where(NAMES.c.movie_id == bindparam("which"), _title_now == bindparam("of_title"))
    .values(sort_key=bindparam("sort_key"), folded=bindparam("folded"))
)
