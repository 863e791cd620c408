"""flask backup and restore with s3://bucket/prefix; beside Litestream, a site that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from mozi.maintenance.backups.buckets import DATABASES, PICTURES
from mozi.maintenance.backups.following import NewPictures
from mozi.services import Services
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage
from tests.commands.test_backup import bodies, run, titles, upload
from tests.conftest import MakeApp, make_bucket
from tests.support.factories import make_movie
from tests.support.forks import Forks

ROOT = Path(__file__).parents[2]


@pytest.fixture
def movie(app: Flask, app_services: Services) -> int:
    movie_id = make_movie(title="Első")
    upload(app_services.storage, movie_id, 1)
    app_services.pipeline.build(movie_id)
    return movie_id


@pytest.fixture
def backend_env(s3_url: str, tmp_path: Path, sqlite_template: Path) -> dict[str, str]:
    (tmp_path / "site").mkdir()
    shutil.copy(sqlite_template, tmp_path / "site")
    return {"DATA_DIR": str(tmp_path / "site"), "S3_ENDPOINT_URL": s3_url}


@pytest.fixture
def bucket(s3_url: str, tmp_path: Path) -> Iterator[S3Storage]:
    name = f"backups-{os.getpid()}-{time.monotonic_ns()}"
    make_bucket(s3_url, name)
    storage = S3Storage(name, endpoint_url=s3_url, prefix="site/")
    yield storage
    storage.client.close()


@pytest.fixture
def place(bucket: S3Storage) -> str:
    return f"s3://{bucket.place}"


@pytest.fixture
def elsewhere(make_app: MakeApp, tmp_path: Path) -> Flask:
    return make_app(DATA_DIR=str(tmp_path / "elsewhere"))


def kept(bucket: S3Storage, prefix: str) -> list[str]:
    return sorted(each.key for each in bucket.list(prefix))


def test_a_site_comes_back_elsewhere_and_pictures_are_sent_once(
    runner: FlaskCliRunner, movie: int, app: Flask, storage: LocalStorage, bucket: S3Storage,
    place: str, elsewhere: Flask, make_app: MakeApp, tmp_path: Path,
) -> None:  # fmt: skip
    before = bodies(storage)
    first, said = run(runner, "backup", place)
    assert (first.exit_code, said["objects"], said["missing"]) == (0, 4, [])
    pictures = {each.key: each.stored_at for each in bucket.list(PICTURES)}
    make_movie(title="Második")
    _, again = run(runner, "backup", place)
    assert again["bytes"] < said["bytes"]
    assert {each.key: each.stored_at for each in bucket.list(PICTURES)} == pictures
    older, newer = kept(bucket, DATABASES)
    with elsewhere.app_context():
        there = elsewhere.test_cli_runner()
        result, said = run(there, "restore", f"{place}{older}")
        assert (result.exit_code, said["objects"], said["missing"]) == (0, 4, [])
        assert (titles(), bodies(elsewhere.extensions["mozi"].storage)) == (["Első"], before)
        run(there, "restore", place)
        assert titles() == ["Első", "Második"]
    assert make_app(DATA_DIR=str(tmp_path / "elsewhere")).secret_key == app.secret_key


def test_a_damaged_or_missing_picture_is_told(
    runner: FlaskCliRunner, movie: int, bucket: S3Storage, place: str, elsewhere: Flask
) -> None:
    run(runner, "backup", place)
    lost, damaged, *_ = kept(bucket, PICTURES)
    body = bucket.get(damaged)
    bucket.put(damaged, body[:-1] + b"\x00", content_type="image/jpeg", public=False)
    with elsewhere.app_context():
        there = elsewhere.test_cli_runner()
        result, _ = run(there, "restore", place)
        assert result.exit_code == 1
        assert "is damaged; nothing was changed" in result.stderr
        bucket.put(damaged, body, content_type="image/jpeg", public=False)
        bucket.delete(lost)
        result, said = run(there, "restore", place)
        assert (result.exit_code, said["objects"]) == (1, 3)
        assert said["missing"] == [lost.removeprefix(PICTURES).rpartition("/")[0]]
        assert titles() == ["Első"]


def test_a_backup_that_fails_is_not_there_and_the_next_one_goes_on(
    runner: FlaskCliRunner, movie: int, bucket: S3Storage, place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(S3Storage, "upload", killed)
        assert run(runner, "backup", place)[0].exit_code == 130
    assert (len(kept(bucket, PICTURES)), kept(bucket, DATABASES)) == (4, [])
    result, _ = run(runner, "restore", place)
    assert "no whole backup is at" in result.stderr
    assert run(runner, "backup", place)[0].exit_code == 0


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (("backup", "s3://"), 2),
        (("restore", "s3://x/../y"), 2),
        (("backup", "site.tar", "--follow"), 2),
        (("restore", __file__, "--pictures"), 2),
        (("backup", "s3://there-is-no-such-bucket/x"), 1),
        (("restore", "s3://there-is-no-such-bucket/x"), 1),
    ],
)
def test_wrong_places_end_in_one_plain_line(
    runner: FlaskCliRunner, movie: int, args: tuple[str, ...], status: int
) -> None:
    result = runner.invoke(args=args)
    assert result.exit_code == status
    assert "Traceback" not in result.output


def test_new_pictures_are_found_by_their_folders_time(app: Flask, storage: LocalStorage) -> None:
    pictures = NewPictures(storage)
    assert list(pictures.find()) == []
    storage.put("posters/1-a.thumb.0.jpg", b"a", content_type="image/jpeg", public=True)
    assert list(pictures.find()) == ["posters/1-a.thumb.0.jpg"]
    storage.put("posters/2-a.thumb.0.jpg", b"a", content_type="image/jpeg", public=True)
    os.utime(storage.folder / "posters", (1, 1))  # long ago
    assert len(list(pictures.find())) == 2
    assert list(pictures.find()) == []


WRITE = """
import sys, time
from mozi import create_app
from tests.commands.test_backup import upload
from tests.support.factories import make_movie
app = create_app()
with app.app_context():
    for number in range(100_000):
        movie = make_movie(title=f"Film {number}")
        upload(app.extensions["mozi"].storage, movie, number)
        print(time.time(), flush=True)
