"""The addresses that pages link: those of movies, and absolute ones."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import urlsplit

from flask import request

from mozi.calendar.pages.pictures import slug
from mozi.services import services
from mozi.settings import Settings
from mozi.web.i18n.languages import url_for

YOUTUBE = re.compile(
    r"https?://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/)"
    r"|youtu\.be/)([\w-]{11})(?:[?&#].*)?",
    re.ASCII,
)


class HasTitle(Protocol):
    """The parts of a movie's address."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...


def film_path(movie: HasTitle, *, language: str | None = None) -> str:
    """Return the canonical path of a movie's page: /film/<id>-<slug>.

    language: the request's own by default.
    """
    return url_for("pages.film", language=language, movie_id=movie.id, slug=slug(movie.title))


def origin(settings: Settings) -> str:
    """Return the origin of absolute addresses: SITE_URL, else the request's scheme and host.

    A forged host is part of its page's cache key, so that page reaches no other visitor.
    """
    return settings.site_url or request.host_url.rstrip("/")


def absolute(address: str) -> str:
    """Return a path as an absolute address, and an absolute address unchanged."""
    return f"{origin(services().settings)}{address}" if address.startswith("/") else address


def youtube_id(url: str | None) -> str | None:
    """Return the video's id of an address of YouTube's; None for other addresses."""
    match = YOUTUBE.fullmatch(url or "")
    return match[1] if match else None


def web_link(url: str | None) -> str | None:
    """Return url if it is http or https with a host, so that a page may link it; else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # "http://[": stored before addresses were checked
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
