"""The fixtures that every test may use. Servers start once a run, and only when asked for."""

from __future__ import annotations

import contextvars
import gc
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import flask_migrate
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from mozi import clock, create_app
from mozi.extensions import db
from mozi.posters.demand.builds import OnDemandBuilds
from mozi.services import Services, services
from mozi.settings import Settings
from mozi.storage import Storage
from tests.support import once, servers
from tests.support.forks import Forks, forks
from tests.support.logs import Said, listening
from tests.support.origin import Origin

MakeApp = Callable[..., Flask]
TEMPLATES = once.SharedTemplates()
WITHOUT_EXTRAS = {"POSTER_EXTRAS": "0"}  # most tests count the three JPEGs, and AVIF takes time


def pytest_collection_finish() -> None:
    """Have the collector leave the imported modules alone: it looks through them for 15 %.

    A test's app is some ten thousand objects that refer to each other: the thresholds have the
    last hundred apps wait for the collector, not thousands.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 5, 5)


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        once.share(patch, tmp_path_factory.mktemp("static"))
        yield


@pytest.fixture(scope="session")
def start() -> Iterator[Forks]:
    """Start a process that has imported Mozi already: start("-m", "flask", "work", env=…)."""
    with forks() as start:
        yield start


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.valkey() as url:
        yield url


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    with servers.s3() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated database, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    migrated(create_app(Settings.from_env({"DATA_DIR": str(folder)})))
    return folder / "mozi.sqlite3"


@pytest.fixture(scope="session")
def pg_template(pg_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an empty migrated database that CREATE DATABASE copies for each test."""
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_mozi")
    folder = tmp_path_factory.mktemp("template-pg")
    env = {"DATABASE_URL": database(pg_url, "template_mozi")}
    migrated(
        create_app(Settings.from_env({"DATA_DIR": str(folder), "SECRET_KEY": "x" * 32, **env}))
    )
    return "template_mozi"


def database(pg_url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return f"{pg_url.rpartition('/')[0]}/{name}"


def migrated(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@pytest.fixture
def backend_env(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an app on disk; by @on_both_backends of one on PostgreSQL and S3 too."""
    yield from _BACKENDS[getattr(request, "param", "embedded")](request, tmp_path)


on_both_backends = pytest.mark.parametrize(
    "backend_env", ["embedded", "servers"], indirect=True, ids=["embedded", "servers"]
)


def _embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(request.getfixturevalue("sqlite_template"), folder / "mozi.sqlite3")
    yield {"DATA_DIR": str(folder), **WITHOUT_EXTRAS}


def _servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    name = f"mozi_{uuid.uuid4().hex[:12]}"
    pg_url, template = (request.getfixturevalue(name) for name in ("pg_url", "pg_template"))
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    s3_url = request.getfixturevalue("s3_url")
    bucket = name.replace("_", "-")
    make_bucket(s3_url, bucket)
    yield {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": database(pg_url, name),
        "SECRET_KEY": "not-a-secret" * 3,
        "S3_BUCKET": bucket,
        "S3_ENDPOINT_URL": s3_url,
        **WITHOUT_EXTRAS,
    }
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


_BACKENDS = {"embedded": _embedded, "servers": _servers}


@pytest.fixture(autouse=True)
def _aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep an operator's own credentials out of the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def make_bucket(s3_url: str, bucket: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=s3_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket=bucket)
    client.close()


class Visitor(FlaskClient):
    """A client whose requests see nothing of the test's own app context: its `g`, for one.

    There a request would find the token and the user of the request before.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def make_app(backend_env: dict[str, str]) -> Iterator[MakeApp]:
    """Return a function that makes an app on the test's database: make_app(SITE_TODAY="…")."""
    made: list[Flask] = []

    def make(**env: str) -> Flask:
        defaults = {"SITE_TODAY": "2026-11-26", "POSTER_ALLOW_PRIVATE_SOURCES": "1"}
        app = create_app(Settings.from_env({**backend_env, **defaults, **env}))
        app.testing = True
        app.test_client_class = Visitor
        app.jinja_env.bytecode_cache = TEMPLATES
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            _leave_builds_time(services().builds)
            db.engine.dispose()


def _leave_builds_time(builds: OnDemandBuilds) -> None:
    """Wait a moment for the test's unfinished builds: they hold connections of the pool."""
    until = time.monotonic() + 2  # some tests leave a source hanging
    while not builds.is_idle and time.monotonic() < until:
        time.sleep(0.01)


@pytest.fixture
def app(make_app: MakeApp) -> Iterator[Flask]:
    """An app in its context, on a migrated database of its own; today is a Thursday."""
    app = make_app()
    with app.app_context():
        yield app


@pytest.fixture
def app_services(app: Flask) -> Services:
    return services()


@pytest.fixture
def storage(app_services: Services) -> Storage:
    return app_services.storage


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def origin() -> Iterator[Origin]:
    """A local HTTP server that posters are fetched from, and that can misbehave."""
    with Origin() as server:
        yield server


@pytest.fixture
def said() -> Iterator[Said]:
    """What Mozi logs during the test."""
    with listening() as records:
        yield records


class Clock:
    """Time that stands still until the test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def tick(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    still = Clock()
    monkeypatch.setattr(clock, "now", still.now)
    return still


class Leap:
    """The page cache's clocks: leap(10) moves them on by so many seconds.

    Otherwise they stand still, so that a slow machine counts for nothing, but what sleeps by
    them sees the seconds of its sleep pass. runs: they go on by themselves.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen, self._leapt = time.monotonic(), 0.0
        self.runs = False

    def __call__(self, seconds: float) -> None:
        self._leapt += seconds
        self._clock.tick(seconds)

    def monotonic(self) -> float:
        return (time.monotonic() if self.runs else self._seen) + self._leapt

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        self._seen = time.monotonic()


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Leap:
    made = Leap(clock)
    monkeypatch.setattr("mozi.pagecache.cache.time", made)
    return made
