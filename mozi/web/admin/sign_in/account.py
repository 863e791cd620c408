"""The admin's own account: the password, and where the admin is signed in."""

from __future__ import annotations

import logging

from flask import Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mozi.accounts.admins import ensure_admin, find_by_password
from mozi.accounts.passkeys import passkeys_of
from mozi.accounts.passwords import MIN_LENGTH
from mozi.accounts.sessions import end_listed_session, sessions_of
from mozi.web.admin.base import NOTE, blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.sign_in.checking import check_password, sent_password, start_session
from mozi.web.admin.sign_in.log import log_sign_in
from mozi.web.admin.sign_in.throttling import count_failure, forget_attempts, set_target

BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
    "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


@blueprint.app_template_filter("browser")
def browser(agent: str) -> str:
    """Return "Firefox, Android" of a User-Agent header, "" of one that names neither."""
    of = (BROWSERS, SYSTEMS)
    found = [next((names[part] for part in names if part in agent), "") for names in of]
    return ", ".join(filter(None, found))


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change the password, which ends every other session of this admin."""
    if request.method == "GET":
        return account_page({})
    me = current_admin()
    new, faults = sent_password("new_password", email=me.email)
    faults |= current_faults()
    if faults:
        return account_page(faults, status=422)
    forget_attempts()
    others = len(sessions_of(me)[0]) - 1
    ensure_admin(me.email, new, keeps_passkeys=True)
    log_sign_in("Password changed", me.email)
    account = find_by_password(me.email, new)
    if account is not None:
        start_session(account)
    flash(_changed_words(others), NOTE)
    return redirect_to("password")


def _changed_words(others: int) -> str:
    if others < 1:
        return str(_("Megváltozott a jelszavad. Legközelebb már ezzel lépj be."))
    return str(
        _(
            "Megváltozott a jelszavad. Minden más gépen és telefonon kiléptél (%(count)s helyen).",
            count=others,
        )
    )


def current_faults() -> dict[str, str]:
    """Return the fault of the sent present password by its field; {} if it is right."""
    email = current_admin().email
    set_target(email)
    if check_password(email, request.form.get("current_password", "")) is not None:
        return {}
    count_failure()
    log_sign_in("Password not changed, the present one was wrong", email, level=logging.WARNING)
    return {"current_password": _("Ez nem a mostani jelszavad.")}


@blueprint.post("/password/sessions/end")
def end_one_session() -> ResponseReturnValue:
    """End one of the admin's own sessions."""
    end_listed_session(current_admin(), request.form.get("id", ""))
    log_sign_in("Signed out one session", current_admin().email)
    flash(_("Azon az eszközön kiléptél."), NOTE)
    return redirect_to("password")


def account_page(faults: dict[str, str], *, status: int = 200) -> Response:
    """Return the page of the account."""
    sessions, this = sessions_of(current_admin())
    return render_page(
        "password",
        faults=faults,
        min_length=MIN_LENGTH,
        sessions=sessions,
        this=this,
        passkeys=passkeys_of(current_admin().id),
        status=status,
    )
