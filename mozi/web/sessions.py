"""Sessions: signed cookies, who is signed in, one token against forged forms, and throttling.

An admin's cookie holds the token of a row (accounts/sessions.py), which says whether it lasts.

What is not an admin's own answer neither sets a cookie nor depends on one.
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
    """Flask's sessions, Secure exactly where the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the cookie is for https alone."""
        return request.is_secure

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Leave answers alone that every visitor gets: reading the session changed nothing there.

        (Flask would add Vary: Cookie, and no cache between could keep the page.)
        """
        if session.modified or response.cache_control.no_store:
            super().save_session(app, session, response)


def register(app: Flask, settings: Settings) -> None:
    """Give the app sessions, sign-in, the check of forms, and a store for throttling."""
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LIFE,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: who types for hours loses nothing
        WTF_CSRF_SSL_STRICT=False,  # the token decides; some browsers send no Referer
        RATELIMIT_STRATEGY="fixed-window",
        **_throttle_store(settings.redis_url),
    )
    login.session_protection = None  # a phone changes its address on the way
    login.user_loader(_find_user)
    for extension in (login, csrf, limiter):
        extension.init_app(app)


def signed_in() -> SignedIn | None:
    """Return the admin who asks; without a session cookie that costs nothing, and is nobody."""
    if request.cookies.get("session") is None:
        return None
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def _find_user(kept: str) -> SignedIn | None:
    """Return the admin of a session; where the database cannot tell, raise that once a request.

    The page that says so is made for a visitor: its layout and its headers would ask again.
    """
    if g.get("user_unknown"):
        return None
    try:
        return find_session(kept)
    except UNREACHABLE:
        g.user_unknown = True
        raise


def is_session(app: Flask, cookie: str) -> bool:
    """Return whether a request's Cookie header holds the session of an admin, for a server to ask.

    Where nobody can tell, it does not.
    """
    with app.test_request_context(headers={"Cookie": cookie}):
        try:
            return signed_in() is not None
        except UNREACHABLE:
            return False


def _throttle_store(redis_url: str | None) -> dict[str, Any]:
    """Return Redis, with memory to fall back on while it is away, else the database."""
    if redis_url is None:
        return {"RATELIMIT_STORAGE_URI": f"{AttemptsInDatabase.STORAGE_SCHEME[0]}://"}
    timeouts = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
    return {
        "RATELIMIT_STORAGE_URI": redis_url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": timeouts,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }
