"""An app with a queue in a real Redis, for every test of this folder."""

from __future__ import annotations

from tests.support.queueing import _own_signals, a_worker, app, movies, queue

__all__ = ["_own_signals", "a_worker", "app", "movies", "queue"]
