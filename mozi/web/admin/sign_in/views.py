"""Signing in and out."""

from __future__ import annotations

import logging
import math

from flask import Response, jsonify, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_login import logout_user

from mozi import clock
from mozi.accounts.sessions import end_session, end_sessions
from mozi.extensions import limiter
from mozi.web.admin.base import blueprint, current_admin, redirect_to, render_page
from mozi.web.admin.sign_in.account import account_page
from mozi.web.admin.sign_in.checking import check_password, start_session
from mozi.web.admin.sign_in.log import log_sign_in
from mozi.web.admin.sign_in.session_recovery import is_admin_path
from mozi.web.admin.sign_in.throttling import (
    count_failure,
    forget_attempts,
    is_first_refusal,
    set_target,
    target,
)
from mozi.web.i18n.languages import url_for
from mozi.web.sessions import signed_in


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Show the form, or sign in; an unknown address gets the same answer as a wrong password."""
    if request.method == "GET":
        return redirect(next_page()) if signed_in() else _form(_session_ended())
    email = request.form.get("email", "")
    set_target(email)
    account = check_password(email, request.form.get("password", ""))
    if account is None:
        count_failure()
        log_sign_in("Sign-in failed", _tried_email(), level=logging.WARNING)
        return _form(_("Az e-mail-cím és a jelszó nem tartozik össze."), email=email, status=401)
    forget_attempts()
    start_session(account)
    log_sign_in("Signed in", account.email)
    return redirect(next_page(), code=303)


@blueprint.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> Response:
    """Answer 429 with the form, the typed address and the time to wait."""
    ends_at = max(each.reset_at for each in limiter.current_limits if each.breached)
    wait_s = max(1, math.ceil(ends_at - clock.now().timestamp()))
    message = _("Túl sok próbálkozás. Újra %(minutes)s perc múlva lehet.", minutes=-(-wait_s // 60))
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(fault=message)
        answer.status_code = 429
    elif signed_in():
        answer = account_page({"current_password": message}, status=429)
    else:
        answer = _form(message, email=request.form.get("email", ""), status=429)
    answer.headers["Retry-After"] = str(wait_s)
    if is_first_refusal():
        log_sign_in(
            f"Too many attempts, refused for {wait_s} s", _tried_email(), level=logging.WARNING
        )
    return answer


@blueprint.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end_session(current_admin())
    log_sign_in("Signed out", current_admin().email)
    return _forget_cookie()


@blueprint.post("/logout/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this admin."""
    end_sessions(current_admin().id)
    log_sign_in("Signed out everywhere", current_admin().email)
    return _forget_cookie()


def _forget_cookie() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect_to("sign_in", out=1)


def _session_ended() -> str:
    """Return why the client must sign in again; "" without a reason."""
    if "ended" not in request.args:
        return ""
    if "typed=" in (_next_argument() or ""):
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
    """Answer a sign-in form with the CSRF token of another session, or without cookies."""
    message = _(
        "Ez az oldal közben elavult. Próbáld újra; ha megint ez történik, engedélyezd a sütiket."
    )
    return _form(message, email=request.form.get("email", ""), status=400)


def _form(message: str = "", *, email: str = "", status: int = 200) -> Response:
    here = url_for("admin.sign_in", next=_next_argument())
    return render_page("sign_in", message=message, email=email, here=here, status=status)


def _tried_email() -> str | None:
    """Return the e-mail address of the tried account, None if there is no such account."""
    account = target().account
    return account.email if account else None


def _next_argument() -> str | None:
    path = request.args.get("next", "")
    return path if is_admin_path(path) else None


def next_page() -> str:
    """Return the path that the client wanted before the sign-in, else that of the first page."""
    return _next_argument() or url_for("admin.home")
