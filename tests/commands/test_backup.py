"""flask backup and flask restore, as an operator runs them."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from mozi.accounts.admins import ensure_admin, find_account
from mozi.accounts.sessions import create_session, end_session, find_session
from mozi.database import reading, writing
from mozi.maintenance.backups.database import keys_in
from mozi.models import Movie, PosterVariant
from mozi.posters.gc.ownership import claim
from mozi.posters.uploads import take_upload
from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks


@pytest.fixture
def movie(app: Flask, app_services: Services) -> int:
    movie_id = make_movie(title="Első")
    upload(app_services.storage, movie_id, 1)
    app_services.pipeline.build(movie_id)
    return movie_id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.tar"


def upload(storage: Storage, movie_id: int, seed: int) -> None:
    body = make_jpeg(seed, width_px=60, height_px=90)
    take_upload(storage, movie_id, body, max_bytes=10**6, max_pixels=10**6)


def run(runner: FlaskCliRunner, *args: object) -> tuple[Result, dict[str, Any]]:
    result: Result = runner.invoke(args=[*map(str, args), "--json"])
    return result, json.loads(result.stdout) if result.stdout else {}


def titles() -> list[str]:
    with reading() as session:
        return sorted(movie.title for movie in session.query(Movie))


def bodies(storage: Storage) -> dict[str, bytes]:
    with reading() as session:
        keys = [row.object_key for row in session.query(PosterVariant)]
    return {key: storage.get(key) for key in keys}


def test_a_site_comes_back_as_it_was(
    runner: FlaskCliRunner, movie: int, storage: Storage, file: Path
) -> None:
    before = bodies(storage)
    result, said = run(runner, "backup", file)
    assert (result.exit_code, said["objects"], said["missing"]) == (0, 4, [])
    make_movie(title="Második")
    for key in before:
        storage.delete(key)
    result, said = run(runner, "restore", file)
    assert (result.exit_code, said["objects"]) == (0, 4)
    assert (titles(), bodies(storage)) == (["Első"], before)
    assert said["kept"] in {str(path) for path in Path(said["kept"]).parent.iterdir()}


def test_it_comes_up_in_an_empty_folder_with_the_same_secret(
    runner: FlaskCliRunner, movie: int, storage: Storage, file: Path, tmp_path: Path,
    make_app: MakeApp, app: Flask,
) -> None:  # fmt: skip
    before = bodies(storage)
    run(runner, "backup", file)
    elsewhere = make_app(DATA_DIR=str(tmp_path / "new"))
    with elsewhere.app_context():
        result, said = run(elsewhere.test_cli_runner(), "restore", file)
        assert (result.exit_code, said["kept"]) == (0, None)
        new = elsewhere.extensions["mozi"].storage
        assert (titles(), bodies(new)) == (["Első"], before)
        claim(new)
    assert make_app(DATA_DIR=str(tmp_path / "new")).secret_key == app.secret_key


def test_a_backup_is_for_its_owner_only(runner: FlaskCliRunner, movie: int, file: Path) -> None:
    run(runner, "backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_an_empty_site_can_be_backed_up_and_restored(
    runner: FlaskCliRunner, app: Flask, file: Path
) -> None:
    assert run(runner, "backup", file)[0].exit_code == 0
    assert run(runner, "restore", file)[0].exit_code == 0


def test_a_session_that_ended_since_stays_ended(runner: FlaskCliRunner, file: Path) -> None:
    ensure_admin("a@example.org", "long enough")
    account = find_account("a@example.org")
    assert account
    session = create_session(account)
    run(runner, "backup", file)
    end_session(session)
    result, _ = run(runner, "restore", file)
    assert result.exit_code == 0
    assert find_account("a@example.org") == account
    assert find_session(session.token) is None


def test_what_history_and_undo_need_is_in_it(
    runner: FlaskCliRunner, movie: int, storage: Storage, file: Path
) -> None:
    keys = [f"originals/{c * 64}.png" for c in "ab"]
    for key in keys:
        storage.put(key, b"body", content_type="image/png", public=False)
    with writing() as session:
        session.execute(text(
            "INSERT INTO edit (movie_id, edited_at, editor, action, version, changes,"
            f" old_original_key) VALUES (1, '2026-01-01', 'a', 'b', 1, '{{}}', '{keys[0]}')"
        ))  # fmt: skip
        session.execute(text(
            "INSERT INTO deleted_movie (movie_id, title, premiere_date, deleted_at, deleted_by,"
            " rows) VALUES (9, 't', '2026-01-01', '2026-01-01', 'a', :rows)"
        ), {"rows": json.dumps({"poster": [{"original_key": keys[1]}]})})  # fmt: skip
    run(runner, "backup", file)
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert {f"media/{key}" for key in keys} <= set(names)


def test_an_object_that_is_not_there_is_named(
    runner: FlaskCliRunner, movie: int, storage: Storage, file: Path
) -> None:
    storage.delete(lost := next(iter(bodies(storage))))
    result, said = run(runner, "backup", file)
    assert (result.exit_code, said["missing"], said["objects"]) == (1, [lost], 3)
    assert lost in result.stderr


def test_backups_of_a_busy_site_agree_with_themselves(
    app: Flask,
    runner: FlaskCliRunner,
    movie: int,
    app_services: Services,
    file: Path,
    tmp_path: Path,
) -> None:
    done = threading.Event()

    def keep_busy() -> None:
        with app.app_context():
            for number in range(10_000):
                if done.is_set():
                    return
                busy = make_movie(title=f"Film {number}")
                upload(app_services.storage, busy, number)
                app_services.pipeline.build(busy)

    writer = threading.Thread(target=keep_busy)
    writer.start()
    try:
        for number in range(4):
            result, said = run(runner, "backup", file)
            assert (result.exit_code, said["missing"]) == (0, [])
            assert_whole(file, tmp_path / f"unpacked{number}")
    finally:
        done.set()
        writer.join()


def assert_whole(file: Path, folder: Path) -> None:
    """Assert that the backup holds just the objects that its database refers to."""
    with tarfile.open(file) as tar:
        names = {name for name in tar.getnames() if name.startswith("media/")}
        tar.extract("mozi.sqlite3", folder, filter="data")
    assert names == {f"media/{key}" for key in keys_in(folder / "mozi.sqlite3")}


def test_a_running_site_sees_what_was_restored(
    runner: FlaskCliRunner,
    app: Flask,
    movie: int,
    file: Path,
    start: Forks,
    backend_env: dict[str, str],
) -> None:
    run(runner, "backup", file)
    make_movie(title="Második")
    assert titles() == ["Első", "Második"]
    env = {**os.environ, **backend_env}
    restoring = start("-m", "flask", "restore", str(file), env=env, stdout=DEVNULL)
    assert restoring.wait(30) == 0
    assert titles() == ["Első"]  # by the connections that this process has had all the time
    make_movie(title="Harmadik")
    assert titles() == ["Első", "Harmadik"]


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def flip(body: bytes) -> bytes:
    place = body.rindex(b"\xff\xd9")  # the end of a picture
    return body[:place] + b"\x00" + body[place + 1 :]


@pytest.mark.parametrize("damage", [
    cut, flip, lambda body: b"", lambda body: b"no tar" * 1000, lambda body: body[:-20_000],
    lambda body: body[: body.rindex(b"complete.json") - 2000] + bytes(20_000),
])  # fmt: skip
def test_a_damaged_backup_changes_nothing(
    runner: FlaskCliRunner, movie: int, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    run(runner, "backup", file)
    file.write_bytes(damage(file.read_bytes()))
    make_movie(title="Második")
    result, _ = run(runner, "restore", file)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "nothing was changed" in result.stderr
    assert titles() == ["Első", "Második"]


@pytest.mark.parametrize(("name", "kind"), [
    ("../../escaped", tarfile.REGTYPE), ("media/../../escaped", tarfile.REGTYPE),
    ("media//etc/passwd", tarfile.REGTYPE), ("/etc/passwd", tarfile.REGTYPE),
    ("media/.hidden", tarfile.REGTYPE), ("media/posters/a.jpg", tarfile.SYMTYPE),
    ("media/posters/a.jpg", tarfile.FIFOTYPE), ("media/posters", tarfile.DIRTYPE),
])  # fmt: skip
def test_a_hostile_member_is_refused(
    runner: FlaskCliRunner, app: Flask, file: Path, name: str, kind: bytes
) -> None:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member, io.BytesIO())
    result, _ = run(runner, "restore", file)
    assert (result.exit_code, "nothing was changed" in result.stderr) == (1, True)


def test_a_newer_releases_backup_is_refused(runner: FlaskCliRunner, movie: int, file: Path) -> None:
    with writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    run(runner, "backup", file)
    with writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    result, _ = run(runner, "restore", file)
    assert result.exit_code == 1
    assert "newer release" in result.stderr


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_with_services_it_says_what_to_use_instead(
    runner: FlaskCliRunner, file: Path, command: str
) -> None:
    file.touch()
    result = runner.invoke(args=[command, str(file)])
    assert (result.exit_code, "pg_dump" in result.stderr) == (1, True)


@pytest.mark.parametrize("args", [["backup"], ["restore"], ["restore", "nowhere"], ["backup", "."]])
def test_wrong_usage_ends_with_two(runner: FlaskCliRunner, args: list[str]) -> None:
    assert runner.invoke(args=args).exit_code == 2


def test_a_folder_that_cannot_be_written_is_one_line(runner: FlaskCliRunner, app: Flask) -> None:
    result = runner.invoke(args=["backup", "/proc/nowhere/site.tar"])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_backup_that_is_stopped_or_killed_leaves_the_one_before(
    app: Flask, movie: int, app_services: Services, file: Path, start: Forks,
    backend_env: dict[str, str], number: signal.Signals,
) -> None:  # fmt: skip
    file.write_bytes(b"the one before")
    process = slow_backup(start, app_services, movie, file, backend_env)
    while not list(file.parent.glob(".mozi-backup-*/packed")):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(number)
    assert process.wait(30) == (130 if number == signal.SIGTERM else -signal.SIGKILL)
    assert file.read_bytes() == b"the one before"


def slow_backup(
    start: Forks, app_services: Services, movie: int, file: Path, backend_env: dict[str, str]
) -> Forked:
    """Start a backup with so many objects that it can be stopped in the middle."""
    folder = app_services.settings.data_dir / "media" / "posters"
    for number in range(3000):
        (folder / f"{number}-a.thumb.0.jpg").write_bytes(b"x")
    with writing() as session:
        session.execute(text(
            "INSERT INTO edit (movie_id, edited_at, editor, action, version, changes,"
            " old_thumb_key) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
            " WHERE i < 2999) SELECT 1, '2026-01-01', 'a', 'b', 1, '{}',"
            " 'posters/' || i || '-a.thumb.0.jpg' FROM n"
        ))  # fmt: skip
    env = {**os.environ, **backend_env}
    return start("-m", "flask", "backup", str(file), env=env, stderr=DEVNULL)
