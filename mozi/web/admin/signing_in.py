"""Signing in and out, and changing one's password."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re

from flask import Response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_login import login_user, logout_user

from mozi import clock
from mozi.accounts.admins import Account, ensure_admin, find_by_password, normal_email
from mozi.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mozi.accounts.sessions import begin_session, end_session, end_sessions
from mozi.extensions import limiter
from mozi.web.admin.ended import is_admin_path
from mozi.web.admin.ground import blueprint, go, me, page
from mozi.web.languages import url_for
from mozi.web.sessions import signed_in

# Only what fails counts in the end: whoever gets in begins anew.
PER_ADDRESS = "15 per minute; 60 per hour"
PER_ACCOUNT = "10 per 5 minutes; 40 per hour"

WITH_PORT = re.compile(r"([\d.]+):\d+|\[([^]]+)\](?::\d+)?")
NOBODY = "0.0.0.0"  # noqa: S104 - nothing is bound to it # nosec B104


def address() -> str:
    """Return whose attempts count together: an IPv4 address, or an IPv6 network of one customer.

    Some proxies add a port (1.2.3.4:5678), and some say "unknown".
    """
    told = request.remote_addr or NOBODY
    with_port = WITH_PORT.fullmatch(told)
    try:
        given = ipaddress.ip_address(with_port[1] or with_port[2] if with_port else told)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((given, 64), strict=False) if given.version == 6 else given)


def account() -> str:
    """Return the account that is tried, there or not, by a digest of fixed length."""
    return hashlib.sha256(normal_email(request.form.get("email", "")).encode()).hexdigest()[:32]


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to the movies."""
    return go("movies")


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.shared_limit(PER_ADDRESS, scope="sign-in", key_func=address, methods=["POST"])
@limiter.shared_limit(PER_ACCOUNT, scope="sign-in", key_func=account, methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Show the form, and take it; nothing tells an unknown address from a wrong password."""
    if request.method == "GET":
        return redirect(_next()) if signed_in() else _form(_why_again())
    email = request.form.get("email", "")
    admin = find_by_password(email, request.form.get("password", ""))
    if admin is None:
        return _form(_("Az e-mail-cím és a jelszó nem tartozik össze."), email=email, status=401)
    _forget_attempts()
    _begin(admin)
    return redirect(_next(), code=303)


@blueprint.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> Response:
    """Answer 429 with the form, what was typed (without the password), and how long to wait."""
    ends_at = max(each.reset_at for each in limiter.current_limits if each.breached)
    wait_s = max(1, math.ceil(ends_at - clock.now().timestamp()))
    message = _("Túl sok próbálkozás. Újra %(minutes)s perc múlva lehet.", minutes=-(-wait_s // 60))
    answer = _form(message, email=request.form.get("email", ""), status=429)
    answer.headers["Retry-After"] = str(wait_s)
    return answer


@blueprint.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end_session(me())
    return _end()


@blueprint.post("/logout/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this admin."""
    end_sessions(me().id)
    return _end()


def _end() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return go("sign_in")


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.shared_limit(PER_ADDRESS, scope="password", key_func=address, methods=["POST"])
def password() -> ResponseReturnValue:
    """Change the password: every other session of this admin ends."""
    if request.method == "GET":
        return page("password", faults={}, min_length=MIN_LENGTH)
    current, new = (request.form.get(name, "") for name in ("current_password", "new_password"))
    faults = _password_faults(current, new)
    if faults:
        return page("password", faults=faults, min_length=MIN_LENGTH, status=422)
    ensure_admin(me().email, new)
    admin = find_by_password(me().email, new)
    if admin is not None:
        _begin(admin)
    return go("movies", saved="password")


def _password_faults(current: str, new: str) -> dict[str, str]:
    faults = {}
    if find_by_password(me().email, current) is None:
        faults["current_password"] = _("Ez nem a mostani jelszavad.")
    if not MIN_LENGTH <= len(new) <= MAX_LENGTH:
        faults["new_password"] = _("Legalább %(count)s karakter kell.", count=MIN_LENGTH)
    return faults


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


def _forget_attempts() -> None:
    for each in limiter.current_limits:
        limiter.limiter.clear(each.limit, *each.request_args)


def _wanted() -> str | None:
    wanted = request.args.get("next", "")
    return wanted if is_admin_path(wanted) else None


def _next() -> str:
    return _wanted() or url_for("admin.movies")
