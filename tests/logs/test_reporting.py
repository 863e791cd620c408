"""What Sentry gets: our errors with the version and the request's id, and nothing of a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from flask import Flask
from sentry_sdk.transport import Transport

from mozi.logs.reporting import start_reporting
from mozi.services import services
from mozi.settings import Settings
from mozi.version import VERSION
from tests.conftest import MakeApp

DSN = "https://key@sentry.example/1"
SECRET = "-".join(("session=abc", "def"))  # an event has lines of this file: not in one piece


class Kept(Transport):
    """A transport that keeps what it should send."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        """Keep the envelope's event."""
        self.events.append(envelope.get_event())


@pytest.mark.parametrize(
    ("build", "release"), [("0ab1", f"mozi@{VERSION}+0ab1"), ("site@7+0ab1", "site@7+0ab1")]
)
def test_a_release_names_the_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, build: str, release: str
) -> None:
    monkeypatch.setenv("SENTRY_RELEASE", build)
    env = {"SENTRY_DSN": DSN, "DATA_DIR": str(tmp_path)}
    start_reporting(Settings.from_env(env), release="abc", transport=Kept())
    assert sentry_sdk.get_client().options["release"] == release
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture
def sentry(make_app: MakeApp) -> Iterator[tuple[Flask, Kept]]:
    app, kept = make_app(), Kept()
    with app.app_context():
        settings = services().settings
    env = {"SENTRY_DSN": DSN, "DATA_DIR": str(settings.data_dir)}
    start_reporting(Settings.from_env(env), release="abc", transport=kept)
    app.testing = False
    yield app, kept
    sentry_sdk.get_global_scope().set_client(None)


def test_an_error_is_reported_with_version_id_and_endpoint(sentry: tuple[Flask, Kept]) -> None:
    app, kept = sentry
    app.add_url_rule("/break", "break", lambda: 1 / 0)
    app.test_client().get(f"/break?q={SECRET}", headers={"X-Request-ID": "r-1", "Cookie": SECRET})
    (event,) = kept.events
    assert event["release"].startswith(f"mozi@{VERSION}+")
    assert event["exception"]["values"][-1]["type"] == "ZeroDivisionError"
    assert (
        event["tags"] | {"request_id": "r-1", "endpoint": "break", "method": "GET"}
        == (event["tags"])
    )
    told = json.dumps(event)
    assert [word for word in (SECRET, "127.0.0.1") if word in told] == []


def test_what_is_no_error_is_not_reported(sentry: tuple[Flask, Kept]) -> None:
    app, kept = sentry
    assert app.test_client().get("/film/999").status_code == 404
    assert kept.events == []


def test_without_a_dsn_nothing_listens(app: Flask) -> None:
    assert not sentry_sdk.get_client().is_active()
