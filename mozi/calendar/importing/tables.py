"""Reads import files: CSV or JSON in UTF-8; nothing is guessed.

A fault of the file as a whole raises ImportRejected. A fault of one row is stored with that row,
so that the other rows can be imported.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from mozi.calendar.fields import COLUMNS
from mozi.calendar.messages import CalendarMessage
from mozi.calendar.parsers import quoted
from mozi.errors import ImportRejected, RowFault
from mozi.units import MIB

# Room for 350,000 films. Reading a file takes about five times its size in memory.
MAX_FILE_BYTES = 64 * MIB
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class TableRow:
    """A row of the file. cells: unchecked, by column. faults: why the row cannot be read."""

    number: int
    cells: Mapping[str, object]
    faults: tuple[RowFault, ...] = field(default=())


def read_table(path: Path) -> list[TableRow]:
    """Return the file's rows; raises ImportRejected where the file as a whole is invalid."""
    with path.open("rb") as file:
        body = file.read(MAX_FILE_BYTES + 1)
    return parse_table(body, name=path.name, max_bytes=MAX_FILE_BYTES)


def parse_table(
    body: bytes, *, name: str, max_bytes: int, max_rows: int | None = None
) -> list[TableRow]:
    """Return the rows in body. name: the file's; .json means JSON. Raises ImportRejected."""
    if len(body) > max_bytes:
        _reject("file_too_large", mib=max_bytes // MIB)
    text = _decode(body)
    if not text.strip():
        _reject("file_empty")
    is_json = name.lower().endswith(".json") or text.lstrip()[0] in "[{"
    rows = _json_rows(text) if is_json else list(_csv_rows(text))
    if max_rows is not None and len(rows) > max_rows:
        _reject("file_too_long", rows=max_rows)
    return rows


def _reject(code: str, **data: str | int) -> NoReturn:
    raise ImportRejected([RowFault(0, "", CalendarMessage(code, **data))])


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        _reject("not_utf8", line=line, byte=f"{body[error.start]:02X}")


def _csv_rows(text: str) -> Iterator[TableRow]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = _heading(next(lines))
        for number, cells in enumerate(lines, 1):
            # Spreadsheets write lines that are blank or hold only commas.
            if any(cell.strip() for cell in cells):
                yield _csv_row(number, heading, cells)
    except csv.Error as error:
        _reject("not_csv", line=lines.line_num, error=str(error))


def _heading(cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(names) == 1:
        _refuse_other_delimiters(names[0])
    faults = [
        *(
            RowFault(0, name or "(no name)", _unknown(name))
            for name in names
            if name not in COLUMNS
        ),
        *(
            RowFault(0, name, CalendarMessage("column_twice"))
            for name in _repeated(names)
            if name in COLUMNS
        ),
    ]
    if faults:
        raise ImportRejected(faults)
    return names


def _refuse_other_delimiters(heading: str) -> None:
    for delimiter, name in OTHER_DELIMITERS.items():
        if delimiter in heading:
            _reject(name)


def _unknown(name: str) -> CalendarMessage:
    near = get_close_matches(name.lower(), COLUMNS, n=1)
    if near:
        return CalendarMessage("misspelt_column", near=near[0])
    return CalendarMessage("unknown_column", columns=", ".join(COLUMNS))


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _csv_row(number: int, heading: Sequence[str], cells: Sequence[str]) -> TableRow:
    row = dict(zip(heading, cells, strict=False))
    if len(cells) == len(heading):
        return TableRow(number, row)
    reason = CalendarMessage("wrong_cell_count", cells=len(cells), columns=len(heading))
    return TableRow(number, row, (RowFault(number, "", reason),))


class _Pairs(list[tuple[str, object]]):
    """A JSON object's pairs: a dict would drop the first of two equal names."""


def _json_rows(text: str) -> list[TableRow]:
    try:
        top = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        _reject("not_json", error=str(error))
    if isinstance(top, _Pairs) or not isinstance(top, list):
        _reject("not_an_array")
    return [_json_row(number, each) for number, each in enumerate(top, 1)]


def _json_row(number: int, value: object) -> TableRow:
    if not isinstance(value, _Pairs):
        fault = RowFault(number, "", CalendarMessage("not_an_object", value=quoted(value)))
        return TableRow(number, {}, (fault,))
    names = [name for name, _ in value]
    faults = (
        *(RowFault(number, _shown(name), _unknown(name)) for name in names if name not in COLUMNS),
        *(
            RowFault(number, _shown(name), CalendarMessage("column_twice"))
            for name in _repeated(names)
        ),
    )
    return TableRow(number, {k: v for k, v in value if k in COLUMNS}, faults)


def _shown(name: str) -> str:
    return name if name.isidentifier() else quoted(name)
