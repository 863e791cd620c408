from __future__ import annotations

from datetime import date, datetime

import pytest

from mozi.calendar.importing.formats.sections import date_of
from mozi.calendar.importing.tables import EMPTY_KEEPS, TableRow, open_sheet, sheet_rows
from mozi.units import MIB


def read(body: str) -> list[TableRow]:
    sheet = open_sheet(body.encode(), name="a.csv", max_bytes=MIB)
    return list(sheet_rows(sheet, EMPTY_KEEPS))


def dates_of(rows: list[TableRow]) -> list[object]:
    return [row.cells.get("premiere_date") for row in rows if not row.section]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2026. DECEMBER", {"premiere_date": "2026-12-01", "date_precision": "month"}),
        ("2026. december 3. (csütörtök)", {"premiere_date": "2026-12-03"}),
        ("2026.12.03., csütörtök", {"premiere_date": "2026-12-03"}),
        ("December 3. (csütörtök)", {"premiere_date": "2027-12-03"}),
        ("JANUÁR", {"premiere_date": "2027-01-01", "date_precision": "month"}),
        ("december 3-i bemutatók", {"premiere_date": "2027-12-03"}),
        (datetime(2026, 12, 3), {"premiere_date": "2026-12-03"}),  # noqa: DTZ001 (as Excel's)
        (date(2026, 12, 3), {"premiere_date": "2026-12-03"}),
        ("December 3–9.", {}),
        ("2026", {}),
    ],
)
def test_a_heading_of_a_date_gives_it(cell: object, found: dict[str, str]) -> None:
    given = date_of(cell, year="2027")
    assert given is not None
    assert given[1] == found


@pytest.mark.parametrize("cell", ["December Boys", "Mozi", "12 majom", "* változhat", "Aurora"])
def test_another_text_is_no_date(cell: str) -> None:
    assert date_of(cell, year="2026") is None


@pytest.mark.parametrize(
    "cell",
    [
        *("December 3–9.", "dec. 3. - dec. 9.", "2026. december 3–9. (csütörtöktől szerdáig)"),
        *("2026.12.03–12.09.", "2026. 12. 03. – 2026. 12. 09.", "december 3-ától 9-éig"),
        *("49. hét: december 3–9.", "49. játékhét (december 3-9.)"),
    ],
)
def test_a_programme_week_gives_its_thursday(cell: str) -> None:
    assert date_of(cell, year="2026") == ("2026", {"premiere_date": "2026-12-03"})


@pytest.mark.parametrize("cell", ["December 3–13.", "December 4–10.", "December 31–99.", "49. hét"])
def test_another_span_of_days_begins_a_section_without_a_date(cell: str) -> None:
    assert date_of(cell, year="2026") == ("2026", {})


def test_films_below_a_week_open_on_its_thursday() -> None:
    rows = read(
        "Cím;Rendező;Hossz\n2026. DECEMBER;;\nDecember 3–9.;;\nA;Makk;90\n"
        "December 31. – január 6.;;\nB;Makk;90\n2. hét;;\nC;Makk;90\n"
    )
    assert dates_of(rows) == ["2026-12-03", "2026-12-31", None]


def test_a_day_without_a_year_gives_nothing() -> None:
    assert date_of("December 3. (csütörtök)", year="") == ("", {})


def test_headings_and_notes_are_no_films_and_no_faults() -> None:
    rows = read(
        "Cím;Bemutató;Rendező\n2026. DECEMBER;;\nSzerelem;2026.12.03.;Makk\n;;\n"
        "Cím;Bemutató;Rendező\nŐ;2026.12.10.;\n* A változtatás jogát fenntartjuk\n"
    )
    assert [row.section for row in rows if row.section] == [
        *("2026. DECEMBER", "Cím | Bemutató | Rendező", "* A változtatás jogát fenntartjuk")
    ]
    assert [row.cells["title"] for row in rows if not row.section] == ["Szerelem", "Ő"]
    assert not any(row.faults for row in rows)


def test_a_films_own_date_goes_before_that_of_the_heading() -> None:
    rows = read(
        "Cím;Bemutató;Rendező\n2026\nDecember 3. (csütörtök)\nA;;Makk\nB;2026.12.05.;Makk\n"
        "December 10. (csütörtök);;\nC;;Makk\n"
    )
    assert dates_of(rows) == ["2026-12-03", "2026-12-05", "2026-12-10"]
    assert [row.dated for row in rows if not row.section] == [True, False, True]


def test_a_sheet_without_dates_has_those_of_its_headings() -> None:
    rows = read("Cím;Rendező;Hossz\n2026.12.03.\nA;Makk;90\n2026. FEBRUÁR\nB;Makk;90\n")
    assert dates_of(rows) == ["2026-12-03", "2026-02-01"]
    assert rows[-1].cells["date_precision"] == "month"


def test_a_film_with_a_title_only_stays_a_fault_in_a_narrow_table() -> None:
    rows = read("Cím;Bemutató\nSzerelem;\n2026. DECEMBER;\nŐ;2026.12.03.\n")
    assert [row.section for row in rows] == ["", "2026. DECEMBER", ""]


def test_below_our_own_column_names_each_line_is_a_film() -> None:
    [row] = read("title,premiere_date,kind\n2026. DECEMBER,,\n")
    assert row.section == ""
    assert row.cells["title"] == "2026. DECEMBER"
