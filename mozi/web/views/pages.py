"""The calendar's pages: the coming weeks, a month, a year, a movie."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Map

from mozi.calendar.languages import title_language
from mozi.calendar.merges import load_merged
from mozi.calendar.pages import queries
from mozi.calendar.pages.filters import filters_of
from mozi.calendar.pages.queries import CINEMA_KINDS, CINEMA_WEEKS
from mozi.calendar.pages.values import Listing, MoviePage
from mozi.calendar.search.names import ensure_names, person_slug
from mozi.calendar.weeks import find_month, is_year, week_of
from mozi.errors import Moved
from mozi.web import links, structured
from mozi.web.i18n import dates, genres, words
from mozi.web.rates import limit_filters, limit_unknown
from mozi.web.rendering import local_day, show, today

blueprint = Blueprint("pages", __name__)

SHORT_MONTHS = ", ".join(f'"{month}"' for month in range(1, 10))
PLACES = "premierek, film, filmek, moziban, kereses, szemely, sajat, beagyazas"  # without a slash


class TwoDigits(IntegerConverter):
    """A number of two digits; with fixed_digits alone, "3" would match nothing else either."""

    regex = r"\d\d"

    def __init__(self, map: Map) -> None:
        super().__init__(map, fixed_digits=2)


def cinema_week(premiere: Listing, *, today: date) -> int | None:
    """Return which week of its run a film is in, from 2; None where it does not run."""
    runs = premiere.kind in CINEMA_KINDS and premiere.status == "scheduled"
    if not runs or premiere.date_precision != "day" or premiere.premiere_date > today:
        return None
    week = (week_of(today).first - week_of(premiere.premiere_date).first).days // 7 + 1
    return week if 2 <= week <= CINEMA_WEEKS else None


FILTERS = (
    *(
        links.film_path,
        links.web_link,
        links.youtube_id,
        local_day,
        genres.genre_name,
        dates.unbroken_dates,
        dates.bold_day,
        week_of,
    ),
    *(structured.card_picture, structured.structured_data),
    *(
        words.kind_name,
        words.age_name,
        words.country_name,
        words.language_name,
        words.version_name,
        title_language,
        words.move_words,
        cinema_week,
        person_slug,
    ),
)
GLOBALS = {
    "KIND_NAMES": words.KIND_NAMES,
    "PRECISION_NAMES": words.PRECISION_NAMES,
    "STATUS_NAMES": words.STATUS_NAMES,
    "VERSION_NAMES": words.VERSION_NAMES,
    "AGE_NAMES": words.AGE_NAMES,
}


@blueprint.record_once
def prepare_templates(state: BlueprintSetupState) -> None:
    """Give templates their filters and names, without the blank lines of tags; and TwoDigits."""
    state.app.url_map.converters["two_digits"] = TwoDigits
    environment = state.app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.globals.update(GLOBALS)


@blueprint.get("/")
@limit_filters
def index() -> Response:
    """Show this programme week and the coming ones."""
    day, filters = today(), filters_of(request.args)
    return show(
        "index", lambda session: queries.index_page(session, day, filters), query=filters.query
    )


@blueprint.get("/moziban")
@limit_filters
def in_cinemas() -> Response:
    """Show what opened in the cinemas in the last weeks."""
    day, filters = today(), filters_of(request.args)
    return show(
        "in_cinemas",
        lambda session: queries.in_cinemas_page(session, day, filters),
        query=filters.query,
    )


@blueprint.get("/premierek/<int(fixed_digits=4):year>/<two_digits:month>")
@limit_unknown
def month(year: int, month: int) -> Response:
    """Show one month."""
    shown, filters = find_month(year, month) or abort(404), filters_of(request.args)
    return show(
        "month", lambda session: queries.month_page(session, shown, filters), query=filters.query
    )


@blueprint.get("/premierek/<int(fixed_digits=4):year>")
@limit_unknown
def year(year: int) -> Response:
    """Show one year."""
    if not is_year(year):
        abort(404)
    filters = filters_of(request.args)
    return show(
        "year", lambda session: queries.year_page(session, year, filters), query=filters.query
    )


@blueprint.get(f"/premierek/<int(fixed_digits=4):year>/<any({SHORT_MONTHS}):month>")
def short_month(year: int, month: str) -> ResponseReturnValue:
    """Redirect /premierek/2026/3 to the month's page."""
    return _moved(f"{request.path.rpartition('/')[0]}/0{month}")


@blueprint.get(f"/<any({PLACES}):place>/", strict_slashes=False)
@blueprint.get(f"/<any({PLACES}):place>/<path:rest>/", strict_slashes=False)
def without_slash(place: str, rest: str = "") -> ResponseReturnValue:
    """Redirect an address that ends in a slash to the page."""
    return _moved(request.path.rstrip("/")) if request.path.endswith("/") else abort(404)


def _moved(path: str) -> ResponseReturnValue:
    query = request.query_string.decode("ascii", "ignore")
    address = quote(request.script_root + path)
    return redirect(f"{address}?{query}" if query else address, code=301)


@blueprint.get("/film/<int(max=2147483647):movie_id>", defaults={"slug": ""})
@blueprint.get("/film/<int(max=2147483647):movie_id>-<slug>")
@limit_unknown
def film(movie_id: int, slug: str) -> Response:
    """Show a movie; another slug, or a merged movie, redirects to the right address.

    movie_id: up to the largest of PostgreSQL's integers.
    """
    asked = request.script_root + request.path
    ensure_names()

    def load(session: Session) -> MoviePage:
        page = load_merged(
            lambda shown: queries.movie_page(session, shown, today()), session, movie_id
        )
        if (right := links.film_path(page.movie)) != asked:
            raise Moved(right)
        return page

    return show("film", load)
