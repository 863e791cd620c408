"""A run over an old upload folder; tests/commands/test_upload_posters.py has the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from mozi.errors import StorageError
from mozi.maintenance import uploading
from mozi.maintenance.upload_folder import read_folder
from mozi.maintenance.uploading import Uploading, UploadLimits
from mozi.storage import Storage
from tests.support.factories import make_jpeg, make_movie


@pytest.fixture
def folder(tmp_path: Path, app: Flask) -> Path:
    made = tmp_path / "uploads"
    made.mkdir()
    for seed in range(3):
        name = f"{make_movie(title=f'Film {seed}')}.jpg"
        (made / name).write_bytes(make_jpeg(seed, width_px=60, height_px=90))
    return made


def uploading_of(app: Flask, storage: Storage, folder: Path, **changes: Any) -> Uploading:
    limits = UploadLimits(max_bytes=10**6, max_pixels=10**6, at_once=2)
    return Uploading(
        storage, read_folder(folder), folder, limits=limits, in_context=app.app_context, **changes
    )


def test_each_file_is_uploaded_once(app: Flask, storage: Storage, folder: Path) -> None:
    done: list[int] = []
    first = uploading_of(app, storage, folder, on_done=done.append).run()
    second = uploading_of(app, storage, folder).run()
    assert (first.uploaded, first.unchanged, sum(done)) == (3, 0, 3)
    assert (second.uploaded, second.unchanged) == (0, 3)


def test_a_file_of_no_movie_fails_and_the_others_do_not(
    app: Flask, storage: Storage, folder: Path
) -> None:
    (folder / "999-none.jpg").write_bytes(b"")
    report = uploading_of(app, storage, folder).run()
    assert (report.uploaded, [each.movie_id for each in report.failed]) == (3, [999])


def test_a_run_that_is_stopped_uploads_no_more(app: Flask, storage: Storage, folder: Path) -> None:
    run = uploading_of(app, storage, folder)
    run.stop.set()
    report = run.run()
    assert (report.uploaded, report.interrupted, report.stopped_by) == (0, True, None)


def test_a_storage_that_fails_again_and_again_ends_the_run(
    app: Flask, storage: Storage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(uploading, "FAILURES_IN_A_ROW", 2)
    monkeypatch.setattr(storage, "put", refuse)
    report = uploading_of(app, storage, folder).run()
    assert (report.uploaded, report.interrupted) == (0, False)
    assert report.stopped_by == "The disk is full."
