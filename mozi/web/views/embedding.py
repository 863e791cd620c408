"""The calendar within other sites: the week for an iframe, and oEmbed (oembed.com)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from mozi.calendar.pages import feeds
from mozi.calendar.pages.filter_options import genres_of
from mozi.calendar.pages.filters import FilterOptions, Filters, filters_of, query_of
from mozi.calendar.pages.listings import listings
from mozi.calendar.pages.queries import week_page
from mozi.calendar.pages.values import MovieWithPremieres, WeekPage
from mozi.calendar.weeks import week_of
from mozi.feeds import records
from mozi.services import services
from mozi.web import links
from mozi.web.i18n import languages
from mozi.web.i18n.languages import current, dates_in, url_for
from mozi.web.rendering import show, today
from mozi.web.views.api import LARGEST_ID
from mozi.web.views.feeds import feed

THEMES = ("light", "dark")
MOST_FILMS = 60
WIDTH_PX, HEIGHT_PX = 360, 600
DAY_S = 86_400
AHEAD, LISTED = timedelta(weeks=8), 200  # premieres whose genres the form offers
NO_ARGUMENTS: Mapping[str, str] = MappingProxyType({})
FRONT_PAGES = ("", "/", languages.PREFIX, f"{languages.PREFIX}/")
FILM = re.compile(r"/film/([0-9]{1,10})-[^/]*", re.ASCII)

blueprint = Blueprint("embedding", __name__)


@blueprint.get("/beagyazas/het")
def week() -> Response:
    """Show this week for the <iframe> of another site: ?theme=light or dark, ?films=N, filters."""
    day, asked = today(), _asked()
    most = int(asked.films or MOST_FILMS)

    def load(session: Session) -> Embedded:
        return Embedded(week_page(session, day, asked.filters, limit=most), asked.theme)

    return show("embed", load, query=query_of(asked.arguments))


@dataclass(frozen=True)
class Embedded:
    """The week in a theme; "": as the visitor's system has it."""

    week: WeekPage
    theme: str


@dataclass(frozen=True)
class Asked:
    """How a site wants the week. theme: "" or one of THEMES; films: how many, "": all."""

    theme: str
    films: str
    filters: Filters

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments of the week's address."""
        own = {"theme": self.theme, "films": self.films}
        return {**{name: value for name, value in own.items() if value}, **self.filters.arguments}


def _asked() -> Asked:
    theme, films = request.args.get("theme", ""), request.args.get("films", "")
    if theme not in ("", *THEMES) or (films and not _is_count(films)):
        abort(404)
    return Asked(theme, films, filters_of(request.args))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= MOST_FILMS


@blueprint.get("/beagyazas")
def instructions() -> Response:
    """Show the form that makes the code which another site copies to embed the week."""
    asked, week = _asked(), week_of(today())

    def load(session: Session) -> Instructions:
        coming = listings(session, week.first, week.last + AHEAD, limit=LISTED)
        genres = genres_of(movie.genres for movie in coming)
        choice = FilterOptions(asked.filters, genres)
        return Instructions(week_address(asked.arguments), asked.theme, asked.films, choice)

    return show("embedding", load, query=query_of(asked.arguments), kept=not asked.arguments)


@dataclass(frozen=True)
class Instructions:
    """The week's absolute address as it was asked for, and what the form offers."""

    address: str
    theme: str
    films: str
    choice: FilterOptions


def week_address(arguments: Mapping[str, str] = NO_ARGUMENTS) -> str:
    """Return the absolute address of the week to embed."""
    return links.absolute(url_for("embedding.week", **arguments))


@blueprint.get("/oembed")
def oembed() -> Response:
    """Answer with what another site shows in place of a link to a film or to the front page."""
    if request.args.get("format", "json") != "json":
        abort(501)
    address = request.args.get("url", "")
    path = _own_path(address)
    if path in FRONT_PAGES:
        return _answer(lambda session: (), lambda shown: _front_page())
    match = FILM.fullmatch((path or "").removeprefix(languages.PREFIX))
    if match is None or (movie_id := int(match[1])) > LARGEST_ID:
        abort(404)
    return _film(movie_id, address)


def _own_path(address: str) -> str | None:
    """Return the path of an address of this site, None for other addresses."""
    own = urlsplit(links.absolute(url_for("pages.index", language="hu")))
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_own = parts.netloc == own.netloc and parts.scheme in {"http", "https"}
    root = request.script_root
    return parts.path.removeprefix(root) if is_own and parts.path.startswith(root) else None


def _film(movie_id: int, address: str) -> Response:
    day = today()

    def load(session: Session) -> MovieWithPremieres:
        found = feeds.movies_by_id(session, [movie_id], day).movies
        return found[0] if found else abort(404)

    def render(found: MovieWithPremieres) -> dict[str, Any]:
        movie = found.item.movie
        when = dates_in(current()).premiere(movie.premiere_date, movie.date_precision)
        link = Markup('<a href="{}">{}</a>').format(address, movie.title)  # noqa: S704 - escapes
        quote = Markup("<blockquote><p>{}</p><p>{}</p></blockquote>").format(link, when)  # noqa: S704
        thumb = next((p for p in found.item.pictures if p.media == "thumb" and p.built), None)
        picture = (
            {
                "thumbnail_url": links.absolute(thumb.url),
                "thumbnail_width": thumb.width_px,
                "thumbnail_height": thumb.height_px,
            }
            if thumb
            else {}
        )
        return {"title": movie.title, **_sized(str(quote), 180), **picture}

    return _answer(load, render)


def _front_page() -> dict[str, Any]:
    frame = _sized("", HEIGHT_PX)
    html = Markup(  # noqa: S704 - escapes
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"'
        ' style="border:0;max-width:100%"></iframe>'
    ).format(week_address(), frame["width"], frame["height"], _("Filmpremierek ezen a héten"))
    return {"title": _("Filmpremierek ezen a héten"), **frame, "html": str(html)}


def _sized(html: str, height_px: int) -> dict[str, Any]:
    """Return html with its size, within ?maxwidth= and ?maxheight=."""
    most = {
        "width": request.args.get("maxwidth", WIDTH_PX, type=int),
        "height": request.args.get("maxheight", height_px, type=int),
    }
    own = {"width": WIDTH_PX, "height": height_px}
    return {"html": html, **{side: max(1, min(own[side], most[side])) for side in own}}


def _answer(load: Any, render: Any) -> Response:
    site = services().settings.site_name
    head = {
        "version": "1.0",
        "type": "rich",
        "provider_name": site,
        "provider_url": links.absolute(url_for("pages.index")),
        "cache_age": DAY_S,
    }
    return feed(
        "oembed",
        load,
        lambda shown: records.as_json({**head, **render(shown)}),
        content_type=records.CONTENT_TYPE,
        kept=False,
    )
