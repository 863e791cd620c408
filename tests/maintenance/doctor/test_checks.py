"""Each check of the doctor, with its fault seeded."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from mozi import clock
from mozi.database import writing
from mozi.maintenance.doctor import checks
from mozi.maintenance.last_backup import note_backup
from mozi.models import CatalogueMovie, PosterVariant
from mozi.services import services
from mozi.storage.public import PublicAnswer
from mozi.units import MIB
from mozi.web import examining
from mozi.web.examining import examination
from mozi.web.middleware.proxies import note_proxies, proxies_of
from tests.conftest import Clock, MakeApp, on_both_backends
from tests.support.factories import make_movie, make_variants
from tests.support.tmdb import TOKEN, FakeTmdb, status

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"
Usage = namedtuple("Usage", "total used free")


def of(app: Flask, name: str) -> tuple[str, str]:
    """Return the status and the text of one check."""
    with app.app_context():
        return next((c.status, c.text) for c in examination() if c.name == name)


@on_both_backends
def test_an_installation_in_order_has_nothing_that_fails(app: Flask) -> None:
    ran = app.test_cli_runner().invoke(args=["doctor", "--json"])
    said = {each["name"]: each["status"] for each in json.loads(ran.stdout)["checks"]}
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert list(said) == list(checks.CHECKS)
    warned = {name for name, status in said.items() if status != "ok"}
    assert warned <= {"settings", "backup", "disk"}  # SITE_TODAY of the tests; no backup yet


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"SITE_TODAY": "2026-11-26"}, "SITE_TODAY is 2026-11-26"),
        ({"SITE_TODAY": ""}, "POSTER_ALLOW_PRIVATE_SOURCES is on"),
    ],
)
def test_settings_that_are_for_tests_alone_are_told(
    make_app: MakeApp, env: dict[str, str], code: str
) -> None:
    status, said = of(make_app(**env), "settings")
    assert (status, said.startswith(code)) == ("warn", True)


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_production_without_site_url_is_told(make_app: MakeApp) -> None:
    env = {"SITE_TODAY": "", "POSTER_ALLOW_PRIVATE_SOURCES": "0"}
    assert of(make_app(**env), "settings")[0] == "warn"
    assert of(make_app(**env, SITE_URL="https://mozi.example"), "settings")[0] == "ok"


def test_a_database_that_is_away_fails_and_hides_no_other_check(make_app: MakeApp) -> None:
    app = make_app(DATABASE_URL=NOWHERE, SECRET_KEY="x" * 32)
    ran = app.test_cli_runner().invoke(args=["doctor", "--json"])
    said = {each["name"]: each["status"] for each in json.loads(ran.stdout)["checks"]}
    assert ran.exit_code == 1
    assert (said["database"], said["migrations"], said["storage"]) == ("fail", "fail", "ok")
    assert {name for name, status in said.items() if status == "fail"} == {"database", "migrations"}


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_connections_that_run_out_are_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(app, "database")[0] == "ok"
    monkeypatch.setattr(checks, "CROWDED", 0.0)
    assert of(app, "database")[0] == "warn"


@pytest.mark.parametrize(
    ("revision", "said"), [("0012", "`flask db upgrade`"), ("9999", "newer release")]
)
def test_tables_of_another_release_fail(app: Flask, revision: str, said: str) -> None:
    with writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    status, words = of(app, "migrations")
    assert (status, said in words) == ("fail", True)


def test_redis_away_is_a_warning(make_app: MakeApp) -> None:
    app = make_app(REDIS_URL="redis://127.0.0.1:9/0")
    assert {of(app, name)[0] for name in ("cache", "queue")} == {"warn"}
    assert app.test_cli_runner().invoke(args=["doctor"]).exit_code == 0


def test_jobs_without_a_worker_are_told(make_app: MakeApp, redis_url: str) -> None:
    app = make_app(REDIS_URL=redis_url)
    assert of(app, "queue") == ("ok", "0 workers listen, 0 jobs wait.")
    with app.app_context():
        queue = services().queue
        assert queue
        queue.enqueue([1])
    status, said = of(app, "queue")
    assert (status, "start `flask work`" in said) == ("warn", True)


def test_a_storage_that_refuses_fails_with_the_cure(make_app: MakeApp, s3_url: str) -> None:
    app = make_app(S3_BUCKET="nobodys-bucket", S3_ENDPOINT_URL=s3_url, SECRET_KEY="x" * 32)
    assert of(app, "storage")[0] == "fail"


def test_posters_at_a_former_storage_are_told(app: Flask) -> None:
    assert of(app, "storage")[0] == "ok"
    with app.app_context():
        make_variants(make_movie(), "poster")
        with writing() as session:
            session.execute(update(PosterVariant).values(url="https://old.example/posters/1.jpg"))
    status, said = of(app, "storage")
    assert (status, "https://old.example, a former address" in said) == ("warn", True)


@pytest.mark.parametrize(
    ("token", "fault", "expected"),
    [(TOKEN, None, "ok"), ("wrong", None, "fail"), (TOKEN, status(500), "warn")],
)
def test_a_refused_token_fails_and_a_silent_catalogue_warns(
    make_app: MakeApp, token: str, fault: Any, expected: str
) -> None:
    with FakeTmdb() as tmdb:
        if fault:
            tmdb.faults["/configuration"] = [fault]
        app = make_app(TMDB_TOKEN=token, TMDB_API_URL=tmdb.url)
        assert of(app, "catalogue")[0] == expected


@pytest.mark.parametrize(
    ("token", "days", "expected"),
    [
        (TOKEN, 150, ("ok", "150 days old")),
        (TOKEN, 156, ("warn", "run `flask sync-catalogue` daily")),
        ("", 10, ("ok", "is unset")),
        ("", 156, ("warn", "allow six months")),
    ],
)
def test_age_of_the_catalogues_oldest_datum(
    make_app: MakeApp, token: str, days: int, expected: tuple[str, str]
) -> None:
    with FakeTmdb() as tmdb:
        app = make_app(**({"TMDB_TOKEN": token} if token else {}), TMDB_API_URL=tmdb.url)
        with app.app_context():
            movie_id = make_movie(title="Szerelem")
            ages = {1: (movie_id, days, False), 2: (movie_id, 300, True), 3: (999, 300, False)}
            with writing() as session:
                for tmdb_id, (of_movie, age, gone) in ages.items():
                    seen_at = clock.now() - timedelta(days=age)
                    session.add(
                        CatalogueMovie(
                            tmdb_id=tmdb_id, movie_id=of_movie, gone=gone, seen_at=seen_at
                        )
                    )
        found, said = of(app, "catalogue")
        assert (found, expected[1] in said) == (expected[0], True), said


@pytest.mark.parametrize(("free_mib", "expected"), [(50, "fail"), (500, "warn"), (5000, "ok")])
def test_a_disk_that_runs_full_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, free_mib: int, expected: str
) -> None:
    usage = Usage(9000 * MIB, 0, free_mib * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert of(app, "disk")[0] == expected


@pytest.mark.parametrize(("off_s", "expected"), [(0, "ok"), (60, "warn"), (1000, "fail")])
@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_clock_that_differs_from_the_storages_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, off_s: int, expected: str
) -> None:
    theirs = clock.now() + timedelta(seconds=off_s)
    date = {"Date": format_datetime(theirs, usegmt=True)}
    monkeypatch.setattr(examining, "ask", lambda url: PublicAnswer(404, date))
    assert of(app, "clock")[0] == expected


@pytest.mark.parametrize(
    ("hops", "seen", "expected", "said"),
    [
        ("0", 0, "ok", "No request"),
        ("0", 1, "warn", "Set it to 1"),
        ("1", 0, "warn", "make their address up. Set it to 0"),
        ("1", 1, "ok", "1 proxies"),
        ("1", 2, "warn", "Set it to 2"),
    ],
)
def test_hops_that_differ_from_what_requests_show_are_told(
    make_app: MakeApp, hops: str, seen: int, expected: str, said: str
) -> None:
    app = make_app(TRUSTED_PROXY_HOPS=hops)
    with app.app_context():
        note_proxies(seen)
    status, words = of(app, "proxies")
    assert (status, said in words) == (expected, True)


def test_what_a_client_adds_does_not_count_as_a_proxy(app: Flask, clock: Clock) -> None:
    sent = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 5.6.7.8", "REMOTE_ADDR": "127.0.0.1"}
    assert proxies_of(sent) == 2
    assert proxies_of({"REMOTE_ADDR": "127.0.0.1"}) is None  # a health check
    assert proxies_of({"REMOTE_ADDR": "203.0.113.9"}) == 0
    for seen in (1, 2):
        note_proxies(seen)
    assert "through 1 proxies" in of(app, "proxies")[1]
    clock.tick(3601)
    note_proxies(2)
    assert "through 2 proxies" in of(app, "proxies")[1]


def test_a_backup_that_is_missing_or_old_is_told(app: Flask, clock: Clock) -> None:
    assert of(app, "backup")[0] == "warn"
    note_backup(services().settings.data_dir)
    assert of(app, "backup")[0] == "ok"
    clock.tick(50 * 3600)
    assert of(app, "backup") == (
        "warn",
        "The last one was written 50 h ago: run `flask backup` every night.",
    )


def test_a_check_that_breaks_is_told_and_stops_no_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: object) -> Usage:
        raise OSError("gone")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert of(app, "disk") == ("fail", "The check itself failed: OSError: gone")
    assert of(app, "backup")[0] == "warn"
