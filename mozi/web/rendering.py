"""From a page's rows to its answer: the one way in which HTML pages go through the cache."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, render_template, request
from sqlalchemy.orm import Session

from mozi import clock
from mozi.pagecache.cache import Page
from mozi.services import services
from mozi.web import links
from mozi.web.i18n import languages
from mozi.web.middleware.cached_pages import cached, fresh, key_of


def show(
    name: str, load: Callable[[Session], Any], *, query: str = "", kept: bool = True
) -> Response:
    """Answer from the cache with the page that the template of this name makes of load's rows.

    load: reads all that the page shows; the template has it as `page`. query: the arguments
    that the page names, in an order of its own ("kind=cinema&age=12"); all others are ignored.
    The language is the path's, and so is part of the key. kept: whether it goes through the
    cache at all.
    """
    day = today()

    def render(shown: object) -> str:
        return render_template(f"{name}.html", page=shown, today=day, **surroundings(query))

    key = key_of(request.environ, services().settings, query=query)
    page = Page(name, key, day.isoformat(), load, render)
    return cached(page, services().pages) if kept else fresh(page)


def load_templates(app: Flask) -> None:
    """Compile what visitors' pages are made of before one asks: some 0.2 s of processor time."""
    for name in app.jinja_env.list_templates(["html"]):
        if not name.startswith("admin/"):
            app.jinja_env.get_template(name)


def surroundings(query: str = "") -> dict[str, Any]:
    """Return what the layout says of the page at hand: its own address, and its translations."""
    origin = links.origin(services().settings)
    asked = f"?{query}" if query else ""
    return {
        "origin": origin,
        "canonical": f"{origin}{request.script_root}{request.path}{asked}",
        "translations": languages.translations(request.path, query),
    }


def local_day(moment: datetime) -> date:
    """Return the site's date at an aware moment."""
    return moment.astimezone(services().settings.site_timezone).date()


def today() -> date:
    """Return the site's date."""
    return clock.today(services().settings)
