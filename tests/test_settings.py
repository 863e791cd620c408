from __future__ import annotations

import dataclasses
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from mozi.errors import SettingsError
from mozi.settings import Settings

ROOT = Path(__file__).parent.parent


def settings(tmp_path: Path, **env: str) -> Settings:
    return Settings.from_env({"DATA_DIR": str(tmp_path), **env})


def faults(tmp_path: Path, **env: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, **env)
    return caught.value.faults


def test_an_empty_environment_is_the_embedded_default(tmp_path: Path) -> None:
    read = settings(tmp_path)
    assert read.embedded
    assert read.database_url == f"sqlite:///{tmp_path / 'mozi.sqlite3'}"
    assert (read.poster_max_bytes, read.poster_max_pixels) == (20_971_520, 25_000_000)
    assert (read.s3_acl, read.site_today, str(read.site_timezone)) == (
        "public-read",
        None,
        "Europe/Budapest",
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_names_of_postgresql_are_taken(tmp_path: Path, scheme: str) -> None:
    read = settings(tmp_path, DATABASE_URL=f"{scheme}://u:p@h/d", SECRET_KEY="x" * 32)
    assert read.database_url == "postgresql+psycopg://u:p@h/d"


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: settings(tmp_path).secret_key, range(32)))
    assert len(secrets) == 1
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    "env", [{"S3_BUCKET": "b"}, {"DATABASE_URL": "postgres://h/d"}], ids=["S3", "PostgreSQL"]
)
def test_beyond_the_embedded_default_the_secret_must_be_given(
    tmp_path: Path, env: dict[str, str]
) -> None:
    (fault,) = faults(tmp_path, **env)
    assert fault.startswith("SECRET_KEY is not set")


def test_all_faults_are_told_at_once_one_line_each(tmp_path: Path) -> None:
    told = faults(tmp_path, PORT="http", POSTER_MAX_BYTES="-1", SITE_TODAY="26/11/2026")
    assert [fault.split()[0] for fault in told] == ["SITE_TODAY", "POSTER_MAX_BYTES", "PORT"]
    assert not any("\n" in fault for fault in told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://h/d"),
        ("REDIS_URL", "http://h"),
        ("S3_ENDPOINT_URL", "localhost:9000"),
        ("S3_ACL", "# empty: by policy"),
        ("S3_PREFIX", "../up"),
        ("SITE_URL", "mozi.example"),
        ("SITE_NAME", "A" * 41),
        ("SITE_LOGO", "/nowhere/logo.svg"),
        ("TRUSTED_PROXY_HOPS", "-1"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("SENTRY_DSN", "https://sentry.example/project"),
        ("SITE_TIMEZONE", "Europe/Nowhere"),
        ("SITE_TODAY", "2026-02-30"),
        ("PAGE_CACHE_SECONDS", "an hour"),
        ("PAGE_CACHE_COALESCE_SECONDS", "nan"),
        ("EDGE_SECONDS", "61"),
        ("EDGE_SECONDS", "1.5"),
        ("EDGE_SECONDS", "+5"),
        ("EDGE_SECONDS", "1_0"),
        ("EDGE_SECONDS", "٣"),
        ("POSTER_FETCH_TIMEOUT", "0"),
        ("POSTER_BUILD_SLOTS", "0"),
        ("POSTER_ALLOW_PRIVATE_SOURCES", "maybe"),
        ("POSTER_EXTRAS", "never"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("WEB_CONCURRENCY", "2.5"),
        ("PORT", "70000"),
    ],
)
def test_a_fault_names_the_variable_what_it_held_and_what_it_takes(
    tmp_path: Path, name: str, value: str
) -> None:
    (fault,) = faults(tmp_path, **{name: value})
    assert re.fullmatch(rf"{name} is '{re.escape(value)}'; it takes .+\.", fault)


@pytest.mark.parametrize("held", ["a", "…", "31 characters are one too few!!"])
def test_a_secret_that_can_be_guessed_is_refused_and_not_printed(tmp_path: Path, held: str) -> None:
    (fault,) = faults(tmp_path, SECRET_KEY=held)
    assert re.fullmatch(r"SECRET_KEY is \d+ characters long; .*: openssl rand -hex 32 .*\.", fault)
    assert repr(held) not in fault


def test_a_secret_of_32_characters_is_taken(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY="0123456789abcdef" * 2).secret_key.startswith("0123")


@pytest.mark.parametrize("held", ["0", "65536", "8000;9443", "http"])
def test_ports_that_are_none_are_a_fault(tmp_path: Path, held: str) -> None:
    (fault,) = faults(tmp_path, POSTER_SOURCE_PORTS=held)
    assert fault.startswith(f"POSTER_SOURCE_PORTS is {held!r}; it takes")


def test_the_operators_ports_are_added_to_the_webs(tmp_path: Path) -> None:
    ports = settings(tmp_path, POSTER_SOURCE_PORTS="8000, 9443").poster_source_ports
    assert ports == {80, 443, 8080, 8443, 8000, 9443}


def test_no_password_is_ever_printed(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, DATABASE_URL="mysql://mozi:secret@h/d")
    assert "secret" not in fault


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (fault,) = faults(tmp_path / "file")
    assert fault.startswith("DATA_DIR is")
    (fault,) = faults(tmp_path / "file", SECRET_KEY="given" * 7)
    assert fault.startswith("DATA_DIR is")


def test_a_kept_secret_that_cannot_be_read_is_its_own_fault_not_the_folders(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()  # what root could not read either
    (fault,) = faults(tmp_path)
    assert fault.startswith("SECRET_KEY is not set; the one kept in ")


@pytest.mark.parametrize(("env", "expected"), [
    ({"DYNO": "web.1"}, "rediss://:p@h:6380?ssl_cert_reqs=none"),
    ({}, "rediss://:p@h:6380"),
])  # fmt: skip
def test_herokus_own_certificate_of_redis_is_not_checked_there(
    tmp_path: Path, env: dict[str, str], expected: str
) -> None:
    assert settings(tmp_path, REDIS_URL="rediss://:p@h:6380", **env).redis_url == expected


def test_today_can_be_set(tmp_path: Path) -> None:
    assert settings(tmp_path, SITE_TODAY="2026-11-26").site_today == date(2026, 11, 26)


def test_the_docs_explain_every_variable_and_no_other() -> None:
    table = (ROOT / "docs/configuration.md").read_text()
    source = (ROOT / "mozi/settings.py").read_text()
    names = set(re.findall(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)"', source)) - {
        "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "T", "HU",
    }  # fmt: skip
    assert len(names) >= len(dataclasses.fields(Settings))
    cells = re.findall(r"^\| (`[A-Z].*?) \|", table, re.MULTILINE)
    explained = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    boto3s = {name for name in explained if name.startswith("AWS_")}
    assert len(boto3s) == 3
    assert explained - boto3s == names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TMDB_TOKEN", "two words"),
        ("TMDB_API_URL", "api.themoviedb.org"),
        ("TMDB_REGION", "HUN"),
        ("TMDB_POSTER_LANGUAGES", "hu,,en"),
        ("TMDB_POSTER_LANGUAGES", "magyar"),
    ],
)
def test_the_catalogues_settings_are_checked(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_env({"DATA_DIR": str(tmp_path), name: value})
    assert ("two words" in str(caught.value)) is False
