"""/healthz: whether this process runs. /readyz: whether the services that it needs answer."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mozi.database import cure_of, in_one_line, reading
from mozi.extensions import db
from mozi.models import MOVIES, POSTERS, VARIANTS
from mozi.pagecache.counters import try_writing
from mozi.services import services
from mozi.storage.local import LocalStorage
from mozi.units import MIB
from mozi.version import VERSION

CHECK_S = 1.0
REMEMBERED_S = 3.0
ROOM_BYTES = MIB  # a poster's three variants, and room for the database's log
NO_SUCH_KEY = "posters/readyz"
WRITING = "database writes"
READINESS = "mozi-readiness"  # the name in app.extensions

logger = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)

Check = Callable[[], object]
Outcome = tuple[str, Any]  # "ok" and the check's value, or "failed" and None


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer `200 ok` without asking any service: an outage elsewhere must not restart us."""
    headers = {"Cache-Control": "no-store", "Mozi-Version": VERSION}
    return Response("ok", mimetype="text/plain", headers=headers)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with the state of each service; 503 without the database, since no page works then.

    "read-only" means that the database can be read but not written: pages work, sign-in fails.
    """
    states = readiness().states()
    if states.pop(WRITING) != "ok" and states["database"] == "ok":
        states["database"] = "read-only"
    degraded = [name for name, state in states.items() if state != "ok"]
    without_pages = states["database"] == "failed"
    status = "unavailable" if without_pages else "degraded" if degraded else "ok"
    answer = jsonify(status=status, degraded=degraded, **states)
    answer.status_code = 503 if status == "unavailable" else 200
    answer.headers["Cache-Control"] = "no-store"
    return answer


class DatabaseUnusable(Exception):
    """The database does not answer, or its tables are not those of this release."""


class Readiness:
    """The last results of the checks, which run again after remembered_s. Thread-safe."""

    def __init__(
        self, app: Flask, checks: Mapping[str, Check], *, remembered_s: float = REMEMBERED_S
    ) -> None:
        self.app = app
        self.checks = checks
        self.remembered_s = remembered_s
        self._running: dict[str, Future[Any]] = {}
        self._last: dict[str, Outcome] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def states(self) -> dict[str, str]:
        """Return each check's state, "ok" or "failed"; waits CHECK_S at most for all together."""
        return {name: state for name, (state, _) in self._outcomes().items()}

    def value(self, name: str) -> Any:
        """Return the value of this check; None if it failed. Waits as long as states()."""
        return self._outcomes()[name][1]

    def _outcomes(self) -> dict[str, Outcome]:
        with self._lock:
            if time.monotonic() >= self._until:
                running = {name: self._started(name) for name in self.checks}
                deadline = time.monotonic() + CHECK_S
                self._last = {name: _outcome(name, f, deadline) for name, f in running.items()}
                self._until = time.monotonic() + self.remembered_s
            return self._last

    def forget(self) -> None:
        """Run the checks again at the next call."""
        self._until = 0.0

    def _started(self, name: str) -> Future[Any]:
        """Return the running check; a check that hangs is not started a second time."""
        if name not in self._running or self._running[name].done():
            self._running[name] = Future()
            threading.Thread(
                target=self._run, args=(name,), name=f"readyz-{name}", daemon=True
            ).start()
        return self._running[name]

    def _run(self, name: str) -> None:
        future = self._running[name]
        try:
            with self.app.app_context():
                found = self.checks[name]()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(found)


def _outcome(name: str, check: Future[Any], deadline: float) -> Outcome:
    """Return how the check ended. The reason is only logged: a public answer names no hosts."""
    try:
        return "ok", check.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        logger.warning("The %s did not answer within %g s", name, CHECK_S)
    except Exception as error:
        logger.warning("The %s failed: %s", name, error)
    return "failed", None


def register(app: Flask) -> None:
    """Give the app its checks."""
    app.extensions[READINESS] = Readiness(app, CHECKS)


def readiness() -> Readiness:
    """Return the checks of the current app."""
    checks: Readiness = current_app.extensions[READINESS]
    return checks


_TABLES = MOVIES.join(POSTERS, POSTERS.c.movie_id == MOVIES.c.id).join(
    VARIANTS, VARIANTS.c.movie_id == POSTERS.c.movie_id
)
_NOTHING_OF_THE_TABLES = select(MOVIES, POSTERS, VARIANTS).select_from(_TABLES).limit(0)


def _database() -> None:
    """Read no row of the tables of pages, which must have the columns of this release."""
    try:
        with reading() as session:
            session.execute(_NOTHING_OF_THE_TABLES)
    except DBAPIError as error:
        raise DatabaseUnusable(f"{in_one_line(error)}{cure_of(error)}") from error


def _writing() -> None:
    """Write a row without meaning; on SQLite, where a write waits its turn, a file beside it."""
    if db.engine.dialect.name == "sqlite":
        _use_room_in(services().settings.data_dir)
        return
    try:
        try_writing()
    except DBAPIError as error:
        raise DatabaseUnusable(in_one_line(error)) from error


def _cache() -> None:
    """Write an entry to the page cache, and read it back."""
    services().pages.store.check()


def _storage() -> None:
    """Ask for an object; if objects are files, the disk must have room for a poster."""
    storage = services().storage
    if isinstance(storage, LocalStorage):
        _use_room_in(storage.folder)
    storage.exists(NO_SUCH_KEY)


def _use_room_in(folder: Path) -> None:
    """Write ROOM_BYTES to a file without a name; raises OSError if they do not fit."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(ROOM_BYTES))
        file.flush()


CHECKS: Mapping[str, Check] = {
    "database": _database,
    WRITING: _writing,
    "cache": _cache,
    "storage": _storage,
}
