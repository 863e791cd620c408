"""Files that admins look at before importing them, kept in the database for a day.

In the database, since the next request may reach another worker or another machine. What may
be kept is bounded: so many bytes a file, so many rows, so many files an admin.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.importing.tables import TableRow, parse_table
from mozi.database import reading, writing
from mozi.errors import DraftNotFound
from mozi.models import ImportDraft

LIFE = timedelta(hours=24)
KEPT_AN_ADMIN = 3
MAX_ROWS = 20_000  # flask import-movies takes longer files
NAME_LENGTH = 200


@dataclass(frozen=True)
class Draft:
    """A file that waits; name: as the admin's machine calls it."""

    id: str
    name: str
    created_at: datetime


def create_draft(admin_id: int, name: str, body: bytes, *, max_bytes: int) -> str:
    """Return the id under which the file waits; the admin's oldest ones make room for it.

    Raises ImportRejected, keeping nothing, where the file as a whole is unfit.
    """
    name = name[-NAME_LENGTH:]
    parse_table(body, name=name, max_bytes=max_bytes, max_rows=MAX_ROWS)
    draft_id, now = secrets.token_hex(16), clock.now()
    with writing() as session:
        session.execute(delete(ImportDraft).where(ImportDraft.created_at < now - LIFE))
        session.add(
            ImportDraft(id=draft_id, admin_id=admin_id, created_at=now, name=name, body=body)
        )
        session.flush()
        _drop_beyond(session, admin_id, KEPT_AN_ADMIN)
    return draft_id


def find_drafts(admin_id: int) -> Sequence[Draft]:
    """Return the files that wait for this admin, the newest first."""
    columns = (ImportDraft.id, ImportDraft.name, ImportDraft.created_at)
    waiting = _waiting(admin_id).with_only_columns(*columns)
    with reading() as session:
        return [Draft(*row) for row in session.execute(waiting)]


def get_draft(admin_id: int, draft_id: str) -> tuple[Draft, list[TableRow]]:
    """Return a file that waits for this admin, and its rows; raises DraftNotFound."""
    with reading() as session:
        kept = session.scalars(_waiting(admin_id).where(ImportDraft.id == draft_id)).first()
        if kept is None:
            raise DraftNotFound(draft_id)
        draft, body = Draft(kept.id, kept.name, kept.created_at), kept.body
    return draft, parse_table(body, name=draft.name, max_bytes=len(body))


def delete_draft(admin_id: int, draft_id: str) -> None:
    """Forget a file; one that is not there, or another admin's, is left alone."""
    mine = (ImportDraft.admin_id == admin_id, ImportDraft.id == draft_id)
    with writing() as session:
        session.execute(delete(ImportDraft).where(*mine))


def _waiting(admin_id: int) -> Select[ImportDraft]:
    return (
        select(ImportDraft)
        .where(ImportDraft.admin_id == admin_id, ImportDraft.created_at >= clock.now() - LIFE)
        .order_by(ImportDraft.created_at.desc(), ImportDraft.id)
    )


def _drop_beyond(session: Session, admin_id: int, kept: int) -> None:
    beyond = session.scalars(_waiting(admin_id).with_only_columns(ImportDraft.id).offset(kept))
    session.execute(delete(ImportDraft).where(ImportDraft.id.in_(beyond.all())))
