"""A PostgreSQL that falls silent under many visitors: nobody waits for it twice, and it heals.

The bounds are no figures of speed: on a busy machine all is late, and without the breaker the
same visitors waited for seconds (docs/faults.md has both, measured).
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from mozi import create_app
from mozi.database import postgresql
from mozi.extensions import db
from mozi.settings import Settings
from tests.conftest import migrated
from tests.support.factories import make_movie
from tests.support.servers import Postgresql, free_port, restartable_postgresql
from tests.support.serving import ROOT, Server, answers, environment, gunicorn, wait_until

SILENT_S = 6.0
FIRST_S = 3.0  # 1.2 s until the first wait is given up, on a machine that does nothing else
LATE_S = 3.0  # half of the silence, which each would wait for else


@dataclass
class Visitors:
    """Threads that ask without end, and what they were answered.

    seen: the path's name, when it was asked (time.monotonic), seconds and status.
    """

    server: Server
    seen: list[tuple[str, float, float, int]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def come(self, name: str, count: int, path: str) -> None:
        """Let so many ask for path; with {} each time for another one."""
        for number in range(count):
            thread = threading.Thread(target=self._ask, args=(name, path, number))
            self.threads.append(thread)
            thread.start()

    def go(self) -> None:
        """Let all of them stop, and wait for that."""
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def _ask(self, name: str, path: str, number: int) -> None:
        turn = 0
        while not self.stop.wait(0.3):
            turn += 1
            month = 12 * (1950 + number) + turn % 12
            began = time.monotonic()
            status, _ = self.server.ask(path.format(f"{month // 12}/{month % 12 + 1:02}"))
            self.seen.append((name, began, time.monotonic() - began, status))

    def between(self, name: str, begin: float, end: float) -> tuple[list[float], set[int]]:
        """Return the sorted seconds and the statuses of what was asked then."""
        chosen = [each for each in self.seen if each[0] == name and begin <= each[1] < end]
        assert chosen, name
        return sorted(each[2] for each in chosen), {each[3] for each in chosen}


@pytest.fixture(scope="module")
def database() -> Iterator[Postgresql]:
    with restartable_postgresql(apart=True) as server:
        yield server


@contextmanager
def serving(database: Postgresql, folder: Path) -> Iterator[Server]:
    port, env = free_port(), {"DATABASE_URL": database.url, "SECRET_KEY": "x" * 32}
    env["SITE_TODAY"] = "2026-11-26"
    app = create_app(Settings.from_env({**env, "DATA_DIR": str(folder)}))
    migrated(app)
    with app.app_context():
        make_movie(title="Egy")
        db.engine.dispose()
    with (folder / "log").open("w") as log:
        command = [*gunicorn(), "--bind", f"127.0.0.1:{port}", "wsgi:app"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, **env), stderr=log, text=True
        )
        server = Server(process, port)
        try:
            wait_until(lambda: answers(server))
            yield server
        finally:
            process.terminate()
            process.wait(30)


def status_of(server: Server, asked: list[int]) -> int:
    """Return the status of a cold page; it is noted in asked."""
    asked.append(server.ask("/premierek/2031/01")[0])
    return asked[-1]


def test_many_visitors_of_a_silent_database(database: Postgresql, tmp_path: Path) -> None:
    with serving(database, tmp_path) as server:
        style = re.search(rb"/static/[\w.]+\.css", server.ask("/")[1])
        assert style
        visitors = Visitors(server)
        for name, path in (("front", "/"), ("static", style[0].decode()), ("healthz", "/healthz")):
            visitors.come(name, 4, path)
        visitors.come("cold", 80, "/premierek/{}")
        time.sleep(2)
        with database.silent():
            began = time.monotonic()
            time.sleep(SILENT_S)
        ended = time.monotonic()
        asked: list[int] = []
        wait_until(lambda: status_of(server, asked) == 200)
        visitors.go()
    for name in ("front", "static", "healthz"):
        seconds, statuses = visitors.between(name, began + FIRST_S, ended)
        assert (statuses, seconds[int(0.95 * len(seconds))] < LATE_S) == ({200}, True), name
    seconds, statuses = visitors.between("cold", began, ended)
    assert seconds[int(0.95 * len(seconds))] < LATE_S
    assert 503 in statuses
    log = (tmp_path / "log").read_text()
    failed = asked.count(503) + sum(status == 503 for *_, status in visitors.seen)
    assert 0 < log.count("The database failed: ") <= failed
    assert log.count("\nTraceback (") <= 2 * 2  # each worker's one is of two errors
    assert log.count("The database is silent") == log.count("The database answers again") == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_all_who_wait_give_up_together_and_the_next_one_at_once(database: Postgresql) -> None:
    url = database.url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, **postgresql.engine_options())
    postgresql.prepare(engine)
    postgresql.fail_fast(engine)
    failed: list[str] = []

    def ask() -> None:
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError as error:
            failed.append(str(error.orig))

    ask()
    with database.silent():
        threads = [threading.Thread(target=ask) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failed == ["the database is silent, and is not waited for"] * 30
        began = time.monotonic()
        ask()
        assert time.monotonic() - began < postgresql.SUSPICIOUS_S
        assert len(failed) == 31
    pool = engine.pool
    assert isinstance(pool, postgresql.SharedPool)
    wait_until(lambda: not pool.circuit.is_open)
    ask()
    assert len(failed) == 31
    engine.dispose()


@pytest.mark.parametrize("seconds", [1.0, 2 * postgresql.PROBE_S])
def test_a_slow_statement_is_no_silence(database: Postgresql, seconds: float) -> None:
    url = database.url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, **postgresql.engine_options())
    postgresql.prepare(engine)
    postgresql.fail_fast(engine)
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT 7 FROM pg_sleep({seconds})")).scalar_one() == 7
    engine.dispose()
