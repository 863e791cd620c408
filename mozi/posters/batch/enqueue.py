"""A warm-up by all workers: queues what is missing, and watches until it is built.

Its report is that of a warm-up in this process, so the command prints both alike.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import islice

from mozi.errors import QueueError
from mozi.posters.batch.queue import Ended, PosterQueue
from mozi.posters.batch.selection import Selection, candidates
from mozi.posters.batch.warming import Failed, WarmReport

LOOK_EVERY_S = 0.5
JOBS_IN_SIGHT = 100  # workers take the oldest first, so the next to end are among these
WITHOUT_WORKERS_S = 90.0  # a worker that a deploy starts again needs some seconds


class QueuedWarming:
    """One run: queues the movies of a selection in jobs, and counts their results.

    on_done: called after each movie. stop: the caller sets it to stop watching; the workers
    build what is queued all the same.
    """

    def __init__(
        self,
        queue: PosterQueue,
        selection: Selection,
        *,
        on_done: Callable[[WarmReport], None] = lambda report: None,
    ) -> None:
        self.queue = queue
        self.selection = selection
        self.on_done = on_done
        self.stop = threading.Event()
        self.report = WarmReport()
        self._worker_seen_at = time.monotonic()

    def run(self) -> WarmReport:
        """Queue all movies; return the report when all are built, or no worker is left.

        Raises QueueError.
        """
        if not self.queue.workers():
            raise QueueError("No worker runs; start one with `flask work`.")
        left = self._enqueue()
        while left and not self.stop.is_set():
            ended = self.queue.ended(list(islice(left, JOBS_IN_SIGHT)))
            for job_id, end in ended.items():
                self._count(left.pop(job_id), end)
            if not ended:
                self._wait()
        self.report.interrupted = bool(left) and self.report.stopped_by is None
        return self.report

    def _enqueue(self) -> dict[str, list[int]]:
        return self.queue.enqueue(
            [candidate.movie_id for candidate in candidates(self.selection)],
            media=list(self.selection.media),
            rebuild=self.selection.rebuild,
            retry_failed=self.selection.retry_failed,
        )

    def _count(self, movie_ids: list[int], end: Ended) -> None:
        if end.result is None:
            self.report.failed += [Failed(movie_id, "", end.reason) for movie_id in movie_ids]
        else:
            self.report.built += end.result["built"]
            self.report.failed += [Failed(**failed) for failed in end.result["failed"]]
        for _ in movie_ids:
            self.on_done(self.report)

    def _wait(self) -> None:
        """Wait a moment; stop if no worker has been there for WITHOUT_WORKERS_S."""
        self.stop.wait(LOOK_EVERY_S)
        now = time.monotonic()
        if self.queue.workers():
            self._worker_seen_at = now
        elif now > self._worker_seen_at + WITHOUT_WORKERS_S:
            self.report.stopped_by = "no worker runs any more; what is queued waits for one"
            self.stop.set()
