"""The way of a page, in one process and over several that share a store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from mozi.errors import Busy, MovieNotFound
from mozi.pagecache.cache import Page, PageCache, Served
from mozi.pagecache.render_gate import Hold
from mozi.pagecache.store import PageStore
from mozi.settings import Settings
from tests.conftest import Leap
from tests.support.logs import listening

MakeCache = Callable[..., PageCache]
PATIENCE_S = 30


@dataclass
class Source:
    """What a page shows, and what it takes to read and to render it.

    held: a render ends once this is set.
    """

    rows: str = "one"
    reads: int = 0
    renders: int = 0
    slow_s: float = 0.0
    held: threading.Event | None = None
    broken: Exception | None = None
    gone: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, session: Session) -> str:
        with self.lock:
            self.reads += 1
        if self.gone:
            raise MovieNotFound(1)
        return self.rows

    def render(self, shown: str) -> str:
        with self.lock:
            self.renders += 1
        time.sleep(self.slow_s)
        if self.held:
            assert self.held.wait(PATIENCE_S)
        if self.broken:
            raise self.broken
        return f"<p>{shown}</p>"

    def page(self, day: str = "2026-11-26") -> Page[str]:
        return Page("test", "http://site/?", day, self.load, self.render)


@pytest.fixture
def make_cache(app: Flask, backend_env: dict[str, str]) -> MakeCache:
    """Return a function that makes one process's cache; all share the store of the folder."""

    def make(life_s: float = 3600, coalesce_s: float = 2) -> PageCache:
        store = PageStore(Flask("test"), Settings.from_env(backend_env))
        return PageCache(store, life_s=life_s, coalesce_s=coalesce_s)

    return make


@pytest.fixture
def source() -> Source:
    return Source()


def results(cache: PageCache, page: Page[str], times: int) -> list[str]:
    return [cache.serve(page).result for _ in range(times)]


def test_the_first_request_renders_and_the_next_ones_cost_no_query(
    make_cache: MakeCache, source: Source
) -> None:
    assert results(make_cache(), source.page(), 4) == ["miss", "hit", "hit", "hit"]
    assert (source.reads, source.renders) == (1, 1)


