"""flask check-posters, as an operator runs it."""

from __future__ import annotations

import json
import shutil
from typing import Any

import boto3
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from mozi.database import reading, writing
from mozi.errors import StorageError
from mozi.maintenance.checking import Checking
from mozi.models import Poster, PosterVariant
from mozi.posters.build.leases import take_lease
from mozi.posters.gc.ownership import MARK
from mozi.posters.uploads import take_upload
from mozi.services import Services
from mozi.storage import IMMUTABLE, Storage
from tests.conftest import MakeApp, on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin

STRAY = "posters/99-stray.thumb.0123.jpg"


@pytest.fixture(autouse=True)
def _no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mozi.maintenance.checking.RECHECK_AFTER_S", 0.01)


@pytest.fixture
def movie(app: Flask, app_services: Services, origin: Origin) -> int:
    """A movie whose poster was fetched and whose variants are all built."""
    origin.serve("/a.jpg", make_jpeg())
    movie_id = make_movie(poster_url=origin.url("/a.jpg"))
    app_services.pipeline.build(movie_id)
    return movie_id


def check(runner: FlaskCliRunner, *args: str) -> tuple[Result, dict[str, Any]]:
    result: Result = runner.invoke(args=["check-posters", "--json", *args])
    return result, json.loads(result.stdout)


def key_of(movie_id: int, media: str = "thumb") -> str:
    with reading() as session:
        return session.get_one(PosterVariant, (movie_id, media)).object_key


def original_of(movie_id: int) -> str | None:
    with reading() as session:
        return session.get_one(Poster, movie_id).original_key


@on_both_backends
def test_a_site_in_order_passes(runner: FlaskCliRunner, movie: int) -> None:
    result, said = check(runner)
    assert (result.exit_code, result.stderr, said["ok"]) == (0, "", True)
    assert (said["recorded"], said["stored"]) == (4, 4)
    assert set(said["counts"].values()) == {0}


def test_optional_variants_have_types_of_their_own(
    runner: FlaskCliRunner, movie: int, app_services: Services
) -> None:
    app_services.pipeline.build(movie, media=("thumb-avif", "share"))
    result, said = check(runner)
    assert (result.exit_code, said["recorded"]) == (0, 6)


def test_an_empty_database_and_storage_pass(runner: FlaskCliRunner, app: Flask) -> None:
    assert check(runner)[0].exit_code == 0


@on_both_backends
def test_what_is_gone_is_named_until_it_is_forgotten(
    runner: FlaskCliRunner, movie: int, storage: Storage, app_services: Services
) -> None:
    storage.delete(gone := key_of(movie))
    result, said = check(runner)
    assert result.exit_code == 1
    assert gone in result.stderr
    assert [(f["key"], f["movie_id"], f["media"]) for f in said["gone"]] == [(gone, movie, "thumb")]
    result, said = check(runner, "--repair")
    assert (result.exit_code, said["repaired"]) == (0, 1)
    assert check(runner)[0].exit_code == 0
    assert app_services.pipeline.build(movie).built == ("thumb",)


@on_both_backends
def test_a_lost_original_is_forgotten_and_fetched_again(
    runner: FlaskCliRunner, movie: int, storage: Storage
) -> None:
    lost = original_of(movie)
    assert lost is not None
    storage.delete(lost)
    assert [each["media"] for each in check(runner)[1]["gone"]] == ["original"]
    assert check(runner, "--repair")[0].exit_code == 0
    assert original_of(movie) is None
    assert check(runner)[0].exit_code == 0


def test_a_lost_upload_is_told_to_be_given_again(
    runner: FlaskCliRunner, app: Flask, storage: Storage
) -> None:
    movie_id = make_movie()
    storage.delete(upload(storage, movie_id, 1))
    assert "upload it again" in check(runner)[0].stderr


def upload(storage: Storage, movie_id: int, seed: int) -> str:
    body = make_jpeg(seed, width_px=60, height_px=90)
    return take_upload(storage, movie_id, body, max_bytes=10**6, max_pixels=10**6)


@on_both_backends
def test_a_former_host_is_rewritten(runner: FlaskCliRunner, movie: int, storage: Storage) -> None:
    with writing() as session:
        session.execute(text("UPDATE poster_variant SET url = 'https://old.example/' || media"))
    result, said = check(runner)
    assert (result.exit_code, said["counts"]["former_host"]) == (1, 3)
    assert check(runner, "--repair")[1]["repaired"] == 3
    with reading() as session:
        urls = {row.url for row in session.query(PosterVariant)}
    assert urls == {storage.url(key_of(movie, media)) for media in ("poster", "thumb", "blurred")}
    assert check(runner)[0].exit_code == 0


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_wrong_headers_are_stored_again(
    runner: FlaskCliRunner, movie: int, storage: Storage, backend_env: dict[str, str]
) -> None:
    where = {"Bucket": backend_env["S3_BUCKET"], "Key": key_of(movie)}
    client = boto3.client("s3", endpoint_url=backend_env["S3_ENDPOINT_URL"])
    client.put_object(**where, Body=storage.get(key_of(movie)))
    result, said = check(runner)
    assert (result.exit_code, said["counts"]["wrong_headers"]) == (1, 1)
    assert "'binary/octet-stream'" in result.stderr
    assert check(runner, "--repair")[0].exit_code == 0
    assert client.head_object(**where)["CacheControl"] == IMMUTABLE
    assert check(runner)[0].exit_code == 0
    client.close()


