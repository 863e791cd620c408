"""Asks TMDB: a deadline for each request, a rate, and tries again after faults.

https://developer.themoviedb.org/docs/rate-limiting allows some 40 requests a second; this is a
guest there and sends four.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from mozi import clock
from mozi.errors import Busy, CatalogueFailed, CatalogueGone, CatalogueRefused, SourceUnavailable
from mozi.metrics import CATALOGUE_REQUESTS
from mozi.posters.fetch.client import FetchLimits, HttpAnswer, KeptConnection
from mozi.settings import Settings
from mozi.units import MIB
from mozi.version import VERSION

Json = Mapping[str, Any]

REQUESTS_A_SECOND = 4
TIMEOUT_S = 15.0
MAX_BYTES = 8 * MIB  # a film with all its pictures and people takes at most some 2 MiB
TRIES_AGAIN = 3
FIRST_PAUSE_S = 1.0  # it doubles with each try
LONGEST_WAIT_S = 300.0  # of Retry-After; a run that is told to wait for longer ends
NO_SUCH_FILM = 34  # https://developer.themoviedb.org/docs/errors
BAD_TOKEN = frozenset({3, 7, 10, 14, 35, 45})


class Pace:
    """The rate of requests; connections that share one keep it together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_at = 0.0

    def take_turn(self) -> float:
        """Take the next turn, and return how many seconds there are until then."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next_at)
            self._next_at = turn + 1 / REQUESTS_A_SECOND
        return turn - now


class Tmdb:
    """A connection to TMDB, for one thread. requests: how many were sent.

    timeout_s: of each request; in_all_s: of all together, where a person waits. tries_again: after
    a fault of the network or the server. sleep: waits for so many seconds; it may raise. pace: of
    the connections that ask at the same time.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout_s: float = TIMEOUT_S,
        in_all_s: float = math.inf,
        tries_again: int = TRIES_AGAIN,
        sleep: Callable[[float], object] = time.sleep,
        pace: Pace | None = None,
    ) -> None:
        limits = FetchLimits(timeout_s, MAX_BYTES, allow_private=True)
        self.requests = 0
        self._connection = KeptConnection(limits)
        self._base = settings.tmdb_api_url
        self._headers = {
            "Authorization": f"Bearer {settings.tmdb_token}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"Mozi/{VERSION}",
        }
        self._tries_again = tries_again
        self._sleep = sleep
        self._pace = pace or Pace()
        self._until = time.monotonic() + in_all_s

    def get(self, path: str, **arguments: str | int | None) -> Json:
        """Return the JSON object at path. Arguments that are None are left out.

        Raises CatalogueGone, CatalogueRefused, or CatalogueFailed after the last try.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        url = f"{self._base}{path}{'?' if given else ''}{urlencode(given)}"
        for pause_s in (FIRST_PAUSE_S * 2**n for n in range(self._tries_again)):
            try:
                return self._once(url)
            except _TryAgain as fault:
                self._sleep(pause_s if fault.wait_s is None else fault.wait_s)
        try:
            return self._once(url)
        except _TryAgain as fault:
            raise CatalogueFailed(str(fault)) from fault

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Tmdb:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _once(self, url: str) -> Json:
        """Send one request at its time; raises _TryAgain for a fault that may pass."""
        if wait_s := self._pace.take_turn():
            self._sleep(wait_s)
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise CatalogueFailed("TMDB took too long.")
        self.requests += 1
        try:
            answer = self._connection.get(url, self._headers, most_s=left_s)
        except SourceUnavailable as error:
            CATALOGUE_REQUESTS.labels("network").inc()
            raise _TryAgain(f"TMDB did not answer: {error}") from error
        except Busy as error:
            raise _TryAgain(str(error)) from error
        return _read(answer)


class _TryAgain(Exception):
    """A fault that may pass. wait_s: how long the server asks to wait, None if it does not."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def _read(answer: HttpAnswer) -> Json:
    said = _json(answer.body)
    if answer.status == 200 and isinstance(said, dict):
        CATALOGUE_REQUESTS.labels("ok").inc()
        return said
    code = said.get("status_code") if isinstance(said, dict) else None
    code = code if isinstance(code, int) else None
    if answer.status == 404 and code == NO_SUCH_FILM:
        CATALOGUE_REQUESTS.labels("gone").inc()
        raise CatalogueGone("TMDB has no such film any more.")
    if answer.status in {401, 403} or (answer.status == 400 and code in BAD_TOKEN):
        CATALOGUE_REQUESTS.labels("refused").inc()
        raise CatalogueRefused(f"TMDB refuses TMDB_TOKEN ({answer.status}): {_words(said)}.")
    raise _passing(answer, said)


def _passing(answer: HttpAnswer, said: object) -> Exception:
    """Return _TryAgain for a fault that may pass, else the error that ends the film or the run."""
    if answer.status == 429:
        CATALOGUE_REQUESTS.labels("limited").inc()
        wait_s = _retry_after_s(answer.headers.get("Retry-After"))
        if wait_s is not None and wait_s > LONGEST_WAIT_S:
            return CatalogueRefused(f"TMDB asks to wait for {wait_s:.0f} seconds.")
        return _TryAgain("TMDB answers that it is asked too often.", wait_s)
    if answer.status >= 500:
        CATALOGUE_REQUESTS.labels("server_error").inc()
        return _TryAgain(f"TMDB answered {answer.status}.")
    CATALOGUE_REQUESTS.labels("unusable").inc()
    if answer.status == 200:
        return _TryAgain("TMDB's answer is no JSON object.")
    return CatalogueFailed(f"TMDB answered {answer.status}: {_words(said)}.")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _words(said: object) -> str:
    """Return TMDB's own words in one short line that a terminal can show."""
    words = said.get("status_message") if isinstance(said, dict) else None
    line = " ".join(str(words or "no reason given")[:1000].split())
    return "".join(filter(str.isprintable, line))[:200].rstrip(".")


def _retry_after_s(value: str | None) -> float | None:
    """Return the seconds to wait: a number or a date (RFC 9110 section 10.2.3), else None."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - clock.now()).total_seconds())
