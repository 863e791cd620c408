"""Bounds the fetches that run at once in one process, in all and for each host."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from mozi.errors import Busy

SLOW_S = 2  # a poster takes some 0.2 s
LOOK_AGAIN_S = 0.25  # a waiting thread learns so late that another fetch has become slow


@dataclass(eq=False)
class _Ticket:
    """A thread's turn. since: when it got its slot, in seconds of the clock."""

    host: str
    since: float = 0


class FetchSlots:
    """At most `total` fetches at once, and at most per_host from one host. Thread-safe.

    Slots go to the threads in the order of their calls. A thread that waits for a busy host lets
    threads for other hosts go first, so one slow host does not delay the others. A fetch that
    takes longer than SLOW_S gives up its place at its host: one source that hangs does not hold
    up the others of a CDN. No host gets more than half of the total that way.
    """

    def __init__(
        self, total: int, per_host: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = total
        self.per_host = per_host
        self.clock = clock
        self._running: list[_Ticket] = []
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, url: str, timeout_s: float) -> Iterator[None]:
        """Hold a slot for url's host within the block; url can also be a bare host.

        Raises Busy if no slot is free within timeout_s seconds.
        """
        ticket = _Ticket(host_of(url))
        self._take(ticket, timeout_s)
        try:
            yield
        finally:
            self._give_back(ticket)

    def _take(self, ticket: _Ticket, timeout_s: float) -> None:
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._wait(ticket, time.monotonic() + timeout_s)
                ticket.since = self.clock()
                self._running.append(ticket)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()  # the thread that is next now may go as well

    def _wait(self, ticket: _Ticket, deadline: float) -> None:
        while self._next() is not ticket:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise Busy("As many posters are being fetched as may be at once.")
            self._changed.wait(min(left_s, LOOK_AGAIN_S))

    def _give_back(self, ticket: _Ticket) -> None:
        with self._changed:
            self._running.remove(ticket)
            self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        """Return the oldest ticket whose host has a free slot."""
        if len(self._running) >= self.total:
            return None
        return next((ticket for ticket in self._waiting if self._has_room(ticket.host)), None)

    def _has_room(self, host: str) -> bool:
        running = [ticket for ticket in self._running if ticket.host == host]
        prompt = sum(self.clock() - ticket.since < SLOW_S for ticket in running)
        return prompt < self.per_host and len(running) < max(self.per_host, self.total // 2)


def host_of(url: str) -> str:
    """Return url's host in lower case; url itself if its host cannot be read."""
    try:
        return urlsplit(url).hostname or url.lower()
    except ValueError:
        return url
