"""The calendar's pages: the weeks to come, a month, a year, a movie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar import queries
from mozi.calendar.shown import MoviePage
from mozi.calendar.weeks import find_month, is_year
from mozi.errors import Moved
from mozi.pagecache.cache import Page
from mozi.parts import parts
from mozi.web import dates, links
from mozi.web.cached import cached, key_of

blueprint = Blueprint("pages", __name__)

FILTERS = (
    dates.day_name,
    dates.distance,
    dates.full_month,
    dates.in_month,
    dates.in_year,
    dates.machine_date,
    dates.month_name,
    dates.near_day,
    dates.premiere,
    dates.short_day,
    dates.week_span,
    links.film_path,
    links.web_link,
)


@blueprint.record_once
def prepare_templates(state: BlueprintSetupState) -> None:
    """Give the templates their filters, and leave no blank line where a tag stood."""
    environment = state.app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update({function.__name__: function for function in FILTERS})


@blueprint.get("/")
def index() -> Response:
    """Show this programme week and those to come."""
    today = _today()
    return _page("index", lambda session: queries.index_page(session, today))


@blueprint.get("/premierek/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>")
def month(year: int, month: int) -> Response:
    """Show one month."""
    shown = find_month(year, month) or abort(404)
    return _page("month", lambda session: queries.month_page(session, shown))


@blueprint.get("/premierek/<int(fixed_digits=4):year>")
def year(year: int) -> Response:
    """Show one year."""
    if not is_year(year):
        abort(404)
    return _page("year", lambda session: queries.year_page(session, year))


@blueprint.get("/film/<int(max=2147483647):movie_id>", defaults={"slug": ""})
@blueprint.get("/film/<int(max=2147483647):movie_id>-<slug>")
def film(movie_id: int, slug: str) -> Response:
    """Show a movie; any other spelling of its address leads to the right one.

    movie_id: up to the largest that PostgreSQL's integer holds.
    """
    asked = request.script_root + request.path

    def load(session: Session) -> MoviePage:
        page = queries.movie_page(session, movie_id)
        if (right := links.film_path(page.movie)) != asked:
            raise Moved(right)
        return page

    return _page("film", load)


def _page(name: str, load: Callable[[Session], Any]) -> Response:
    """Answer from the cache with the page that the template of this name makes of load's rows."""
    settings, today = parts().settings, _today()
    canonical = links.canonical(request.script_root + request.path, settings)

    def render(shown: object) -> str:
        return render_template(f"{name}.html", page=shown, today=today, canonical=canonical)

    key = key_of(request.environ, settings, query="")
    return cached(Page(name, key, today.isoformat(), load, render), parts().pages)


def _today() -> date:
    return clock.today(parts().settings)
