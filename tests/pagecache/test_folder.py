"""Pages in a folder: whole or not at all, within a bound that several processes keep."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import pytest

from mozi.pagecache.folder import BLOCK_BYTES, FolderPages
from mozi.pagecache.shards import SHARDS
from tests.pagecache.flood import flooded
from tests.support.forks import Forks

KIB = 1024


def pages_in(folder: Path, *, shard_bytes: int = 64 * KIB) -> FolderPages:
    return FolderPages(folder, default_timeout=100, max_bytes=SHARDS * shard_bytes)


def on_disk(folder: Path) -> int:
    """Return what the folder's files take, as `du` counts."""
    found = 0
    for path in folder.rglob("*"):
        try:
            found += path.lstat().st_blocks * 512 if path.is_file() else 0
        except FileNotFoundError:  # removed meanwhile
            continue
    return found


def names_in_one_shard(pages: FolderPages, count: int) -> list[str]:
    names = (f"k{number}" for number in range(100_000))
    shard = pages._path("k0").parent
    return [name for name in names if pages._path(name).parent == shard][:count]


def test_the_oldest_pages_of_a_share_make_room(tmp_path: Path) -> None:
    pages = pages_in(tmp_path, shard_bytes=4 * BLOCK_BYTES)
    pages.default_timeout = 10**10
    names = names_in_one_shard(pages, 6)
    for age, name in enumerate(names):
        pages.set(name, b"page")
        os.utime(pages._path(name), (1e9 + age,) * 2)
    pages.set(names[5], b"again")
    assert [pages.get(name) for name in names] == [None] * 2 + [b"page"] * 3 + [b"again"]


def test_what_is_too_old_is_removed_by_the_next_write(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    old, new = names_in_one_shard(pages, 2)
    pages.set(old, b"page")
    os.utime(pages._path(old), (time.time() - 161,) * 2)
    pages.set(new, b"page")
    assert pages.get(old) is None


def test_a_page_larger_than_its_share_is_not_kept(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    assert not pages.set("k", b"x" * (64 * KIB + 1))
    assert pages.set("k", b"x" * 64 * KIB)


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    pages.set("k", b"page")
    left = pages._path("k").parent / "draft-left"
    left.write_bytes(b"half a pa")
    pages.set("k", b"page")
    assert not left.exists()


def test_what_earlier_releases_kept_is_removed(tmp_path: Path) -> None:
    (tmp_path / "0a1b").write_bytes(b"page")
    (tmp_path / "tmpabc").write_bytes(b"half a pa")
    pages_in(tmp_path).set("k", b"page")
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_writer_that_was_stopped_delays_no_other(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    pages.set("k", b"page")
    with open(pages._path("k").parent / "lock") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not pages.set("k", b"new page")
    assert pages.get("k") == b"page"
    assert pages.set("k", b"new page")


@pytest.mark.parametrize("largest", [500, 30_000])
def test_several_processes_stay_within_the_bound_at_every_moment(
    tmp_path: Path, start: Forks, largest: int
) -> None:
    bound = SHARDS * 64 * KIB
    most = max(flooded(start, (str(tmp_path), bound, largest), lambda: on_disk(tmp_path)))
    assert bound / 2 < most <= bound


def test_readers_never_see_half_a_page(tmp_path: Path) -> None:
    pages, seen = FolderPages(tmp_path, default_timeout=100), set()
    pages.set("k", b"a" * 100_000)
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            pages.set("k", b"ab"[number % 2 : number % 2 + 1] * 100_000)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen.add(pages.get("k"))
    writer.join()
    assert seen <= {b"a" * 100_000, b"b" * 100_000}
