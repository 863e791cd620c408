"""flask upload-posters, as an operator runs it, on folders as they come."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from mozi.calendar.editing.restore import restore_movie
from mozi.database import reading, writing
from mozi.errors import StorageError
from mozi.models import HistoryEntry, Poster
from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "uploads"
    made.mkdir()
    return made


def put(folder: Path, name: str | bytes, seed: int = 1, *, body: bytes | None = None) -> None:
    picture = make_jpeg(seed, width_px=60, height_px=90)
    (folder / os.fsdecode(name)).write_bytes(picture if body is None else body)


def upload(runner: FlaskCliRunner, folder: Path, *args: str) -> tuple[Result, dict[str, Any]]:
    result: Result = runner.invoke(args=["upload-posters", str(folder), "--json", *args])
    return result, json.loads(result.stdout)


def original_of(movie_id: int) -> str | None:
    with reading() as session:
        poster = session.get(Poster, movie_id)
        return poster.original_key if poster and poster.uploaded else None


@on_both_backends
def test_files_become_the_originals_of_their_movies(
    runner: FlaskCliRunner, folder: Path, app_services: Services
) -> None:
    movies = [make_movie(title=f"Film {n}") for n in range(3)]
    put(folder, f"{movies[0]}.jpg", 1)
    put(folder, f"{movies[1]}-Kőszívű ember (2).JPEG", 2)
    put(folder, f"{movies[2]}-.png", 3)
    result, said = upload(runner, folder)
    assert (result.exit_code, said["taken"], said["failed"]) == (0, 3, [])
    assert all(app_services.storage.exists(original_of(movie) or "") for movie in movies)
    assert app_services.pipeline.build(movies[0]).built == ("poster", "thumb", "blurred")


def test_what_it_changes_stands_in_the_history_and_can_be_had_back(
    runner: FlaskCliRunner, folder: Path
) -> None:
    movie_id = make_movie()
    originals = []
    for seed in (1, 2, 2):
        put(folder, f"{movie_id}.jpg", seed)
        upload(runner, folder)
        originals.append(original_of(movie_id))
    with writing() as session:
        edits = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
        assert [(edit.editor, edit.changes) for edit in edits] == [
            ("flask", {"poster": [None, "upload"]}),
            ("flask", {"poster": ["upload", "upload"]}),
        ]
        restore_movie(session, movie_id, edits[-1].id, by="anna@example.org")
    assert original_of(movie_id) == originals[0]


def test_a_second_run_stores_nothing(
    runner: FlaskCliRunner, folder: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, f"{make_movie()}.jpg")
    upload(runner, folder)
    monkeypatch.setattr(storage, "put", lambda *_, **__: pytest.fail("stored"))
    result, said = upload(runner, folder)
    assert (result.exit_code, said["taken"], said["unchanged"]) == (0, 0, 1)


def test_an_original_that_got_lost_is_stored_again(
    runner: FlaskCliRunner, folder: Path, storage: Storage
) -> None:
    put(folder, f"{(movie := make_movie())}.jpg")
    upload(runner, folder)
    storage.delete(original_of(movie) or "")
    assert upload(runner, folder)[1]["taken"] == 1


def test_a_dry_run_takes_none(runner: FlaskCliRunner, folder: Path, storage: Storage) -> None:
    put(folder, f"{(movie := make_movie())}.jpg")
    put(folder, "99.jpg")
    result, said = upload(runner, folder, "--dry-run")
    assert (result.exit_code, said["taken"], said["would_take"]) == (1, 0, 1)
    assert original_of(movie) is None
    assert list(storage.list("")) == []


def test_the_newest_of_several_is_taken(runner: FlaskCliRunner, folder: Path) -> None:
    movie = make_movie()
    for name, seed, changed_at in ((f"{movie}-a.jpg", 1, 100), (f"{movie}.jpg", 2, 50)):
        put(folder, name, seed)
        os.utime(folder / name, (changed_at, changed_at))
    result, said = upload(runner, folder)
    assert (result.exit_code, said["taken"]) == (0, 1)
    assert [left["file"] for left in said["skipped"]] == [f"{movie}.jpg"]


@pytest.mark.parametrize("name", [
    "poster.jpg", "-7.jpg", "7", "7x.jpg", "x7.jpg", "0.jpg", "７.jpg", "7 .jpg", "1e3.jpg",
    "99999999999999999999.jpg", "+7.jpg", "7.", "99.jpg", "9-\n.jpg", b"9-\xff\xfe.jpg",
    "9-\x1b[31m.jpg", "$(reboot).jpg", "9-'; DROP TABLE movie;--.jpg", f"9-{'x' * 240}.jpg",
])  # fmt: skip
def test_a_name_that_is_no_movies_is_named_on_one_line(
    runner: FlaskCliRunner, folder: Path, name: str | bytes
) -> None:
    put(folder, name)
    result, said = upload(runner, folder)
    assert (result.exit_code, len(said["failed"])) == (1, 1)
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xd8\xff\xe0 cut short", b"\0" * 2000])
def test_what_is_no_picture_is_named_and_the_rest_is_taken(
    runner: FlaskCliRunner, folder: Path, body: bytes
) -> None:
    put(folder, f"{(bad := make_movie())}.jpg", body=body)
    put(folder, f"{(good := make_movie())}.jpg")
    result, said = upload(runner, folder)
    assert (result.exit_code, said["taken"]) == (1, 1)
    assert [left["movie_id"] for left in said["failed"]] == [bad]
    assert original_of(good)


def test_links_pipes_and_folders_are_not_followed(runner: FlaskCliRunner, folder: Path) -> None:
    movie = make_movie()
    put(folder.parent, "outside.jpg")
    (folder / f"{movie}.jpg").symlink_to(folder.parent / "outside.jpg")
    (folder / f"{make_movie()}.jpg").symlink_to("/dev/zero")
    os.mkfifo(folder / f"{make_movie()}.jpg")
    (folder / f"{make_movie()}.jpg").mkdir()
    result, said = upload(runner, folder)
    assert (len(said["failed"]), len(said["skipped"]), said["taken"]) == (3, 1, 0)
    assert original_of(movie) is None


def test_a_file_that_is_too_large_is_not_read_whole(
    runner: FlaskCliRunner, folder: Path, app_services: Services
) -> None:
    huge = folder / f"{make_movie()}.jpg"
    with huge.open("wb") as file:
        file.truncate(100 * 1024**3)  # sparse: no disk is taken
    assert "at most 20 are accepted" in upload(runner, folder)[0].stderr


def test_what_systems_leave_behind_is_passed_over(runner: FlaskCliRunner, folder: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", ".7.jpg.part", "desktop.ini"):
        put(folder, name)
    result, said = upload(runner, folder)
    assert (result.exit_code, result.stderr, said["failed"], said["skipped"]) == (0, "", [], [])


def test_an_empty_folder_is_done_at_once(runner: FlaskCliRunner, folder: Path) -> None:
    assert upload(runner, folder)[0].exit_code == 0


@pytest.mark.parametrize("args", [[], ["nowhere"], [__file__], [".", "extra"]])
def test_wrong_usage_ends_with_two(runner: FlaskCliRunner, args: list[str]) -> None:
    assert runner.invoke(args=["upload-posters", *args]).exit_code == 2


def test_a_storage_that_is_down_ends_the_run_early(
    runner: FlaskCliRunner, folder: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        threading.Event().wait(0.01)  # as a storage that fails takes: the run can count meanwhile
        raise StorageError("It is down.")

    monkeypatch.setattr(storage, "put", down)
    for number in range(60):
        put(folder, f"{make_movie(title=f'Film {number}')}.jpg")
    result, said = upload(runner, folder)
    assert result.exit_code == 1
    assert "Stopped, because" in result.stderr
    assert len(said["failed"]) < 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_can_be_stopped_or_killed_and_the_next_run_goes_on(
    app: Flask, runner: FlaskCliRunner, folder: Path, start: Forks,
    backend_env: dict[str, str], number: signal.Signals,
) -> None:  # fmt: skip
    movies = [make_movie(title=f"Film {n}") for n in range(24)]
    for movie in movies:
        picture = make_jpeg(movie, width_px=700, height_px=1050)
        put(folder, f"{movie}.jpg", body=picture + movie.to_bytes(2, "big"))
    env = {**os.environ, **backend_env, "POSTER_BUILD_SLOTS": "1"}
    process = start("-m", "flask", "upload-posters", str(folder), env=env, stderr=DEVNULL)
    while not any(map(original_of, movies)):
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(30) == (130 if number == signal.SIGTERM else -signal.SIGKILL)
    result, said = upload(runner, folder)
    assert (result.exit_code, said["taken"] + said["unchanged"]) == (0, 24)
    assert said["taken"] > 0
