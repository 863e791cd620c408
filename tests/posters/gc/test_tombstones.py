"""A key that a sweep deletes while it is stored again; tests/maintenance/test_pruning.py sweeps."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from mozi.database import writing
from mozi.errors import BuildAbandoned
from mozi.posters.gc.tombstones import (
    TOMBSTONE_S,
    add_tombstones,
    confirm_deleted,
    database_time,
    refuse_tombstoned,
)
from tests.conftest import on_both_backends

KEY, OTHER = "posters/1-film.thumb.0123.jpg", "posters/2-film.thumb.4567.jpg"


def start_sweep(*keys: str) -> str:
    with writing() as session:
        return add_tombstones(session, keys)


def record(*keys: str, stored_from: float) -> None:
    with writing() as session:
        refuse_tombstoned(session.connection(), keys, stored_from=stored_from)


@on_both_backends
def test_a_key_is_refused_while_its_sweep_runs(app: Flask) -> None:
    start_sweep(KEY)
    with pytest.raises(BuildAbandoned, match=KEY):
        record(OTHER, KEY, stored_from=database_time())
    record(OTHER, stored_from=database_time())


@on_both_backends
def test_a_key_that_was_stored_before_the_sweep_ended_is_refused_for_good(app: Flask) -> None:
    stored_from = database_time()
    confirm_deleted(start_sweep(KEY), but=())
    with pytest.raises(BuildAbandoned):
        record(KEY, stored_from=stored_from)
    record(KEY, stored_from=database_time() + 0.001)


def test_a_delete_without_an_answer_keeps_its_tombstone(app: Flask) -> None:
    confirm_deleted(start_sweep(KEY, OTHER), but={KEY})
    later = database_time() + 0.001
    record(OTHER, stored_from=later)
    with pytest.raises(BuildAbandoned):
        record(KEY, stored_from=later)


def test_the_tombstones_of_a_killed_sweep_expire(app: Flask) -> None:
    start_sweep(KEY)
    with writing() as session:
        session.execute(text("UPDATE doomed_object SET until = until - :s"), {"s": TOMBSTONE_S})
    record(KEY, stored_from=database_time() + 0.001)
