"""Bounds the fetches that run at once in one process, in all and for each host."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from mozi.errors import Busy


@dataclass(frozen=True, eq=False)
class _Ticket:
    host: str


class FetchSlots:
    """At most `total` fetches at once, and at most per_host from one host. Thread-safe.

    Slots go to the threads in the order of their calls. A thread that waits for a busy host lets
    threads for other hosts go first, so one slow host does not delay the others.
    """

    def __init__(self, total: int, per_host: int) -> None:
        self.total = total
        self.per_host = per_host
        self._running: Counter[str] = Counter()
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, url: str, timeout_s: float) -> Iterator[None]:
        """Hold a slot for url's host within the block; url can also be a bare host.

        Raises Busy if no slot is free within timeout_s seconds.
        """
        host = host_of(url)
        self._take(_Ticket(host), timeout_s)
        try:
            yield
        finally:
            self._give_back(host)

    def _take(self, ticket: _Ticket, timeout_s: float) -> None:
        with self._changed:
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._next() is ticket, max(timeout_s, 0)):
                    raise Busy("As many posters are being fetched as may be at once.")
                self._running[ticket.host] += 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()  # the thread that is next now may go as well

    def _give_back(self, host: str) -> None:
        with self._changed:
            self._running[host] -= 1
            self._running += Counter()  # drops the hosts at zero, or they would pile up
            self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        """Return the oldest ticket whose host has a free slot."""
        if self._running.total() >= self.total:
            return None
        free = (t for t in self._waiting if self._running[t.host] < self.per_host)
        return next(free, None)


def host_of(url: str) -> str:
    """Return url's host in lower case; url itself if its host cannot be read."""
    try:
        return urlsplit(url).hostname or url.lower()
    except ValueError:
        return url
