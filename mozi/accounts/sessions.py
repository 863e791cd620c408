"""Admins' sessions: one row each; a sign-out, a new password or its age ends a session.

The browser keeps a random token and the row its digest, so a copy of the database opens no session.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from mozi import clock
from mozi.accounts.admins import Account, mark_of
from mozi.database import reading, writing
from mozi.models import Admin, AdminSession

LIFE = timedelta(days=14)
AGENT_LENGTH = 200


@dataclass(frozen=True)
class SignedIn:
    """The admin of a session. Flask-Login reads the attributes and get_id."""

    id: int
    email: str
    role: str
    token: str = field(repr=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the browser's cookie keeps."""
        return self.token


@dataclass(frozen=True)
class SessionRow:
    """A session as its admin sees it in the list; id is no secret."""

    id: str
    began_at: datetime
    agent: str
    network: str


def create_session(account: Account, *, agent: str = "", network: str = "") -> SignedIn:
    """Return a new session of the admin; sessions that are too old are deleted.

    agent, network: the browser and where it is, for the list.

    The row keeps the mark of the checked password, so that a password that is changed at the
    same moment ends this session, too.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    with writing() as session:
        session.execute(delete(AdminSession).where(AdminSession.began_at < now - LIFE))
        session.add(
            AdminSession(
                id=_digest(token),
                admin_id=account.id,
                password_mark=account.password_mark,
                began_at=now,
                agent=agent[:AGENT_LENGTH],
                network=network,
            )
        )
    return SignedIn(account.id, account.email, account.role, token)


def find_session(token: str) -> SignedIn | None:
    """Return the admin of this session; None if it has ended."""
    columns = (Admin.id, Admin.email, Admin.role, Admin.password_hash, AdminSession.password_mark)
    query = select(*columns).join(AdminSession, AdminSession.admin_id == Admin.id)
    lasting = AdminSession.began_at >= clock.now() - LIFE
    with reading() as session:
        row = session.execute(query.where(AdminSession.id == _digest(token), lasting)).first()
    if row is None or row.password_mark != mark_of(row.password_hash):
        return None
    return SignedIn(row.id, row.email, row.role, token)


def end_session(signed_in: SignedIn) -> None:
    """End this session, in every browser that has its cookie."""
    with writing() as session:
        session.execute(delete(AdminSession).where(AdminSession.id == _digest(signed_in.token)))


def sessions_of(signed_in: SignedIn) -> tuple[list[SessionRow], str]:
    """Return the admin's sessions, the latest first, and the id of this one."""
    row = AdminSession
    query = select(row.id, row.began_at, row.agent, row.network).where(
        row.admin_id == signed_in.id, row.began_at >= clock.now() - LIFE
    )
    with reading() as session:
        found = session.execute(query.order_by(row.began_at.desc(), row.id)).all()
    return [SessionRow(*each) for each in found], _digest(signed_in.token)


def end_listed_session(signed_in: SignedIn, session_id: str) -> None:
    """End one of the admin's sessions by its id in the list."""
    own = AdminSession.admin_id == signed_in.id, AdminSession.id == session_id
    with writing() as session:
        session.execute(delete(AdminSession).where(*own))


def end_sessions(admin_id: int) -> None:
    """End every session of an admin."""
    with writing() as session:
        session.execute(delete(AdminSession).where(AdminSession.admin_id == admin_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
