"""Decides who builds a poster that was just saved: a worker if one listens, else this process."""

from __future__ import annotations

from collections.abc import Sequence

from mozi.errors import QueueError
from mozi.posters.batch.queue import PosterQueue
from mozi.posters.demand.builds import OnDemandBuilds

STARTED_AT_ONCE = 60  # of the BUILDS_IN_HAND; the rest is for visitors


class BuildSchedule:
    """The one place that decides it. queue: None without REDIS_URL."""

    def __init__(self, builds: OnDemandBuilds, queue: PosterQueue | None) -> None:
        self.builds = builds
        self.queue = queue

    def offer(self, movie_ids: Sequence[int]) -> bool:
        """Queue posters for the workers; return whether one listens. Never raises."""
        return self.queue is not None and self.queue.offer(movie_ids)

    def offer_new_sources(self, _sender: object, movie_ids: tuple[int, ...]) -> None:
        """Receive the signal new_sources: these sources have just been committed."""
        self.offer(movie_ids)

    def build(self, movie_ids: Sequence[int], *, offered: bool = False) -> int:
        """Have posters built; return how many are queued. Here: the first STARTED_AT_ONCE at most.

        offered: their sources are new, so their commit has offered them to the workers already.
        """
        if self._has_workers() and (offered or self.offer(movie_ids)):
            return len(movie_ids)
        return sum(self.builds.start(movie_id) for movie_id in movie_ids[:STARTED_AT_ONCE])

    def may_build_extras(self) -> bool:
        """Return whether this process may: no visitor waits here, and no worker listens."""
        return self.builds.is_idle and not self._has_workers()

    def _has_workers(self) -> bool:
        try:
            return self.queue is not None and self.queue.workers() > 0
        except QueueError:
            return False
