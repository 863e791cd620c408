"""Form drafts: what an admin sent after the session had ended, kept until the next sign-in.

A draft is in the database and belongs to its admin, so another admin who signs in at the same
browser does not see it. Length, number and age of the drafts are limited.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select

from mozi import clock
from mozi.database import reading, writing
from mozi.models import Admin, FormDraft

LIFE = timedelta(hours=24)
MOST_DRAFTS = 10  # of one admin
MOST_CHARACTERS = 200_000  # ten times a movie's longest texts


@dataclass(frozen=True)
class FormFields:
    """A form's fields in their order; with_file: whether a file came with them, which is lost."""

    fields: tuple[tuple[str, str], ...]
    with_file: bool


def save_draft(admin_id: int, form: FormFields) -> str | None:
    """Return the id of the stored draft; None if it is too long or the admin does not exist."""
    if sum(len(text) for field in form.fields for text in field) > MOST_CHARACTERS:
        return None
    draft_id, now = secrets.token_hex(16), clock.now()
    fields = [list(field) for field in form.fields]
    with writing() as session:
        session.execute(delete(FormDraft).where(FormDraft.created_at < now - LIFE))
        if session.get(Admin, admin_id) is None:
            return None
        row = FormDraft(id=draft_id, admin_id=admin_id, created_at=now, fields=fields)
        row.with_file = form.with_file
        session.add(row)
        session.flush()
        newest_first = FormDraft.created_at.desc(), FormDraft.id
        own = select(FormDraft.id).where(FormDraft.admin_id == admin_id).order_by(*newest_first)
        surplus: Sequence[str] = session.scalars(own.offset(MOST_DRAFTS)).all()
        session.execute(delete(FormDraft).where(FormDraft.id.in_(surplus)))
    return draft_id


def find_draft(admin_id: int, draft_id: str) -> FormFields | None:
    """Return the admin's draft of this id."""
    recent = FormDraft.created_at >= clock.now() - LIFE
    with reading() as session:
        row = session.scalars(select(FormDraft).where(*_own(admin_id, draft_id), recent)).first()
        if row is None:
            return None
        return FormFields(tuple((name, text) for name, text in row.fields), row.with_file)


def delete_draft(admin_id: int, draft_id: str) -> None:
    """Delete the admin's draft of this id, if there is one."""
    with writing() as session:
        session.execute(delete(FormDraft).where(*_own(admin_id, draft_id)))


def _own(admin_id: int, draft_id: str) -> tuple[ColumnElement[bool], ...]:
    return FormDraft.admin_id == admin_id, FormDraft.id == draft_id