def test_an_unchanged_page_is_read_once_a_second_and_never_rendered(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache()
    for _ in range(10):
        results(cache, source.page(), 5)
        leap(1.0)
    assert source.renders == 1
    assert source.reads == 9  # not within the pause after the render, in which no request renders


def test_a_change_shows_at_the_next_reading(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache()
    cache.serve(source.page())
    leap(10)
    source.rows = "two"
    served = cache.serve(source.page())
    assert (served.result, served.entry.bodies["identity"]) == ("miss", b"<p>two</p>")


def test_only_a_new_page_waits_at_the_render_gate(
    make_cache: MakeCache,
    source: Source,
    leap: Leap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache, holds = make_cache(), 0
    real = cache.gate.hold

    def hold() -> AbstractContextManager[Hold]:
        nonlocal holds
        holds += 1
        return real()

    monkeypatch.setattr(cache.gate, "hold", hold)
    cache.serve(source.page())
    leap(10)
    cache.serve(source.page())
    leap(10)
    source.rows = "two"
    assert cache.serve(source.page()).result == "miss"
    assert holds == 1


def test_renders_of_a_page_that_keeps_changing_are_the_pause_apart(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache(coalesce_s=2)
    for number in range(100):
        source.rows = str(number)
        cache.serve(source.page())
        leap(0.1)
    assert source.renders == 5
    leap(2)
    assert cache.serve(source.page()).entry.bodies["identity"] == b"<p>99</p>"


def test_in_the_pause_after_a_render_no_request_reads(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache(coalesce_s=2)
    cache.serve(source.page())
    source.rows = "two"
    leap(1.9)
    assert results(cache, source.page(), 3) == ["hit"] * 3
    assert source.reads == 1


def test_of_all_who_ask_for_a_new_page_at_once_one_renders(
    make_cache: MakeCache, source: Source, app: Flask
) -> None:
    cache, source.slow_s = make_cache(), 0.1
    assert at_once(app, lambda: cache.serve(source.page()).result, 16).count("miss") == 1
    assert source.renders == 1


def at_once(app: Flask, call: Callable[[], str], number: int) -> list[str]:
    barrier = threading.Barrier(number)

    def run(_: int) -> str:
        with app.app_context():
            barrier.wait()
            return call()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(run, range(number)))


def test_while_one_renders_a_changed_page_the_others_get_the_previous_one(
    make_cache: MakeCache, source: Source, app: Flask, leap: Leap
) -> None:
    cache = make_cache(coalesce_s=0.5)
    cache.serve(source.page())
    leap(1.2)
    source.rows, source.held = "two", threading.Event()
    with ThreadPoolExecutor(1) as thread:
        rendering = thread.submit(at_once, app, lambda: cache.serve(source.page()).result, 1)
        while source.renders < 2:
            time.sleep(0.001)
        assert results(cache, source.page(), 50) == ["stale"] * 50
        source.held.set()
        assert rendering.result() == ["miss"]


def test_a_page_without_requests_for_hours_is_not_served_to_the_second_visitor(
    make_cache: MakeCache, source: Source, app: Flask, leap: Leap
) -> None:
    cache = make_cache()
    cache.serve(source.page())
    leap(2 * 3600)
    source.rows, source.slow_s = "two", 0.2
    answers = at_once(app, lambda: str(cache.serve(source.page()).entry.bodies["identity"]), 8)
    assert set(answers) == {"b'<p>two</p>'"}


def test_a_page_that_outlived_its_life_is_rendered_though_nothing_changed(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache(life_s=60)
    cache.serve(source.page())
    leap(61)
    assert cache.serve(source.page()).result == "miss"


def test_another_day_is_another_page(make_cache: MakeCache, source: Source, leap: Leap) -> None:
    cache = make_cache()
    cache.serve(source.page("2026-11-26"))
    leap(5)
    assert cache.serve(source.page("2026-11-27")).result == "miss"


def test_what_one_process_rendered_serves_all(make_cache: MakeCache, source: Source) -> None:
    one, other = make_cache(), make_cache()
    assert (one.serve(source.page()).result, other.serve(source.page()).result) == ("miss", "hit")
    assert source.renders == 1


def test_of_several_processes_one_renders_a_changed_page(
    make_cache: MakeCache, source: Source, app: Flask, leap: Leap
) -> None:
    caches = [make_cache(coalesce_s=0.5) for _ in range(4)]
    for cache in caches:
        cache.serve(source.page())
    leap(1.2)
    source.rows, source.slow_s = "two", 0.2
    turns = iter(caches)
    answers = at_once(app, lambda: next(turns).serve(source.page()).result, 4)
    assert source.renders == 2
    assert answers.count("miss") == 1


def test_of_several_processes_one_reads_a_page_that_none_has(
    make_cache: MakeCache, source: Source, app: Flask, leap: Leap
) -> None:
    source.slow_s = 0.2
    turns = iter([make_cache() for _ in range(4)])
    answers = at_once(app, lambda: next(turns).serve(source.page()).result, 4)
    assert (source.reads, sorted(answers)) == (1, ["hit", "hit", "hit", "miss"])
    leap(1.2)
    assert make_cache().serve(source.page()).result == "hit"
    assert source.reads == 2  # what was read longer ago is compared with the rows


def test_machines_with_clocks_of_their_own_read_each_for_itself(
    make_cache: MakeCache, source: Source, backend_env: dict[str, str], redis_url: str
) -> None:
    backend_env["REDIS_URL"] = redis_url
    for _ in range(2):
        make_cache().serve(source.page())
    assert (source.reads, source.renders) == (2, 1)


def test_a_pause_counts_over_all_processes(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    one, other = make_cache(), make_cache()
    one.serve(source.page())
    source.rows = "two"
    leap(1.2)
    assert other.serve(source.page()).result == "stale"
    leap(2)
    assert other.serve(source.page()).result == "miss"


@pytest.mark.parametrize("where", ["folder", "redis"])
def test_a_process_killed_or_stopped_in_a_pages_first_render_costs_the_others_seconds_and_no_error(
    app: Flask,
    backend_env: dict[str, str],
    source: Source,
    where: str,
    request: pytest.FixtureRequest,
) -> None:
    if where == "redis":
        backend_env["REDIS_URL"] = request.getfixturevalue("redis_url")
    gone, alive = (PageStore(Flask("test"), Settings.from_env(backend_env)) for _ in range(2))
    cache, began = PageCache(alive, life_s=3600, coalesce_s=2), time.monotonic()
    with gone.render_lock(source.page().key) as theirs:  # which it never gives back
        assert theirs
        answers = at_once(app, lambda: cache.serve(source.page()).result, 8)
    assert sorted(answers) == ["hit"] * 7 + ["miss"]
    assert time.monotonic() - began < 20  # 2 s on a machine that does nothing else


def test_a_render_that_fails_serves_the_previous_page(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache()
    cache.serve(source.page())
    leap(100)
    source.rows, source.broken = "two", RuntimeError("template")
    assert results(cache, source.page(), 3) == ["stale"] * 3
    assert source.renders == 2  # one attempt a second, not one a request
    leap(1.1)
    source.broken = None
    assert cache.serve(source.page()).entry.bodies["identity"] == b"<p>two</p>"


def test_a_process_that_starts_while_renders_fail_serves_what_the_store_has(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    make_cache().serve(source.page())
    leap(100)
    source.rows, source.broken = "two", RuntimeError("template")
    assert make_cache().serve(source.page()).result == "stale"


def test_an_error_is_never_stored(make_cache: MakeCache, source: Source) -> None:
    cache, source.broken = make_cache(), RuntimeError("template")
    with pytest.raises(RuntimeError):
        cache.serve(source.page())
    source.broken = None
    assert cache.serve(source.page()).result == "miss"


def test_a_movie_that_was_deleted_is_no_page_any_more(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache()
    cache.serve(source.page())
    leap(5)
    source.gone = True
    with pytest.raises(MovieNotFound):
        cache.serve(source.page())
    assert cache.find_ready(source.page().key, source.page().day) is None


class AskedLock:
    """A lock that says when it is asked for."""

    def __init__(self, lock: threading.Lock, asked: threading.Event) -> None:
        self.lock, self.asked = lock, asked
        self.locked, self.release = lock.locked, lock.release

    def acquire(self, timeout: float) -> bool:
        self.asked.set()
        return self.lock.acquire(timeout=timeout)


def test_a_page_that_another_thread_makes_is_waited_for(
    make_cache: MakeCache, source: Source, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.pagecache.cache.BEING_MADE_S", 10)
    cache, begun, asked = make_cache(), threading.Event(), threading.Event()

    def render(shown: str) -> str:
        begun.set()
        assert asked.wait(10)
        return shown

    def make(page: Page[str]) -> Served:
        with app.app_context():
            return cache.serve(page)

    page = replace(source.page(), render=render)
    assert cache.find_being_made(page.key, page.day) is None
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(make, page)
        assert begun.wait(10)
        kept = cache.memory.ensure(page.key)
        monkeypatch.setattr(kept, "refresh_lock", AskedLock(kept.refresh_lock, asked))
        found = cache.find_being_made(page.key, page.day)
        assert (made.result().result, found and found.result) == ("miss", "hit")


def test_a_render_that_hangs_does_not_hold_everybody(
    make_cache: MakeCache, source: Source, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.pagecache.cache.LONGEST_WAIT_S", 0.2)
    cache, source.held, busy = make_cache(), threading.Event(), []

    def ask() -> str:
        try:
            return cache.serve(source.page()).result
        except Busy:
            busy.append(1)
            if len(busy) == 3:
                source.held.set()
            return "busy"

    assert sorted(at_once(app, ask, 4)) == ["busy"] * 3 + ["miss"]


def test_while_a_render_hangs_the_previous_page_is_shown(
    make_cache: MakeCache,
    source: Source,
    app: Flask,
    leap: Leap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = make_cache()
    cache.serve(source.page())
    monkeypatch.setattr("mozi.pagecache.cache.LONGEST_WAIT_S", 0.2)
    leap(10_000)  # too old to be shown during a render
    leap.runs, source.held, stale = True, threading.Event(), []

    def ask() -> str:
        result = cache.serve(source.page()).result
        if result == "stale":
            stale.append(1)
            if len(stale) == 3:
                source.held.set()
        return result

    assert sorted(at_once(app, ask, 4)) == ["miss"] + ["stale"] * 3


def test_a_page_that_aborts_is_no_failure(make_cache: MakeCache, source: Source) -> None:
    def load(session: Session) -> str:
        raise NotFound

    page = Page("test", "http://site/?", "2026-11-26", load, source.render)
    with pytest.raises(NotFound):
        make_cache().serve(page)


def test_each_render_says_why_in_one_line(
    make_cache: MakeCache, source: Source, leap: Leap
) -> None:
    cache = make_cache()
    with listening() as said:
        cache.serve(source.page())
        leap(5)
        cache.serve(source.page("2026-11-27"))
    reasons = [message.split(": ")[1].split(",")[0] for message in said.messages("INFO")]
    assert reasons == ["first", "day"]
