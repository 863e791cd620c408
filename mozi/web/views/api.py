"""/api/v1: the calendar as JSON, so that other programs need not scrape pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import Filters, filters_of, query_of
from mozi.calendar.pages.values import Movies, Premieres
from mozi.calendar.parsers import Parser, day, whole
from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR, week_of
from mozi.errors import BadArguments, FilterNotFound
from mozi.feeds import records
from mozi.web import links
from mozi.web.i18n.languages import url_for
from mozi.web.i18n.premieres import movie_record_of, record_of
from mozi.web.rates import limit_searches
from mozi.web.rendering import today
from mozi.web.views.feeds import feed

SPAN = timedelta(days=62)  # the nine weeks of the index
LAST_PART = 1000
MOST_MOVIES = 100
LARGEST_ID = 2**31 - 1  # of the database's integers

DATE = day(range(FIRST_YEAR, LAST_YEAR + 1))
PART = whole(range(1, LAST_PART + 1))
T = TypeVar("T")

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/premieres")
@limit_searches
def premieres() -> Response:
    """Answer with the premieres from one date to another, both included.

    An answer for the client's own dates is not cached: there are too many pairs of dates.
    """
    try:
        return _answer(*_asked(request.args), filters_of(request.args))
    except FilterNotFound as error:
        raise BadArguments({error.name: f"is {error.value!r}, which no movie has"}) from error


@blueprint.get("/movies")
@limit_searches
def movies() -> Response:
    """Answer with the movies of these ids; unknown ids are left out."""
    ids, day = _ids(request.args.get("ids", "")), today()

    def render(shown: Movies) -> str:
        return records.as_json({"movies": [movie_record_of(found) for found in shown.movies]})

    return feed(
        "movies",
        lambda session: feeds.movies_by_id(session, ids, day),
        render,
        content_type=records.CONTENT_TYPE,
        query=query_of({"ids": ",".join(map(str, ids))}),
        kept=False,
    )


def _ids(text: str) -> tuple[int, ...]:
    """Return the ids, each once and in order; raises BadArguments."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 10 for part in parts):
        raise BadArguments({"ids": f"is {text[:100]!r}; it takes numbers separated by commas"})
    ids = tuple(sorted({number for part in parts if (number := int(part)) <= LARGEST_ID}))
    if len(ids) > MOST_MOVIES:
        raise BadArguments({"ids": f"has {len(ids)} ids; it takes up to {MOST_MOVIES}"})
    return ids


def _answer(first: date, last: date, part: int, filters: Filters) -> Response:
    asked: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat(), "page": part}
    kept = filters.arguments

    def render(shown: Premieres) -> str:
        following = links.absolute(url_for("api.premieres", **{**asked, "page": part + 1}, **kept))
        return records.as_json(
            {
                **asked,
                "next": following if shown.has_more and part < LAST_PART else None,
                "premieres": [record_of(item) for item in shown.movies],
            }
        )

    return feed(
        "premieres",
        lambda session: feeds.premieres(session, first, last, part=part, filters=filters),
        render,
        content_type=records.CONTENT_TYPE,
        query=query_of({**asked, **kept}),
        kept=not {"from", "to"} & request.args.keys(),
    )


def _asked(arguments: MultiDict[str, str]) -> tuple[date, date, int]:
    """Return the two dates and the page number; raises BadArguments with all faults."""
    faults: dict[str, str] = {}

    def value(name: str, parse: Parser[T | None]) -> T | None:
        try:
            return parse(arguments.get(name))
        except ValueError as error:
            faults[name] = str(error)
            return None

    given, part = (value("from", DATE), value("to", DATE)), value("page", PART)
    if faults:
        raise BadArguments(faults)
    first, last = _span(*given)
    if first > last:
        raise BadArguments({"to": f"is {last}, which lies before from, {first}"})
    return first, last, part or 1


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    """Return both dates; a missing one is this week's first day, or SPAN away from the other."""
    if first is None:
        first = week_of(today()).first if last is None else last - SPAN
    return first, last or first + SPAN
