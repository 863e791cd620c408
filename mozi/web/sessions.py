"""Sessions: signed cookies, the signed-in admin, the CSRF token, and throttling.

An admin's cookie holds the token of a row (accounts/sessions.py); the session ends with the row.
Public pages neither set a cookie nor depend on one.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import current_user

from mozi.accounts.attempts import AttemptsInDatabase
from mozi.accounts.sessions import LIFE, SignedIn, find_session
from mozi.database import UNREACHABLE
from mozi.extensions import csrf, limiter, login
from mozi.settings import Settings

REDIS_TIMEOUT_S = 1.0


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions; the cookie is Secure exactly where the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the cookie is sent by https only."""
        return request.is_secure

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save a session that changed; leave public pages alone.

        Flask would add Vary: Cookie wherever the session was read, and no shared cache could keep
        the page.
        """
        if session.modified or response.cache_control.no_store:
            super().save_session(app, session, response)


def register(app: Flask, settings: Settings) -> None:
    """Set up sessions, sign-in, CSRF protection, and throttling."""
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LIFE,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stay open for hours
        WTF_CSRF_SSL_STRICT=False,  # the token decides; some browsers send no Referer
        RATELIMIT_STRATEGY="fixed-window",
    )
    in_database = f"{AttemptsInDatabase.STORAGE_SCHEME[0]}://"
    app.config.update(counters(settings.redis_url, otherwise=in_database))
    login.session_protection = None  # a phone's IP address changes
    login.user_loader(_find_user)
    for extension in (login, csrf, limiter):
        extension.init_app(app)


def signed_in() -> SignedIn | None:
    """Return the admin of this request; None, without a query, where it has no session cookie."""
    if request.cookies.get("session") is None:
        return None
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def _find_user(kept: str) -> SignedIn | None:
    """Return the admin of a session; raises a database's error once in a request.

    The error page asks again, for its layout and its headers, and is then made as for a visitor.
    """
    if g.get("session_unreadable"):
        return None
    try:
        return find_session(kept)
    except UNREACHABLE:
        g.session_unreadable = True
        raise


def is_session(app: Flask, cookie: str) -> bool:
    """Return whether a Cookie header has the session of an admin, for the server.

    False where the database cannot be reached.
    """
    with app.test_request_context(headers={"Cookie": cookie}):
        try:
            return signed_in() is not None
        except UNREACHABLE:
            return False


def counters(redis_url: str | None, *, otherwise: str) -> dict[str, Any]:
    """Return Flask-Limiter's settings: Redis, with memory as fallback; without Redis otherwise."""
    if redis_url is None:
        return {"RATELIMIT_STORAGE_URI": otherwise}
    timeouts = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
    return {
        "RATELIMIT_STORAGE_URI": redis_url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": timeouts,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }
