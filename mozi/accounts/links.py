"""One-time links: the first admin, an invitation, a forgotten password.

The link holds a random token and its row the digest. Opening a link does not use it up; the
password that is set through it does, in one transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mozi import clock
from mozi.accounts.admins import ADMIN, find_account, normal_email, save_password
from mozi.accounts.passwords import hash_password
from mozi.database import reading, writing
from mozi.models import Admin, AdminLink

BEGIN, INVITE, PASSWORD = "begin", "invite", "password"  # noqa: S105 # nosec B105
LIVES = {BEGIN: timedelta(hours=1), INVITE: timedelta(days=7), PASSWORD: timedelta(days=1)}


@dataclass(frozen=True)
class Link:
    """A link that can still be used; id is no secret."""

    id: str
    purpose: str
    email: str
    role: str
    until: datetime


def offer_beginning(token: str) -> bool:
    """Store the link of this token that makes the first admin; return whether it is new.

    False where an admin exists, or where another worker has stored the same token. The links of
    earlier starts become void.
    """
    link = _row(token, BEGIN, email="", role=ADMIN, made_by="")
    try:
        with writing() as session:
            if _has_admin(session) or session.get(AdminLink, link.id) is not None:
                return False
            session.execute(delete(AdminLink).where(AdminLink.purpose == BEGIN))
            session.add(link)
    except IntegrityError:  # on PostgreSQL two workers may both have seen no row
        return False
    return True


def create_link(email: str, *, role: str = ADMIN, made_by: str = "") -> str:
    """Return the token of a new link: for a new password, or for an address that has no account.

    It replaces the older links of the address. Links that are over are deleted.
    """
    email, token = normal_email(email), secrets.token_urlsafe(32)
    purpose = PASSWORD if find_account(email) else INVITE
    with writing() as session:
        over = (AdminLink.email == email) | (AdminLink.until < clock.now())
        session.execute(delete(AdminLink).where(over))
        session.add(_row(token, purpose, email=email, role=role, made_by=made_by))
    return token


def find_link(token: str) -> Link | None:
    """Return the link of this token; None if it is over, used or unknown."""
    row = AdminLink
    columns = (row.id, row.purpose, row.email, row.role, row.until)
    with reading() as session:
        found = session.execute(select(*columns).where(*_valid(_digest(token)))).first()
        if found is None or (found.purpose == BEGIN and _has_admin(session)):
            return None
    return Link(*found)


def use_link(token: str, password: str, *, email: str | None = None) -> str | None:
    """Set the password through the link; return the address, None if the link is over.

    email: of the first admin. Of two uses at once one wins: the row is deleted by one of them.
    """
    password_hash = hash_password(password)  # before the transaction: hashing takes time
    with writing() as session:
        used = delete(AdminLink).where(*_valid(_digest(token)))
        row = session.execute(
            used.returning(AdminLink.purpose, AdminLink.email, AdminLink.role)
        ).first()
        if row is None or (row.purpose == BEGIN and _has_admin(session)):
            return None
        if row.purpose == PASSWORD and not _exists(session, row.email):
            return None  # taken away meanwhile
        address = normal_email(email or "") if row.purpose == BEGIN else row.email
        role = None if row.purpose == PASSWORD else row.role
        save_password(session, address, password_hash, role=role)
        return str(address)


def invitations() -> list[Link]:
    """Return the links that can still be used, the first one's apart, by address."""
    row = AdminLink
    columns = (row.id, row.purpose, row.email, row.role, row.until)
    usable = (row.until > clock.now(), row.purpose != BEGIN)
    with reading() as session:
        found = session.execute(select(*columns).where(*usable).order_by(row.email)).all()
    return [Link(*each) for each in found]


def withdraw_link(link_id: str) -> None:
    """Make a link void by its id."""
    with writing() as session:
        session.execute(delete(AdminLink).where(AdminLink.id == link_id))


def _row(token: str, purpose: str, *, email: str, role: str, made_by: str) -> AdminLink:
    until = clock.now() + LIVES[purpose]
    fields = {"purpose": purpose, "email": email, "role": role, "made_by": made_by}
    return AdminLink(id=_digest(token), until=until, **fields)


def _valid(digest: str) -> tuple[ColumnElement[bool], ...]:
    return AdminLink.id == digest, AdminLink.until > clock.now()


def _has_admin(session: Session) -> bool:
    return session.scalars(select(Admin.id).limit(1)).first() is not None


def _exists(session: Session, email: str) -> bool:
    return session.scalars(select(Admin.id).where(Admin.email == email)).first() is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
