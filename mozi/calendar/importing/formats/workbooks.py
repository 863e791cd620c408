"""Reads .xlsx files within bounds: their sizes are measured before the sheet is loaded.

calamine keeps a sheet as one rectangle, so that two far cells would fill the memory. Formulas
give their stored values; macros, external links and pictures are never read.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mozi.calendar.importing.formats.rejecting import reject, rejection
from mozi.calendar.importing.formats.texts import Line
from mozi.units import MIB

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UNPACKED_BYTES = 64 * MIB  # 17,470 films have 14 MiB
CELLS = 500_000  # of the rectangle; 17,470 films have 300,000
LEAST_COLUMNS = 5  # a row costs as much as some cells, too
CHUNK_BYTES = 256 * 1024
# Each tag of a part costs some 100 bytes when calamine reads it; 17,470 films have 300,000 texts.
TAGS = 500_000  # of names, styles and the like
MOST_TAGS = {"worksheets/": UNPACKED_BYTES, "sharedstrings": 4 * TAGS}  # <si><t>…</t></si>
MERGED = 20_000  # ranges
SHEET_TAG = b"sheetData"
# calamine reads these too, but their sizes are not measured here.
OTHER_KINDS = {"content.xml": ".ods", "xl/workbook.bin": ".xlsb"}
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(CalamineError, ValueError, OSError),
)
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']\s*\$?([A-Za-z]{1,3})\$?(\d{1,8})[^>]*(?<!/)>"""
)


def is_workbook(body: bytes) -> bool:
    """Return whether body is a spreadsheet's file, of the old kind too."""
    return body.startswith((ZIP, OLE))


def workbook_lines(body: bytes) -> list[Line]:
    """Return the numbers and cells of the rows of the first visible sheet that holds any.

    A cell that was merged downwards stands in each of its rows. Raises ImportRejected.
    """
    if body.startswith(OLE):
        reject("old_workbook")
    try:
        _measure(body)
        with CalamineWorkbook.from_filelike(io.BytesIO(body)) as workbook:
            return next(filter(None, map(_lines, _sheets(workbook))), [])
    except _UNREADABLE as error:
        words = str(error)[:100] or type(error).__name__
        raise rejection("not_workbook", error=words) from error


def _sheets(workbook: CalamineWorkbook) -> Iterator[CalamineSheet]:
    for sheet in workbook.sheets_metadata:
        visible = sheet.visible == SheetVisibleEnum.Visible
        if visible and sheet.typ == SheetTypeEnum.WorkSheet:
            yield workbook.get_sheet_by_name(sheet.name)


def _lines(sheet: CalamineSheet) -> list[Line]:
    rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    filled = 0
    for (top, left), (bottom, right) in {*(sheet.merged_cell_ranges or ())}:
        filled += bottom - top
        if filled > CELLS:
            reject("workbook_too_complex")
        for number in range(top + 1, min(bottom + 1, len(rows))):
            if left == right and left < len(rows[number]):
                rows[number][left] = rows[top][left]
    return [(n, row) for n, row in enumerate(rows, 1) if any(cell != "" for cell in row)]


def _measure(body: bytes) -> None:
    """Read what calamine would, in small parts; raises ImportRejected where that is too much."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for other in OTHER_KINDS.keys() & {*archive.namelist()}:
            reject("not_workbook", error=OTHER_KINDS[other])
        for info in archive.infolist():
            total, name = total + info.file_size, info.filename.lower()
            if total > UNPACKED_BYTES:
                reject("workbook_too_large", mib=UNPACKED_BYTES // MIB)
            with archive.open(info) as file:
                measure = _measure_xml if name.endswith((".xml", ".rels")) else _refuse_sheet
                measure(file, name)


def _measure_xml(file: IO[bytes], name: str) -> None:
    """Measure the cells that hold anything, whatever the part is called; empty ones are not loaded.

    Reads the part, whose real size zipfile compares with the declared one.
    """
    most_tags = next((most for part, most in MOST_TAGS.items() if part in name), TAGS)
    rows = columns = 1
    tags = merged = 0
    for text in _whole_tags(file):
        tags += text.count(b"<")
        merged += text.count(b"mergeCell ")
        if tags > most_tags or merged > MERGED:
            reject("workbook_too_complex")
        found = set(_CELL.findall(text))
        rows = max([rows, *(int(row) for _, row in found)])
        columns = max([columns, *(_number(letters) for letters, _ in found)])
        if rows * max(columns, LEAST_COLUMNS) > CELLS:
            reject("sheet_too_large", rows=rows, columns=columns)


def _refuse_sheet(file: IO[bytes], name: str) -> None:
    """Raise ImportRejected where a part with the name of a picture or a macro is a sheet."""
    rest = b""
    for chunk in iter(partial(file.read, CHUNK_BYTES), b""):
        if SHEET_TAG in rest + chunk:
            reject("not_workbook", error=name)
        rest = chunk[-len(SHEET_TAG) :]


def _whole_tags(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the part in pieces that end before a tag; raises ImportRejected for an endless one."""
    rest = b""
    for chunk in iter(partial(file.read, CHUNK_BYTES), b""):
        if b"\0" in chunk or len(rest) > CHUNK_BYTES:
            reject("not_workbook", error="XML in another encoding, or an endless tag")
        text = rest + chunk
        end = text.rfind(b"<")
        rest = text[end:]
        yield text[:end]
    yield rest


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
