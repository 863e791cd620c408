"""A WSGI app's whole answer, collected in the thread that runs the app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

PIECE_BYTES = 64 * 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def pieces(body: bytes) -> Iterator[bytes]:
    """Yield the body in pieces of PIECE_BYTES; each is sent with a deadline of its own."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


@dataclass(frozen=True)
class Answer:
    """Status line, headers and the whole body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


BUSY = Answer(
    "503 Service Unavailable",
    [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Retry-After", "2"),
        ("Cache-Control", "no-store"),
    ],
    b"Busy; please try again in a moment.\n",
)


def collect(app: WSGIApp, environ: Environ) -> Answer:
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
