"""What the page cache did in the last hour, counted in the database for all workers together.

Each process hands in what it has counted, once a minute while it is asked for anything: at the
first request after a minute is over, in a thread of its own, so that no visitor waits for it.
What it counted since it looked last was then counted within that minute, so it is filed there.
A process that nobody asks any more keeps what it counted in its last minute to itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from prometheus_client import Counter
from sqlalchemy import delete, func, select, text

from mozi import clock, metrics
from mozi.database import in_one_line, reading, writing
from mozi.models import PageCounter

MINUTE_S = 60
KEPT_MINUTES = 60

Counts = dict[tuple[str, str], float]

logger = logging.getLogger(__name__)

_ADD = text(
    """
    INSERT INTO page_tally (minute, page, what, count) VALUES (:minute, :page, :what, :count)
    ON CONFLICT (minute, page, what) DO UPDATE SET count = page_tally.count + excluded.count
    """
)


class PageCounters:
    """What one process has still to hand in. Thread-safe.

    in_context: gives the app's context, which a thread of our own does not have.
    """

    def __init__(self, in_context: Callable[[], AbstractContextManager[object]]) -> None:
        self.in_context = in_context
        self.due = time.monotonic() + MINUTE_S
        self._minute = _minute()
        self._saved = _counted()
        self._lock = threading.Lock()

    def save_if_due(self) -> None:
        """Hand in what was counted, if a minute is over; the request goes on at once."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + MINUTE_S
        threading.Thread(target=self._save_in_thread, name="page-counters", daemon=True).start()

    def save(self) -> None:
        """Add what this process has counted since the last time to the database's counts."""
        with self._lock:
            counted, minute = _counted(), self._minute
            news = {name: n - self._saved.get(name, 0) for name, n in counted.items()}
            _add(minute, {name: round(n) for name, n in news.items() if n > 0})
            self._saved, self._minute = counted, _minute()

    def _save_in_thread(self) -> None:
        try:
            with self.in_context():
                self.save()
        except Exception as error:
            logger.warning("what the page cache did could not be handed in: %s", in_one_line(error))


def last_hour() -> Mapping[str, Mapping[str, int]]:
    """Return, for each page that was asked for in the last hour, how often what happened."""
    query = (
        select(PageCounter.page, PageCounter.what, func.sum(PageCounter.count))
        .where(PageCounter.minute > _minute() - KEPT_MINUTES)
        .group_by(PageCounter.page, PageCounter.what)
        .order_by(PageCounter.page)
    )
    pages: dict[str, dict[str, int]] = {}
    with reading() as session:
        for page, what, count in session.execute(query):
            pages.setdefault(page, {})[what] = int(count)
    return pages


def try_writing() -> None:
    """Write a row of a minute long past, as counts are written; raises what the database says.

    It is counted nowhere, and the next count removes it.
    """
    _add(0, {("readyz", "written"): 1})


def _add(minute: int, counts: Mapping[tuple[str, str], int]) -> None:
    rows = [
        {"minute": minute, "page": page, "what": what, "count": count}
        for (page, what), count in sorted(counts.items())
    ]
    if not rows:
        return
    with writing() as session:
        session.execute(delete(PageCounter).where(PageCounter.minute <= minute - KEPT_MINUTES))
        session.execute(_ADD, rows)


def _minute() -> int:
    return int(clock.now().timestamp() // MINUTE_S)


def _counted() -> Counts:
    """Return what this process has counted since it began, by page and what happened."""
    metrics.flush()
    return {
        **_samples(metrics.PAGE_CACHE_REQUESTS, "result"),
        **_samples(metrics.PAGE_CACHE_RESETS, "reason"),
    }


def _samples(counter: Counter, label: str) -> Counts:
    return {
        (sample.labels["page"], sample.labels[label]): sample.value
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }
