"""Reads import files: .xlsx, CSV as spreadsheets write it, or JSON.

A fault of the file as a whole raises ImportRejected. A fault of one row is stored with that row,
so that the other rows can be imported.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from mozi.calendar.fields import COLUMNS, REQUIRED
from mozi.calendar.importing.cells import plain_cell
from mozi.calendar.importing.headings import column_of, heading_index
from mozi.calendar.importing.rejecting import reject
from mozi.calendar.importing.texts import SAMPLED_LINES, Line, csv_lines, decode
from mozi.calendar.importing.workbooks import is_workbook, workbook_lines
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.calendar.parsers import quoted
from mozi.errors import ImportRejected, RowFault
from mozi.units import MIB
from mozi.vocabulary import TITLE_LENGTH

# Room for 350,000 films. Reading a file takes about five times its size in memory.
MAX_FILE_BYTES = 64 * MIB


@dataclass(frozen=True)
class Choices:
    """What the file leaves open. columns: by heading, "" ignores it; day_first: of 03/12/2026.

    clears: the columns whose empty cells clear the field; None: all of them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    clears: frozenset[str] | None = None


NO_CHOICES = Choices()
EMPTY_KEEPS = Choices(clears=frozenset())


@dataclass(frozen=True)
class TableRow:
    """A row of the file; number: the spreadsheet's, in JSON from 1.

    cells: unchecked, by column. faults: why the row cannot be read.
    """

    number: int
    cells: Mapping[str, object]
    faults: tuple[RowFault, ...] = field(default=())


def read_table(path: Path, *, choices: Choices = NO_CHOICES) -> list[TableRow]:
    """Return the file's rows; raises ImportRejected where the file as a whole is invalid."""
    with path.open("rb") as file:
        body = file.read(MAX_FILE_BYTES + 1)
    return parse_table(body, name=path.name, max_bytes=MAX_FILE_BYTES, choices=choices)


def parse_table(
    body: bytes,
    *,
    name: str,
    max_bytes: int,
    max_rows: int | None = None,
    choices: Choices = NO_CHOICES,
) -> list[TableRow]:
    """Return the rows in body. name: the file's; .json means JSON. Raises ImportRejected."""
    if len(body) > max_bytes:
        reject("file_too_large", mib=max_bytes // MIB)
    rows = _rows(body, name, choices)
    if max_rows is not None and len(rows) > max_rows:
        reject("file_too_long", rows=max_rows)
    return rows


def _rows(body: bytes, name: str, choices: Choices) -> list[TableRow]:
    if is_workbook(body):
        return _table_rows(workbook_lines(body), choices)
    text = decode(body)
    if not text.strip():
        reject("file_empty")
    if name.lower().endswith(".json") or text.lstrip()[0] in "[{":
        return [_without_kept(row, choices) for row in _json_rows(text)]
    # Spreadsheets write lines that are blank or hold only commas.
    lines = [line for line in csv_lines(text) if any(map(_is_filled, line[1]))]
    return _table_rows(lines, choices, exact=True)


def _is_filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _table_rows(lines: Sequence[Line], choices: Choices, *, exact: bool = False) -> list[TableRow]:
    """Return the rows below the heading; exact: a row has as many cells as the heading."""
    if not lines:
        reject("file_empty")
    at = heading_index([cells for _, cells in lines[:SAMPLED_LINES]])
    below = lines[at + 1 :]
    filled = {i for _, cells in below for i, cell in enumerate(cells) if _is_filled(cell)}
    columns = _heading(lines[at][1], choices, filled=filled)
    rows = (_table_row(line, columns, choices, exact=exact) for line in below)
    return [_without_kept(row, choices) for row in rows]


def _heading(
    cells: Sequence[object], choices: Choices, *, filled: Collection[int]
) -> list[str | None]:
    """Return each heading's column, None where it is ignored; raises ImportRejected."""
    names = [str(cell).strip() for cell in cells]
    while names and not names[-1] and len(names) - 1 not in filled:
        names.pop()
    columns = [choices.columns.get(name, column_of(name)) for name in names]
    named = [column for column in columns if column]
    faults = [
        *(
            RowFault(0, name or "(no name)", _unknown(name))
            for index, (name, column) in enumerate(zip(names, columns, strict=True))
            if column is None and (name or index in filled)
        ),
        *(RowFault(0, column, CalendarMessage("column_twice")) for column in _repeated(named)),
    ]
    if faults:
        raise ImportRejected(faults)
    return [column or None for column in columns]


def _unknown(name: str) -> CalendarMessage:
    near = get_close_matches(name.lower(), COLUMNS, n=1)
    if near:
        return CalendarMessage("misspelt_column", near=near[0])
    return CalendarMessage("unknown_column", columns=", ".join(COLUMNS))


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _table_row(
    line: Line, columns: Sequence[str | None], choices: Choices, *, exact: bool
) -> TableRow:
    number, cells = line
    faults = []
    if any(map(_is_filled, cells[len(columns) :])) or (exact and len(cells) < len(columns)):
        reason = CalendarMessage("wrong_cell_count", cells=len(cells), columns=len(columns))
        faults.append(RowFault(number, "", reason))
    row: dict[str, object] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        try:
            row[column] = plain_cell(column, cell, day_first=choices.day_first)
        except InvalidValue as error:
            faults.append(RowFault(number, column, error.message))
    title = str(row.get("title") or "")[:TITLE_LENGTH]
    return TableRow(number, row, tuple(replace(fault, title=title) for fault in faults))


def _without_kept(row: TableRow, choices: Choices) -> TableRow:
    """Return the row without the empty cells that keep what is there."""
    if choices.clears is None:
        return row
    cells = {
        column: cell
        for column, cell in row.cells.items()
        if column in choices.clears or column in REQUIRED or _is_filled(cell)
    }
    return replace(row, cells=cells)


class _Pairs(list[tuple[str, object]]):
    """A JSON object's pairs: a dict would drop the first of two equal names."""


def _json_rows(text: str) -> list[TableRow]:
    try:
        top = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        reject("not_json", error=str(error))
    if isinstance(top, _Pairs) or not isinstance(top, list):
        reject("not_an_array")
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
