"""Locks for rendering, in a folder and in Redis."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
import redis

from mozi.pagecache import locks
from mozi.pagecache.locks import FolderLocks, Locks, RedisLocks
from tests.support.forks import Forks

HOLD = """
import sys, time
from pathlib import Path
from mozi.pagecache.locks import FolderLocks
release = FolderLocks(Path(sys.argv[1])).acquire("/")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["folder", "redis"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Locks]:
    if request.param == "folder":
        yield FolderLocks(tmp_path / "locks")
        return
    with redis.from_url(request.getfixturevalue("redis_url")) as client:
        client.flushdb()
        yield RedisLocks(client, "lock:")


def test_a_lock_has_one_holder_until_it_is_released(made: Locks) -> None:
    release = made.acquire("/")
    assert release is not None
    assert made.acquire("/") is None
    assert made.acquire("/filmek") is not None
    release()
    assert made.acquire("/") is not None


def test_a_killed_process_loses_its_lock(start: Forks, tmp_path: Path) -> None:
    holder = start("-c", HOLD, str(tmp_path), env=os.environ, stdout=PIPE)
    assert holder.stdout is not None
    with holder.stdout:
        holder.stdout.readline()
        assert FolderLocks(tmp_path).acquire("/") is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert FolderLocks(tmp_path).acquire("/") is not None


def test_a_lock_that_expired_in_redis_is_not_released_by_its_former_holder(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LONGEST_RENDER_MS", 1)
    with redis.from_url(redis_url) as client:
        client.flushdb()
        made = RedisLocks(client, "lock:")
        former = made.acquire("/")
        while client.exists("lock:/"):
            pass
        monkeypatch.setattr(locks, "LONGEST_RENDER_MS", 60_000)
        assert made.acquire("/") is not None
        assert former is not None
        former()
        assert made.acquire("/") is None


def test_files_of_locks_do_not_pile_up(tmp_path: Path) -> None:
    made = FolderLocks(tmp_path)
    for number in range(1000):
        if release := made.acquire(f"/film/{number}"):
            release()
    assert len(list(tmp_path.iterdir())) <= locks.FILES
