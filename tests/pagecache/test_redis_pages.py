"""Pages in Redis: within a bound that several machines keep, by what Redis itself counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from mozi.pagecache.redis_pages import PREFIX, RedisPages
from mozi.pagecache.shards import SHARDS, shard_of
from tests.conftest import Leap
from tests.pagecache.flood import back_end, flooded
from tests.support.forks import Forks

KIB = 1024
BOUND = SHARDS * 64 * KIB


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.from_url(redis_url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def pages(client: redis.Redis, redis_url: str) -> RedisPages:
    made = back_end(redis_url, BOUND)
    assert isinstance(made, RedisPages)
    return made


def held_bytes(client: redis.Redis) -> int:
    """Return what Redis says that all pages take, with what it keeps them in."""
    sizes = [client.memory_usage(f"{PREFIX}{shard:x}", samples=0) for shard in range(SHARDS)]
    return sum(size or 0 for size in sizes)


def names_in_one_shard(count: int) -> list[str]:
    names = (f"k{number}" for number in range(100_000))
    return [name for name in names if shard_of(name) == shard_of("k0")][:count]


def test_a_page_comes_back_as_it_was_stored(pages: RedisPages) -> None:
    assert pages.set("k", b"\x00\xff page")
    assert (pages.get("k"), pages.get("another")) == (b"\x00\xff page", None)


def test_the_oldest_pages_of_a_share_make_room(pages: RedisPages, leap: Leap) -> None:
    names = names_in_one_shard(6)
    for name in names:
        pages.set(name, b"x" * 12 * KIB)
        leap(1)
    pages.set(names[5], b"again")
    assert [pages.get(name) is not None for name in names] == [False] * 2 + [True] * 4
    assert pages.get(names[5]) == b"again"


def test_what_is_too_old_is_removed_by_the_next_write(
    pages: RedisPages, client: redis.Redis, leap: Leap
) -> None:
    old, new = names_in_one_shard(2)
    pages.set(old, b"page")
    leap(101)
    pages.set(new, b"page")
    assert pages.get(old) is None
    assert client.hlen(f"{PREFIX}{shard_of(old):x}") == 2


def test_redis_forgets_a_share_that_nothing_is_added_to(
    pages: RedisPages, client: redis.Redis
) -> None:
    pages.set("k", b"page")
    assert 0 < client.ttl(f"{PREFIX}{shard_of('k'):x}") <= 100


def test_a_page_larger_than_its_share_is_not_kept(pages: RedisPages) -> None:
    assert not pages.set("k", b"x" * 64 * KIB)
    assert pages.get("k") is None


@pytest.mark.parametrize("largest", [500, 30_000])
def test_several_processes_stay_within_the_bound_at_every_moment(
    client: redis.Redis, redis_url: str, start: Forks, largest: int
) -> None:
    most = max(flooded(start, (redis_url, BOUND, largest), lambda: held_bytes(client)))
    assert BOUND / 2 < most <= BOUND
