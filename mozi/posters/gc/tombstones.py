"""A key that is stored again while it is being deleted: the two never miss each other.

A builder stores the object first and writes its row second; a pruning run works the other way
round. These steps keep a row from ever proving an object that pruning has just deleted:

    pruning  add a tombstone, if nothing refers to the key → delete the object → confirm_deleted
    builder  store the object → record it, unless the key had a tombstone since it was stored

Adding tombstones and recording take turns (a lock on PostgreSQL; SQLite has one writer at a
time anyway). So either pruning sees the record and leaves the object alone, or the builder sees
the tombstone, records nothing, and stores again later. The tombstones of a run that was killed
count as confirmed after TOMBSTONE_S.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from mozi.database import database_now, reading, writing
from mozi.errors import BuildAbandoned
from mozi.models import TOMBSTONES, Tombstone

TOMBSTONE_S = 60.0  # pruning gives up well before: mozi/maintenance/pruning.py
REMEMBERED_S = 24 * 60 * 60.0  # far longer than storing and recording take
_TURNS = 0x6D6F7A6A  # any number that nothing else locks; the migrations' own is one less
_SHARE_TURN = select(func.pg_advisory_xact_lock_shared(_TURNS))
_FIND_TOMBSTONE = (
    select(TOMBSTONES.c.object_key)
    .where(
        TOMBSTONES.c.object_key.in_(bindparam("keys", expanding=True)),
        TOMBSTONES.c.until >= bindparam("stored_from"),
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
    deleted = connection.scalars(_FIND_TOMBSTONE, asked).first()
    if deleted is not None:
        raise BuildAbandoned(f"{deleted} was being deleted when it was stored; it is stored again.")


def take_turns(session: Session) -> None:
    """Let no record be written until this transaction ends; what was written before is seen."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURNS)))


def add_tombstones(session: Session, keys: Collection[str]) -> str:
    """Add a tombstone for each of keys and return the name of their run.

    The run may delete them from the transaction's end on, for TOMBSTONE_S.
    """
    run = secrets.token_hex(16)
    until = session.scalars(select(database_now() + TOMBSTONE_S)).one()
    rows = [{"object_key": key, "run": run, "until": until} for key in keys]
    session.execute(insert(Tombstone), rows)
    return run


def confirm_deleted(run: str, *, but: Collection[str]) -> None:
    """Say that the run deletes no more; what is stored from now on may be recorded.

    but: the keys whose delete had no answer, so that it may still happen.
    """
    answered = (Tombstone.run == run, Tombstone.object_key.not_in(but))
    with writing() as session:
        session.execute(update(Tombstone).where(*answered).values(until=database_now()))


def forget_old_tombstones() -> None:
    """Delete the tombstones that are too old to matter."""
    with writing() as session:
        old = Tombstone.until < database_now() - REMEMBERED_S
        session.execute(delete(Tombstone).where(old))
