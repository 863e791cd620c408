"""Says which database owns a storage: the first one that stores an object there marks it.

The mark is an object beside the others. A copy of a database has the same rows, so its identity
also covers where it is: on PostgreSQL the cluster and the oid, on SQLite the place of its file.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from sqlalchemy import select, text

from mozi import clock
from mozi.database import reading
from mozi.errors import ForeignStorage, ObjectNotFound, StorageError
from mozi.extensions import db
from mozi.models import Site
from mozi.posters.keys import sha256_of
from mozi.storage import Storage
from mozi.storage.local import LocalStorage

MARK = "owner.json"
IDENTITY_LENGTH = 32
_CLUSTER = "SELECT system_identifier FROM pg_control_system()"
_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"

logger = logging.getLogger(__name__)
_looked_at: WeakSet[Storage] = WeakSet()


@dataclass(frozen=True)
class Owner:
    """The database that owns a storage. name: for people to read, without a password."""

    identity: str
    name: str


def ensure_marked(storage: Storage) -> None:
    """Mark the storage as this database's unless it has a mark; checks once a process.

    Builds and uploads call this before they store. It never stops them: a failure is only logged.
    """
    if storage in _looked_at:
        return
    try:
        owner, us = find_owner(storage) or mark(storage), this_database(storage)
    except StorageError as error:
        logger.warning("whose storage this is could not be told: %s", error)
        return
    _looked_at.add(storage)
    if owner.identity != us.identity:
        logger.warning("the storage belongs to another database: %s", owner.name)


def check_owner(storage: Storage) -> None:
    """Raise ForeignStorage if another database owns the storage."""
    owner, us = find_owner(storage), this_database(storage)
    if owner is not None and owner.identity != us.identity:
        raise ForeignStorage(owner.name, us.name)


def claim(storage: Storage) -> None:
    """Mark the storage as this database's if it has no mark; raises ForeignStorage."""
    check_owner(storage)
    if find_owner(storage) is None:
        mark(storage)


def mark(storage: Storage) -> Owner:
    """Mark the storage as this database's, over any other mark; return the owner."""
    us = this_database(storage)
    body = {"database": us.identity, "name": us.name, "since": clock.now().isoformat()}
    storage.put(
        MARK, json.dumps(body, indent=2).encode(), content_type="application/json", public=False
    )
    return us


def find_owner(storage: Storage) -> Owner | None:
    """Return the owner of the storage, None without a mark."""
    try:
        body = storage.get(MARK)
    except ObjectNotFound:
        return None
    try:
        marked = json.loads(body)
        return Owner(str(marked["database"]), str(marked.get("name", "?")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Owner("", f"an unknown writer of {MARK}")


def this_database(storage: Storage) -> Owner:
    """Return the database that this program uses, as an owner."""
    with reading() as session:
        own_id = session.scalars(select(Site.database_id)).one()
        if session.get_bind().dialect.name == "postgresql":
            made_of = [session.scalar(text(query)) for query in (_CLUSTER, _DATABASE)]
        else:
            made_of = _place_of_file(storage)
    digest = sha256_of(json.dumps([own_id, *made_of]).encode())
    return Owner(digest[:IDENTITY_LENGTH], _name())


def _place_of_file(storage: Storage) -> list[Any]:
    """Return where SQLite's file is, which no copy of it shares.

    With objects on disk: the path from there, so that a whole DATA_DIR can move. Otherwise its
    absolute path and its inode.
    """
    file = os.path.realpath(db.engine.url.database or "")
    if isinstance(storage, LocalStorage):
        return [os.path.relpath(file, storage.folder)]
    return [file, os.stat(file).st_ino]


def _name() -> str:
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {os.path.realpath(url.database or '')}"
    return f"PostgreSQL, {url.database} at {url.host}:{url.port or 5432}"
