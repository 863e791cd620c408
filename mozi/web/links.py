"""The addresses that pages link: movies by their slug, absolute ones by SITE_URL."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from flask import request

from mozi.calendar.pages.pictures import slug
from mozi.services import services
from mozi.settings import Settings
from mozi.web.i18n.languages import url_for


class HasTitle(Protocol):
    """What a movie's address is made of."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...


def film_path(movie: HasTitle, *, language: str | None = None) -> str:
    """Return the one right address of a movie's page: /film/<id>-<slug>.

    language: the request's own where none is given.
    """
    return url_for("pages.film", language=language, movie_id=movie.id, slug=slug(movie.title))


def origin(settings: Settings) -> str:
    """Return what absolute addresses begin with: SITE_URL, else the request's own host.

    A host that a request made up is part of its page's key, so it reaches no other visitor.
    """
    return settings.site_url or request.host_url.rstrip("/")


def absolute(address: str) -> str:
    """Return an address with the site's origin in front, where it has none of its own."""
    return f"{origin(services().settings)}{address}" if address.startswith("/") else address


def web_link(url: str | None) -> str | None:
    """Return url if a visitor may be sent there: http or https with a host; else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # "http://[": an address of an editor's, not checked when it was stored
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
