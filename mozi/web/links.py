"""The addresses that pages link: movies by their slug, absolute ones by SITE_URL."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from flask import url_for

from mozi.calendar.pictures import slug
from mozi.settings import Settings


class HasTitle(Protocol):
    """What a movie's address is made of."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...


def film_path(movie: HasTitle) -> str:
    """Return the one right address of a movie's page: /film/<id>-<slug>."""
    return url_for("pages.film", movie_id=movie.id, slug=slug(movie.title))


def canonical(path: str, settings: Settings) -> str | None:
    """Return the absolute address of path; None without SITE_URL, since Host proves nothing."""
    return f"{settings.site_url}{path}" if settings.site_url else None


def web_link(url: str | None) -> str | None:
    """Return url if a visitor may be sent there: http or https with a host; else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # "http://[": an address of an editor's, not checked when it was stored
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
