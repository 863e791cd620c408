"""flask sync-catalogue: what it prints, how it ends, and what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import date
from subprocess import DEVNULL
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.conftest import MakeApp
from tests.support import tmdb as fake
from tests.support.catalogue import titles
from tests.support.forks import Forks
from tests.support.tmdb import FakeTmdb, film


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTmdb]:
    monkeypatch.setattr("mozi.catalogue.tmdb.client.REQUESTS_A_SECOND", 100_000)
    monkeypatch.setattr("mozi.catalogue.tmdb.client.FIRST_PAUSE_S", 0.0)
    with FakeTmdb() as server:
        yield server


@pytest.fixture
def app(make_app: MakeApp, tmdb: FakeTmdb) -> Iterator[Flask]:
    app = make_app(**tmdb.env)
    with app.app_context():
        yield app


def sync(runner: FlaskCliRunner, *options: str) -> Any:
    return runner.invoke(args=["sync-catalogue", *options])


def test_json_has_the_counts_and_the_failures(tmdb: FakeTmdb, runner: FlaskCliRunner) -> None:
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in (7, 8)))
    tmdb.faults["/movie/8"] = [fake.html()] * 4
    result = sync(runner, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said.pop("seconds") > 0, said.pop("requests")) == (1, True, 34)
    reason = "TMDB's answer is no JSON object."
    assert said == {
        **{"added": 1, "changed": 0, "unchanged": 0, "proposed": 0, "gone": 0},
        "failed": [{"tmdb_id": 8, "title": "Film 8", "reason": reason}],
    }
    assert result.stderr == f"Film 8 (8): {reason}\n"


def test_summary_and_dry_run(tmdb: FakeTmdb, runner: FlaskCliRunner) -> None:
    tmdb.add(film(7, "Szerelem", cinema="2026-12-17"))
    dry = sync(runner, "--dry-run")
    assert dry.stdout.startswith("Nothing was written; it would be: 1 added, 0 changed, 0 unch")
    assert (dry.exit_code, titles()) == (0, [])
    assert sync(runner).stdout.startswith(
        "1 added, 0 changed, 0 unchanged, 0 proposed, 0 gone, 0 f"
    )


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--movie", "99"], 1, "There is no movie 99.\n"),
        (["--from", "2026-12-01", "--to", "2026-11-01"], 2, "Usage: "),
        (["--from", "tomorrow"], 2, "Usage: "),
    ],
)
def test_wrong_use(runner: FlaskCliRunner, options: list[str], status: int, said: str) -> None:
    result = sync(runner, *options)
    assert (result.exit_code, result.stderr[: len(said)]) == (status, said)


def test_without_a_token_it_says_so(make_app: MakeApp) -> None:
    result = make_app().test_cli_runner().invoke(args=["sync-catalogue", "--json"])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "TMDB_TOKEN" in result.stderr


def test_wrong_token_ends_it_in_one_line(make_app: MakeApp, tmdb: FakeTmdb) -> None:
    app = make_app(**{**tmdb.env, "TMDB_TOKEN": "wrong"})
    result = sync(app.test_cli_runner())
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Stopped: TMDB refuses TMDB_TOKEN (401): Invalid API key: no access."
    ]


def wait_for_films(tmdb: FakeTmdb, count: int) -> None:
    until = time.monotonic() + 60
    while sum(path[7:].isdecimal() for path in tmdb.hits) < count:
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_run_is_finished_by_the_next_one(
    app: Flask,
    tmdb: FakeTmdb,
    start: Forks,
    runner: FlaskCliRunner,
    backend_env: dict[str, str],
    number: signal.Signals,
) -> None:
    films = [film(n, f"Film {n:02}", cinema="2026-12-17") for n in range(1, 41)]
    tmdb.add(*films, on=date(2026, 1, 1))
    env = {**os.environ, **backend_env, **tmdb.env, "SITE_TODAY": "2026-11-26"}
    december = ("--from", "2026-12-01", "--to", "2026-12-31")
    run = start("-m", "flask", "sync-catalogue", *december, env=env, stderr=DEVNULL)
    wait_for_films(tmdb, 4)
    os.kill(run.pid, number)
    assert run.wait(30) == (130 if number == signal.SIGINT else -signal.SIGKILL)
    some = len(titles())
    assert 0 < some < 40
    tmdb.hits.clear()
    assert sync(runner, *december).exit_code == 0
    assert titles() == [f"Film {n:02}" for n in range(1, 41)]
    fetched = sum(path.removeprefix("/movie/").isdecimal() for path in tmdb.hits)
    assert fetched == 40 - some
