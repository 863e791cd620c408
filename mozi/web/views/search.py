"""/kereses and /filmek: the search, and all movies from A to Z."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from mozi.calendar.pages import alphabet
from mozi.calendar.pages.filters import filters_of, query_of
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import LAST_PAGE, SearchPage, search_page, tidy
from mozi.web.rates import limit_filters, limit_searches
from mozi.web.rendering import show, today

blueprint = Blueprint("search", __name__)


@blueprint.get("/kereses")
@limit_searches
def search() -> Response:
    """Show the movies that match ?q=; without it only the form.

    Results are not cached: there are as many addresses as words, and a search takes a few
    milliseconds.
    """
    asked = tidy(request.args.get("q", ""))
    number = request.args.get("oldal", 1, type=int) if asked else 1
    if not 1 <= number <= LAST_PAGE:
        abort(404)
    ensure_names()
    named = {"q": asked, "oldal": number if number > 1 else None}

    def load(session: Session) -> SearchPage:
        page = search_page(session, asked, today(), number)
        return page if page.found or number == 1 else abort(404)

    return show("search", load, query=_query_of(named), kept=not asked)


@blueprint.get("/filmek")
@limit_filters
def movies() -> Response:
    """Show one page of all movies, or with ?betu= of those that begin so."""
    filters = filters_of(request.args)
    letter = request.args.get("betu", "").lower() or None
    number = request.args.get("oldal", 1, type=int)
    if (letter and not alphabet.is_beginning(letter)) or not 1 <= number <= alphabet.LAST_PAGE:
        abort(404)
    ensure_names()
    named = {"betu": letter, "oldal": number if number > 1 else None}

    def load(session: Session) -> alphabet.AlphabetPage:
        page = alphabet.alphabet_page(session, letter, number, today(), filters)
        known = page.beginning is None or page.beginning in page.beginnings
        return page if known and (page.groups or number == 1) else abort(404)

    return show("alphabet", load, query=_query_of({**named, **filters.arguments}))


def _query_of(arguments: Mapping[str, object]) -> str:
    """Return the query string of the arguments that are set."""
    return query_of({name: value for name, value in arguments.items() if value})
