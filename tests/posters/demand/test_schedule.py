"""Who builds a new poster: never both a worker and this process."""

from __future__ import annotations

from mozi.errors import QueueError
from mozi.posters.demand.schedule import STARTED_AT_ONCE, BuildSchedule


class Builds:
    """Stands for OnDemandBuilds; takes whatever it is given."""

    def __init__(self) -> None:
        self.started: list[int] = []

    def start(self, movie_id: int) -> bool:
        self.started.append(movie_id)
        return True


class Queue:
    """Stands for PosterQueue, with so many workers; None: Redis is away."""

    def __init__(self, workers: int | None) -> None:
        self.count = workers
        self.offered: list[int] = []

    def workers(self) -> int:
        if self.count is None:
            raise QueueError("Redis is away.")
        return self.count

    def offer(self, movie_ids: list[int]) -> bool:
        self.offered.extend(movie_ids)
        return bool(self.count)


def scheduled(workers: int | None, *, offered: bool = False) -> tuple[int, list[int], list[int]]:
    """Return how many are in hand, what was queued, and what was started here."""
    builds, queue = Builds(), Queue(workers)
    in_hand = BuildSchedule(builds, queue).build([1, 2], offered=offered)  # type: ignore[arg-type]
    return in_hand, queue.offered, builds.started


def test_a_worker_that_listens_builds() -> None:
    assert scheduled(1) == (2, [1, 2], [])


def test_what_the_commit_has_offered_is_not_queued_twice() -> None:
    assert scheduled(1, offered=True) == (2, [], [])


def test_without_a_worker_this_process_builds() -> None:
    assert scheduled(0) == (2, [], [1, 2])


def test_without_redis_this_process_builds() -> None:
    assert scheduled(None, offered=True) == (2, [], [1, 2])


def test_a_large_import_leaves_room_for_visitors() -> None:
    builds = Builds()
    assert BuildSchedule(builds, None).build(range(500)) == STARTED_AT_ONCE  # type: ignore[arg-type]
