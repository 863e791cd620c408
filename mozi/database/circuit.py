"""A circuit breaker: once a request has found the database silent, no other one waits for it.

The circuit opens when a request waits for long and a probe on a connection of its own gets no
answer either, so a slow query alone never opens it. While it is open, requests fail at once and
probes repeat in the background; the first answer closes it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

RETRY_S = 0.5  # between two probes while the circuit is open
TRUSTED_S = 0.5  # after an answered probe no other one starts, however many queries are slow


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="database-probe", daemon=True).start()


class Circuit:
    """Whether the database answers this process. Thread-safe; off until it is turned on.

    answers: returns whether the database answers on a new connection. opened: called each time
    the circuit opens. run: runs the probes in the background.
    """

    def __init__(
        self,
        answers: Callable[[], bool],
        *,
        opened: Callable[[], None],
        run: Callable[[Callable[[], None]], None] = _in_a_thread,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answers = answers
        self._opened = opened
        self._run = run
        self._sleep = sleep
        self._now = now
        self._answered_at = float("-inf")
        self._probing = threading.Lock()
        self.is_on = False
        self.is_open = False

    def suspect(self) -> None:
        """Start a probe, unless one runs or was answered a moment ago; return at once."""
        trusted = self._now() < self._answered_at + TRUSTED_S
        if self.is_on and not trusted and self._probing.acquire(blocking=False):
            self._run(self._probe)

    def _probe(self) -> None:
        """Probe until the database answers; the first silence opens the circuit."""
        began = self._now()
        try:
            while not self._answers():
                self._open()
                self._sleep(RETRY_S)
        finally:  # a probe that fails must not leave the circuit open for ever
            self._answered_at = self._now()
            if self.is_open:
                self.is_open = False
                logger.warning("The database answers again, after %.1f s", self._now() - began)
            self._probing.release()

    def _open(self) -> None:
        if not self.is_open:
            self.is_open = True
            logger.error(
                "The database is silent; requests that need it fail at once until it answers"
            )
            self._opened()
