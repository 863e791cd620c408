"""flask prune-posters, as an operator runs it."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from mozi.calendar.editing.trash import UNDO_DAYS, delete_movie
from mozi.database import writing
from mozi.models import DeletedMovie
from mozi.posters.gc.ownership import MARK
from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks
from tests.support.origin import Origin

STRAY = "posters/99-stray.thumb.0123.jpg"
KEYS = {
    "objects", "deleted", "would_delete", "bytes", "keys", "in_use", "waiting", "failed",
    "dry_run", "seconds",
}  # fmt: skip


def prune(runner: FlaskCliRunner, *args: str) -> tuple[Result, dict[str, Any]]:
    result: Result = runner.invoke(args=["prune-posters", "--json", *args])
    return result, json.loads(result.stdout)


def put(storage: Storage, *keys: str) -> None:
    for key in keys:
        storage.put(key, b"body", content_type="image/jpeg", public=True)


@on_both_backends
def test_what_nothing_refers_to_is_deleted(
    runner: FlaskCliRunner, app_services: Services, origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    app_services.pipeline.build(make_movie(poster_url=origin.url("/a.jpg")))
    put(app_services.storage, STRAY)
    result, said = prune(runner, "--older-than", "0")
    assert (result.exit_code, set(said)) == (0, KEYS)
    assert (said["objects"], said["in_use"], said["deleted"]) == (5, 4, 1)
    assert (said["keys"], said["bytes"], said["failed"]) == ([STRAY], 4, [])


def test_a_movie_s_objects_go_once_its_deletion_cannot_be_undone(
    runner: FlaskCliRunner, app_services: Services, origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie_id = make_movie(poster_url=origin.url("/a.jpg"))
    app_services.pipeline.build(movie_id)
    with writing() as session:
        delete_movie(session, movie_id)
    assert prune(runner, "--older-than", "0")[1]["deleted"] == 0
    with writing() as session:
        session.get_one(DeletedMovie, movie_id).deleted_at -= timedelta(days=UNDO_DAYS, seconds=1)
    assert prune(runner, "--older-than", "0", "--dry-run")[1]["would_delete"] == 0
    assert prune(runner, "--older-than", "0")[1]["deleted"] == 4


def test_thirty_days_are_waited_for_unless_told_otherwise(
    runner: FlaskCliRunner, storage: Storage, app_services: Services
) -> None:
    put(storage, STRAY, "posters/98-older.thumb.0.jpg")
    a_month_ago = time.time() - 31 * 86_400
    path = app_services.settings.data_dir / "media" / "posters/98-older.thumb.0.jpg"
    os.utime(path, (a_month_ago, a_month_ago))
    _, said = prune(runner)
    assert (said["deleted"], said["waiting"]) == (1, 1)
    assert storage.exists(STRAY)


def test_a_dry_run_names_what_would_go(runner: FlaskCliRunner, storage: Storage) -> None:
    put(storage, STRAY)
    result = runner.invoke(args=["prune-posters", "--older-than", "0", "--dry-run"])
    assert result.stdout.splitlines()[0] == STRAY
    assert "1 would be deleted" in result.stdout
    assert storage.exists(STRAY)


@pytest.mark.parametrize("days", ["-1", "soon", "1e9", "99999999999999999999"])
def test_wrong_usage_ends_with_two(runner: FlaskCliRunner, days: str) -> None:
    assert runner.invoke(args=["prune-posters", "--older-than", days]).exit_code == 2


def test_another_databases_storage_is_refused_in_one_line_until_it_is_taken_over(
    runner: FlaskCliRunner, storage: Storage
) -> None:
    put(storage, STRAY)
    body = b'{"database": "x", "name": "theirs"}'
    storage.put(MARK, body, content_type="application/json", public=False)
    args = ["prune-posters", "--older-than", "0"]
    result = runner.invoke(args=args)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "another database's (theirs)" in result.stderr
    assert storage.exists(STRAY)
    assert runner.invoke(args=[*args, "--take-over"]).exit_code == 0
    assert not storage.exists(STRAY)


@pytest.fixture
def env(backend_env: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **backend_env}


def started(start: Forks, env: dict[str, str]) -> Forked:
    command = ("-m", "flask", "prune-posters", "--older-than", "0", "--json")
    return start(*command, env=env, stdout=PIPE, stderr=PIPE)


def many(data_dir: Path, count: int) -> None:
    folder = data_dir / "media" / "posters"
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}-stray.thumb.0.jpg").write_bytes(b"x")


def left(data_dir: Path) -> int:
    return len(list((data_dir / "media" / "posters").iterdir()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_can_be_stopped_or_killed_and_the_next_run_goes_on(
    runner: FlaskCliRunner,
    app_services: Services,
    start: Forks,
    env: dict[str, str],
    number: signal.Signals,
) -> None:
    data_dir = app_services.settings.data_dir
    many(data_dir, 4_000)
    process = started(start, env)
    while left(data_dir) == 4_000:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert 0 < left(data_dir) < 4_000
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert json.loads(out)["deleted"] == 4_000 - left(data_dir)
        assert "Stopped" in err
    result, _ = prune(runner, "--older-than", "0")
    assert (result.exit_code, left(data_dir)) == (0, 0)


@on_both_backends
def test_two_at_once_share_the_work(storage: Storage, start: Forks, env: dict[str, str]) -> None:
    put(storage, *(f"posters/{n}-stray.thumb.0.jpg" for n in range(1, 101)))
    both = [started(start, env), started(start, env)]
    said = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(one["deleted"] for one in said) >= 100
    assert list(storage.list("posters/")) == []
