"""The pool of one process beside others, on a real PostgreSQL that allows few connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mozi.database import fail_fast, postgresql
from mozi.extensions import db
from tests.conftest import MakeApp

ALLOWED = 3


@pytest.fixture
def url(pg_url: str) -> Iterator[str]:
    """The URL of a role with three connections."""
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE few LOGIN CONNECTION LIMIT {ALLOWED}")
    yield pg_url.replace("postgres@", "few@").replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("DROP ROLE few")


@pytest.fixture
def engines(url: str) -> Iterator[tuple[Engine, Engine]]:
    """The engines of two processes."""
    two = [create_engine(url, **postgresql.engine_options()) for _ in range(2)]
    for engine in two:
        postgresql.prepare(engine)
    yield two[0], two[1]
    for engine in two:
        engine.dispose()


def ask(engine: Engine, *, seconds: float = 0.0) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_sleep({seconds})"))


def asked_at_once(engine: Engine, *, times: int, seconds: float = 0.0) -> list[Exception]:
    """Ask from as many threads as that, and return what failed."""
    failed: list[Exception] = []
    start = threading.Barrier(times)

    def work() -> None:
        start.wait(10)
        try:
            ask(engine, seconds=seconds)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failed


def test_two_processes_take_turns_where_few_connections_are_allowed(
    engines: tuple[Engine, Engine],
) -> None:
    failed: list[Exception] = []
    threads = [
        threading.Thread(target=lambda e=e: failed.extend(asked_at_once(e, times=12, seconds=0.02)))
        for e in engines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []


def test_a_process_that_is_busy_without_end_leaves_another_its_turn(
    engines: tuple[Engine, Engine],
) -> None:
    busy, other = engines
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            ask(busy, seconds=0.005)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        for _ in range(5):
            ask(other)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def test_connections_that_were_a_bursts_are_given_back(engines: tuple[Engine, Engine]) -> None:
    idle, other = engines
    for connection in [idle.connect() for _ in range(ALLOWED)]:
        connection.close()
    assert idle.pool.checkedin() == ALLOWED  # type: ignore[attr-defined]
    ask(other)  # waits until one is
    until = time.monotonic() + 60
    while idle.pool.checkedin() > 1 and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.05)
    assert idle.pool.checkedin() == 1  # type: ignore[attr-defined]


def test_a_connection_that_never_comes_is_waited_for_so_long(
    engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "TURN_S", 0.5)
    holder, other = engines
    held = [holder.connect() for _ in range(ALLOWED)]
    with pytest.raises(PoolTimeout, match="no connection came free for 0.5 s"):
        ask(other)
    for connection in held:
        connection.close()


def test_a_server_that_refuses_for_another_reason_is_not_waited_for(url: str) -> None:
    engine = create_engine(url.replace("few@", "nobody@"), **postgresql.engine_options())
    postgresql.prepare(engine)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="nobody"):
        ask(engine)
    assert time.monotonic() - began < postgresql.TURN_S
    engine.dispose()


def test_a_worker_fails_fast_and_sqlite_needs_nothing_of_it(app: Flask, make_app: MakeApp) -> None:
    fail_fast(db.engine)
    beside = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", SECRET_KEY="x" * 32)
    with beside.app_context():
        pool = db.engine.pool
        assert isinstance(pool, postgresql.SharedPool)
        assert not pool.circuit.is_on
        fail_fast(db.engine)
        db.engine.dispose()
        assert isinstance(db.engine.pool, postgresql.SharedPool)
        assert db.engine.pool.circuit.is_on
