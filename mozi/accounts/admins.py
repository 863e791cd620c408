"""Admins: made by an operator, found by what they sign in with, known again by their session.

A session names the admin and a mark of the password's hash. Another password has another
hash, so changing it ends every session that began with the old one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from sqlalchemy import select

from mozi.accounts.passwords import hash_password, matches
from mozi.database import reading, writing
from mozi.models import Admin

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_KNOWN = select(Admin.id, Admin.email, Admin.password_hash)


@dataclass(frozen=True)
class SignedIn:
    """An admin as a session knows them. Flask-Login reads the properties."""

    id: int
    email: str
    mark: str

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"{self.id}.{self.mark}"


def normal_email(email: str) -> str:
    """Return the address in the one spelling that is kept and looked up."""
    return email.strip().lower()


def is_email(email: str) -> bool:
    """Return whether this can be an address to sign in with."""
    return len(email) <= EMAIL_LENGTH and _EMAIL.fullmatch(email) is not None


def ensure_admin(email: str, password: str) -> bool:
    """Give the admin this password, making one where there is none; return whether it was made."""
    password_hash = hash_password(password)  # before the transaction: it takes a while
    with writing() as session:
        query = select(Admin).where(Admin.email == normal_email(email))
        admin = session.scalars(query).first()
        if admin is None:
            session.add(Admin(email=normal_email(email), password_hash=password_hash))
        else:
            admin.password_hash = password_hash
        return admin is None


def find_by_password(email: str, password: str) -> SignedIn | None:
    """Return the admin whom both belong to; an unknown address takes the same time. Raises Busy."""
    with reading() as session:
        row = session.execute(_KNOWN.where(Admin.email == normal_email(email))).first()
    found = matches(password, row.password_hash if row else None)
    return _signed_in(*row) if row and found else None


def find_by_session(kept: str) -> SignedIn | None:
    """Return the admin whose get_id this is, unless the password has been changed since."""
    number, _, mark = kept.partition(".")
    if not re.fullmatch("[0-9]{1,9}", number):
        return None
    with reading() as session:
        row = session.execute(_KNOWN.where(Admin.id == int(number))).first()
    known = _signed_in(*row) if row else None
    return known if known and hmac.compare_digest(known.mark, mark) else None


def _signed_in(admin_id: int, email: str, password_hash: str) -> SignedIn:
    mark = hashlib.sha256(password_hash.encode()).hexdigest()[:32]
    return SignedIn(admin_id, email, mark)
