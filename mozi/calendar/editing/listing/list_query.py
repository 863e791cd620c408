"""What the desk's list shows: its search, filters and order, as conditions for queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, literal_column

from mozi.calendar.pages.filters import has_genre
from mozi.calendar.weeks import week_of
from mozi.models import Movie, PosterStatus
from mozi.posters.status import FAILED, NONE, WAITING, has_state
from mozi.vocabulary import KINDS, TITLE_LENGTH

LAST_PAGE = 200  # an editor who looks further searches instead

POSTER_STATES = {"no_poster": NONE, "waiting": WAITING, "failed": FAILED}
LACKS = {
    "no_synopsis": Movie.synopsis,
    "no_age_rating": Movie.age_rating,
    "no_distributor": Movie.distributor,
}
STATES = ("", *POSTER_STATES, *LACKS, "cancelled")
PERIODS = ("", "this_week", "next_week", "next_30_days", "past_30_days")
SORTS = ("upcoming", "latest", "earliest", "title", "added")
ARGUMENTS = {"text": "q"}


@dataclass(frozen=True)
class ListQuery:
    """What the list shows. text: a tidied search; state, period, kind, sort: of the tuples above.

    sort: "" puts the best match first where there is a text, else what opens from today on. page:
    from 1.
    """

    text: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1
    period: str = ""
    kind: str = ""
    distributor: str = ""
    genre: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments that links to other pages of the same list keep."""
        given = {ARGUMENTS.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in given.items() if value and name != "page"}

    @property
    def narrows(self) -> bool:
        """Return whether the list lacks any movie."""
        return replace(self, sort="", page=1) != ListQuery()

    def of_premiere(self, premiere: Any, today: date) -> list[ColumnElement[bool]]:
        """Return the conditions on a premiere; the list shows one that meets them.

        premiere: Premiere, or an alias of it.
        """
        conditions: list[ColumnElement[bool]] = []
        if self.kind:
            conditions.append(premiere.kind == self.kind)
        if self.period:
            conditions.append(premiere.premiere_date.between(*period_of(self.period, today)))
            conditions.append(premiere.date_precision == "day")
        if self.state == "cancelled":
            # A literal, because a bound parameter does not match the partial index.
            conditions.append(premiere.status == literal_column("'cancelled'"))
        return conditions

    def of_movie(self, *, of_each: bool) -> list[ColumnElement[bool]]:
        """Return the conditions on a movie's row.

        of_each: that of its poster, too, in a form that is asked of each movie. As `IN`, SQLite
        would list all that meet it first, while a page needs fifty.
        """
        conditions: list[ColumnElement[bool]] = []
        if self.state in LACKS:
            conditions.append(LACKS[self.state].is_(None))
        if self.distributor:
            conditions.append(Movie.distributor == self.distributor)
        if self.genre:
            conditions.append(has_genre(self.genre))
        if of_each and self.state in POSTER_STATES:
            state = has_state(POSTER_STATES[self.state])
            conditions.append(exists().where(PosterStatus.movie_id == Movie.id, state))
        return conditions


def period_of(period: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of one of PERIODS."""
    this, following = week_of(today), week_of(today + timedelta(weeks=1))
    return {
        "this_week": (this.first, this.last),
        "next_week": (following.first, following.last),
        "next_30_days": (today, today + timedelta(days=30)),
        "past_30_days": (today - timedelta(days=30), today),
    }[period]


def parse_list_query(arguments: Mapping[str, str], text: str) -> ListQuery:
    """Return what a request asks for; unknown values get the default. text: a tidied search."""
    page = arguments.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    return ListQuery(
        text=text,
        state=_one_of(STATES, arguments.get("state")),
        sort=_one_of(SORTS, arguments.get("sort")),
        page=min(max(number, 1), LAST_PAGE),
        period=_one_of(PERIODS, arguments.get("period")),
        kind=_one_of(KINDS, arguments.get("kind")),
        distributor=arguments.get("distributor", "").strip()[:TITLE_LENGTH],
        genre=arguments.get("genre", "").strip()[:TITLE_LENGTH],
    )


def _one_of(known: Sequence[str], given: str | None) -> str:
    return given if given is not None and given in known else ""
