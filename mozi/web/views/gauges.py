"""The gauges of /metrics, looked up when it is read: services, queue, memory and the last backup.

Nothing is looked up for a page, and nothing is waited for longer than CHECK_S a group.
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
    """Let the app look at its queue; nothing is remembered, since a counter must not step back."""
    checks = {"queue": _queue_figures}
    app.extensions["mozi-queue-figures"] = Readiness(app, checks, remembered_s=0)


def look_up() -> dict[str, str] | None:
    """Set every gauge, NaN where it is unknown; return what all `flask work` have counted.

    None where there is no queue, or Redis does not answer.
    """
    for part, state in readiness().states().items():
        metrics.READY.labels(part).set(state == "ok")
    for process, size_bytes in _memory().items():
        metrics.MEMORY_BYTES.labels(process).set(size_bytes)
    backed_up_at = find_last_backup(services().settings.data_dir)
    metrics.BACKUP_TIMESTAMP.set(nan if backed_up_at is None else backed_up_at.timestamp())
    figures: QueueFigures | None = current_app.extensions["mozi-queue-figures"].value("queue")
    metrics.QUEUE_WORKERS.set(nan if figures is None else figures.workers)
    metrics.QUEUE_JOBS.set(nan if figures is None else figures.waiting)
    return None if figures is None else figures.counts


def has_workers() -> bool:
    """Return whether this process is one of gunicorn's workers, as gunicorn.conf.py has it."""
    return ValueClass is not MutexValue


def _queue_figures() -> QueueFigures | None:
    queue = services().queue
    return None if queue is None else queue.figures()


def _memory() -> Mapping[str, int]:
    """Return the bytes that the master and all workers hold, what they share counted once."""
    if not has_workers():
        return {"workers": _size_of(os.getpid())}
    master = os.getppid()
    with suppress(OSError):
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return {"master": _size_of(master), "workers": sum(_size_of(int(w)) for w in workers)}
    return {}


def _size_of(pid: int) -> int:
    """Return a process's proportional set size (proc(5), smaps_rollup); 0 where it is unknown."""
    with suppress(OSError):
        found = PROPORTIONAL_SIZE.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return KIB * int(found[1]) if found else 0
    return 0