"""


LOST_S = 4  # copies are made each second; a busy machine is later


def test_a_site_that_is_killed_while_it_writes_loses_its_last_seconds_at_most(
    runner: FlaskCliRunner, movie: int, bucket: S3Storage, place: str,
    backend_env: dict[str, str], elsewhere: Flask, start: Forks,
) -> None:  # fmt: skip
    env = {**os.environ, **backend_env, "POSTER_EXTRAS": "0"}
    env.pop("AWS_CA_BUNDLE", None)  # Litestream takes none; the bucket here is on loopback
    site, database = Path(backend_env["DATA_DIR"]), "mozi.sqlite3"
    config = ROOT / "docs/litestream.yml"
    env["BACKUP_BUCKET"] = bucket.place.partition("/")[0]
    litestream = str(Path(sys.executable).with_name("litestream"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    replicating = subprocess.Popen([litestream, "replicate", "-config", config], env=env, **quiet)
    following = start("-m", "flask", "backup", place, "--follow", env=env, **quiet)
    writing = start("-c", WRITE, env=env, stdout=PIPE)
    assert writing.stdout
    written: list[float] = []
    reading = threading.Thread(target=lambda: written.extend(map(float, writing.stdout)))
    reading.start()
    try:
        until = time.monotonic() + 30
        while not (kept(bucket, "litestream/") and kept(bucket, DATABASES)) or (
            written[-1] < written[0] + LOST_S + 1
        ):
            assert time.monotonic() < until
            time.sleep(0.1)
    finally:
        killed = time.time()
        for process in (writing, following, replicating):
            process.send_signal(signal.SIGKILL)
        for process in (writing, following, replicating):
            process.wait(10)
        reading.join()
        writing.stdout.close()
    shutil.rmtree(site)
    there = elsewhere.extensions["mozi"].settings.data_dir / database
    for file in there.parent.glob(f"{database}*"):
        file.unlink()
    subprocess.run(
        [litestream, "restore", "-config", config, "-o", there, site / database],
        env=env, check=True, **quiet,
    )  # fmt: skip
    with elsewhere.app_context():
        _, said = run(elsewhere.test_cli_runner(), "restore", place, "--pictures")
        films = sum(title.startswith("Film") for title in titles())
    safe = sum(at < killed - LOST_S for at in written)
    assert 0 < safe <= films
    assert safe <= said["objects"]
