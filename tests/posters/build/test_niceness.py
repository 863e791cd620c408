"""Threads that build come after those of pages."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from mozi.posters.build.niceness import NICENESS, yield_to_pages


def niceness_of_a_build_thread(began_at: int) -> int:
    with ThreadPoolExecutor(1, initializer=lambda: os.nice(began_at)) as threads:
        threads.submit(yield_to_pages).result()
        return threads.submit(os.nice, 0).result()


def test_a_build_thread_comes_after_the_pages_and_never_raises_its_priority() -> None:
    here = os.nice(0)
    assert niceness_of_a_build_thread(0) == max(here, NICENESS)
    assert niceness_of_a_build_thread(19 - here) == 19


def test_a_system_that_allows_no_priorities_does_not_stop_builds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*given: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)
    yield_to_pages()
