"""The counters that throttle the sign-in, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from mozi.accounts.attempts import AttemptsInDatabase
from mozi.database import reading
from mozi.models import Attempt
from tests.conftest import Clock, on_both_backends


@pytest.fixture
def attempts(app: Flask) -> AttemptsInDatabase:
    return AttemptsInDatabase()


@on_both_backends
def test_a_counter_adds_until_its_time_is_over(attempts: AttemptsInDatabase, clock: Clock) -> None:
    assert [attempts.incr("a", 60), attempts.incr("a", 60), attempts.get("a")] == [1, 2, 2]
    assert attempts.get_expiry("a") == clock.now().timestamp() + 60
    clock.tick(60)
    assert attempts.get("a") == 0
    assert attempts.incr("a", 60) == 1


@on_both_backends
def test_attempts_at_the_same_moment_all_count(app: Flask, attempts: AttemptsInDatabase) -> None:
    def attempt(number: int) -> int:
        with app.app_context():
            return attempts.incr("a", 60)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(attempt, range(24))) == list(range(1, 25))


def test_counters_whose_time_is_over_are_deleted(
    attempts: AttemptsInDatabase, clock: Clock
) -> None:
    attempts.incr("a", 60)
    clock.tick(61)
    attempts.incr("b", 60)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_counter_or_all_can_be_deleted(attempts: AttemptsInDatabase) -> None:
    for name in ("a", "b", "c"):
        attempts.incr(name, 60)
    attempts.clear("a")
    assert [attempts.get(name) for name in ("a", "b", "c")] == [0, 1, 1]
    attempts.reset()
    assert [attempts.get(name) for name in ("a", "b", "c")] == [0, 0, 0]
