"""Every order in which two renderers, a writer and a warmer can take their steps.

The cache's code is the real one; each actor is a greenlet that stops where it touches what
the others see: at each read of a row, before it renders, before it stores. The database is a
dictionary whose readers get a snapshot. The clock moves only when the test moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from greenlet import getcurrent, greenlet

from mozi.pagecache import cache as story
from mozi.pagecache.cache import Page, PageCache
from mozi.pagecache.entries import Entry
from mozi.pagecache.fingerprints import fingerprint_of

BOUND_S = 2.0 + 1.0 + 0.1  # the pause, a second, and a render that takes no time here
DAY = "2026-11-26"
STEPS = {"one": 4, "other": 4, "writer": 1, "warmer": 1}


class World:
    """A database, a store that two processes share, and a clock; steps are taken when told."""

    def __init__(self) -> None:
        self.rows = {"title": "old", "thumb": "route"}
        self.stored: dict[str, Entry] = {}
        self.rendering: set[str] = set()
        self.now = 1000.0
        self.caches = [self.cache(), self.cache()]

    def cache(self) -> PageCache:
        return PageCache(self, life_s=3600, coalesce_s=2)  # type: ignore[arg-type]

    # The store, as PageStore has it.
    is_shared_by_machines = False

    def find(self, key: str) -> Entry | None:
        return self.stored.get(key)

    def put(self, key: str, entry: Entry) -> None:
        step()
        self.stored[key] = entry

    @contextmanager
    def render_lock(self, key: str) -> Iterator[bool]:
        ours = key not in self.rendering
        if ours:
            self.rendering.add(key)
        try:
            yield ours
        finally:
            if ours:
                self.rendering.discard(key)

    # The database: a reader's first look is its snapshot.
    @contextmanager
    def reading(self) -> Iterator[dict[str, str]]:
        yield dict(self.rows)

    def load(self, session: dict[str, str]) -> tuple[str, str]:
        title = session["title"]
        step()
        return title, session["thumb"]

    def render(self, shown: tuple[str, str]) -> str:
        step()
        return " ".join(shown)

    def ask(self, cache: PageCache) -> str:
        page: Page[Any] = Page("index", "/", DAY, self.load, self.render)
        return cache.serve(page).entry.bodies["identity"].decode()

    def actors(self) -> dict[str, Callable[[], object]]:
        return {
            "one": lambda: self.ask(self.caches[0]),
            "other": lambda: self.ask(self.caches[1]),
            "writer": lambda: self.rows.update(title="new"),
            "warmer": lambda: self.rows.update(thumb="url"),
        }


def step() -> None:
    """Let the others go on; outside of an actor nothing happens."""
    parent = getcurrent().parent
    if parent is not None:
        parent.switch()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Callable[[], World]:
    """Return a function that makes a new world, in which the cache's code then runs."""

    def make() -> World:
        made = World()
        time = SimpleNamespace(monotonic=lambda: made.now, sleep=lambda s: step())
        clock = SimpleNamespace(now=lambda: SimpleNamespace(timestamp=lambda: made.now))
        monkeypatch.setattr(story, "time", time)
        monkeypatch.setattr(story, "clock", clock)
        monkeypatch.setattr(story, "reading", made.reading)
        monkeypatch.setattr(story.logger, "info", lambda *_: None)
        return made

    return make


def orders() -> Iterator[tuple[str, ...]]:
    """Yield every order of the actors' steps, each once."""
    yield from _orders(dict(STEPS), ())


def _orders(left: dict[str, int], taken: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not any(left.values()):
        yield taken
    for name in [name for name, steps in left.items() if steps]:
        yield from _orders({**left, name: left[name] - 1}, (*taken, name))


def run(world: World, order: tuple[str, ...]) -> None:
    """Take the steps in this order, then those that are left over."""
    actors = {name: greenlet(call) for name, call in world.actors().items()}
    for name in order:
        if not actors[name].dead:
            actors[name].switch()
    while alive := [actor for actor in actors.values() if not actor.dead]:
        alive[0].switch()


def stale_orders(world: Callable[[], World], *, cold: bool = False) -> list[tuple[str, ...]]:
    """Return the orders after which some process still lacks a change when the bound is over.

    cold: no process has the page before.
    """
    found = []
    for order in orders():
        made = world()
        for cache in () if cold else made.caches:
            made.ask(cache)
        made.now += 60
        run(made, order)
        made.now += BOUND_S
        if {made.ask(cache) for cache in (*made.caches, made.cache())} != {"new url"}:
            found.append(order)
    return found


@pytest.mark.parametrize("cold", [False, True])
def test_no_order_of_steps_leaves_a_stale_page(world: Callable[[], World], cold: bool) -> None:
    assert sum(1 for _ in orders()) == 6300
    assert stale_orders(world, cold=cold) == []


def test_the_search_finds_a_fingerprint_that_is_read_after_the_rows(
    world: Callable[[], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: with the two reads swapped, and no snapshot around them, it does."""

    def read_in_the_wrong_order(page: Page[Any]) -> story._Rows:
        with story.reading() as session:
            shown = page.load(session)
        step()
        with story.reading() as session:
            fingerprint = fingerprint_of(page.load(session))
        return story._Rows(shown, fingerprint, story.time.monotonic(), 1000.0)

    monkeypatch.setattr(story, "_read_rows", read_in_the_wrong_order)
    assert stale_orders(world)


@pytest.mark.parametrize("changes", list(permutations(["writer", "warmer"])))
def test_a_change_between_the_reading_and_the_rendering_shows_next(
    world: Callable[[], World], changes: tuple[str, ...]
) -> None:
    made = world()
    run(made, ("one", "one", *changes, "one", "one"))
    assert made.caches[0].memory.get("/") is not None
    made.now += BOUND_S
    assert made.ask(made.caches[0]) == "new url"
