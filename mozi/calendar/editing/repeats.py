"""Recognises a form that is sent again, so that a second click or a retry saves nothing twice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mozi import clock
from mozi.models import SavedForm

REMEMBERED = timedelta(days=1)


def claim_form(session: Session, digest: str) -> int | None:
    """Return the id of the movie that this form has already saved; else claim the form.

    While another transaction saves the same form, PostgreSQL waits here for its end; SQLite has
    one writer at a time.
    """
    now = clock.now()
    session.execute(delete(SavedForm).where(SavedForm.saved_at < now - REMEMBERED))
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(SavedForm) if on_postgresql else sqlite.insert(SavedForm)
    row = insert.values(digest=digest, saved_at=now).on_conflict_do_nothing()
    if session.execute(row.returning(SavedForm.digest)).first():
        return None
    return session.scalars(select(SavedForm.movie_id).where(SavedForm.digest == digest)).first()


def record_saved_form(session: Session, digest: str, movie_id: int) -> None:
    """Remember which movie the claimed form has saved."""
    own = update(SavedForm).where(SavedForm.digest == digest)
    session.execute(own.values(movie_id=movie_id))


def give_up_form(session: Session, digest: str) -> None:
    """Forget the claimed form, which saved nothing."""
    session.execute(delete(SavedForm).where(SavedForm.digest == digest))
