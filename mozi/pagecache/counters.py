"""What the page cache did in the last hour, over all workers: for the status page.

Each process counts in its metrics, and adds the difference to the database's counts: once a
minute, at the first request after it, in a thread, so that no visitor waits. A process without
requests keeps its last minute to itself until the next one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import delete, func, select, text

from mozi import clock, metrics
from mozi.database import in_one_line, reading, writing
from mozi.models import PageCounter

MINUTE_S = 60
KEPT_MINUTES = 60

Counts = Counter[tuple[str, str]]
"""How often, by page and by what happened to it."""

logger = logging.getLogger(__name__)

_ADD = text(
    """
    INSERT INTO page_tally (minute, page, what, count) VALUES (:minute, :page, :what, :count)
    ON CONFLICT (minute, page, what) DO UPDATE SET count = page_tally.count + excluded.count
    """
)


class PageCounters:
    """The counts of one process that the database does not have yet. Thread-safe.

    in_context: returns the app's context, for the thread that saves.
    """

    def __init__(self, in_context: Callable[[], AbstractContextManager[object]]) -> None:
        self.in_context = in_context
        self.due = time.monotonic() + MINUTE_S
        self._minute = _minute()
        self._saved = _counted()
        self._lock = threading.Lock()

    def save_if_due(self) -> None:
        """Save the counts in a thread, if a minute is over; the request goes on at once."""
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + MINUTE_S
            threading.Thread(target=self._try_saving, name="page-counters", daemon=True).start()

    def save(self) -> None:
        """Add what this process has counted since the last time to the database's counts."""
        with self._lock:
            counted, minute = _counted(), self._minute
            _add(minute, counted - self._saved)
            self._saved, self._minute = counted, _minute()

    def _try_saving(self) -> None:
        try:
            with self.in_context():
                self.save()
        except Exception as error:
            logger.warning("The page cache's counts could not be saved: %s", in_one_line(error))


def last_hour() -> Mapping[str, Mapping[str, int]]:
    """Return, for each page with requests in the last hour, how often what happened."""
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
    """Write a row as counts are written, for /readyz; raises the database's errors.

    Its minute is long past: no hour counts it, and the next count removes it.
    """
    _add(0, Counter({("readyz", "written"): 1}))


def _add(minute: int, counts: Counts) -> None:
    if not counts:
        return
    rows = [
        {"minute": minute, "page": page, "what": what, "count": count}
        for (page, what), count in sorted(counts.items())
    ]
    with writing() as session:
        session.execute(delete(PageCounter).where(PageCounter.minute <= minute - KEPT_MINUTES))
        session.execute(_ADD, rows)


def _minute() -> int:
    return int(clock.now().timestamp() // MINUTE_S)


def _counted() -> Counts:
    """Return what this process has counted since its start."""
    metrics.flush()
    return Counter(
        {
            (sample.labels["page"], sample.labels[label]): round(sample.value)
            for label, counter in (
                ("result", metrics.PAGE_CACHE_REQUESTS),
                ("reason", metrics.PAGE_CACHE_RESETS),
            )
            for family in counter.collect()
            for sample in family.samples
            if sample.name.endswith("_total")
        }
    )
