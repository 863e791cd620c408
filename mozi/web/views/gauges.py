"""The gauges of /metrics: services, queue, memory and the last backup, read at each scrape.

Pages do not set them. Each group of look-ups waits CHECK_S at most.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from math import nan
from pathlib import Path

from flask import Flask, current_app
from prometheus_client.values import MutexValue, ValueClass

from mozi import metrics
from mozi.maintenance.last_backup import find_last_backup
from mozi.posters.batch.queue import QueueFigures
from mozi.services import services
from mozi.web.views.health import Readiness, readiness

KIB = 1024
PROPORTIONAL_SIZE = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def register(app: Flask) -> None:
    """Set up the look-up of the queue, without a memory: a counter must never go back."""
    checks = {"queue": _queue_figures}
    app.extensions["mozi-queue-figures"] = Readiness(app, checks, remembered_s=0)


def look_up() -> dict[str, str] | None:
    """Set every gauge, unknown ones to NaN; return the counts of all `flask work` processes.

    None without a queue, or if Redis does not answer.
    """
    for part, state in readiness().states().items():
        metrics.READY.labels(part).set(state == "ok")
    for process, size_bytes in _memory().items():
        metrics.MEMORY_BYTES.labels(process).set(size_bytes)
    backed_up_at = find_last_backup(services().settings.data_dir)
    metrics.BACKUP_TIMESTAMP.set(nan if backed_up_at is None else backed_up_at.timestamp())
    figures = queue_figures()
    metrics.QUEUE_WORKERS.set(nan if figures is None else figures.workers)
    metrics.QUEUE_JOBS.set(nan if figures is None else figures.waiting)
    return None if figures is None else figures.counts


def queue_figures() -> QueueFigures | None:
    """Return the queue's figures; None without a queue, or if Redis does not answer."""
    figures: QueueFigures | None = current_app.extensions["mozi-queue-figures"].value("queue")
    return figures


def has_workers() -> bool:
    """Return whether this process is a gunicorn worker, set up by gunicorn.conf.py."""
    return ValueClass is not MutexValue


def _queue_figures() -> QueueFigures | None:
    queue = services().queue
    return None if queue is None else queue.figures()


def _memory() -> Mapping[str, int]:
    """Return the bytes of the master and of all workers; shared memory is counted once."""
    if not has_workers():
        return {"workers": _size_of(os.getpid())}
    master = os.getppid()
    with suppress(OSError):
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return {"master": _size_of(master), "workers": sum(_size_of(int(w)) for w in workers)}
    return {}


def _size_of(pid: int) -> int:
    """Return a process's proportional set size (proc(5), smaps_rollup); 0 if unknown."""
    with suppress(OSError):
        found = PROPORTIONAL_SIZE.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return KIB * int(found[1]) if found else 0
    return 0
