"""/healthz: this process lives. /readyz: what it needs lives, as far as a second tells."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import redis
from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mozi.database import cure_of, in_one_line, reading
from mozi.models import MOVIES, POSTERS, VARIANTS
from mozi.parts import parts

CHECK_S = 1.0
REMEMBERED_S = 3.0
NO_SUCH_KEY = "posters/readyz"

logger = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)

Check = Callable[[], object]
Outcome = tuple[str, Any]  # "ok" and what the check returned, or "failed" and None


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer `200 ok`; asks nothing of anybody, so an outage elsewhere restarts nothing here."""
    return Response("ok", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with each part's state: 503 without the database, since then no page is possible."""
    states = readiness().states()
    degraded = [name for name, state in states.items() if state != "ok"]
    status = "unavailable" if "database" in degraded else "degraded" if degraded else "ok"
    answer = jsonify(status=status, degraded=degraded, **states)
    answer.status_code = 503 if status == "unavailable" else 200
    answer.headers["Cache-Control"] = "no-store"
    return answer


class DatabaseUnusable(Exception):
    """The database does not answer, or has other tables than this release."""


class Readiness:
    """What the checks said last, asked again after remembered_s. Thread-safe."""

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
        """Return each check's state, "ok" or "failed"; takes CHECK_S at most, all together."""
        return {name: state for name, (state, _) in self._outcomes().items()}

    def value(self, name: str) -> Any:
        """Return what this check returned; None where it failed. Takes as long as states."""
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
        """Ask again the next time."""
        self._until = 0.0

    def _started(self, name: str) -> Future[Any]:
        """Return the check under way; one that hangs is not begun a second time."""
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
    """Return how the check ended. Why goes to the log alone: an answer to all names no hosts."""
    try:
        return "ok", check.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        logger.warning("The %s did not answer within %g s", name, CHECK_S)
    except Exception as error:
        logger.warning("The %s failed: %s", name, error)
    return "failed", None


_making = threading.Lock()


def readiness() -> Readiness:
    """Return the checks of the app whose context this is."""
    return _readiness(current_app._get_current_object())  # type: ignore[attr-defined]


def _readiness(app: Flask) -> Readiness:
    with _making:
        if "mozi-readiness" not in app.extensions:
            checks = {"database": _database, "cache": _cache, "storage": _storage}
            app.extensions["mozi-readiness"] = Readiness(app, checks)
        kept: Readiness = app.extensions["mozi-readiness"]
        return kept


_TABLES = MOVIES.join(POSTERS, POSTERS.c.movie_id == MOVIES.c.id).join(
    VARIANTS, VARIANTS.c.movie_id == POSTERS.c.movie_id
)
_NOTHING_OF_THE_TABLES = select(MOVIES, POSTERS, VARIANTS).select_from(_TABLES).limit(0)


def _database() -> None:
    """Read nothing of the tables that pages are made of: they must be there, as we know them."""
    try:
        with reading() as session:
            session.execute(_NOTHING_OF_THE_TABLES)
    except DBAPIError as error:
        raise DatabaseUnusable(f"{in_one_line(error)}{cure_of(error)}") from error


def _cache() -> None:
    """Ask Redis, or write where the cache on disk would write."""
    settings = parts().settings
    if settings.redis_url is None:
        with tempfile.TemporaryFile(dir=settings.data_dir) as file:
            file.write(b"ok")
        return
    with redis.from_url(
        settings.redis_url, socket_timeout=CHECK_S, socket_connect_timeout=CHECK_S
    ) as client:
        client.ping()


def _storage() -> None:
    parts().storage.exists(NO_SUCH_KEY)
