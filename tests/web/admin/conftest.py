"""Admins for tests, signed in and not."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin

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


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    """A client in which an admin is signed in."""
    ensure_admin(EMAIL, PASSWORD)
    client = app.test_client()
    assert sign_in(client) == 303
    return client
