"""What an admin typed into a form whose session had ended, kept until they have signed in again.

In the database, and for that admin alone: whoever signs in next at the same browser sees
nothing of it. Bounded: so long a text, so many forms an admin, a day.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, delete, select

from mozi import clock
from mozi.database import reading, writing
from mozi.models import Admin, TypedForm

LIFE = timedelta(hours=24)
KEPT_AN_ADMIN = 10
MOST_CHARACTERS = 200_000  # a movie's longest texts are a tenth of it


@dataclass(frozen=True)
class Typed:
    """The fields of a form, in their order; with_file: whether a file came with them, now gone."""

    fields: tuple[tuple[str, str], ...]
    with_file: bool


def keep_typed(
    admin_id: int, fields: Iterable[tuple[str, str]], *, with_file: bool = False
) -> str | None:
    """Return the id under which the fields wait; None where they are too long, or nobody's."""
    kept = [list(field) for field in fields]
    if sum(len(text) for field in kept for text in field) > MOST_CHARACTERS:
        return None
    typed_id, now = secrets.token_hex(16), clock.now()
    with writing() as session:
        session.execute(delete(TypedForm).where(TypedForm.created_at < now - LIFE))
        if session.get(Admin, admin_id) is None:
            return None
        session.add(
            TypedForm(
                id=typed_id, admin_id=admin_id, created_at=now, fields=kept, with_file=with_file
            )
        )
        session.flush()
        beyond = session.scalars(_waiting(admin_id).offset(KEPT_AN_ADMIN)).all()
        session.execute(delete(TypedForm).where(TypedForm.id.in_(beyond)))
    return typed_id


def find_typed(admin_id: int, typed_id: str) -> Typed | None:
    """Return what waits under this id for this admin."""
    mine = (TypedForm.admin_id == admin_id, TypedForm.id == typed_id)
    recent = TypedForm.created_at >= clock.now() - LIFE
    with reading() as session:
        row = session.scalars(select(TypedForm).where(*mine, recent)).first()
        if row is None:
            return None
        return Typed(tuple((name, text) for name, text in row.fields), row.with_file)


def drop_typed(admin_id: int, typed_id: str) -> None:
    """Forget it; what is not there, or another admin's, is left alone."""
    mine = (TypedForm.admin_id == admin_id, TypedForm.id == typed_id)
    with writing() as session:
        session.execute(delete(TypedForm).where(*mine))


def _waiting(admin_id: int) -> Select[str]:
    of_admin = select(TypedForm.id).where(TypedForm.admin_id == admin_id)
    return of_admin.order_by(TypedForm.created_at.desc(), TypedForm.id)
