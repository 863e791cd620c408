from __future__ import annotations

import json
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from mozi.database import reading
from mozi.extensions import db
from mozi.models import Movie

GOOD = "title,premiere_date\nSzerelem,2026-11-26\n"
BAD = f"{GOOD}Kontroll,tegnap\n"


@pytest.fixture
def invoke(runner: FlaskCliRunner, tmp_path: Path) -> Any:
    """Return a function that imports a file of this text."""

    def run(text: str, *options: str) -> Any:
        path = tmp_path / "films.csv"
        path.write_text(text, encoding="utf-8")
        return runner.invoke(args=["import-movies", str(path), *options])

    return run


def titles() -> list[str]:
    with reading() as session:
        return [movie.title for movie in session.query(Movie)]


def test_import_says_what_it_did(invoke: Any) -> None:
    result = invoke(GOOD)
    assert (result.exit_code, result.stdout) == (
        0,
        "1 inserted, 0 updated, 0 unchanged, 0 refused.\n",
    )
    assert titles() == ["Szerelem"]


def test_bad_rows_are_named_and_nothing_is_written(invoke: Any) -> None:
    result = invoke(BAD)
    assert result.exit_code == 1
    assert "row 3 (Kontroll): premiere_date is 'tegnap'; it takes YYYY-MM-DD" in result.stderr
    assert titles() == []


def test_skip_bad_takes_the_rest_and_still_ends_with_one(invoke: Any) -> None:
    result = invoke(BAD, "--skip-bad")
    assert (result.exit_code, titles()) == (1, ["Szerelem"])
    assert "row 3 (Kontroll)" in result.stderr


def test_a_dry_run_writes_nothing(invoke: Any) -> None:
    result = invoke(GOOD, "--dry-run")
    assert (result.exit_code, titles()) == (0, [])
    assert "it would be 1 inserted" in result.stdout


def test_json_is_one_object_alone_on_standard_output(invoke: Any) -> None:
    result = invoke(BAD, "--json", "--skip-bad")
    report = json.loads(result.stdout)
    assert report.pop("seconds") >= 0
    [failed] = report.pop("failed")
    assert report == {"inserted": 1, "updated": 0, "unchanged": 0, "dry_run": False}
    assert (failed["row"], failed["column"], failed["title"]) == (3, "premiere_date", "Kontroll")
    assert failed["reason"].startswith("is 'tegnap'")


def test_json_of_a_refused_file_names_its_faults(invoke: Any) -> None:
    result = invoke("titel\nx\n", "--json")
    assert result.exit_code == 1
    [failed] = json.loads(result.stdout)["failed"]
    assert (failed["row"], failed["column"]) == (0, "titel")


@pytest.mark.parametrize("arguments", [["no-such-file.csv"], [], ["."], ["--unknown"]])
def test_wrong_usage_ends_with_two(runner: FlaskCliRunner, arguments: list[str]) -> None:
    assert runner.invoke(args=["import-movies", *arguments]).exit_code == 2


def ctrl_c() -> None:
    raise KeyboardInterrupt  # not SIGINT, which is ignored where the tests run in the background


def sigterm() -> None:
    signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("interrupt", [ctrl_c, sigterm])
def test_interrupted_ends_with_130(
    invoke: Any, monkeypatch: pytest.MonkeyPatch, interrupt: Callable[[], None]
) -> None:
    def interrupted(*given: Any, **options: Any) -> None:
        interrupt()

    # The package exports the command under the name of its module.
    monkeypatch.setattr(import_module("mozi.commands.import_movies"), "import_file", interrupted)
    assert invoke(GOOD).exit_code == 130


def test_a_database_without_tables_is_told_in_one_line(invoke: Any) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE movie RENAME TO film")
    result = invoke(GOOD)
    assert result.exit_code == 1
    assert result.stderr.startswith("The database cannot be used: no such table")
    assert "flask db upgrade" in result.stderr
