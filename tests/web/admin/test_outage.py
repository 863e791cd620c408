"""The database away: what an admin who is signed in sees."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError


@pytest.mark.parametrize("path", ["/", "/admin/movies"])
def test_an_admin_reads_that_there_is_a_short_break(
    app: Flask, anna: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    app.testing = False
    monkeypatch.setattr("mozi.accounts.sessions.reading", refuse)
    answer = anna.get(path)
    assert (answer.status_code, "Rövid szünet" in answer.text) == (503, True)
