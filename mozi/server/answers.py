"""A WSGI app's answer, collected whole in the thread that runs the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

PIECE_BYTES = 64 * 1024

WSGIApp = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """Status line, headers and body; what the app yielded is read to its end and closed."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in pieces, each of which has a deadline of its own to be sent."""
        for start in range(0, len(self.body), PIECE_BYTES):
            yield self.body[start : start + PIECE_BYTES]


BUSY = Answer(
    "503 Service Unavailable",
    [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Retry-After", "2"),
        ("Cache-Control", "no-store"),
    ],
    b"Busy; please try again in a moment.\n",
)


def collect(app: WSGIApp, environ: dict[str, Any]) -> Answer:
    """Return the app's whole answer (PEP 3333, `write` and exc_info included)."""
    head: list[Any] = []
    chunks: list[bytes] = []

    def start_response(status: str, headers: list[Any], exc_info: Any = None) -> Any:
        if head and not exc_info:
            raise AssertionError("start_response was called twice")
        head[:] = status, headers
        return chunks.append

    iterable = app(environ, start_response)
    try:
        chunks.extend(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    if not head:
        raise AssertionError("start_response was not called")
    return Answer(head[0], head[1], chunks[0] if len(chunks) == 1 else b"".join(chunks))
