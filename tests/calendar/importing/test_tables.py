from __future__ import annotations

from pathlib import Path

import pytest

from mozi.calendar.importing import tables
from mozi.calendar.importing.formats import texts
from mozi.calendar.importing.tables import Choices, TableRow, parse_table, read_table
from mozi.errors import ImportRejected
from mozi.units import MIB


def read(folder: Path, body: str | bytes, name: str = "films.csv") -> list[TableRow]:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return read_table(path)


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_csv_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, start: str) -> None:
    [row] = read(tmp_path, start + 'title,synopsis\r\n"Űrpiknik","egy, ""két""\r\nsor"\r\n')
    assert row == TableRow(2, {"title": "Űrpiknik", "synopsis": 'egy, "két"\r\nsor'})


def test_blank_lines_are_counted_but_are_no_rows(tmp_path: Path) -> None:
    rows = read(tmp_path, "title,kind\nEgy,\n\n,\nKettő,\n")
    assert [(row.number, row.cells["title"]) for row in rows] == [(2, "Egy"), (5, "Kettő")]


@pytest.mark.parametrize("name", ["films.json", "films.txt"])
def test_json_is_known_by_name_or_content(tmp_path: Path, name: str) -> None:
    [row] = read(tmp_path, '\ufeff [{"title": "Szerelem", "genres": ["dráma"]}]', name)
    assert row == TableRow(1, {"title": "Szerelem", "genres": ["dráma"]})


def test_no_rows_are_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, "title,premiere_date\n") == []
    assert read(tmp_path, "[]") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("title\nKő\n".encode() + b"K\xf5\n", "mixes encodings: line 3 holds the byte 0xF5"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither .xlsx nor text"),
        ("x," * 600_000, "more than a million characters"),
        (b"\xd0\xcf\x11\xe0old", r"of the old kind \(.xls\) or has a password"),
        (b"PK\x03\x04cut", "workbook cannot be read"),
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("title,titel\n", "titel is no column of the import table; did you mean title?"),
        ("title,\nEgy,x\n", r"\(no name\) is no column"),
        ("title,kind,title\n", "title is there twice"),
        ('title\n"never closed\n', "line 2 is no CSV"),
        ("title\n" + "x" * 200_000, "line 2 is no CSV"),
        ('{"title": "Szerelem"}', "takes an array of objects"),
        ("[{]", "the file is no JSON"),
        ("[" * 100_000, "the file is no JSON"),
        ('[{"runtime_minutes": ' + "9" * 5000 + "}]", "the file is no JSON"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, body: str | bytes, reason: str) -> None:
    with pytest.raises(ImportRejected, match=reason):
        read(tmp_path, body)


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 2 * 1024**2)
    with pytest.raises(ImportRejected, match="more than 2 MiB"):
        read(tmp_path, b"title\n" + b"x\n" * 1024**2)


@pytest.mark.parametrize("cells", ["Egy", "Egy,cinema,3"])
def test_a_row_of_another_width_is_at_fault(tmp_path: Path, cells: str) -> None:
    [row] = read(tmp_path, f"title,kind\n{cells}\n")
    assert "cells, the heading has 2" in row.faults[0].reason


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ('{"title": "a", "titel": "b"}', "row 1: titel is no column"),
        ('{"title": "a", "title": "b"}', "row 1: title is there twice"),
        ('{"\\u001b[31m": 1}', r"row 1: '\\x1b\[31m' is no column"),
        ("7", "row 1: is 7; it takes an object"),
        ("[]", r"row 1: is \[\]; it takes an object"),
    ],
)
def test_json_loses_nothing_silently(tmp_path: Path, row: str, fault: str) -> None:
    [read_row] = read(tmp_path, f"[{row}]")
    with pytest.raises(ImportRejected, match=fault):
        raise ImportRejected(read_row.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1250"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found_out(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    lines = ("Cím|Bemutató|Eredeti cím", "Kőszívű|2026-12-03|a")
    text = "\r\n".join(line.replace("|", separator) for line in lines)
    [row] = read(tmp_path, text.encode(encoding))
    assert list(row.cells.values()) == ["Kőszívű", "2026-12-03", "a"]


@pytest.mark.parametrize("body", [b"\xff\xd8\xff\xe0" + bytes(5000), b"\0" * 8])
def test_a_picture_is_called_no_text_though_it_may_look_like_utf_16(
    tmp_path: Path, body: bytes
) -> None:
    with pytest.raises(ImportRejected, match="neither .xlsx nor text"):
        read(tmp_path, body)


def test_a_sep_line_is_counted_and_obeyed(tmp_path: Path) -> None:
    [row] = read(tmp_path, "sep=|\r\nCím|Bemutató\r\nEgy|2026-12-03\r\n")
    assert row == TableRow(3, {"title": "Egy", "premiere_date": "2026-12-03"})


def test_empty_cells_keep_except_where_chosen(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    path.write_text("title,synopsis,distributor\nEgy,,\n")
    [row] = read_table(path, choices=Choices(clears=frozenset({"synopsis"})))
    assert row.cells == {"title": "Egy", "synopsis": ""}


def test_chosen_columns_and_the_order_of_dates_are_used(tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    path.write_text("Was,Wann,Sonst\nEgy,03/12/2026,x\n")
    columns = {"Was": "title", "Wann": "premiere_date", "Sonst": ""}
    [row] = read_table(path, choices=Choices(columns, day_first=True))
    assert row.cells == {"title": "Egy", "premiere_date": "2026-12-03"}


@pytest.mark.parametrize(
    ("heading", "cell", "genres"),
    [
        ("Műfaj", "dráma, krimi", "dráma; krimi"),
        ("Műfaj", "dráma / krimi\nhorror", "dráma;krimi;horror"),
        ("Műfaj", "dráma, krimi; horror", "dráma, krimi; horror"),
        ("Műfaj", "Robert Downey, Jr., Tóth Ábel", "Robert Downey, Jr.; Tóth Ábel"),
        ("genres", "dráma, krimi", "dráma, krimi"),
    ],
)
def test_commas_separate_below_a_heading_that_people_wrote(
    heading: str, cell: str, genres: str
) -> None:
    body = f'Cím;{heading}\nEgy;"{cell}"\n'.encode()
    [row] = parse_table(body, name="a.csv", max_bytes=MIB)
    assert row.cells["genres"] == genres


def test_lines_beyond_those_of_a_spreadsheet_are_refused_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "MOST_ROWS", 3)
    assert len(parse_table(b"title\nA\nB\n", name="a.csv", max_bytes=MIB)) == 2
    with pytest.raises(ImportRejected, match="more than 3 rows"):
        parse_table(b"title\nA\n\n;\n", name="a.csv", max_bytes=MIB)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(end: str) -> None:
    text = end.join(("title,synopsis", 'A,"Egy', 'Kettő"', "B,"))
    rows = parse_table(text.encode(), name="a.csv", max_bytes=MIB)
    assert [(row.number, row.cells["title"]) for row in rows] == [(2, "A"), (3, "B")]
