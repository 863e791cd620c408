"""What /metrics looks up: right, unknown where it is unknown, and within a bound."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from mozi.errors import StorageError
from mozi.services import services
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage
from tests.conftest import Clock, MakeApp, make_bucket
from tests.support import servers
from tests.support.serving import serving
from tests.support.trouble import Trouble


def told(client: FlaskClient) -> dict[str, float]:
    """Return the samples of /metrics by name and labels."""
    lines = client.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if line.startswith("mozi_"))
    return {name: float(value) for name, _, value in pairs}


@pytest.fixture
def cache() -> Iterator[Trouble]:
    with servers.valkey() as url, Trouble.before(url) as trouble:
        yield trouble


def test_every_part_is_ready(client: FlaskClient) -> None:
    samples = told(client)
    parts = ("database", "database writes", "cache", "storage")
    assert {samples[f'mozi_ready{{part="{part}"}}'] for part in parts} == {1}


def test_a_storage_that_fails_is_not_ready(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: LocalStorage, key: str) -> bool:
        raise StorageError("gone")

    monkeypatch.setattr(LocalStorage, "exists", broken)
    samples = told(client)
    assert samples['mozi_ready{part="storage"}'] == 0
    assert samples['mozi_ready{part="database"}'] == 1


def test_workers_and_the_jobs_that_wait_are_told(make_app: MakeApp, cache: Trouble) -> None:
    app = make_app(REDIS_URL=cache.url)
    with app.app_context():
        queue = services().queue
        assert queue is not None
        queue.enqueue(range(45))
        samples = told(app.test_client())
    assert (samples["mozi_queue_workers"], samples["mozi_queue_jobs"]) == (0, 3)


def test_without_a_queue_its_figures_are_unknown(client: FlaskClient) -> None:
    samples = told(client)
    assert math.isnan(samples["mozi_queue_workers"])
    assert math.isnan(samples["mozi_queue_jobs"])


def test_a_silent_redis_is_told_within_a_bound_and_counted(
    make_app: MakeApp, cache: Trouble
) -> None:
    client = make_app(REDIS_URL=cache.url).test_client()
    before = told(client)
    cache.begin("hang")
    began = time.monotonic()
    during = told(client)
    assert time.monotonic() - began < 20
    assert during['mozi_ready{part="cache"}'] <= before['mozi_ready{part="cache"}']
    assert math.isnan(during["mozi_queue_workers"])
    cache.end()
    failures = 'mozi_redis_failures_total{use="queue"}'
    assert told(client)[failures] > before[failures]


def test_a_page_whose_store_is_away_is_counted(make_app: MakeApp) -> None:
    client = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_client()
    failures = 'mozi_redis_failures_total{use="pages"}'
    before = told(client)[failures]
    assert client.get("/").status_code == 200
    assert told(client)[failures] == before + 1


def test_what_s3_refuses_is_counted_and_what_is_missing_is_not(
    client: FlaskClient, s3_url: str
) -> None:
    make_bucket(s3_url, "gauges")
    before = told(client)["mozi_s3_failures_total"]
    assert not S3Storage("gauges", endpoint_url=s3_url).exists("posters/a.jpg")
    with pytest.raises(StorageError):
        S3Storage("no-such-bucket-here", endpoint_url=s3_url).put(
            "posters/a.jpg", b"", content_type="image/jpeg", public=False
        )
    assert told(client)["mozi_s3_failures_total"] == before + 1


def test_the_last_backup_is_told(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path, clock: Clock
) -> None:
    assert math.isnan(told(client)["mozi_backup_timestamp_seconds"])
    assert runner.invoke(args=["backup", str(tmp_path / "a.tar")]).exit_code == 0
    assert told(client)["mozi_backup_timestamp_seconds"] == clock.moment.timestamp()


def test_a_note_that_is_no_date_is_no_backup(client: FlaskClient, app: Flask) -> None:
    (services().settings.data_dir / "last-backup").write_text("tegnap")
    assert math.isnan(told(client)["mozi_backup_timestamp_seconds"])


def test_a_process_of_its_own_tells_its_memory(client: FlaskClient) -> None:
    assert 20e6 < told(client)['mozi_memory_bytes{process="workers"}'] < 2e10


def test_all_workers_of_a_server_are_told_by_any(backend_env: dict[str, str]) -> None:
    with serving(folder=Path(backend_env["DATA_DIR"]), app="wsgi:app") as server:
        text = server.ask("/metrics")[1].decode()
        found = dict(re.findall(r'^mozi_memory_bytes\{process="(\w+)"\} (\S+)$', text, re.M))
        assert set(found) == {"master", "workers"}
        assert all(5e6 < float(size) < 1e9 for size in found.values())
        assert text.count("\nmozi_queue_workers ") == 1
        assert re.search(r'^mozi_ready\{part="database"\} 1.0$', text, re.M)
