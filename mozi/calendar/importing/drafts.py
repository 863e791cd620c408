"""Import drafts: uploaded files that admins preview before importing, stored for a day.

They are in the database because the next request may reach another worker or machine. Bytes and
rows of a file, and the files of an admin, are bounded.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.importing.choosing import (
    DraftChoices,
    choices_of,
    remember_columns,
    remembered_columns,
)
from mozi.calendar.importing.doubts import Pick
from mozi.calendar.importing.tables import Sheet, open_sheet
from mozi.database import reading, writing
from mozi.errors import DraftNotFound
from mozi.models import ImportDraft

LIFE = timedelta(hours=24)
KEPT_AN_ADMIN = 3
MAX_ROWS = 20_000  # flask import-movies takes longer files
NAME_LENGTH = 200


@dataclass(frozen=True)
class Draft:
    """A stored file. name: as on the admin's machine. choices: what was chosen for it."""

    id: str
    name: str
    created_at: datetime
    choices: DraftChoices = DraftChoices()


def create_draft(admin_id: int, name: str, body: bytes, *, max_bytes: int) -> str:
    """Store the file and return its draft's id; of the admin's drafts the newest few are kept.

    Raises ImportRejected, and stores nothing, where the file as a whole is invalid.
    """
    name = name[-NAME_LENGTH:]
    sheet = open_sheet(body, name=name, max_bytes=max_bytes, max_rows=MAX_ROWS)
    draft_id, now = secrets.token_hex(16), clock.now()
    with writing() as session:
        session.execute(delete(ImportDraft).where(ImportDraft.created_at < now - LIFE))
        choices = DraftChoices(columns=remembered_columns(session, sheet)).as_json()
        draft = ImportDraft(id=draft_id, admin_id=admin_id, created_at=now, name=name, body=body)
        draft.choices = choices
        session.add(draft)
        session.flush()
        _delete_beyond(session, admin_id, KEPT_AN_ADMIN)
    return draft_id


def find_drafts(admin_id: int) -> Sequence[Draft]:
    """Return the admin's drafts, the newest first."""
    columns = (ImportDraft.id, ImportDraft.name, ImportDraft.created_at)
    drafts = _of_admin(admin_id).with_only_columns(*columns)  # not the bodies
    with reading() as session:
        return [Draft(*row) for row in session.execute(drafts)]


def get_draft(admin_id: int, draft_id: str) -> tuple[Draft, Sheet]:
    """Return the admin's draft and its cells; raises DraftNotFound."""
    with reading() as session:
        row = _draft(session, admin_id, draft_id)
        draft = Draft(row.id, row.name, row.created_at, choices_of(row))
        body = row.body
    return draft, open_sheet(body, name=draft.name, max_bytes=len(body))


def _draft(session: Session, admin_id: int, draft_id: str) -> ImportDraft:
    row = session.scalars(_of_admin(admin_id).where(ImportDraft.id == draft_id)).first()
    if row is None:
        raise DraftNotFound(draft_id)
    return row


def choose_columns(admin_id: int, draft_id: str, chosen: DraftChoices, *, sheet: Sheet) -> None:
    """Store what was chosen for the draft's columns, and remember it for the same headings.

    Raises DraftNotFound.
    """
    with writing() as session:
        _draft(session, admin_id, draft_id).choices = chosen.as_json()
        if sheet.headings:
            remember_columns(session, sheet, chosen.columns)


def pick_movies(admin_id: int, draft_id: str, picks: Mapping[int, Pick]) -> None:
    """Store what was decided about rows in doubt; raises DraftNotFound."""
    with writing() as session:
        row = _draft(session, admin_id, draft_id)
        before = choices_of(row)
        row.choices = replace(before, picks={**before.picks, **picks}).as_json()


def delete_draft(admin_id: int, draft_id: str) -> None:
    """Delete the admin's draft; an unknown id, or another admin's, changes nothing."""
    mine = (ImportDraft.admin_id == admin_id, ImportDraft.id == draft_id)
    with writing() as session:
        session.execute(delete(ImportDraft).where(*mine))


def _of_admin(admin_id: int) -> Select[ImportDraft]:
    return (
        select(ImportDraft)
        .where(ImportDraft.admin_id == admin_id, ImportDraft.created_at >= clock.now() - LIFE)
        .order_by(ImportDraft.created_at.desc(), ImportDraft.id)
    )


def _delete_beyond(session: Session, admin_id: int, kept: int) -> None:
    beyond = session.scalars(_of_admin(admin_id).with_only_columns(ImportDraft.id).offset(kept))
    session.execute(delete(ImportDraft).where(ImportDraft.id.in_(beyond.all())))
