"""The queue of posters to build, in Redis, by RQ; workers (`flask work`) take jobs from it.

The lease is the only guard: a job that is lost, doubled or late costs only time. Redis holds
JSON, never a pickle, and a worker runs one function of ours and no other, so a client that can
write to Redis can have posters built and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis
from rq import Queue, Retry, Worker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from mozi import metrics
from mozi.errors import QueueError

logger = logging.getLogger(__name__)

JOB = "mozi.jobs.build_posters"
MOVIES_A_JOB = 20  # enough to overlap fetches; few enough for a worker that stops to finish
JOB_S = 900  # 20 sources that all time out take 100 s, two at a time
WAITING_S = 24 * 3600  # then a job that no worker took is dropped; the first hit builds instead
RESULT_S = 3600
ATTEMPTS = 3
ANSWER_S = 1.0  # how long Redis may take, since an admin's save waits for it
WORKER_LIFE_S = 60  # how long a killed idle worker still counts


class PosterJob(Job):
    """A job that runs only our function, whatever Redis names, and has no callbacks."""

    success_callback = failure_callback = stopped_callback = None

    @property
    def func(self) -> Callable[..., Any]:
        """Return our function; raises QueueError for any other name."""
        if self.func_name != JOB:
            raise QueueError(f"{self.func_name!r} is no job of ours.")
        function: Callable[..., Any] = super().func
        return function

    def send_webhooks(self, *_: object, **__: object) -> None:
        """Call no address that Redis names."""


@dataclass(frozen=True)
class Ended:
    """How a job ended. result: what it returned, None if it failed for good."""

    result: dict[str, Any] | None
    reason: str = ""


@dataclass(frozen=True)
class QueueFigures:
    """How many workers listen and jobs wait; counts: of all workers, by field."""

    workers: int
    waiting: int
    counts: dict[str, str]


class PosterQueue:
    """The queue of one site. Its name comes from the secret key, so sites can share a Redis."""

    def __init__(self, redis_url: str, *, secret_key: str) -> None:
        self.name = f"mozi-{hashlib.sha256(secret_key.encode()).hexdigest()[:8]}"
        self.redis_url = redis_url
        self._connection = _connection(redis_url, answer_s=ANSWER_S)
        self._queue = self._opened(self._connection)

    def offer(self, movie_ids: Collection[int]) -> bool:
        """Queue the posters of a save in front of all others; return whether a worker listens.

        Never raises: without a worker or Redis, the first visitor's request builds them.
        """
        if not movie_ids:
            return False
        try:
            if not self.workers():
                return False
            self.enqueue(movie_ids, at_front=True)
        except QueueError as error:
            logger.warning("The posters of %d movies were not queued: %s", len(movie_ids), error)
            return False
        return True

    def workers(self) -> int:
        """Return how many workers listen to this queue; raises QueueError."""
        with _queue_errors():
            return len(Worker.all(queue=self._queue, serializer=JSONSerializer))

    def figures(self) -> QueueFigures:
        """Return the figures for monitoring; raises QueueError."""
        workers, counts = self.workers(), self.counts()
        with _queue_errors():
            return QueueFigures(workers, self._queue.count, counts)

    def enqueue(
        self, movie_ids: Collection[int], *, at_front: bool = False, **options: bool | list[str]
    ) -> dict[str, list[int]]:
        """Queue movies, MOVIES_A_JOB to a job; return the movies by job id; raises QueueError.

        options: of jobs.build_posters.
        """
        chunks = list(_chunks(movie_ids))
        jobs = [
            Queue.prepare_data(
                JOB,
                kwargs={"movie_ids": chunk, **options},
                timeout=JOB_S,
                ttl=WAITING_S,
                result_ttl=RESULT_S,
                failure_ttl=WAITING_S,
                description=f"posters of {len(chunk)} movies from {chunk[0]} on",
                at_front=at_front,
                retry=Retry(max=ATTEMPTS - 1),
            )
            for chunk in chunks
        ]
        with _queue_errors():
            queued = self._queue.enqueue_many(jobs)
        return {str(job.id): chunk for job, chunk in zip(queued, chunks, strict=True)}

    def enqueue_extras(self) -> None:
        """Queue one look for missing AVIF and cards, behind all others; raises QueueError."""
        job = Queue.prepare_data(
            JOB,
            kwargs={"movie_ids": [], "extras": True},
            timeout=JOB_S,
            ttl=RESULT_S,
            result_ttl=0,
            description="AVIF and share cards",
        )
        with _queue_errors():
            self._queue.enqueue_many([job])

    def is_empty(self) -> bool:
        """Return whether no job waits; raises QueueError."""
        with _queue_errors():
            return not self._queue.count

    def ended(self, job_ids: Sequence[str]) -> dict[str, Ended]:
        """Return the jobs that have ended, or that Redis has lost; raises QueueError."""
        with _queue_errors():
            jobs = PosterJob.fetch_many(job_ids, self._connection, serializer=JSONSerializer)
            ends = ((job_id, _end_of(job)) for job_id, job in zip(job_ids, jobs, strict=True))
            return {job_id: end for job_id, end in ends if end is not None}

    def add_counts(self, counts: Mapping[str, float]) -> None:
        """Add to the counts of all workers; raises QueueError."""
        with _queue_errors(), self._connection.pipeline(transaction=False) as pipeline:
            for field, value in counts.items():
                pipeline.hincrbyfloat(self._counts_key, field, value)
            pipeline.execute()

    def counts(self) -> dict[str, str]:
        """Return the counts of all workers, by field; raises QueueError."""
        with _queue_errors():
            found: dict[bytes, bytes] = self._connection.hgetall(self._counts_key)  # type: ignore[assignment]  # not awaited
        return {
            field.decode(errors="replace"): value.decode(errors="replace")
            for field, value in found.items()
        }

    @property
    def _counts_key(self) -> str:
        return f"{self.name}-counts"

    def opened_for_work(self) -> Queue:
        """Return the queue on a connection that may wait for a job as long as a worker does."""
        return self._opened(_connection(self.redis_url, answer_s=None))

    def _opened(self, connection: redis.Redis) -> Queue:
        return Queue(
            self.name, connection=connection, job_class=PosterJob, serializer=JSONSerializer
        )


def _connection(redis_url: str, *, answer_s: float | None) -> redis.Redis:
    """Return a client, which connects at its first use."""
    return redis.from_url(redis_url, socket_timeout=answer_s, socket_connect_timeout=ANSWER_S)


@contextmanager
def _queue_errors() -> Iterator[None]:
    """Turn an error of Redis into QueueError, and count it."""
    try:
        yield
    except redis.RedisError as error:
        metrics.REDIS_FAILURES.labels("queue").inc()
        raise QueueError(f"The queue in Redis cannot be used: {plain_reason(error)}") from error


def plain_reason(error: redis.RedisError) -> str:
    """Return why Redis failed, in one line; its own message can quote a whole command."""
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return "it is full (maxmemory)."
    return str(error) or type(error).__name__


def _chunks(movie_ids: Collection[int]) -> Iterator[list[int]]:
    left = iter(movie_ids)
    while chunk := list(islice(left, MOVIES_A_JOB)):
        yield chunk


def _end_of(job: Job | None) -> Ended | None:
    """Return how the job ended, None if it has not."""
    if job is None:
        return Ended(None, "Redis has forgotten the job.")
    status = job.get_status(refresh=False)
    if status == JobStatus.FINISHED:
        return Ended(job.return_value())
    if status in {JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED}:
        result = job.latest_result()
        lines = ((result and result.exc_string) or str(status)).strip().splitlines()
        return Ended(None, lines[-1])
    return None
