"""Pages spread over the shards of a store."""

from __future__ import annotations

from collections import Counter

from mozi.pagecache.shards import SHARDS, shard_of


def test_pages_are_spread_evenly() -> None:
    pages = Counter(shard_of(f"https://mozi.example/film/{number}?") for number in range(1600))
    assert sorted(pages) == list(range(SHARDS))
    assert min(pages.values()) > 50  # 100 on average


def test_every_process_finds_a_page_in_the_same_shard() -> None:
    assert shard_of("/") == 10
