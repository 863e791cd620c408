"""What the list shows as a file, and a template."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from mozi.calendar.fields import COLUMNS
from mozi.calendar.importing.tables import NO_CHOICES, open_sheet
from mozi.units import MIB
from tests.support.factories import THURSDAY, add_premiere, make_movie
from tests.web.admin.importing.test_files import counts, preview


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"=Kontroll", "Szerelem", "Dűne"}),
        ("q=szerelem", {"Szerelem"}),
        ("state=cancelled", {"Dűne"}),
        ("state=no_poster&sort=title", {"=Kontroll", "Szerelem", "Dűne"}),
        ("q=nothing", set()),
    ],
)
def test_what_the_list_shows_imports_again_without_a_change(
    anna: FlaskClient, ending: str, asked: str, shown: set[str]
) -> None:
    make_movie(title="=Kontroll", premiere_date=THURSDAY, genres=("krimi", "dráma"), year=2003)
    make_movie(title="Szerelem", premiere_date=THURSDAY, original_language="fr")
    make_movie(title="Dűne", premiere_date=THURSDAY, status="cancelled", synopsis="Egy\nKettő")
    add_premiere(1, premiere_date=date(2027, 3, 4), kind="streaming", language_version="both")
    with anna.get(f"/admin/movies.{ending}?{asked}") as answer:
        body = answer.data
    sheet = open_sheet(body, name=f"a.{ending}", max_bytes=MIB)
    at = COLUMNS.index("title")
    assert {str(cells[at]).removeprefix("'") for _, cells in sheet.lines} == shown
    html = anna.get(preview(anna, body, f"a.{ending}")).text
    assert counts(html) == {"insert": 0, "update": 0, "unchanged": sheet.count, "refused": 0}


def test_the_list_links_its_own_export(anna: FlaskClient) -> None:
    make_movie(title="Kontroll", status="cancelled")
    html = anna.get("/admin/movies?state=cancelled&sort=title").text
    assert "/admin/movies.xlsx?state=cancelled&amp;sort=title" in html


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_template_has_headings_that_are_known(anna: FlaskClient, language: str) -> None:
    with anna.get(f"{language}/admin/import/template.xlsx") as answer:
        body = answer.data
    sheet = open_sheet(body, name="a.xlsx", max_bytes=MIB)
    assert sheet.columns(NO_CHOICES) == list(COLUMNS)
