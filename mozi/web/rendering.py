"""HTML pages through the page cache: from a page's rows to its response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, render_template, request
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.pages.catalogue_links import is_from_tmdb
from mozi.pagecache.cache import Page
from mozi.services import services
from mozi.web import links
from mozi.web.i18n import languages
from mozi.web.middleware.cached_pages import cached_response, key_of, uncached_response
from mozi.web.sessions import signed_in


@dataclass(frozen=True)
class WithNotice:
    """What a page shows, and whether TMDB's notice stands below it."""

    page: Any
    from_tmdb: bool


def show(
    name: str, load: Callable[[Session], Any], *, query: str = "", kept: bool = True
) -> Response:
    """Return the page that the template of this name renders from load's rows.

    load: reads everything that the page shows; the template gets it as `page`. query: the
    arguments that the page uses, in a fixed order ("kind=cinema&age=12"); all others are ignored.
    The path has the language, so the key has it too. kept: whether the page is cached.
    """
    day = today()

    def read(session: Session) -> WithNotice:
        return WithNotice(load(session), is_from_tmdb(session))

    def render(shown: WithNotice) -> str:
        return render_template(
            f"{name}.html",
            page=shown.page,
            from_tmdb=shown.from_tmdb,
            today=day,
            me=signed_in(),  # None wherever the page is kept
            **surroundings(query),
        )

    key = key_of(request.environ, services().settings, query=query)
    page = Page(name, key, day.isoformat(), read, render)
    return cached_response(page, services().pages) if kept else uncached_response(page)


def load_templates(app: Flask) -> None:
    """Compile the public templates before the first request: some 0.2 s of processor time."""
    for name in app.jinja_env.list_templates(["html"]):
        if not name.startswith("admin/"):
            app.jinja_env.get_template(name)


def surroundings(query: str = "") -> dict[str, Any]:
    """Return the layout's values: the page's own address, and its translations."""
    origin = links.origin(services().settings)
    asked = f"?{query}" if query else ""
    return {
        "origin": origin,
        "canonical": f"{origin}{request.script_root}{request.path}{asked}",
        "translations": languages.translations(request.path, query),
    }


def local_day(moment: datetime) -> date:
    """Return the site's date at this moment, which is timezone-aware."""
    return moment.astimezone(services().settings.site_timezone).date()


def today() -> date:
    """Return the site's date."""
    return clock.today(services().settings)
