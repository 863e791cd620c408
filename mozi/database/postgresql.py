"""PostgreSQL's connections: given up where it falls silent, shared fairly where they are few.

A server whose machine stops, or a network that swallows what is sent, ends nothing: libpq would
wait for ever, and its time-outs bound the login, the kernel's acknowledgements and what the
server does, never the wait for an answer. psycopg waits in steps of 0.1 s; each step in which
the kernel had nothing for us is counted here. A process that is slow itself counts fewer of
them, and takes no busy server for a silent one.
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
SILENCE_S = STATEMENT_S + 3  # PostgreSQL ends a statement itself; beyond that it is gone
SUSPICIOUS_S = 0.3  # without a byte: the circuit asks whether the database lives
PROBE_S = 0.8  # without a byte, in which a new connection gets nowhere
STEP_S = 0.1  # psycopg's own

CONNECTIONS = 8
"""Connections of a process: a small dyno's database takes 20, two workers and a command."""

TURN_S = 5.0  # how long a request waits for a connection
LOOK_S = 0.1  # how often it looks whether it still should
SPARE_S = 1.0  # after which a connection that was never needed meanwhile is closed
SCARCE_S = 10.0  # how long, after a refusal, a process keeps no more than one
# SQLSTATE 53300, which libpq does not tell of a login; then PgBouncer's words for it.
NO_ROOM = re.compile(
    r"too many (clients|connections)|connection slots are reserved|no more connections allowed"
)

# SQLAlchemy names a pool's logger by its class, and would say with Mozi's what is for debugging.
logging.getLogger(f"{__name__}.SharedPool").setLevel(logging.WARNING)


class DatabaseSilent(psycopg.OperationalError):
    """Nothing has come back from the database, so that it is not waited for any longer."""


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that is told how long nothing has come back, from its login on."""

    @classmethod
    def on_silence(cls, seconds: float) -> None:
        """End the wait, and the connection, by raising DatabaseSilent; called every STEP_S."""
        give_up_after(seconds, SILENCE_S)

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Any:
        return (yield from cls._watched(super()._connect_gen(conninfo)))

    def wait(self, gen: Any, interval: float = STEP_S, timeout: float | None = None) -> Any:
        """Do as psycopg does, and close the connection where the wait is given up."""
        try:
            return super().wait(self._watched(gen), interval, timeout)
        except DatabaseSilent:
            self.pgconn.finish()
            raise

    @classmethod
    def _watched(cls, gen: Any) -> Generator[Any, Any, Any]:
        """Pass on what psycopg's loop and gen tell each other; 0 means that nothing came."""
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
    """The connections of one process, which leaves the server's to others where it can.

    Where the server has no room for one more, a request waits for its turn as it does where
    all of ours are in use: for one that comes back here, or for room there. Connections that
    were not needed for SPARE_S are closed, and after a refusal all but one as they come back,
    so that no process sits on what another waits for.
    """

    circuit: Circuit

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._full_until = self._scarce_until = float("-inf")
        self._unneeded = 0  # the fewest connections that lay idle since the last look
        self._looking = threading.Lock()

    def recreate(self) -> SharedPool:
        """Return an empty pool of the same kind, on the same circuit."""
        fresh = super().recreate()
        assert isinstance(fresh, SharedPool)  # noqa: S101 - of this class, says QueuePool
        fresh.circuit = self.circuit
        return fresh

    def _do_get(self) -> ConnectionPoolEntry:
        """Return a connection within TURN_S, or raise why there is none."""
        until = time.monotonic() + TURN_S
        while True:
            fail_if_silent(self.circuit)
            try:
                record = self._find_turn()
            except (Empty, PoolTimeout) as error:
                if time.monotonic() >= until:
                    raise PoolTimeout(f"no connection came free for {TURN_S:g} s") from error
            else:
                self._unneeded = min(self._unneeded, self.checkedin())
                return record

    def _find_turn(self) -> ConnectionPoolEntry:
        """Return a connection; raises Empty or PoolTimeout after LOOK_S without one."""
        if time.monotonic() < self._full_until:
            return self._pool.get(True, LOOK_S)
        try:
            return super()._do_get()
        except psycopg.OperationalError as error:
            if not NO_ROOM.search(str(error)):
                raise
            now = time.monotonic()
            self._full_until, self._scarce_until = now + LOOK_S, now + SCARCE_S
            raise Empty from error

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if record.dbapi_connection is None or self._is_wanted_elsewhere():
            self._close(record)
            return
        super()._do_return_conn(record)
        if self.checkedin() > 1:
            self._look_later()

    def _is_wanted_elsewhere(self) -> bool:
        opened = self.checkedin() + self.checkedout()
        return opened > 1 and time.monotonic() < self._scarce_until

    def _look_later(self) -> None:
        """Look after SPARE_S which connections are not needed; one such look at a time."""
        if self._looking.acquire(blocking=False):
            self._unneeded = self.checkedin()
            timer = threading.Timer(SPARE_S, self._close_spare)
            timer.daemon = True
            timer.start()

    def _close_spare(self) -> None:
        try:
            for _ in range(self._unneeded - 1):
                self._close(self._pool.get(False))
        except Empty:
            pass
        finally:
            self._looking.release()
        if self.checkedin() > 1:
            self._look_later()

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
        "pool_timeout": LOOK_S,
        "pool_use_lifo": True,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 3,
            "options": f"-c statement_timeout={STATEMENT_S}s -c lock_timeout=5s",
        },
    }


def fail_fast(engine: Engine) -> None:
    """Have this process wait for a silent PostgreSQL once, and not with each request.

    For a server: a command has nobody to answer, and may as well wait. SQLite is never silent.
    """
    if isinstance(engine.pool, SharedPool):
        engine.pool.circuit.is_on = True


def prepare(engine: Engine) -> None:
    """Have the engine's connections watched; fail_fast() turns its circuit on."""
    pool = engine.pool
    assert isinstance(pool, SharedPool)  # noqa: S101 - engine_options has said so
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
    """A connection that is given up soon."""

    @classmethod
    def on_silence(cls, seconds: float) -> None:
        """End the wait after PROBE_S."""
        give_up_after(seconds, PROBE_S)


def answers(engine: Engine) -> bool:
    """Return whether anything comes back on a new connection; a refusal is an answer."""
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
    """Raise DatabaseSilent where so many seconds are too many."""
    if seconds >= longest_s:
        raise DatabaseSilent(f"the database has not answered for {longest_s:g} seconds")


def fail_if_silent(circuit: Circuit) -> None:
    """Raise DatabaseSilent while the circuit is open."""
    if circuit.is_open:
        raise DatabaseSilent("the database is silent, and is not waited for")
