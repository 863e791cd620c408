"""The work list: what needs an editor's hand in the films of the next weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.weeks import THURSDAY
from mozi.models import IS_SHOWN, Movie, PosterStatus, Premiere
from mozi.posters.status import FAILED, NONE, state_of

WEEKS = 5
MOST = 400  # premieres; some 40 open in a busy week
OPENS_ON_THURSDAY = ("cinema",)
NO_POSTER, FAILED_POSTER, NO_SYNOPSIS, NO_AGE_RATING, NO_DISTRIBUTOR, NOT_THURSDAY = LACKS = (
    *("no_poster", "failed", "no_synopsis", "no_age_rating", "no_distributor"),
    "not_thursday",
)
GONE_TRAILER = "gone_trailer"
NO_GONE: Mapping[int, str] = MappingProxyType({})
_OF_POSTER = {NONE: NO_POSTER, FAILED: FAILED_POSTER}


@dataclass(frozen=True)
class Lacking:
    """A film of the next weeks, and what it lacks: of LACKS."""

    movie_id: int
    title: str
    premiere_date: date
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class WorkList:
    """The films that lack something, by date. films: how many open in these weeks.

    trailers: the addresses of their trailers, by movie.
    """

    tasks: tuple[Lacking, ...]
    trailers: Mapping[int, str]
    films: int
    last_day: date


def work_list(session: Session, today: date, gone: Mapping[int, str] = NO_GONE) -> WorkList:
    """Return what the films lack that open from today on, within WEEKS.

    gone: the trailers that are known to be gone, by movie.
    """
    last_day = today + timedelta(weeks=WEEKS)
    rows = session.execute(_opening(today, last_day)).all()
    tasks = (_lacking(row, gone) for row in rows)
    trailers = {row.id: row.trailer_url for row in rows if row.trailer_url}
    return WorkList(tuple(task for task in tasks if task.lacks), trailers, len(rows), last_day)


def _opening(first: date, last: date) -> Any:
    return (
        select(
            *(Movie.id, Movie.title, Movie.trailer_url, Premiere.premiere_date, Premiere.kind),
            Movie.synopsis.is_(None).label(NO_SYNOPSIS),
            Movie.age_rating.is_(None).label(NO_AGE_RATING),
            Movie.distributor.is_(None).label(NO_DISTRIBUTOR),
            PosterStatus.state,
        )
        .join(Premiere, Premiere.movie_id == Movie.id)
        .outerjoin(PosterStatus, PosterStatus.movie_id == Movie.id)
        .where(IS_SHOWN, Premiere.status == "scheduled", Premiere.date_precision == "day")
        .where(Premiere.premiere_date.between(first, last))
        .order_by(Premiere.premiere_date, Premiere.id)
        .limit(MOST)
    )


def _lacking(row: Any, gone: Mapping[int, str]) -> Lacking:
    trailer = (GONE_TRAILER,) if row.trailer_url and gone.get(row.id) == row.trailer_url else ()
    return Lacking(row.id, row.title, row.premiere_date, (*_lacks(row), *trailer))


def _lacks(row: Any) -> tuple[str, ...]:
    of_poster = _OF_POSTER.get(state_of(row.state)) if row.state is not None else NO_POSTER
    fields: Sequence[str] = [
        name for name in (NO_SYNOPSIS, NO_AGE_RATING, NO_DISTRIBUTOR) if getattr(row, name)
    ]
    other_day = row.premiere_date.weekday() != THURSDAY and row.kind in OPENS_ON_THURSDAY
    return (
        *((of_poster,) if of_poster else ()),
        *fields,
        *((NOT_THURSDAY,) if other_day else ()),
    )
