"""Networks that were refused, refused again by the server's loop until their time is over.

Flask refuses a network's first request beyond its limit (web/rates.py) and leaves that here. The
next ones take no thread, query or template: pages do not wait behind a flood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mozi import clock
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.web.clients import network_of
from mozi.web.i18n.languages import HUNGARIAN, in_language, language_of
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.observing import ENDPOINT

REFUSED = "mozi.refused"  # the app's Refusals, in its extensions
MOST = 10_000  # networks; beyond that all are forgotten, and Flask refuses them again

Words = tuple[str, bytes]  # content type and body


@dataclass(frozen=True)
class Refusal:
    """What a network is told by which limit, until when (seconds since the epoch)."""

    limit: str
    until: float
    words: Words


class Refusals:
    """The networks that were refused, in this process.

    limit_of: the name of the limit of a path, "" where it has none.
    """

    def __init__(self, limit_of: Callable[[str], str]) -> None:
        self.limit_of = limit_of
        self._until: dict[str, dict[str, float]] = {}
        self._words: dict[tuple[str, bool], Words] = {}

    def remember(self, network: str, path: str, *, limit: str, until: float, words: Words) -> None:
        """Keep what the network is told at paths of this limit, in the path's language."""
        if len(self._until) >= MOST:
            self._until.clear()
        self._until.setdefault(network, {})[limit] = until
        self._words[_kind_of(path)] = words

    def find(self, environ: Environ) -> Refusal | None:
        """Return what to tell the network of this request, None where it may ask."""
        limits = self._until and self._until.get(network_of(environ.get("REMOTE_ADDR")))
        if not limits:
            return None
        limit = self.limit_of(environ["PATH_INFO"])
        until, words = limits.get(limit, 0), self._words.get(_kind_of(environ["PATH_INFO"]))
        return Refusal(limit, until, words) if words and until > clock.now().timestamp() else None


def _kind_of(path: str) -> tuple[str, bool]:
    """Return what the words of a path depend on: its language, and whether it is the API's."""
    return language_of(path), in_language(path, HUNGARIAN).startswith("/api/")


class RefusedNetworks:
    """The WSGI layer that answers them; is_free: whether a request costs no query."""

    def __init__(
        self,
        app: WSGIApp,
        refusals: Refusals,
        security: SecurityHeaders,
        is_free: Callable[[Environ, str], bool],
    ) -> None:
        self.app = app
        self.refusals = refusals
        self.security = security
        self.is_free = is_free

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        refusal = self.refusals.find(environ)
        if refusal is None or self.is_free(environ, refusal.limit):
            return self.app(environ, start_response)
        environ[ENDPOINT] = "refused"
        content_type, body = refusal.words
        headers = (
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(max(1, int(refusal.until - clock.now().timestamp())))),
            ("Cache-Control", "no-store"),
        )
        start_response("429 Too Many Requests", [*headers, *self.security.of(environ)])
        return (body,) if environ["REQUEST_METHOD"] == "GET" else ()
