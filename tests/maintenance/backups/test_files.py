"""A backup of the embedded default and its restore; tests/commands/test_backup.py has the rest."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask

from mozi.errors import BackupUnusable
from mozi.extensions import db
from mozi.maintenance.backups.contents import LocalData, Stopped
from mozi.maintenance.backups.database import keys_in
from mozi.maintenance.backups.files import back_up, restore
from mozi.models import Movie
from mozi.services import Services
from mozi.storage.local import LocalStorage
from tests.support.factories import make_movie, make_variants


@pytest.fixture
def data(app: Flask, app_services: Services) -> LocalData:
    storage = app_services.storage
    assert isinstance(storage, LocalStorage)
    secret = app_services.settings.data_dir / "secret_key"
    return LocalData(Path(db.engine.url.database or ""), storage, secret)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.tar"


def stopped() -> threading.Event:
    stop = threading.Event()
    stop.set()
    return stop


def restored(data: LocalData, file: Path, stop: threading.Event | None = None) -> Path | None:
    db.session.close()
    stop = stop or threading.Event()
    return restore(data, file, knows_revision=lambda revision: True, stop=stop).kept


def make_shown_movie(data: LocalData) -> None:
    make_variants(make_movie(title="Kontroll"))
    for key in keys_in(data.database):
        data.storage.put(key, b"body", content_type="image/jpeg", public=True)


def test_the_report_counts_objects_and_names_those_that_are_missing(
    data: LocalData, file: Path
) -> None:
    make_shown_movie(data)
    lost, *others = keys_in(data.database)
    data.storage.delete(lost)
    seen: list[int] = []
    report = back_up(data, file, stop=threading.Event(), on_object=seen.append)
    assert (report.objects, report.missing, len(seen)) == (len(others), [lost], len(others) + 1)
    assert report.size_bytes == file.stat().st_size


def test_a_backup_that_is_stopped_writes_no_file(data: LocalData, file: Path) -> None:
    make_shown_movie(data)
    with pytest.raises(Stopped):
        back_up(data, file, stop=stopped())
    assert list(file.parent.glob("*.tar")) == []


def test_a_restore_that_is_stopped_leaves_the_database(data: LocalData, file: Path) -> None:
    make_shown_movie(data)
    back_up(data, file, stop=threading.Event())
    make_movie(title="Második")
    with pytest.raises(Stopped):
        restored(data, file, stopped())
    assert db.session.query(Movie).count() == 2


def test_only_a_database_with_movies_is_kept(data: LocalData, file: Path) -> None:
    back_up(data, file, stop=threading.Event())
    assert restored(data, file) is None
    make_movie()
    kept = restored(data, file)
    assert kept is not None
    assert kept.name.startswith("mozi.sqlite3.before-")


def test_the_secret_key_comes_back_for_its_owner_alone(data: LocalData, file: Path) -> None:
    before = data.secret.read_bytes()
    back_up(data, file, stop=threading.Event())
    data.secret.write_text("another")
    restored(data, file)
    assert data.secret.read_bytes() == before
    assert data.secret.stat().st_mode & 0o777 == 0o600


def test_another_programs_database_is_refused(data: LocalData, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    other.touch()
    with pytest.raises(BackupUnusable, match="not one of Mozi's"):
        back_up(LocalData(other, data.storage, data.secret), file, stop=threading.Event())
