"""Passwords: the check of one with its limits, a new one's faults, and the session after it."""

from __future__ import annotations

from flask import request, session
from flask_babel import gettext as _
from flask_login import login_user

from mozi.accounts.admins import Account, find_by_password
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH, is_common
from mozi.accounts.sessions import create_session
from mozi.extensions import limiter
from mozi.web.admin.sign_in.throttling import (
    PER_ADDRESS,
    per_account,
    target_from_address,
)
from mozi.web.clients import address, network


@limiter.shared_limit(PER_ADDRESS, scope="sign-in", key_func=address)
@limiter.shared_limit(per_account, scope="sign-in", key_func=target_from_address)
def check_password(email: str, password: str) -> Account | None:
    """Return the account of this address and password; raises RateLimitExceeded."""
    return find_by_password(email, password)


def start_session(account: Account) -> None:
    """Sign the account in at this browser."""
    session.clear()  # the former CSRF token, too
    session.permanent = True
    agent = request.user_agent.string
    login_user(create_session(account, agent=agent, network=network()))


def sent_password(name: str, *, email: str) -> tuple[str, dict[str, str]]:
    """Return the new password of the form, and its faults by field.

    A client that sends no second field has had nothing to type twice.
    """
    new = request.form.get(name, "")
    if not MIN_LENGTH <= len(new) <= MAX_LENGTH:
        return new, {name: _("Legalább %(count)s karakter kell.", count=MIN_LENGTH)}
    if is_common(new, email=email):
        return new, {
            name: _("Ezt a jelszót sokan használják, ezért könnyű kitalálni. Válassz másikat.")
        }
    if request.form.get(f"{name}_again", new) != new:
        return new, {f"{name}_again": _("A két jelszó nem egyezik.")}
    return new, {}
