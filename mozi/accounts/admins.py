"""Admins: created by an operator, found by their e-mail address and password."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mozi.accounts.passwords import hash_password, matches
from mozi.database import reading, writing
from mozi.models import Admin, AdminLink, AdminSession, Passkey

ADMIN, EDITOR = "admin", "editor"
ROLES = (EDITOR, ADMIN)
EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Account:
    """Someone who may edit, with the hash of the password."""

    id: int
    email: str
    role: str
    password_hash: str = field(repr=False)

    @property
    def password_mark(self) -> str:
        """Return a value that changes with the password and is no secret."""
        return mark_of(self.password_hash)


def normal_email(email: str) -> str:
    """Return the e-mail address in the spelling that is stored and looked up."""
    return email.strip().lower()


def is_email(email: str) -> bool:
    """Return whether this can be an e-mail address."""
    has_form = len(email) <= EMAIL_LENGTH and _EMAIL.fullmatch(email) is not None
    return has_form and email.isprintable()  # PostgreSQL takes no NUL


def ensure_admin(
    email: str, password: str, *, role: str | None = None, keeps_passkeys: bool = False
) -> bool:
    """Set the admin's password, creating the admin if needed; return whether it was created.

    role: None keeps the present one, and makes a new one an admin. A new password ends every
    session of the admin. keeps_passkeys: the admin has proved to be the owner by the old password;
    otherwise the account is given back to its owner, and passkeys that others may have added go.
    """
    password_hash = hash_password(password)  # before the transaction: hashing takes time
    with writing() as session:
        return save_password(
            session, normal_email(email), password_hash, role=role, keeps_passkeys=keeps_passkeys
        )


def save_password(
    session: Session,
    email: str,
    password_hash: str,
    *,
    role: str | None,
    keeps_passkeys: bool = False,
) -> bool:
    """Do what ensure_admin does, in the caller's transaction; all one-time links become void."""
    admin = session.scalars(select(Admin).where(Admin.email == email)).first()
    if admin is None:
        session.add(Admin(email=email, password_hash=password_hash, role=role or ADMIN))
    else:
        admin.password_hash, admin.role = password_hash, role or admin.role
        session.execute(delete(AdminSession).where(AdminSession.admin_id == admin.id))
        if not keeps_passkeys:
            session.execute(delete(Passkey).where(Passkey.admin_id == admin.id))
    session.execute(delete(AdminLink).where(AdminLink.email == email))
    return admin is None


def find_account(email: str) -> Account | None:
    """Return the admin with this e-mail address."""
    if not is_email(normal_email(email)):
        return None
    query = select(Admin.id, Admin.email, Admin.role, Admin.password_hash)
    with reading() as session:
        row = session.execute(query.where(Admin.email == normal_email(email))).first()
    return Account(row.id, row.email, row.role, row.password_hash) if row else None


def find_by_password(email: str, password: str) -> Account | None:
    """Return the admin with this e-mail address and password; raises Busy.

    An unknown address takes as long as a wrong password.
    """
    account = find_account(email)
    found = matches(password, account.password_hash if account else None)
    return account if found else None


def mark_of(password_hash: str) -> str:
    """Return a digest of the hash, which differs for each new password because of its salt."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
