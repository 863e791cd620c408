"""Files that no distributor sends by intention, and what the import must say about each.

    python -m tests.support.bad_files

reads each in a process of its own, and prints what it said, took and needed, as JSON.
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from mozi.calendar.importing.drafts import MAX_ROWS
from mozi.calendar.importing.tables import NO_CHOICES, open_sheet, sheet_rows
from mozi.errors import ImportRejected
from mozi.server.capacity import IMPORT_BYTES
from mozi.units import MIB

SIZE = 15 * 2**20  # the desk takes 16 MiB
HEADING = ("Cím", "Bemutató")
WORKBOOK, SHEET, STRINGS = (
    f"xl/{n}.xml" for n in ("workbook", "worksheets/sheet1", "sharedStrings")
)


@dataclass(frozen=True)
class BadFile:
    """name: what is bad about it. code: of the refusal, "" where its rows are read."""

    name: str
    file: str
    make: Callable[[], bytes]
    code: str = ""


def workbook(fill: Callable[[Any, Any], object]) -> bytes:
    """Return an .xlsx file; fill gets the workbook and its first sheet."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"default_date_format": "yyyy.mm.dd"}) as book:
        fill(book, book.add_worksheet())
    return body.getvalue()


def with_part(body: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with another text in one of its parts, which may be a new one."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as old,
        zipfile.ZipFile(made, "w", 8, compresslevel=1) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, change(old.read(name) if name in old.namelist() else b""))
    return made.getvalue()


def small(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, HEADING)
    sheet.write_row(1, 0, ("Szerelem", "2026.12.03."))


def far(book: Any, sheet: Any) -> None:
    small(book, sheet)
    sheet.write(1_048_575, 16_383, "x")


def _filled(part: str, end: bytes, text: bytes, count: int) -> bytes:
    """Return a small workbook with a text that many times before the end of a part's element."""
    more = text * count + b"</" + end + b">"
    return with_part(workbook(small), part, lambda old: old.replace(b"</" + end + b">", more))


def _merged(ranges: int) -> bytes:
    return _with_merges(b'<mergeCell ref="A2:A19000"/>' * ranges)


def _merged_apart(ranges: int) -> bytes:
    return _with_merges(b"".join(b'<mergeCell ref="A2:A%d"/>' % n for n in range(3, ranges)))


def _with_merges(found: bytes) -> bytes:
    body = workbook(lambda book, sheet: sheet.write_column(0, 0, ["Cím", *["x"] * 19_000]))
    merges = b"<mergeCells>" + found + b"</mergeCells></worksheet>"
    return with_part(body, SHEET, lambda old: old.replace(b"</worksheet>", merges))


def _empty_rows(count: int) -> bytes:
    return _filled(SHEET, b"sheetData", b'<row r="1000000"/>', count)


def _hidden_sheet() -> bytes:
    body = with_part(workbook(far), "xl/media/image1.png", lambda _: b"<sheetData/>")
    return with_part(body, SHEET, lambda _: b"<worksheet/>")


def _ods() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("content.xml", "<table:table-row table:number-rows-repeated='1000000'/>")
    return body.getvalue()


def _csv(line: bytes, size: int = SIZE) -> bytes:
    return b"title;premiere_date\n" + line * (size // len(line))


def _json(value: bytes, size: int = SIZE) -> bytes:
    return b"[" + (value + b",") * (size // (len(value) + 1)) + b"{}]"


BAD_FILES = (
    BadFile("one line of 15 MiB", "a.csv", lambda: b"x" * SIZE, "line_too_long"),
    BadFile("one line with accents", "a.csv", lambda: "ő".encode() * (SIZE // 2), "line_too_long"),
    BadFile("only separators", "a.csv", lambda: b";" * SIZE, "line_too_long"),
    BadFile("a quote that never ends", "a.csv", lambda: _csv(b'"x\n'), "not_csv"),
    BadFile("seven million empty rows", "a.csv", partial(_csv, b";\n"), "file_too_long"),
    BadFile("five million rows", "a.csv", partial(_csv, b"x;\n"), "file_too_long"),
    BadFile("five million cells", "a.csv", partial(_csv, b"ab;" * 300 + b"\n"), "too_many_cells"),
    BadFile("mixed encodings", "a.csv", lambda: _csv("ő;\n".encode() + b"\xf5;\n"), "not_utf8"),
    BadFile("five million objects", "a.json", partial(_json, b"{}"), "file_too_long"),
    BadFile(
        "five million lists in one", "a.json", lambda: b"[" + _json(b"[]") + b"]", "line_too_long"
    ),
    BadFile(
        "lists of lists", "a.json", partial(_json, b"[" + b"[]," * 9000 + b"1]"), "too_many_cells"
    ),
    BadFile("lists within lists", "a.json", lambda: b"[" * SIZE, "not_json"),
    BadFile("a far cell", "a.xlsx", partial(workbook, far), "sheet_too_large"),
    BadFile("a million empty rows", "a.xlsx", partial(_empty_rows, 1_048_576)),
    BadFile(
        "five million empty rows", "a.xlsx", partial(_empty_rows, 5_000_000), "workbook_too_large"
    ),
    BadFile(
        "a zip bomb",
        "a.xlsx",
        partial(_filled, SHEET, b"sheetData", b" " * 2**20, 100),
        "workbook_too_large",
    ),
    BadFile(
        "three million strings",
        "a.xlsx",
        partial(_filled, STRINGS, b"sst", b"<si><t>x</t></si>", 3_600_000),
        "workbook_too_complex",
    ),
    BadFile(
        "two million names",
        "a.xlsx",
        partial(
            _filled, WORKBOOK, b"workbook", b'<definedName name="a">A</definedName>', 1_600_000
        ),
        "workbook_too_complex",
    ),
    BadFile(
        "a million merged ranges", "a.xlsx", partial(_merged, 1_000_000), "workbook_too_complex"
    ),
    BadFile(
        "ranges that overlap", "a.xlsx", partial(_merged_apart, 19_000), "workbook_too_complex"
    ),
    BadFile("an .ods", "a.ods", _ods, "not_workbook"),
    BadFile("a sheet that is called a picture", "a.xlsx", _hidden_sheet, "not_workbook"),
    BadFile(
        "a password, or .xls", "a.xlsx", lambda: b"\xd0\xcf\x11\xe0" + b"x" * 9999, "old_workbook"
    ),
    BadFile("a cut workbook", "a.xlsx", lambda: workbook(small)[:-500], "not_workbook"),
)


def read(file: BadFile) -> dict[str, str | float]:
    """Return the refusal's code, the processor's seconds, and by how much the memory grew."""
    body = file.make()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, began, code = peak_mib(), time.process_time(), ""
    try:
        sheet = open_sheet(body, name=file.file, max_bytes=IMPORT_BYTES, max_rows=MAX_ROWS)
        list(sheet_rows(sheet, NO_CHOICES))
    except ImportRejected as error:
        code = error.faults[0].reason.code
    seconds = time.process_time() - began
    return {"name": file.name, "code": code, "seconds": seconds, "mib": peak_mib() - before}


def peak_mib() -> float:
    """Return the process's peak since clear_refs was written (proc(5))."""
    found = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 / MIB if found else 0


if __name__ == "__main__":
    for file in BAD_FILES:
        if (child := os.fork()) == 0:
            print(json.dumps(read(file)), flush=True)  # noqa: T201 (a program's output)
            os._exit(0)
        os.waitpid(child, 0)
