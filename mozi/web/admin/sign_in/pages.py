"""Signing in and out, and changing one's password."""

from __future__ import annotations

import logging
import math

from flask import Response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_login import login_user, logout_user

from mozi import clock
from mozi.accounts.admins import Account, ensure_admin, find_by_password
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mozi.accounts.sessions import begin_session, end_session, end_sessions
from mozi.extensions import limiter
from mozi.web.admin.base import blueprint, go, me, page
from mozi.web.admin.sign_in.log import note
from mozi.web.admin.sign_in.session_recovery import is_admin_path
from mozi.web.admin.sign_in.throttling import (
    PER_ADDRESS,
    address,
    aim_at,
    count_failure,
    first_refusal,
    forget_attempts,
    per_account,
    target,
    target_from_address,
)
from mozi.web.i18n.languages import url_for
from mozi.web.sessions import signed_in


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to the movies."""
    return go("movies")


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Show the form, and take it; nothing tells an unknown address from a wrong password."""
    if request.method == "GET":
        return redirect(_next()) if signed_in() else _form(_why_again())
    email = request.form.get("email", "")
    aim_at(email)
    account = _check(email, request.form.get("password", ""))
    if account is None:
        count_failure()
        note("Sign-in failed", _tried(), level=logging.WARNING)
        return _form(_("Az e-mail-cím és a jelszó nem tartozik össze."), email=email, status=401)
    forget_attempts()
    _begin(account)
    note("Signed in", account.email)
    return redirect(_next(), code=303)


@limiter.shared_limit(PER_ADDRESS, scope="sign-in", key_func=address)
@limiter.shared_limit(per_account, scope="sign-in", key_func=target_from_address)
def _check(email: str, password: str) -> Account | None:
    """Return the account that both belong to; raises RateLimitExceeded, and counts before."""
    return find_by_password(email, password)


@blueprint.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> Response:
    """Answer 429 with the form, what was typed (without the password), and how long to wait."""
    ends_at = max(each.reset_at for each in limiter.current_limits if each.breached)
    wait_s = max(1, math.ceil(ends_at - clock.now().timestamp()))
    message = _("Túl sok próbálkozás. Újra %(minutes)s perc múlva lehet.", minutes=-(-wait_s // 60))
    if signed_in():
        answer = _password_form({"current_password": message}, status=429)
    else:
        answer = _form(message, email=request.form.get("email", ""), status=429)
    answer.headers["Retry-After"] = str(wait_s)
    if first_refusal():
        note(f"Too many attempts, refused for {wait_s} s", _tried(), level=logging.WARNING)
    return answer


@blueprint.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end_session(me())
    note("Signed out", me().email)
    return _end()


@blueprint.post("/logout/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this admin."""
    end_sessions(me().id)
    note("Signed out everywhere", me().email)
    return _end()


def _end() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return go("sign_in")


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change the password: every other session of this admin ends."""
    if request.method == "GET":
        return _password_form({})
    current, new = (request.form.get(name, "") for name in ("current_password", "new_password"))
    faults = _password_faults(current, new)
    if faults:
        return _password_form(faults, status=422)
    forget_attempts()
    ensure_admin(me().email, new)
    note("Password changed", me().email)
    account = find_by_password(me().email, new)
    if account is not None:
        _begin(account)
    return go("movies", saved="password")


def _password_faults(current: str, new: str) -> dict[str, str]:
    faults = {}
    aim_at(me().email)
    if _check(me().email, current) is None:
        count_failure()
        note("Password not changed, the present one was wrong", me().email, level=logging.WARNING)
        faults["current_password"] = _("Ez nem a mostani jelszavad.")
    if not MIN_LENGTH <= len(new) <= MAX_LENGTH:
        faults["new_password"] = _("Legalább %(count)s karakter kell.", count=MIN_LENGTH)
    return faults


def _password_form(faults: dict[str, str], *, status: int = 200) -> Response:
    return page("password", faults=faults, min_length=MIN_LENGTH, status=status)


def _why_again() -> str:
    if "ended" not in request.args:
        return ""
    if "typed=" in (_wanted() or ""):
        return str(
            _("Közben lejárt a belépésed. Lépj be újra: amit beírtál, megvan, és ott folytathatod.")
        )
    return str(
        _(
            "Közben lejárt a belépésed, ezért nem történt semmi."
            " Lépj be újra, és próbáld meg még egyszer."
        )
    )


def ask_again() -> Response:
    """Answer a sign-in form that came with another session's token, or without cookies."""
    message = _(
        "Ez az oldal közben elavult. Próbáld újra; ha megint ez történik, engedélyezd a sütiket."
    )
    return _form(message, email=request.form.get("email", ""), status=400)


def _form(message: str = "", *, email: str = "", status: int = 200) -> Response:
    here = url_for("admin.sign_in", next=_wanted())
    return page("sign_in", message=message, email=email, here=here, status=status)


def _begin(account: Account) -> None:
    session.clear()  # and with it the token of before
    session.permanent = True
    login_user(begin_session(account))


def _tried() -> str | None:
    """Return the address of the account that was tried, where there is one."""
    account = target().account
    return account.email if account else None


def _wanted() -> str | None:
    wanted = request.args.get("next", "")
    return wanted if is_admin_path(wanted) else None


def _next() -> str:
    return _wanted() or url_for("admin.movies")
