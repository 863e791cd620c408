"""Several processes that store pages without number, and what the store holds meanwhile."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

import redis

from mozi.pagecache.folder import FolderPages
from mozi.pagecache.redis_pages import RedisPages
from tests.support.forks import Forks

PROCESSES = 4
PAGES = 600  # of each process
CODE = "import sys; from tests.pagecache.flood import store; store(*sys.argv[1:])"


def back_end(place: str, max_bytes: int) -> FolderPages | RedisPages:
    """Return a back end on place, the URL of a Redis or a folder."""
    if not place.startswith("redis:"):
        return FolderPages(place, default_timeout=100, max_bytes=max_bytes)
    pages = RedisPages(redis.from_url(place), default_timeout=100)
    pages.max_bytes = max_bytes
    return pages


def store(place: str, max_bytes: str, largest: str, seed: str) -> None:
    """Store PAGES pages of up to `largest` bytes under names of their own."""
    pages, chance = back_end(place, int(max_bytes)), random.Random(seed)
    for number in range(PAGES):
        pages.set(f"{seed} {number}", chance.randbytes(chance.randrange(int(largest))))


def flooded(
    start: Forks, flood: tuple[str, int, int], held_bytes: Callable[[], int]
) -> Iterator[int]:
    """Yield what is held while PROCESSES processes store; flood: place, max_bytes, largest."""
    running = [
        start("-c", CODE, *map(str, (*flood, seed)), env=dict(os.environ))
        for seed in range(PROCESSES)
    ]
    while any(process.poll() is None for process in running):
        yield held_bytes()
        time.sleep(0.002)
    yield held_bytes()
    assert [process.wait(30) for process in running] == [0] * PROCESSES
