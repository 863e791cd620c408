"""A key that is stored again while it is being deleted: the two never miss each other.

Object first, row second; a sweep has it the other way round. So that no row ever proves an
object that a sweep has just deleted:

    sweep    add_tombstones the key, if nothing refers to it → delete the object → confirm_deleted
    builder  store the object → record it, if its key was not doomed since before it was stored

Dooming and recording take turns (a lock on PostgreSQL; SQLite's writers do anyway), so either
the sweep sees the record and leaves the object alone, or the builder sees the tombstone, records
nothing, and stores again later. A sweep that was killed counts as settled after DOOM_S.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from mozi.database import database_now, reading, writing
from mozi.errors import BuildAbandoned
from mozi.models import DOOMED, DoomedObject

DOOM_S = 60.0  # the sweep itself gives up well before: mozi/maintenance/pruning.py
REMEMBERED_S = 24 * 60 * 60.0  # far longer than anybody takes from storing to recording
_TURNS = 0x6D6F7A6A  # any number that nothing else locks; the migrations' own is one less
_SHARE_TURN = select(func.pg_advisory_xact_lock_shared(_TURNS))
_FIND_DOOMED = (
    select(DOOMED.c.object_key)
    .where(
        DOOMED.c.object_key.in_(bindparam("keys", expanding=True)),
        DOOMED.c.until >= bindparam("stored_from"),
    )
    .limit(1)
)


def database_time() -> float:
    """Return the database's clock, in seconds since the epoch."""
    with reading() as session:
        return float(session.scalars(select(database_now())).one())


def refuse_tombstoned(connection: Connection, keys: Collection[str], *, stored_from: float) -> None:
    """Raise BuildAbandoned where one of keys may have been deleted since it was stored.

    To be called in the transaction that records keys. stored_from: the database's clock at
    some moment before the first of them was stored.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_SHARE_TURN)
    asked = {"keys": list(keys), "stored_from": stored_from}
    doomed = connection.scalars(_FIND_DOOMED, asked).first()
    if doomed is not None:
        raise BuildAbandoned(f"{doomed} was being deleted when it was stored; it is stored again.")


def take_turns(session: Session) -> None:
    """Let no record be written until this transaction ends; what was written before is seen."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURNS)))


def add_tombstones(session: Session, keys: Collection[str]) -> str:
    """Return the name of a sweep that may delete keys from the transaction's end on, for DOOM_S."""
    sweep = secrets.token_hex(16)
    until = session.scalars(select(database_now() + DOOM_S)).one()
    rows = [{"object_key": key, "sweep": sweep, "until": until} for key in keys]
    session.execute(insert(DoomedObject), rows)
    return sweep


def confirm_deleted(sweep: str, *, but: Collection[str]) -> None:
    """Say that the sweep deletes no more; what is stored from now on may be recorded.

    but: the keys whose delete had no answer, so that it may still happen.
    """
    answered = (DoomedObject.sweep == sweep, DoomedObject.object_key.not_in(but))
    with writing() as session:
        session.execute(update(DoomedObject).where(*answered).values(until=database_now()))


def forget_old_tombstones() -> None:
    """Drop the rows that are too old for anybody to ask about."""
    with writing() as session:
        old = DoomedObject.until < database_now() - REMEMBERED_S
        session.execute(delete(DoomedObject).where(old))
