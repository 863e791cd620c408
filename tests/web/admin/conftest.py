"""Admins for tests, signed in and not."""

from __future__ import annotations

import contextvars
import re

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin, find_by_password
from mozi.web.admin.sign_in.checking import start_session

EMAIL, PASSWORD = "anna@example.org", "correct horse battery"


def token(html: str) -> str:
    """Return the csrf_token of the page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, html
    return found[1]


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD) -> int:
    """Send the sign-in form and return the answer's status."""
    given = {"email": email, "password": password, "csrf_token": token(_form(client))}
    return client.post("/admin/login", data=given).status_code


def _form(client: FlaskClient) -> str:
    return client.get("/admin/login").get_data(as_text=True)


def signed_in(app: Flask) -> FlaskClient:
    """Return a client with Anna's session; of the way there, the form and its answer are left out.

    The two requests would be a third of a short test's time.
    """
    client = app.test_client()

    def session_cookie() -> str:
        with app.test_request_context("/admin/login", environ_base=client.environ_base):
            account = find_by_password(EMAIL, PASSWORD)
            assert account is not None
            start_session(account)
            signer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert signer is not None
            return str(signer.dumps(dict(session)))

    client.set_cookie("session", contextvars.Context().run(session_cookie))
    return client


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    """A client in which an admin is signed in."""
    ensure_admin(EMAIL, PASSWORD)
    return signed_in(app)