@on_both_backends
def test_what_nobody_recorded_is_named_and_left(
    runner: FlaskCliRunner, movie: int, storage: Storage
) -> None:
    storage.put(STRAY, b"body", content_type="image/jpeg", public=True)
    result, said = check(runner, "--repair")
    assert (result.exit_code, [each["key"] for each in said["unrecorded"]]) == (1, [STRAY])
    assert storage.exists(STRAY)


@on_both_backends
def test_what_a_check_storage_could_not_delete_is_in_order(
    runner: FlaskCliRunner, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(storage), "delete", refused)
        assert runner.invoke(args=["check-storage"]).exit_code == 1
    result, said = check(runner)
    assert (result.exit_code, said["stored"], said["retired"]) == (0, 2, 2)


def refused(storage: Storage, key: str) -> None:
    raise StorageError(f"{key} could not be deleted", code="AccessDenied")


def test_what_waits_for_pruning_is_in_order(
    runner: FlaskCliRunner, movie: int, app_services: Services
) -> None:
    upload(app_services.storage, movie, 1)
    app_services.pipeline.build(movie)
    result, said = check(runner)
    assert (result.exit_code, said["retired"], said["unrecorded"]) == (0, 4, [])


def test_what_is_recorded_a_moment_after_it_was_stored_was_never_wrong(
    runner: FlaskCliRunner, app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    movie_id = make_movie()
    key = upload(storage, movie_id, 1)
    with writing() as session:
        session.get_one(Poster, movie_id).original_key = None
        session.flush()
        session.execute(text("DELETE FROM retired_object"))
    recheck = Checking._recheck_young

    def recorded_first(checking: Checking) -> None:
        with writing() as session:
            session.get_one(Poster, movie_id).original_key = key
        recheck(checking)

    assert check(runner)[1]["counts"]["unrecorded"] == 1
    monkeypatch.setattr(Checking, "_recheck_young", recorded_first)
    assert check(runner)[0].exit_code == 0


def test_a_poster_that_is_being_built_is_left_to_its_build(
    runner: FlaskCliRunner, movie: int, storage: Storage
) -> None:
    storage.delete(key_of(movie))
    assert take_lease(movie)
    result, said = check(runner, "--repair")
    assert (result.exit_code, said["repaired"]) == (1, 0)


def test_what_came_back_meanwhile_is_not_forgotten(
    runner: FlaskCliRunner, movie: int, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(movie)
    storage.delete(key)
    monkeypatch.setattr(storage, "exists", lambda _: True)
    check(runner, "--repair")
    assert key_of(movie) == key


def test_another_databases_storage_is_never_repaired_by(
    runner: FlaskCliRunner, movie: int, storage: Storage
) -> None:
    body = b'{"database": "x", "name": "theirs"}'
    storage.put(MARK, body, content_type="application/json", public=False)
    storage.delete(key := key_of(movie))
    result = runner.invoke(args=["check-posters", "--repair"])
    assert result.exit_code == 1
    assert "theirs" in result.stderr
    assert key_of(movie) == key


def test_a_storage_that_was_filled_by_other_means_belongs_to_whoever_repairs_by_it(
    runner: FlaskCliRunner, movie: int, storage: Storage
) -> None:
    storage.delete(MARK)  # as after `aws s3 sync` of pictures from disk
    assert check(runner)[0].exit_code == 0
    assert not storage.exists(MARK)
    assert check(runner, "--repair")[0].exit_code == 0
    assert storage.exists(MARK)


def test_a_storage_that_is_down_ends_the_run_and_forgets_nothing(
    runner: FlaskCliRunner, movie: int, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(key: str) -> None:
        raise StorageError("It is down.")

    monkeypatch.setattr(storage, "headers", down)
    monkeypatch.setattr("mozi.maintenance.checking.FAILURES_IN_A_ROW", 2)
    result, said = check(runner, "--repair")
    assert result.exit_code == 1
    assert "Stopped, because" in result.stderr
    assert key_of(movie)


def test_a_mistyped_bucket_is_no_loss_of_every_object(
    movie: int, make_app: MakeApp, s3_url: str
) -> None:
    s3 = {"S3_BUCKET": "nobodys-bucket", "S3_ENDPOINT_URL": s3_url, "SECRET_KEY": "x" * 32}
    elsewhere = make_app(**s3)
    with elsewhere.app_context():
        result = elsewhere.test_cli_runner().invoke(args=["check-posters", "--repair"])
    assert result.exit_code == 1
    assert "S3_BUCKET names no bucket" in result.stderr
    assert key_of(movie)


def test_everything_gone_is_forgotten_and_built_again(
    runner: FlaskCliRunner, movie: int, app_services: Services
) -> None:
    shutil.rmtree(app_services.settings.data_dir / "media")
    assert check(runner, "--repair")[0].exit_code == 0
    app_services.pipeline.build(movie)
    assert check(runner)[0].exit_code == 0
