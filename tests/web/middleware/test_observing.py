"""Every request leaves a line, a time and an id."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from mozi import metrics
from mozi.logs import request_lines
from mozi.logs.request_lines import RequestLines
from mozi.services import services
from mozi.web.middleware.observing import Observed, id_of, queue_seconds
from tests.conftest import Clock, MakeApp

NOW = datetime.fromtimestamp(1_700_000_000, UTC)


def seconds_counted(endpoint: str, status: str) -> float:
    labels = {"endpoint": endpoint, "status": status}
    metrics.flush()
    return REGISTRY.get_sample_value("mozi_http_request_seconds_count", labels) or 0.0


@pytest.mark.parametrize(
    "header",
    ["1699999999500", "t=1699999999.5", "t=1699999999500000", " 1699999999.5 "],
)
def test_each_routers_way_to_tell_the_moment_is_understood(header: str, clock: Clock) -> None:
    clock.moment = NOW
    assert queue_seconds(header) == pytest.approx(0.5)


def test_a_routers_clock_that_is_ahead_makes_no_negative_wait(clock: Clock) -> None:
    clock.moment = NOW
    assert queue_seconds("t=1700000005") == 0


@pytest.mark.parametrize("header", [None, "", "soon", "nan", "t=", "0", "inf", "-inf"])
def test_a_header_that_tells_no_moment_counts_nothing(header: str | None) -> None:
    assert queue_seconds(header) is None


def test_the_routers_id_is_taken_and_a_forged_one_is_not() -> None:
    assert id_of({"HTTP_X_REQUEST_ID": "7f0c-ab"}) == "7f0c-ab"
    for forged in ("a\nb", "a b", "x" * 201, 'a"b', ""):
        assert id_of({"HTTP_X_REQUEST_ID": forged}) != forged
    assert id_of({}) != id_of({})


@pytest.mark.parametrize(
    ("path", "endpoint", "status"),
    [("/", "index", "200"), ("/healthz", "healthz", "200"), ("/nincs", "none", "404")],
)
def test_a_request_is_timed_by_what_answered_it(
    client: FlaskClient, path: str, endpoint: str, status: str
) -> None:
    before = seconds_counted(endpoint, status)
    client.get(path)
    client.get(path)  # a page comes out of the cache now, in front of Flask
    assert seconds_counted(endpoint, status) == before + 2


@pytest.mark.parametrize(("hops", "counted"), [("1", 1), ("0", 0)])
def test_a_wait_in_the_routers_queue_is_counted_where_there_is_a_router(
    make_app: MakeApp, hops: str, counted: int
) -> None:
    client = make_app(TRUSTED_PROXY_HOPS=hops).test_client()
    before = REGISTRY.get_sample_value("mozi_request_queue_seconds_count") or 0
    client.get("/healthz", headers={"X-Request-Start": "t=1.0"})  # no moment of this century
    client.get("/healthz", headers={"X-Request-Start": f"t={time.time():.3f}"})
    metrics.flush()
    assert REGISTRY.get_sample_value("mozi_request_queue_seconds_count") == before + counted


def test_a_request_that_breaks_the_app_is_a_500(make_app: MakeApp) -> None:
    app = make_app()
    app.testing = False
    app.add_url_rule("/break", "break", lambda: 1 / 0)
    before = seconds_counted("break", "500")
    assert app.test_client().get("/break").status_code == 500
    assert seconds_counted("break", "500") == before + 1


def test_a_request_is_one_line_without_its_query(app: Flask) -> None:
    written = io.StringIO()
    settings = replace(services().settings, log_format="json")
    app.wsgi_app = Observed(app.wsgi_app, RequestLines(settings, written), behind_proxy=False)  # type: ignore[method-assign]
    app.test_client().get("/?q=titok", headers={"X-Request-ID": "abc"})
    request_lines.flush()
    line = json.loads(written.getvalue())
    told = [line[name] for name in ("request_id", "method", "path", "status", "endpoint")]
    assert told == ["abc", "GET", "/", 200, "index"]
