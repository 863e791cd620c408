"""/kereses and /filmek: the search, and all movies from A to Z."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from mozi.calendar.pages import alphabet
from mozi.calendar.pages.filters import filters_of, query_of
from mozi.calendar.search.names import ensure_names
from mozi.calendar.search.query import search_page, tidy
from mozi.web.rates import limit_searches
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
    ensure_names()
    query = query_of({"q": asked}) if asked else ""
    return show(
        "search", lambda session: search_page(session, asked, today()), query=query, kept=not asked
    )


@blueprint.get("/filmek")
def movies() -> Response:
    """Show one page of all movies, or with ?betu= of those with this first letter."""
    filters = filters_of(request.args)
    letter = request.args.get("betu", "").lower() or None
    number = request.args.get("oldal", 1, type=int)
    if (letter and letter not in alphabet.RANGES) or not 1 <= number <= alphabet.LAST_PAGE:
        abort(404)
    ensure_names()
    place = {"betu": letter, "oldal": number if number > 1 else None}
    named = {name: value for name, value in place.items() if value}

    def load(session: Session) -> alphabet.AlphabetPage:
        page = alphabet.alphabet_page(session, letter, number, today(), filters)
        return page if page.groups or number == 1 else abort(404)

    return show("alphabet", load, query=query_of({**named, **filters.arguments}))
