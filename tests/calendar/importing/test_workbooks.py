"""Workbooks as people make them, and those that would fill the memory."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest

from mozi.calendar.importing.formats import workbooks
from mozi.calendar.importing.tables import TableRow, parse_table
from mozi.errors import ImportRejected
from mozi.units import MIB
from tests.support.bad_files import HEADING, SHEET, far, small, with_part, workbook

DAY = datetime(2026, 12, 3)  # noqa: DTZ001 (a spreadsheet's dates have no zone)


def read(body: bytes) -> list[TableRow]:
    return parse_table(body, name="films.xlsx", max_bytes=16 * MIB)


def test_the_table_may_stand_below_a_title_on_a_sheet_behind_a_hidden_one() -> None:
    def fill(book: Any, hidden: Any) -> None:
        hidden.write_row(0, 0, HEADING)
        hidden.write_row(1, 0, ("Titkos", DAY))
        sheet = book.add_worksheet()
        sheet.activate()
        sheet.set_first_sheet()
        hidden.hide()
        sheet.write(1, 0, "Decemberi bemutatók")
        sheet.write_row(3, 1, HEADING)
        sheet.write_row(5, 1, ("Szerelem", DAY))
        sheet.write_formula(6, 1, '="Kont"&"roll"', value="Kontroll")
        sheet.write(6, 2, DAY)

    rows = [(row.number, row.cells) for row in read(workbook(fill))]
    day = {"premiere_date": "2026-12-03"}
    assert rows == [(6, {"title": "Szerelem", **day}), (7, {"title": "Kontroll", **day})]


def test_a_date_that_is_merged_over_films_is_each_ones() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADING)
        sheet.write_column(1, 0, ("Egy", "Kettő"))
        sheet.merge_range(1, 1, 2, 1, "2026.12.03.")

    assert [row.cells["premiere_date"] for row in read(workbook(fill))] == ["2026-12-03"] * 2


def test_macros_external_links_and_a_formulas_error_spoil_only_their_cell() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADING)
        sheet.write_formula(1, 0, "='[masik.xlsx]Lap1'!A1", value="Szerelem")
        sheet.write(1, 1, DAY)
        sheet.write_formula(2, 0, "='[masik.xlsx]Lap1'!A2", value="#REF!")
        sheet.write(2, 1, DAY)

    body = with_part(workbook(fill), "xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0" * 99)
    links = "xl/externalLinks/externalLink1.xml"
    good, bad = read(with_part(body, links, lambda _: b"<externalLink/>"))
    assert (good.cells["title"], good.faults) == ("Szerelem", ())
    assert bad.cells == {"title": "", "premiere_date": "2026-12-03"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (workbook(far), "reaches to row 1048576"),
        (with_part(workbook(small), SHEET, lambda text: text + b"x" * 65 * MIB), "unpacks to more"),
        (with_part(workbook(small), SHEET, lambda _: b"<worksheet><row>"), "the file is empty"),
        (with_part(workbook(small), SHEET, lambda _: "<x/>".encode("utf-16")), "cannot be read"),
        (workbook(lambda book, sheet: None), "the file is empty"),
    ],
)
def test_a_workbook_that_cannot_be_taken_says_what_to_do(body: bytes, words: str) -> None:
    with pytest.raises(ImportRejected, match=words):
        read(body)


def test_a_declared_size_that_is_not_the_real_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = with_part(workbook(small), SHEET, lambda text: text + b" " * 100_000)
    size = zipfile.ZipFile(io.BytesIO(body)).getinfo(SHEET).file_size
    lying = body.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    monkeypatch.setattr(workbooks, "UNPACKED_BYTES", 50_000)
    with pytest.raises(ImportRejected, match="cannot be read"):
        read(lying)
