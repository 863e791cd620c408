"""How a request waits without a thread: what the app and the server agree on, in environ.

A server that can hold a request beside its threads says so, by MAY_PARK. The app then leaves
what the request waits for, by PARKED, and returns at once with an answer that nobody sees; the
server waits for that, and calls the app once more. A parked request holds its connection and a
greenlet: no thread, no lock, no database connection. Under any other server, and where too many
are parked already, the app waits in its thread.
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
    """What a request waits for, and the seconds after which it is asked again all the same."""

    done: Future[Any]
    most_s: float


def park(environ: dict[str, Any], what: Any, done: Future[Any], *, most_s: float) -> bool:
    """Return whether this request is parked now; its answer, unseen(), is seen by nobody.

    what: stands at WAITED_FOR in environ when the request is asked again, which is once.
    """
    if done.done() or not environ.get(MAY_PARK) or WAITED_FOR in environ:
        return False
    environ[PARKED], environ[WAITED_FOR] = Parked(done, most_s), what
    return True


def unseen() -> Response:
    """Return the answer that a parked request's app gives the server."""
    return Response(status=503)
