"""Whose a storage is: marked by the first that stores in it, and told from copies."""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from mozi import create_app
from mozi.errors import ForeignStorage, StorageError
from mozi.extensions import db
from mozi.posters.gc.ownership import MARK, claim, find_owner, mark, this_database
from mozi.posters.uploads import take_upload
from mozi.services import Services, services
from mozi.settings import Settings
from mozi.storage import Storage
from tests.conftest import database, make_bucket, on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.logs import Said
from tests.support.origin import Origin


def upload(storage: Storage, movie_id: int) -> None:
    body = make_jpeg(width_px=60, height_px=90)
    take_upload(storage, movie_id, body, max_bytes=10**6, max_pixels=10**6)


@on_both_backends
def test_the_first_database_that_stores_marks_it(app: Flask, storage: Storage) -> None:
    assert find_owner(storage) is None
    upload(storage, make_movie())
    owner = find_owner(storage)
    assert owner is not None
    assert owner == this_database(storage)
    assert "postgres" not in owner.name.split("at")[-1]  # neither a user nor a password


def test_a_build_marks_it_too(app: Flask, app_services: Services, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg())
    app_services.pipeline.build(make_movie(poster_url=origin.url("/a.jpg")))
    assert find_owner(app_services.storage) == this_database(app_services.storage)


def test_a_mark_that_cannot_be_stored_stops_no_upload(
    app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    get = storage.get

    def refuse(key: str) -> bytes:
        if key == MARK:
            raise StorageError("No.")
        return get(key)

    monkeypatch.setattr(storage, "get", refuse)
    upload(storage, make_movie())
    assert "whose storage this is could not be told: No." in said.messages()[0]


def test_a_copy_of_sqlite_that_shares_the_bucket_is_another_database(
    backend_env: dict[str, str], s3_url: str, tmp_path: Path
) -> None:
    make_bucket(s3_url, bucket := f"test-{uuid.uuid4().hex}")
    copied = tmp_path / "copied"
    shutil.copytree(backend_env["DATA_DIR"], copied)
    s3 = {"S3_BUCKET": bucket, "S3_ENDPOINT_URL": s3_url, "SECRET_KEY": "x" * 32}
    with app_on({**backend_env, **s3}).app_context():
        claim(services().storage)
        claim(services().storage)
        db.engine.dispose()
    with app_on({"DATA_DIR": str(copied), **s3}).app_context():
        with pytest.raises(ForeignStorage):
            claim(services().storage)
        mark(services().storage)
        claim(services().storage)
        db.engine.dispose()


def app_on(env: dict[str, str]) -> Flask:
    return create_app(Settings.from_env(env))


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_copy_of_postgresql_is_another_database(
    app: Flask, storage: Storage, backend_env: dict[str, str], pg_url: str
) -> None:
    claim(storage)
    db.engine.dispose()
    name = backend_env["DATABASE_URL"].rpartition("/")[2]
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE staging_{name} TEMPLATE {name}")
    staging = {"DATABASE_URL": database(pg_url, f"staging_{name}")}
    with app_on({**backend_env, **staging}).app_context():
        with pytest.raises(ForeignStorage, match=f"PostgreSQL, {name} at 127.0.0.1"):
            claim(services().storage)
        db.engine.dispose()


def test_a_folder_that_is_moved_as_a_whole_stays_its_own(
    app: Flask, storage: Storage, backend_env: dict[str, str], tmp_path: Path
) -> None:
    claim(storage)
    db.engine.dispose()
    shutil.move(backend_env["DATA_DIR"], tmp_path / "moved")
    with app_on({"DATA_DIR": str(tmp_path / "moved")}).app_context():
        claim(services().storage)
        db.engine.dispose()


def test_another_database_beside_the_same_folder_is_another(
    app: Flask, storage: Storage, backend_env: dict[str, str]
) -> None:
    claim(storage)
    data = Path(backend_env["DATA_DIR"])
    shutil.copy(data / "mozi.sqlite3", data / "staging.sqlite3")
    env = {**backend_env, "DATABASE_URL": f"sqlite:///{data / 'staging.sqlite3'}"}
    with app_on(env).app_context():
        with pytest.raises(ForeignStorage):
            claim(services().storage)
        db.engine.dispose()


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{}", b"\xff", json.dumps({}).encode()])
def test_a_mark_of_another_form_belongs_to_another_database(
    app: Flask, storage: Storage, body: bytes
) -> None:
    storage.put(MARK, body, content_type="application/json", public=False)
    with pytest.raises(ForeignStorage):
        claim(storage)
