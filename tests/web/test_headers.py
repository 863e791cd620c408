from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeApp


@pytest.mark.parametrize("path", ["/", "/film/77", "/admin/login", "/healthz", "/no.txt"])
def test_every_answer_forbids_frames_foreign_scripts_and_sniffing(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_page_that_never_reaches_flask_has_them_too(client: FlaskClient) -> None:
    first, second = client.get("/"), client.get("/")
    assert second.headers["Cache-Status"] == "mozi; hit"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert second.headers.getlist(name) == first.headers.getlist(name) != []


def test_https_alone_asks_for_https_for_good(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXY_HOPS="1").test_client()
    https = {"X-Forwarded-Proto": "https"}
    for _ in range(2):
        assert "Strict-Transport-Security" in client.get("/", headers=https).headers
        assert "Strict-Transport-Security" not in client.get("/").headers


def test_posters_may_come_from_where_the_storage_has_them(make_app: MakeApp) -> None:
    app = make_app(S3_BUCKET="b", S3_PUBLIC_URL="http://cdn.example:81/x", SECRET_KEY="x" * 32)
    policy = app.test_client().get("/healthz").headers["Content-Security-Policy"]
    assert " http://cdn.example:81;" in policy
