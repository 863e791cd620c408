"""The security headers of every response: Flask's, and those of the WSGI layers in front of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from mozi.settings import TMDB_API_URL, Settings
from mozi.storage import Storage

Headers = tuple[tuple[str, str], ...]

# One year, without the subdomains: they may belong to others.
HSTS = ("Strict-Transport-Security", "max-age=31536000")

# Features that Mozi's scripts never use. Chromium warns about a name that it does not know.
UNUSED_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb"),
)

# Pages and forms: other sites may neither open them in their windows nor embed them.
PAGES: Headers = (
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES)),
)
# Posters, feeds, the API, static files: other sites may load them.
SHARED: Headers = (("Cross-Origin-Resource-Policy", "cross-origin"),)

# The page that other sites embed: it may stand in any of their frames.
EMBEDDED: Headers = (
    *SHARED,
    ("Permissions-Policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES)),
)
EMBEDDED_PAGE = "embed"  # as the page cache names it

# Kinds of responses: other sites may load those FOR_OTHERS, and read them in scripts where CORS
# allows that; they may show those IN_FRAMES in a frame. DESK is the name of its blueprint.
PAGE, FOR_OTHERS, IN_FRAMES, DESK = "page", "for_others", "in_frames", "admin"
FILM = "film"  # as the page cache names it; its page may show a trailer
TRAILERS = "https://www.youtube-nocookie.com"

# The desk previews a poster from any address, and one that was chosen on the editor's machine.
ANY_SOURCE = ("blob:", "https:")

# https://developer.themoviedb.org/docs/image-basics
TMDB_PICTURES = "https://image.tmdb.org"

SHARED_BLUEPRINTS = frozenset({"api", "crawlers", "feeds", "installed", "media", "posters"})


class SecurityHeaders:
    """The headers of one app: scripts and styles are its own, pictures come from the storage.

    A picture that is recorded at a former storage is not shown: it is a tile until `check-posters
    --repair`, and `flask doctor` tells. catalogue: picture_origins(), for the desk's pages too.
    """

    def __init__(self, storage: Storage, catalogue: Sequence[str] = ()) -> None:
        posters = storage.origins()
        always: Headers = (
            ("Content-Security-Policy", policy(posters)),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        )
        embedded = policy(posters, frame_ancestors="*")
        in_frames: Headers = (("Content-Security-Policy", embedded), *always[1:], *EMBEDDED)
        of_the_desk = policy((*ANY_SOURCE, *posters, *catalogue))
        on_the_desk: Headers = (("Content-Security-Policy", of_the_desk), *always[1:], *PAGES)
        with_trailers = policy(posters, frames=TRAILERS)
        of_a_film: Headers = (("Content-Security-Policy", with_trailers), *always[1:])
        self._by_http = {
            FILM: (*of_a_film, *PAGES),
            PAGE: (*always, *PAGES),
            FOR_OTHERS: (*always, *SHARED),
            IN_FRAMES: in_frames,
            DESK: on_the_desk,
        }
        self._by_https = {kind: (*told, HSTS) for kind, told in self._by_http.items()}

    def preload(self, link: str) -> None:
        """Have pages name files to load first (RFC 8288); some CDNs send it ahead as a 103."""
        for by_kind in (self._by_http, self._by_https):
            for kind in (PAGE, FILM):
                by_kind[kind] = (*by_kind[kind], ("Link", link))

    def of(self, environ: Mapping[str, Any], kind: str = PAGE) -> Headers:
        """Return the headers of the response to this request. kind: PAGE or one like it."""
        by_scheme = self._by_https if environ["wsgi.url_scheme"] == "https" else self._by_http
        return by_scheme[kind]


def picture_origins(settings: Settings) -> tuple[str, ...]:
    """Return where the catalogue's pictures come from: () without a token.

    A proxy that stands for TMDB may have the pictures itself.
    """
    if settings.tmdb_token is None:
        return ()
    parts = urlsplit(settings.tmdb_api_url)
    own = () if settings.tmdb_api_url == TMDB_API_URL else (f"{parts.scheme}://{parts.netloc}",)
    return (TMDB_PICTURES, *own)


def policy(
    pictures: Sequence[str], *, frame_ancestors: str = "'none'", frames: str = "'none'"
) -> str:
    """Return the Content-Security-Policy.

    pictures: from where they come beside the site itself. frames: what the page may embed.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            " ".join(("img-src 'self' data:", *pictures)),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"frame-src {frames}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def add_security_headers(app: Flask, security: SecurityHeaders) -> None:
    """Add the headers to every response of Flask; a response's own headers stay."""

    def add(response: Response) -> Response:
        for name, value in security.of(request.environ, _kind()):
            response.headers.setdefault(name, value)
        return response

    app.after_request(add)


def _kind() -> str:
    blueprint = (request.blueprint or "").rpartition(".")[2]
    if blueprint in SHARED_BLUEPRINTS or request.endpoint == "static":
        return FOR_OTHERS
    if (request.endpoint or "").removeprefix("en.") == "embedding.week":
        return IN_FRAMES
    if (request.endpoint or "").removeprefix("en.") == "pages.film":
        return FILM
    return DESK if blueprint == DESK else PAGE
