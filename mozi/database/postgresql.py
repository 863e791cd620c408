"""PostgreSQL's connections: a silent server is given up, few connections are shared fairly.

When the server's machine stops or the network drops its packets, libpq waits for ever: its
time-outs limit the login, the kernel's acknowledgements and the server's work, but not the wait
for an answer. psycopg waits in steps of 0.1 s. This module counts the steps without any byte. A
slow process counts fewer steps, so it never takes a busy server for a silent one.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Generator
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Empty

from mozi.database.circuit import Circuit

STATEMENT_S = 15
SILENCE_S = STATEMENT_S + 3  # PostgreSQL itself ends a statement before that
SUSPICIOUS_S = 0.3  # without a byte, then the circuit probes
PROBE_S = 0.8  # without a byte on a new connection, then the database is silent
STEP_S = 0.1  # psycopg's own

CONNECTIONS = 8
"""Connections of a process: a small dyno's database takes 20, two workers and a command."""

TURN_S = 5.0  # how long a request waits for a connection
TRY_S = 0.1  # between two tries to get one
SPARE_S = 1.0  # a connection that was not needed for so long is closed
SCARCE_S = 10.0  # after a refusal, a process keeps only one connection for so long
# SQLSTATE 53300, which libpq does not report for a login; then PgBouncer's words for it.
NO_ROOM = re.compile(
    r"too many (clients|connections)|connection slots are reserved|no more connections allowed"
)

# SQLAlchemy names a pool's logger after its class, so its debug lines would be among Mozi's.
logging.getLogger(f"{__name__}.SharedPool").setLevel(logging.WARNING)


class DatabaseSilent(psycopg.OperationalError):
    """The database sends nothing, so the wait was given up."""


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that knows how long the server has sent nothing, from its login on."""

    is_watched = True
    """False: a statement may take any time, as a migration's."""

    @classmethod
    def on_silence(cls, seconds: float) -> None:
        """End the wait, and the connection, by raising DatabaseSilent; called every STEP_S."""
        give_up_after(seconds, SILENCE_S)

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Any:
        return (yield from cls._watched(super()._connect_gen(conninfo)))

    def wait(self, gen: Any, interval: float = STEP_S, timeout: float | None = None) -> Any:
        """Wait as psycopg does; close the connection if the wait is given up."""
        try:
            watched = self._watched(gen) if self.is_watched else gen
            return super().wait(watched, interval, timeout)
        except DatabaseSilent:
            self.pgconn.finish()
            raise

    @classmethod
    def _watched(cls, gen: Any) -> Generator[Any, Any, Any]:
        """Pass values between psycopg's loop and gen; from the loop, 0 means that nothing came."""
        steps = 0
        try:
            state = next(gen)
            while True:
                ready = yield state
                steps = 0 if ready else steps + 1
                if steps:
                    cls.on_silence(steps * STEP_S)
                state = gen.send(ready)
        except StopIteration as end:
            return end.value


