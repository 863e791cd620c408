"""When a page may be served from memory: each case on a clock of the test's own."""

from __future__ import annotations

import gc
import random
import tracemalloc
from dataclasses import replace

import pytest

from mozi.pagecache.entries import ENCODINGS, Entry, make_entry
from mozi.pagecache.memory import KeptPage, PageMemory

DAY = "2026-11-26"
COALESCE_S = 2.0


def entry(size_bytes: int = 10) -> Entry:
    return make_entry(
        b"x" * size_bytes,
        page="p",
        fingerprint="f",
        day=DAY,
        began=0.0,
        content_type="text/html",
        digests={},
    )


@pytest.fixture
def kept() -> KeptPage:
    """A page that was read and rendered at second 100 and lives for an hour."""
    made = KeptPage()
    made.replace(entry(), 100.0, render_began=100.0, ends_at=3700.0)
    return made


def may_serve_previous(kept: KeptPage, now: float) -> bool:
    return kept.may_serve_previous(now, coalesce_s=COALESCE_S)


def test_a_page_is_a_hit_for_a_second_after_it_was_known_to_be_current(kept: KeptPage) -> None:
    assert kept.is_hit(100.9, DAY)
    assert not kept.is_hit(101.0, DAY)


def test_a_read_that_agrees_makes_it_a_hit_again(kept: KeptPage) -> None:
    kept.confirm(150.0)
    assert kept.is_hit(150.9, DAY)


def test_another_day_is_no_hit(kept: KeptPage) -> None:
    assert not kept.is_hit(100.1, "2026-11-27")


def test_a_page_whose_life_is_over_is_no_hit(kept: KeptPage) -> None:
    kept.confirm(3699.9)
    assert kept.is_hit(3699.95, DAY)
    assert not kept.is_hit(3700.0, DAY)


def test_a_page_that_is_known_to_have_changed_is_no_hit(kept: KeptPage) -> None:
    kept.changed = True
    assert not kept.is_hit(100.1, DAY)


def test_a_changed_page_is_served_for_the_coalescing_pause(kept: KeptPage) -> None:
    kept.changed = True
    assert may_serve_previous(kept, 101.9)
    assert not may_serve_previous(kept, 102.0)


def test_during_a_refresh_the_previous_page_is_served(kept: KeptPage) -> None:
    kept.confirm(110.0)
    kept.refresh_began = 112.9
    assert may_serve_previous(kept, 125.0)


def test_work_that_began_beyond_the_bound_lets_all_wait(kept: KeptPage) -> None:
    kept.confirm(110.0)
    kept.refresh_began = 113.1
    assert not may_serve_previous(kept, 113.2)


def test_a_page_without_requests_for_hours_is_not_served_to_the_second_visitor(
    kept: KeptPage,
) -> None:
    kept.refresh_began = 3600.0
    assert not may_serve_previous(kept, 3600.1)


def test_after_a_failure_the_previous_page_is_served_for_a_while(kept: KeptPage) -> None:
    kept.backoff_until = 501.0
    assert may_serve_previous(kept, 500.9)
    assert not may_serve_previous(kept, 501.0)


def test_an_empty_slot_serves_nothing() -> None:
    empty = KeptPage(refresh_began=1.0, backoff_until=9.0)
    assert not empty.is_hit(1.0, DAY)
    assert not may_serve_previous(empty, 1.0)


def keep(memory: PageMemory, name: str, size_bytes: int = 1000) -> None:
    kept = memory.ensure(name)
    kept.replace(entry(size_bytes), 1.0, render_began=1.0, ends_at=9.0)
    memory.recount(name, kept)


def test_the_least_recently_used_pages_go_first() -> None:
    memory = PageMemory(max_bytes=6000)
    for name in ("a", "b"):
        keep(memory, name)
    memory.ensure("a")
    keep(memory, "c")
    assert [name for name in "abc" if memory.get(name)] == ["a", "c"]


def test_pages_that_are_never_rendered_do_not_pile_up() -> None:
    memory = PageMemory(max_bytes=10_000)
    for number in range(1000):
        memory.ensure(f"{number}" * 50)
    assert sum(memory.get(f"{number}" * 50) is not None for number in range(1000)) < 20


def test_a_page_that_was_dropped_while_it_was_rendered_is_not_counted() -> None:
    memory = PageMemory(max_bytes=6000)
    dropped = memory.ensure("a")
    memory.drop("a")
    dropped.replace(entry(4000), 1.0, render_began=1.0, ends_at=9.0)
    memory.recount("a", dropped)
    keep(memory, "b", 2500)
    keep(memory, "c", 10)
    assert memory.get("b")


@pytest.mark.parametrize("marks", [0, 300])
def test_what_is_kept_takes_no_more_memory_than_is_counted(marks: int) -> None:
    memory = PageMemory(max_bytes=2_000_000)
    keep(memory, "warm")
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(2000):
            kept = memory.ensure(f"page {number}")
            kept.replace(marked(number, marks), 1.0, render_began=1.0, ends_at=9.0)
            memory.recount(f"page {number}", kept)
        del kept
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1_000_000 < held < 2_000_000


def marked(number: int, marks: int) -> Entry:
    body = random.Random(number).randbytes(500)
    return replace(
        entry(),
        bodies={coding: body + coding.encode() for coding in ENCODINGS},
        digests={f"{number + mark}.thumb": f"{mark:010x}" for mark in range(marks)},
    )
