"""The worker (`flask work`): takes jobs from the queue and builds their posters.

Each job runs in a fork of the worker, so a picture that crashes the job leaves the worker alive.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis
from flask import current_app
from redis.client import Pipeline
from rq import Worker, worker_registration
from rq.exceptions import DequeueTimeout, StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

from mozi import clock
from mozi.errors import QueueError
from mozi.extensions import db
from mozi.posters.batch.queue import WORKER_LIFE_S, PosterJob, PosterQueue, plain_reason
from mozi.posters.batch.selection import Selection
from mozi.posters.batch.warming import Warming, workers_for
from mozi.posters.batch.worker_counts import counted_for_all
from mozi.posters.build.niceness import yield_to_pages
from mozi.posters.extras.idle import LEAST_PRIORITY, IdleExtras
from mozi.services import services
from mozi.signals import handled_by

logger = logging.getLogger(__name__)

HEARTBEAT_S = 10  # after Redis lost its data, the worker is unknown for so long
RETRY_S = 2.0
LOG_EVERY_S = 60.0
EXTRAS_EVERY_S = 60.0
EXTRAS_S = 50.0  # a job of extras; a new job ends it earlier


class ShutDown(Exception):
    """The worker stops; RQ queues the job again, for another worker."""


class PosterWorker(Worker):
    """RQ's worker, but it waits while Redis is away or full, and survives the loss of its data.

    RQ's own loop ends at the first error of Redis. This worker also takes no commands from
    Redis, such as to shut down.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._outage = Outage()
        self._extras_at = float("-inf")
        super().__init__(*arguments, **options)

    @property
    def dequeue_timeout(self) -> int:
        """Return how many seconds the worker waits for a job between two heartbeats."""
        return HEARTBEAT_S

    def take_jobs(self, *, burst: bool) -> None:
        """Take jobs until a signal stops the worker; burst: until none is left."""
        self.birth_date = clock.now()
        self._install_signal_handlers()  # type: ignore[no-untyped-call]
        logger.info("The worker listens on %s.", ", ".join(self.queue_names()))
        with suppress(StopRequested):
            while not self._stop_requested and self._has_taken_job(burst=burst):
                pass
        with suppress(redis.RedisError):
            self.register_death()  # type: ignore[no-untyped-call]

    def _has_taken_job(self, *, burst: bool) -> bool:
        """Wait for a job and do it; return False if burst and none is left."""
        try:
            self.heartbeat()
            self._outage.end()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()  # type: ignore[no-untyped-call]
            return self._do_next_job(None if burst else self.dequeue_timeout)
        except DequeueTimeout:
            self._offer_extras()
            return True
        except redis.RedisError as error:
            self.executions.clear()  # of a job that could not begin
            self._outage.note(error)
            time.sleep(RETRY_S)
            return True

    def _do_next_job(self, timeout_s: int | None) -> bool:
        """Do one job; return False if there is none; raises DequeueTimeout or RedisError."""
        self.set_state(WorkerStatus.IDLE)
        found = self.queue_class.dequeue_any(
            self.queues,
            timeout_s,
            connection=self.connection,
            job_class=self.job_class,
            serializer=self.serializer,
            death_penalty_class=self.death_penalty_class,
        )
        if found is None:
            return False
        job, queue = found
        logger.info("The worker begins job %s: %s.", job.id, job.description)
        self.execute_job(job, queue)
        return True

    def _offer_extras(self) -> None:
        """Queue a look for extras, now that no job waits, once in EXTRAS_EVERY_S."""
        queue, now = services().queue, time.monotonic()
        if queue and services().settings.poster_extras and now >= self._extras_at:
            self._extras_at = now + EXTRAS_EVERY_S
            with suppress(QueueError):
                queue.enqueue_extras()

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Write the heartbeat, and register the worker again: Redis may have lost its data."""
        beat = self.connection.pipeline() if pipeline is None else pipeline
        super().heartbeat(timeout or WORKER_LIFE_S, beat)
        beat.hset(self.key, mapping=self.serialize())
        worker_registration.register(self, beat)
        if pipeline is None:
            beat.execute()

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Write heartbeats while a job runs. The job goes on even if Redis does not answer."""
        try:
            super().maintain_heartbeats(job, execution)
        except redis.RedisError as error:
            self._outage.note(error)

    def handle_warm_shutdown_request(self) -> None:
        """Signal the fork too, since not every supervisor signals all processes.

        The job then finishes only the movies that it has begun: Heroku kills a process after
        30 s, and 20 slow sources can take longer.
        """
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def set_shutdown_requested_date(self) -> None:
        """Do nothing: Redis may be away, and the worker must still wait for its job."""


class Outage:
    """Logs a line a minute while Redis fails, and one when it works again."""

    def __init__(self) -> None:
        self._logged_at = float("-inf")
        self._end_is_due = False

    def note(self, error: redis.RedisError) -> None:
        """Log why Redis fails, unless that was logged within a minute."""
        now = time.monotonic()
        if now >= self._logged_at + LOG_EVERY_S:
            self._logged_at = now
            self._end_is_due = True
            logger.warning("The worker waits for Redis: %s", plain_reason(error))

    def end(self) -> None:
        """Log that Redis works again, if a failure was logged."""
        if self._end_is_due:
            self._end_is_due = False
            logger.info("The worker goes on: Redis can be used again.")


def work(queue: PosterQueue, *, burst: bool = False) -> None:
    """Run a worker until a signal stops it; burst: until no job is left. Nothing is unpickled."""
    listening = queue.opened_for_work()
    worker = PosterWorker(
        [listening],
        connection=listening.connection,
        job_class=PosterJob,
        serializer=JSONSerializer,
        worker_ttl=WORKER_LIFE_S,
    )
    worker.take_jobs(burst=burst)


def build_posters(
    movie_ids: Sequence[int],
    *,
    media: Sequence[str] = (),
    rebuild: bool = False,
    retry_failed: bool = False,
    extras: bool = False,
) -> dict[str, Any]:
    """Build what these movies miss; return the counts of a warm-up, as JSON can hold them.

    extras: build AVIF and cards of all movies instead, until another job waits.
    Raises ShutDown if a signal stopped the worker before all were done.
    """
    db.engine.dispose(close=False)  # the connections belong to the worker, not to its fork
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app
    if extras:
        return _build_extras(services().idle.extras)
    selection = Selection(
        shown_from=clock.today(services().settings),
        movie_ids=tuple(movie_ids),
        media=tuple(media),
        rebuild=rebuild,
        retry_failed=retry_failed,
    )
    warming = Warming(
        services().pipeline,
        selection,
        workers=workers_for(selection, slots=services().settings.poster_build_slots),
        in_context=app.app_context,
    )
    stopping = handled_by(lambda number, frame: warming.stop.set(), signal.SIGTERM)
    with stopping, counted_for_all(services().queue):
        report = warming.run()
    if report.interrupted:
        raise ShutDown("The worker was told to go.")
    return {"built": report.built, "failed": [vars(failed) for failed in report.failed]}


def _build_extras(extras: IdleExtras) -> dict[str, Any]:
    """Build extras until none is missing, EXTRAS_S are over, a job waits, or a signal comes."""
    stop, until = threading.Event(), time.monotonic() + EXTRAS_S
    queue = services().queue
    yield_to_pages(LEAST_PRIORITY)
    stopping = handled_by(lambda number, frame: stop.set(), signal.SIGTERM)
    with stopping, counted_for_all(queue):
        while not stop.is_set() and time.monotonic() < until:
            if queue is not None and not queue.is_empty():
                break
            if not extras.build_next():
                break
    return {"built": 0, "failed": []}
