"""One poster to build now, shared by all HTTP requests that wait for it."""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock

from mozi.posters.queries import PosterState
from mozi.posters.recipes import Recipe

AGE_WORTH = 2  # a second of age counts like so many waiters, so that no request waits for ever


class Phase(Enum):
    """Where a build request is: QUEUED and BUILDING in this process, REMOTE in another one."""

    QUEUED = "queued"
    BUILDING = "building"
    REMOTE = "remote"
    DONE = "done"


class Waiters:
    """Counts the HTTP requests that wait for a build now. Thread-safe."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()

    def join(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1

    def leave(self) -> None:
        """Count one less."""
        with self._lock:
            self.count -= 1

    def __enter__(self) -> None:
        self.join()

    def __exit__(self, *raised: object) -> None:
        self.leave()


@dataclass(eq=False)
class BuildRequest:
    """A poster to build. Only OnDemandBuilds changes one, and only under its lock.

    state: the poster as the last visitor found it, None before the first visitor. built: the
    state afterwards, or the error. gives_up_at: until when a build of another process is
    watched (time.monotonic). context: of the first HTTP request, so that the build logs its id.
    """

    movie_id: int
    state: PosterState | None = None
    phase: Phase = Phase.QUEUED
    gives_up_at: float | None = None
    since: float = field(default_factory=time.monotonic)
    built: Future[PosterState] = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)
    waiters: Waiters = field(default_factory=Waiters)

    def answers(self, slug: str, recipe: Recipe) -> bool:
        """Return whether a visitor of this address waits for this very build."""
        state = self.state
        return state is not None and slug == state.slug and recipe in state.missing()

    def urgency(self, now: float) -> tuple[bool, float]:
        """Return a sort key: the request with the largest one is built first.

        A build answers all its waiters, so the one with the most waiters comes first, with a
        bonus for its age. Requests without waiters come last, the oldest of them first.
        """
        return self.waiters.count > 0, self.waiters.count + AGE_WORTH * (now - self.since)
