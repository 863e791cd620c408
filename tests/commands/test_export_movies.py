from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from mozi.database import reading
from mozi.models import HistoryEntry
from tests.conftest import on_both_backends
from tests.support.factories import add_premiere, make_movie


def fill() -> None:
    kontroll = make_movie(
        title="=1+1", genres=("Dráma", "-Krimi"), cast=("-A", "B"), age_rating="16",
        runtime_minutes=105, synopsis="egy,\nkettő", poster_url="https://example.org/a.jpg",
    )  # fmt: skip
    add_premiere(kontroll, kind="streaming", premiere_date=date(2027, 2, 1))
    make_movie(title="'+Szerelem", external_id="0012", date_precision="month", status="cancelled")
    make_movie(title="03/12/2026", original_title="007")


def history() -> int:
    with reading() as session:
        return session.query(HistoryEntry).count()


@on_both_backends
@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_an_export_imports_again_without_a_change(
    runner: FlaskCliRunner, tmp_path: Path, ending: str
) -> None:
    fill()
    path, before = str(tmp_path / f"films.{ending}"), history()
    exported = runner.invoke(args=["export-movies", path])
    assert (exported.exit_code, exported.output) == (0, f"4 premieres written to {path}.\n")
    imported: Any = runner.invoke(args=["import-movies", path, "--json"])
    report = json.loads(imported.stdout)
    assert (report["unchanged"], report["failed"], history()) == (4, [], before)


def test_no_cell_of_a_csv_begins_like_a_formula(runner: FlaskCliRunner, tmp_path: Path) -> None:
    fill()
    path = tmp_path / "films.csv"
    runner.invoke(args=["export-movies", str(path)])
    assert "'=1+1" in path.read_text()
    assert ",=" not in path.read_text()


def test_another_ending_is_wrong_usage(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = runner.invoke(args=["export-movies", str(tmp_path / "films.xls")])
    assert (result.exit_code, "must end in one of .csv, .json, .xlsx" in result.output) == (2, True)


def test_a_file_that_cannot_be_written_is_named(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = runner.invoke(args=["export-movies", str(tmp_path / "none" / "films.csv")])
    assert (result.exit_code, "cannot be written" in result.output) == (1, True)
