"""Who may read /metrics, and that every promised name is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mozi.version import VERSION
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin

ROOT = Path(__file__).parents[3]

NAMES = (
    "mozi_page_cache_requests_total",
    "mozi_page_cache_resets_total",
    "mozi_page_render_seconds_bucket",
    "mozi_poster_requests_total",
    "mozi_poster_builds_total",
    "mozi_poster_build_seconds_bucket",
    "mozi_source_fetches_total",
    "mozi_http_request_seconds_bucket",
    "mozi_request_queue_seconds_bucket",
    f'mozi_build_info{{version="{VERSION}"}} 1.0',
)

PROXIES_SAY = (
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Forwarded-Port", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP",
)  # fmt: skip


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_a_program_of_this_machine_may_read(client: FlaskClient, address: str) -> None:
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "", "unix:"])
def test_another_machine_finds_nothing(client: FlaskClient, address: str) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.parametrize("said", ["127.0.0.1", ""])
@pytest.mark.parametrize("name", PROXIES_SAY)
def test_a_client_behind_a_proxy_of_this_machine_gets_a_404(
    client: FlaskClient, name: str, said: str
) -> None:
    assert client.get("/metrics", headers={name: said}).status_code == 404


def test_a_forwarded_loopback_address_is_no_loopback(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXY_HOPS="1").test_client()
    forged = {"X-Forwarded-For": "127.0.0.1"}
    remote = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers=forged, environ_base=remote).status_code == 404


def test_the_token_opens_from_anywhere_and_nothing_else_does(make_app: MakeApp) -> None:
    client = make_app(METRICS_TOKEN="titok").test_client()  # noqa: S106

    def status(**headers: str) -> int:
        return client.get(
            "/metrics", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"}
        ).status_code

    assert status(Authorization="Bearer titok", **{"X-Forwarded-For": "192.0.2.9"}) == 200
    assert status(Authorization="bearer titok") == 200
    assert [status(Authorization=a) for a in ("Bearer tito", "Basic titok", "titok", "")] == [
        403
    ] * 4
    assert client.get("/metrics").status_code == 403  # from this machine too


def test_every_promised_name_is_there_after_a_poster_was_built(
    client: FlaskClient, origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie_id = make_movie(poster_url=origin.url("/a.jpg"))
    client.get("/")
    client.get(f"/poster/{movie_id}-koszivu-ember.thumb.jpg")
    text = client.get("/metrics").text
    assert [name for name in NAMES if name not in text] == []
    for sample in (
        'mozi_poster_requests_total{result="built"}',
        'mozi_poster_builds_total{media="blurred",result="built"}',
        'mozi_source_fetches_total{result="ok"}',
        *(
            f'mozi_poster_build_seconds_count{{stage="{s}"}}'
            for s in ("fetch", "decode", "encode", "store")
        ),
    ):
        assert sample in text


def test_the_names_are_there_before_anything_happened(tmp_path: Path) -> None:
    """In several processes a metric without a sample is not told at all."""
    code = "from mozi import metrics; metrics.start_at_zero(); print(1)"
    env = {"PATH": os.environ["PATH"], "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, cwd=ROOT)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(tmp_path))
    text = generate_latest(registry).decode()
    assert [name for name in NAMES if f"\n{name}" not in text] == []


def test_rendering_is_timed_without_labels(client: FlaskClient) -> None:
    client.get("/")
    assert "\nmozi_page_render_seconds_count " in client.get("/metrics").text
