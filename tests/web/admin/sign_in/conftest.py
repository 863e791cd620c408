"""An account that tests sign in to."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.accounts.admins import ensure_admin
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in


@pytest.fixture
def _admin(app: Flask) -> None:
    ensure_admin(EMAIL, PASSWORD)


def sign_in_from(app: Flask, address: str, email: str = EMAIL, password: str = PASSWORD) -> int:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return sign_in(client, email, password)
