"""The comparison of records and storage; tests/commands/test_check_posters.py has the rest."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask

from mozi.database import writing
from mozi.errors import StorageError
from mozi.maintenance import checking
from mozi.maintenance.checking import DAMAGED, GONE, UNRECORDED, Checking, Finding
from mozi.models import Poster
from mozi.posters.keys import original_key
from mozi.storage import Storage
from mozi.storage.s3 import S3Storage
from tests.conftest import make_bucket
from tests.support.factories import make_jpeg, make_movie, make_variants

STRAYS = tuple(f"posters/99-stray.thumb.{number}.jpg" for number in range(3))


@pytest.fixture(autouse=True)
def _no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "RECHECK_AFTER_S", 0.01)


@pytest.fixture
def gone(app: Flask) -> None:
    """Two movies with six records and no object."""
    for title in ("Első", "Második"):
        make_variants(make_movie(title=title))


@pytest.mark.usefixtures("gone")
def test_each_finding_is_passed_on_at_once_and_counted(storage: Storage) -> None:
    for key in STRAYS:
        storage.put(key, b"body", content_type="image/jpeg", public=True)
    found: list[Finding] = []
    seen: list[int] = []
    report = Checking(storage, on_found=found.append, on_seen=seen.append).run()
    assert [each.kind for each in found] == [GONE] * 6 + [UNRECORDED] * 3
    assert (report.recorded, report.stored, sum(seen), report.wrong) == (6, 3, 9, 9)


@pytest.mark.usefixtures("gone")
def test_the_report_names_the_first_and_counts_all(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "NAMED", 2)
    report = Checking(storage).run()
    assert (len(report.findings[GONE]), report.counts[GONE]) == (2, 6)


@pytest.mark.usefixtures("gone")
def test_a_repair_leaves_nothing_wrong(storage: Storage) -> None:
    report = Checking(storage, repair=True).run()
    assert (report.counts[GONE], report.repaired, report.wrong) == (6, 6, 0)
    assert Checking(storage).run().recorded == 0


@pytest.mark.usefixtures("gone")
def test_a_run_that_is_stopped_checks_no_more(storage: Storage) -> None:
    run = Checking(storage)
    run.stop.set()
    report = run.run()
    assert (report.recorded, report.interrupted) == (0, True)


@pytest.mark.usefixtures("gone")
def test_a_storage_that_fails_again_and_again_ends_the_run(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(key: str) -> Any:
        raise StorageError(f"{key} could not be looked for.")

    monkeypatch.setattr(checking, "FAILURES_IN_A_ROW", 3)
    monkeypatch.setattr(storage, "headers", refuse)
    report = Checking(storage, repair=True).run()
    assert report.stopped_by is not None
    assert (len(report.failed), report.counts.total()) == (3, 0)


@pytest.mark.parametrize(("uploaded", "repaired"), [(False, 1), (True, 0)])
def test_an_original_with_other_bytes_is_found_by_amazons_checksum(
    app: Flask, s3_url: str, monkeypatch: pytest.MonkeyPatch, uploaded: bool, repaired: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_url)
    make_bucket(s3_url, bucket := f"amazon-{time.monotonic_ns()}")
    amazon, body = S3Storage(bucket, acl=""), make_jpeg()
    whole, damaged = (original_key(each, "jpg") for each in (body, b"other"))
    for number, key in enumerate((whole, damaged)):
        amazon.put(key, body, content_type="image/jpeg", public=False)
        movie_id = make_movie(title=f"Film {number}", poster_url="http://a.example/1.jpg")
        with writing() as session:
            session.get_one(Poster, movie_id).original_key = key
            session.get_one(Poster, movie_id).uploaded = uploaded
    report = Checking(amazon, repair=True).run()
    assert [each.key for each in report.findings[DAMAGED]] == [damaged]
    assert report.counts[GONE] == 0
    assert report.repaired == repaired
    assert amazon.exists(damaged) == uploaded
    amazon.client.close()
