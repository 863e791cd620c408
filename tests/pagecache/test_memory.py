"""When a page may be served from memory: each case on a clock of the test's own."""

from __future__ import annotations

import gc
import random
import tracemalloc
from dataclasses import replace

import pytest

from mozi.pagecache.entries import ENCODINGS, Entry, make_entry
from mozi.pagecache.memory import Slot, Slots

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
        marks={},
    )


@pytest.fixture
def slot() -> Slot:
    """A slot whose page was read and rendered at second 100 and lives for an hour."""
    made = Slot()
    made.take(entry(), 100.0, render_began=100.0, ends_at=3700.0)
    return made


def may_serve_previous(slot: Slot, now: float) -> bool:
    return slot.may_serve_previous(now, coalesce_s=COALESCE_S)


def test_a_page_is_a_hit_for_a_second_after_it_was_known_to_be_current(slot: Slot) -> None:
    assert slot.is_hit(100.9, DAY)
    assert not slot.is_hit(101.0, DAY)


def test_a_read_that_agrees_makes_it_a_hit_again(slot: Slot) -> None:
    slot.confirm(150.0)
    assert slot.is_hit(150.9, DAY)


def test_another_day_is_no_hit(slot: Slot) -> None:
    assert not slot.is_hit(100.1, "2026-11-27")


def test_a_page_whose_life_is_over_is_no_hit(slot: Slot) -> None:
    slot.confirm(3699.9)
    assert slot.is_hit(3699.95, DAY)
    assert not slot.is_hit(3700.0, DAY)


def test_a_page_that_is_known_to_have_changed_is_no_hit(slot: Slot) -> None:
    slot.moved = True
    assert not slot.is_hit(100.1, DAY)


def test_a_changed_page_rests_for_the_coalescing_pause(slot: Slot) -> None:
    slot.moved = True
    assert may_serve_previous(slot, 101.9)
    assert not may_serve_previous(slot, 102.0)


def test_while_somebody_works_the_previous_page_is_served(slot: Slot) -> None:
    slot.confirm(110.0)
    slot.working_since = 112.9
    assert may_serve_previous(slot, 125.0)


def test_work_that_began_beyond_the_bound_lets_everybody_wait(slot: Slot) -> None:
    slot.confirm(110.0)
    slot.working_since = 113.1
    assert not may_serve_previous(slot, 113.2)


def test_a_page_nobody_asked_for_in_hours_is_not_served_to_the_second_visitor(slot: Slot) -> None:
    slot.working_since = 3600.0
    assert not may_serve_previous(slot, 3600.1)


def test_after_a_failure_the_previous_page_is_served_for_a_while(slot: Slot) -> None:
    slot.resting_until = 501.0
    assert may_serve_previous(slot, 500.9)
    assert not may_serve_previous(slot, 501.0)


def test_an_empty_slot_serves_nothing() -> None:
    empty = Slot(working_since=1.0, resting_until=9.0)
    assert not empty.is_hit(1.0, DAY)
    assert not may_serve_previous(empty, 1.0)


def keep(slots: Slots, name: str, size_bytes: int = 1000) -> None:
    slot = slots.ensure(name)
    slot.take(entry(size_bytes), 1.0, render_began=1.0, ends_at=9.0)
    slots.weigh(name, slot)


def test_the_least_recently_used_pages_go_first() -> None:
    slots = Slots(max_bytes=6000)
    for name in ("a", "b"):
        keep(slots, name)
    slots.ensure("a")
    keep(slots, "c")
    assert [name for name in "abc" if slots.get(name)] == ["a", "c"]


def test_pages_that_are_never_rendered_do_not_pile_up() -> None:
    slots = Slots(max_bytes=10_000)
    for number in range(1000):
        slots.ensure(f"{number}" * 50)
    assert sum(slots.get(f"{number}" * 50) is not None for number in range(1000)) < 20


def test_a_page_that_was_dropped_while_it_was_rendered_is_not_counted() -> None:
    slots = Slots(max_bytes=6000)
    dropped = slots.ensure("a")
    slots.forget("a")
    dropped.take(entry(4000), 1.0, render_began=1.0, ends_at=9.0)
    slots.weigh("a", dropped)
    keep(slots, "b", 2500)
    keep(slots, "c", 10)
    assert slots.get("b")


@pytest.mark.parametrize("marks", [0, 300])
def test_what_is_kept_takes_no_more_memory_than_is_counted(marks: int) -> None:
    slots = Slots(max_bytes=2_000_000)
    keep(slots, "warm")
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(2000):
            slot = slots.ensure(f"page {number}")
            slot.take(marked(number, marks), 1.0, render_began=1.0, ends_at=9.0)
            slots.weigh(f"page {number}", slot)
        del slot
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
        marks={f"{number + mark}.thumb": f"{mark:010x}" for mark in range(marks)},
    )
