"""The app as it is put together."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from flask import Flask, request
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mozi import commands, create_app
from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import Movie, Premiere
from mozi.settings import Settings
from tests.conftest import MakeApp, on_both_backends
from tests.support.factories import THURSDAY, make_movie
from tests.support.forks import Forks

ROOT = Path(__file__).parents[1]
FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "6666",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
}


def test_an_app_is_freed_with_its_last_user(backend_env: dict[str, str]) -> None:
    """Two thousand apps that a signal holds are 3 GB of a test run."""

    def visited() -> weakref.ref[Flask]:
        app = create_app(Settings.from_env({**backend_env}))
        assert app.test_client().get("/").status_code == 200
        with app.app_context():
            db.engine.dispose()
        return weakref.ref(app)

    app = visited()
    gc.collect()
    assert app() is None


def seen_by(app: Flask) -> tuple[str | None, str, str]:
    seen: list[tuple[str | None, str, str]] = []
    app.before_request(
        lambda: seen.append((request.remote_addr, request.scheme, request.host)) or None
    )
    app.test_client().get("/healthz", headers=FORWARDED)
    return seen[0]


def test_without_a_proxy_forwarding_headers_are_ignored(make_app: MakeApp) -> None:
    assert seen_by(make_app()) == ("127.0.0.1", "http", "localhost")


def test_behind_one_proxy_its_word_for_address_and_scheme_counts_and_no_other(
    make_app: MakeApp,
) -> None:
    app = make_app(TRUSTED_PROXY_HOPS="1")
    assert seen_by(app) == ("203.0.113.7", "https", "localhost")


STARTS = """
import mozi, signal
def create_app(): {happens}
mozi.create_app = create_app
"""
TERM = "signal.raise_signal(signal.SIGTERM)"


@pytest.mark.parametrize("happens", ["raise KeyboardInterrupt", TERM])
def test_an_interruption_while_a_command_starts_ends_it_with_130(
    start: Forks, happens: str
) -> None:
    code = STARTS.format(happens=happens)
    assert start("-c", f"{code}\nimport wsgi", env={}).wait(60) == 130


def test_a_server_that_heeds_sigterm_itself_keeps_it_while_it_starts(start: Forks) -> None:
    own = "signal.signal(signal.SIGTERM, lambda *_: exit(7))"
    code = STARTS.format(happens=TERM)
    assert start("-c", f"{code}\n{own}\nimport wsgi", env={}).wait(60) == 7


def test_once_started_sigterm_is_what_it_was(start: Forks) -> None:
    code = STARTS.format(happens="pass")
    assert start("-c", f"{code}\nimport wsgi\n{TERM}", env={}).wait(60) == -signal.SIGTERM


def test_commands_are_found_from_any_thread(app: Flask) -> None:
    with ThreadPoolExecutor(4) as threads:
        names = app.cli.list_commands(click.Context(app.cli)) * 4
        found = list(
            threads.map(lambda name: app.cli.get_command(click.Context(app.cli), name), names)
        )
    assert [command.name for command in found if command] == names


def interrupt(_: str) -> None:
    raise KeyboardInterrupt


def terminate(_: str) -> None:
    signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("happens", [interrupt, terminate])
def test_an_interruption_while_a_command_is_imported_ends_it_with_130(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, happens: Callable[[str], None]
) -> None:
    monkeypatch.setattr(commands, "import_module", happens)
    result = runner.invoke(args=["warm-posters"])
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


@on_both_backends
def test_a_reader_sees_one_snapshot_whatever_is_written_meanwhile(app: Flask) -> None:
    movie = make_movie(title="Régi")
    with reading() as session:
        before = session.scalar(select(Movie.title))
        with writing() as other:
            other.get_one(Movie, movie).title = "Új"
        assert (before, session.scalar(select(Movie.title))) == ("Régi", "Régi")


@on_both_backends
def test_what_fails_within_a_write_is_rolled_back(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with reading() as session:
        assert session.scalars(select(Movie)).all() == []


def write_and_fail() -> None:
    with writing() as session:
        session.add(Movie(title="A", premieres=[Premiere(first=True, premiere_date=THURSDAY)]))
        session.flush()
        raise ZeroDivisionError


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_reader_cannot_write_on_postgresql(app: Flask) -> None:
    with reading() as session, pytest.raises(DBAPIError, match="read-only transaction"):
        session.execute(text("DELETE FROM movie"))


def test_two_writers_at_once_wait_for_each_other_on_sqlite(app: Flask) -> None:
    movie = make_movie(title="0")

    def count(_: int) -> None:
        with app.app_context(), writing() as session:
            row = session.get_one(Movie, movie)
            row.title = str(int(row.title) + 1)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(40)))
    with reading() as session:
        assert session.get_one(Movie, movie).title == "40"


def test_a_server_imports_nothing_that_only_others_need(tmp_path: Path) -> None:
    # Commands, buckets, passkeys, an admin's export. A fresh process: those of Forks have Alembic.
    unneeded = {"alembic", "tqdm", "mozi.demo", "boto3", "OpenSSL", "webauthn", "xlsxwriter"}
    code = f"import sys, wsgi; print(*({unneeded} & set(sys.modules)))"
    env = {**os.environ, "DATA_DIR": str(tmp_path)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
