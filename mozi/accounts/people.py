"""The people who may edit: the list, taking one away, and signing one out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from mozi import clock
from mozi.accounts.admins import ADMIN, normal_email
from mozi.accounts.sessions import LIFE
from mozi.database import reading, writing
from mozi.models import Admin, AdminLink, AdminSession


@dataclass(frozen=True)
class Person:
    """Someone who may edit; sessions: how many browsers are signed in."""

    id: int
    email: str
    role: str
    created_at: datetime
    sessions: int


def list_people() -> list[Person]:
    """Return everybody who may edit, by e-mail address."""
    lasting = AdminSession.began_at >= clock.now() - LIFE
    sessions = (
        select(func.count()).where(AdminSession.admin_id == Admin.id, lasting).scalar_subquery()
    )
    query = select(Admin.id, Admin.email, Admin.role, Admin.created_at, sessions)
    with reading() as session:
        return [Person(*row) for row in session.execute(query.order_by(Admin.email))]


def has_admins() -> bool:
    """Return whether there is anybody who may edit."""
    with reading() as session:
        return session.scalars(select(Admin.id).limit(1)).first() is not None


def remove_admin(email: str, *, keep_last: bool) -> bool:
    """Take the admin away with sessions, drafts and links; return whether it was done.

    keep_last: refuse to take away the last one with the role of an admin. The rows are locked, so
    that two admins who take each other away at the same moment leave one.
    """
    email = normal_email(email)
    with writing() as session:
        rows = session.scalars(select(Admin).order_by(Admin.id).with_for_update()).all()
        left = [row for row in rows if row.email != email]
        if len(left) == len(rows):
            return False
        if keep_last and not any(row.role == ADMIN for row in left):
            return False
        session.execute(delete(AdminLink).where(AdminLink.email == email))
        session.execute(delete(Admin).where(Admin.email == email))
    return True


def change_role(email: str, role: str) -> bool:
    """Give the person this role; False for an unknown one, or the last admin."""
    with writing() as session:
        rows = session.scalars(select(Admin).order_by(Admin.id).with_for_update()).all()
        by_email = {row.email: row for row in rows}
        if email not in by_email:
            return False
        if not any(row.role == ADMIN for row in rows if row.email != email) and role != ADMIN:
            return False
        by_email[email].role = role
    return True
