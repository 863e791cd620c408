"""Server-Timing, for admins only."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.admin.conftest import anna

__all__ = ["anna"]


def test_an_admin_sees_where_the_time_went(anna: FlaskClient) -> None:
    told = anna.get("/").headers["Server-Timing"]
    found = re.fullmatch(
        r'total;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) queries", app;dur=([\d.]+)', told
    )
    assert found, told
    total, db, queries, app = map(float, found.groups())
    assert queries >= 2
    assert 0 < db <= total
    assert abs(total - db - app) < 0.2


def test_a_visitor_does_not(client: FlaskClient) -> None:
    for path in ("/", "/", "/healthz", "/admin/login", "/nincs"):
        assert "Server-Timing" not in client.get(path).headers