class SharedPool(QueuePool):
    """The connections of one process, which keeps no more of the server's than it needs.

    When the server has no room for another connection, a request waits as it does when all of
    the pool are in use: until one is returned, or the server has room. Connections that were
    not needed for SPARE_S are closed. After a refusal all but one are closed when they are
    returned, so that no process holds what another one waits for.
    """

    circuit: Circuit

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._full_until = self._scarce_until = float("-inf")
        self._unneeded = 0  # the fewest idle connections since the last look
        self._spare_timer = threading.Lock()

    def recreate(self) -> SharedPool:
        """Return an empty pool of the same kind with the same circuit."""
        fresh = super().recreate()
        assert isinstance(fresh, SharedPool)  # noqa: S101 - QueuePool promises its own class
        fresh.circuit = self.circuit
        return fresh

    def _do_get(self) -> ConnectionPoolEntry:
        """Return a connection within TURN_S; raises PoolTimeout, DatabaseSilent."""
        until = time.monotonic() + TURN_S
        while True:
            fail_if_silent(self.circuit)
            try:
                record = self._try_to_get()
            except (Empty, PoolTimeout) as error:
                if time.monotonic() >= until:
                    raise PoolTimeout(f"no connection came free for {TURN_S:g} s") from error
            else:
                self._unneeded = min(self._unneeded, self.checkedin())
                return record

    def _try_to_get(self) -> ConnectionPoolEntry:
        """Return a connection; raises Empty or PoolTimeout after TRY_S without one."""
        if time.monotonic() < self._full_until:
            return self._pool.get(True, TRY_S)
        try:
            return super()._do_get()
        except psycopg.OperationalError as error:
            if not NO_ROOM.search(str(error)):
                raise
            now = time.monotonic()
            self._full_until, self._scarce_until = now + TRY_S, now + SCARCE_S
            raise Empty from error

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if record.dbapi_connection is None or self._is_needed_elsewhere():
            self._close(record)
            return
        super()._do_return_conn(record)
        if self.checkedin() > 1:
            self._close_spare_later()

    def _is_needed_elsewhere(self) -> bool:
        opened = self.checkedin() + self.checkedout()
        return opened > 1 and time.monotonic() < self._scarce_until

    def _close_spare_later(self) -> None:
        """Start the timer of _close_spare(), unless it runs."""
        if self._spare_timer.acquire(blocking=False):
            self._unneeded = self.checkedin()
            timer = threading.Timer(SPARE_S, self._close_spare)
            timer.daemon = True
            timer.start()

    def _close_spare(self) -> None:
        """Close the connections that were idle all the time since the timer started."""
        try:
            for _ in range(self._unneeded - 1):
                self._close(self._pool.get(False))
        except Empty:
            pass
        finally:
            self._spare_timer.release()
        if self.checkedin() > 1:
            self._close_spare_later()

    def _close(self, record: ConnectionPoolEntry) -> None:
        try:
            record.close()
        finally:
            self._dec_overflow()


def engine_options() -> dict[str, Any]:
    """Return what create_engine needs for PostgreSQL: bounded pools, bounded waits."""
    return {
        "poolclass": SharedPool,
        "pool_size": CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": TRY_S,
        "pool_use_lifo": True,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 3,
            "options": f"-c statement_timeout={STATEMENT_S}s -c lock_timeout=5s",
        },
    }


def fail_fast(engine: Engine) -> None:
    """Turn the circuit on: only one request of the process then waits for a silent server."""
    assert isinstance(engine.pool, SharedPool)  # noqa: S101 - as engine_options() has it
    engine.pool.circuit.is_on = True


def prepare(engine: Engine) -> None:
    """Watch the engine's connections; fail_fast() turns its circuit on."""
    pool = engine.pool
    assert isinstance(pool, SharedPool)  # noqa: S101 - as engine_options() has it
    circuit = Circuit(lambda: answers(engine), opened=engine.dispose)
    pool.circuit = circuit

    class Connection(WatchedConnection):
        @classmethod
        def on_silence(cls, seconds: float) -> None:
            super().on_silence(seconds)
            if seconds >= SUSPICIOUS_S:
                circuit.suspect()
            fail_if_silent(circuit)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, options: Any) -> Any:
        return Connection.connect(*args, **options)


class Probe(WatchedConnection):
    """A connection that is given up after PROBE_S without a byte."""

    @classmethod
    def on_silence(cls, seconds: float) -> None:
        """End the wait after PROBE_S."""
        give_up_after(seconds, PROBE_S)


def answers(engine: Engine) -> bool:
    """Return whether the server answers on a new connection; a refusal is an answer."""
    args, options = engine.dialect.create_connect_args(engine.url)
    try:
        with Probe.connect(*args, **options) as connection:
            connection.execute("SELECT 1")
    except DatabaseSilent:
        return False
    except psycopg.Error:
        return True
    return True


def give_up_after(seconds: float, longest_s: float) -> None:
    """Raise DatabaseSilent after longest_s."""
    if seconds >= longest_s:
        raise DatabaseSilent(f"the database has not answered for {longest_s:g} seconds")


def fail_if_silent(circuit: Circuit) -> None:
    """Raise DatabaseSilent while the circuit is open."""
    if circuit.is_open:
        raise DatabaseSilent("the database is silent, and is not waited for")
