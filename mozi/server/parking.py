"""How a request waits without a thread: the keys of environ by which app and server agree.

1. The server sets MAY_PARK where it can hold this request beside its threads.
2. The app leaves at PARKED what the request waits for, and returns a response that is discarded.
3. The server waits for it in a greenlet, and calls the app once more.

A parked request holds its connection and a greenlet: no thread, no lock, no database connection.
Under any other server, and where too many requests are parked, the app waits in its thread.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

MAY_PARK = "mozi.may_park"
PARKED = "mozi.parked"
WAITED_FOR = "mozi.waited_for"


@dataclass(frozen=True)
class Parked:
    """What a request waits for, and the seconds after which the app is called in any case."""

    done: Future[Any]
    most_s: float


def park(environ: dict[str, Any], what: Any, done: Future[Any], *, most_s: float) -> bool:
    """Return whether this request is parked now; the app then returns discarded_response().

    what: stands at WAITED_FOR in environ in the second call, which is the last.
    """
    if done.done() or not environ.get(MAY_PARK) or WAITED_FOR in environ:
        return False
    environ[PARKED], environ[WAITED_FOR] = Parked(done, most_s), what
    return True


def discarded_response() -> Response:
    """Return what the app answers in the first call for a parked request; no client gets it."""
    return Response(status=503)
