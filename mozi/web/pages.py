"""The calendar's pages: the weeks to come, a month, a year, a movie."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from mozi import clock
from mozi.calendar import queries
from mozi.calendar.weeks import find_month, is_year
from mozi.database import reading
from mozi.parts import parts
from mozi.web import dates, links

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


@blueprint.after_request
def ask_again(answer: Response) -> Response:
    """Let browsers keep a page, but ask each time whether it is still the right one."""
    answer.headers.setdefault("Cache-Control", "no-cache")
    return answer


@blueprint.get("/")
def index() -> str:
    """Show this programme week and those to come."""
    today = _today()
    with reading() as session:
        page = queries.index_page(session, today)
    return _render("index.html", url_for("pages.index"), page=page, today=today)


@blueprint.get("/premierek/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>")
def month(year: int, month: int) -> str:
    """Show one month."""
    shown = find_month(year, month) or abort(404)
    with reading() as session:
        page = queries.month_page(session, shown)
    path = url_for("pages.month", year=year, month=month)
    return _render("month.html", path, page=page, today=_today())


@blueprint.get("/premierek/<int(fixed_digits=4):year>")
def year(year: int) -> str:
    """Show one year."""
    if not is_year(year):
        abort(404)
    with reading() as session:
        page = queries.year_page(session, year)
    return _render("year.html", url_for("pages.year", year=year), page=page, today=_today())


@blueprint.get("/film/<int(max=2147483647):movie_id>", defaults={"slug": ""})
@blueprint.get("/film/<int(max=2147483647):movie_id>-<slug>")
def film(movie_id: int, slug: str) -> str | BaseResponse:
    """Show a movie; any other spelling of its address leads to the right one.

    movie_id: up to the largest that PostgreSQL's integer holds.
    """
    with reading() as session:
        page = queries.movie_page(session, movie_id)
    path = links.film_path(page.movie)
    if request.script_root + request.path != path:
        return redirect(path, code=301)
    return _render("film.html", path, page=page, today=_today())


def _today() -> date:
    return clock.today(parts().settings)


def _render(template: str, path: str, **shown: Any) -> str:
    return render_template(template, canonical=links.canonical(path, parts().settings), **shown)
