"""Reads import files: .xlsx, CSV as spreadsheets write it, or JSON.

A fault of the file as a whole raises ImportRejected. A fault of one row is stored with that row,
so that the other rows can be imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TypeVar

from mozi.calendar.fields import COLUMNS, LISTED, REQUIRED
from mozi.calendar.importing.cells import plain_cell, with_semicolons
from mozi.calendar.importing.formats.json_values import Pairs, count_values, json_values
from mozi.calendar.importing.formats.rejecting import reject
from mozi.calendar.importing.formats.sections import Sections
from mozi.calendar.importing.formats.texts import MOST_ROWS, SAMPLED_LINES, Line, csv_lines, decode
from mozi.calendar.importing.formats.workbooks import is_workbook, workbook_lines
from mozi.calendar.importing.headings import column_of, heading_index
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.calendar.parsers import quoted
from mozi.errors import ImportRejected, RowFault
from mozi.units import MIB
from mozi.vocabulary import TITLE_LENGTH

T = TypeVar("T")

# Room for 350,000 films. Reading a file takes about five times its size in memory.
MAX_FILE_BYTES = 64 * MIB
CELLS_A_ROW = 40  # on average, a list's items counted; a film with every field has some 30


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


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the file; number: the spreadsheet's, in JSON from 1.

    cells: unchecked, by column. faults: why the row cannot be read. section: the text of a line
    that is a heading or a note and no film, else "". dated: whether a heading gave its date.
    """

    number: int
    cells: Mapping[str, object]
    faults: tuple[RowFault, ...] = field(default=())
    section: str = ""
    dated: bool = False


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
    sheet = open_sheet(body, name=name, max_bytes=max_bytes, max_rows=max_rows)
    return list(sheet_rows(sheet, choices))


@dataclass(frozen=True)
class Sheet:
    """A file's cells, before it is known what they mean.

    headings: as the file has them, None for an empty column without one; of JSON none. lines: those
    below the heading, count: how many. exact: a row has as many cells as the heading. json_rows: a
    JSON file's.
    """

    headings: tuple[str | None, ...] = ()
    lines: Iterable[Line] = ()
    count: int = 0
    exact: bool = False
    json_rows: Sequence[TableRow] = ()

    @property
    def keys(self) -> list[str | None]:
        """Return the name by which each heading is chosen for; equal ones have a number."""
        seen: Counter[str | None] = Counter()
        keys = []
        for heading in self.headings:
            seen[heading] += 1
            number = f" ({seen[heading]})" if seen[heading] > 1 else ""
            keys.append(None if heading is None else f"{heading}{number}")
        return keys

    def columns(self, choices: Choices) -> list[str | None]:
        """Return each heading's column: "" where it is ignored, None where it is unknown."""
        pairs = zip(self.headings, self.keys, strict=True)
        return [
            "" if key is None else choices.columns.get(key, column_of(heading))
            for heading, key in pairs
        ]


def open_sheet(body: bytes, *, name: str, max_bytes: int, max_rows: int | None = None) -> Sheet:
    """Return the file's cells; raises ImportRejected where they cannot be read."""
    if len(body) > max_bytes:
        reject("file_too_large", mib=max_bytes // MIB)
    sheet = _sheet(body, name, max_rows=max_rows or MOST_ROWS)
    if max_rows is not None and sheet.count > max_rows:
        reject("file_too_long", rows=max_rows)
    return sheet


def sheet_rows(sheet: Sheet, choices: Choices) -> Iterator[TableRow]:
    """Return the rows of the sheet; raises ImportRejected where a heading is unknown or twice.

    A row is made when it is asked for: 17,470 at once would take 18 MB.
    """
    if not sheet.headings:
        return (_without_kept(row, choices) for row in sheet.json_rows)
    columns = _checked_columns(sheet, choices)
    lines = _with_semicolons(sheet, columns)
    pairs = zip(sheet.headings, columns, strict=True)
    by_people = any(column and column != name for name, column in pairs)
    sections = Sections(sheet.headings, columns) if by_people else None
    rows = (_table_row(line, columns, choices, sections, exact=sheet.exact) for line in lines)
    return (_without_kept(row, choices) for row in rows)


def _sheet(body: bytes, name: str, *, max_rows: int) -> Sheet:
    if is_workbook(body):
        return _below_heading(workbook_lines(body))
    text = decode(body)
    if not text or text.isspace():
        reject("file_empty")
    if name.lower().endswith(".json") or text.lstrip()[0] in "[{":
        values = _bounded(json_values(text), count_values, max_rows=max_rows)
        rows = [_json_row(number, each) for number, each in enumerate(values, 1)]
        return Sheet(json_rows=rows, count=len(rows))
    return _below_heading(CsvLines(text, max_rows), exact=True)


@dataclass(frozen=True)
class CsvLines:
    """The lines of a CSV file below a number, read anew each time: as cells they take six times as
    much memory, and 0.2 s for 17,470 films.

    Raises ImportRejected as soon as they are too many.
    """

    text: str
    max_rows: int
    below: int = 0

    def __iter__(self) -> Iterator[Line]:
        # Spreadsheets write lines that are blank or hold only commas.
        filled = (line for line in csv_lines(self.text) if any(map(_is_filled, line[1])))
        lines = _bounded(filled, lambda line: len(line[1]), max_rows=self.max_rows)
        return (line for line in lines if line[0] > self.below)


def _bounded(rows: Iterable[T], size: Callable[[T], int], *, max_rows: int) -> Iterator[T]:
    """Yield the rows; raises ImportRejected as soon as they are too many, or their cells are.

    Above a table there may be lines that are no rows of it.
    """
    cells = 0
    for count, row in enumerate(rows, 1):
        cells += size(row)
        if count > max_rows + SAMPLED_LINES:
            reject("file_too_long", rows=max_rows)
        if cells > max_rows * CELLS_A_ROW:
            reject("too_many_cells", cells=max_rows * CELLS_A_ROW)
        yield row


def _is_filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _below_heading(lines: Sequence[Line] | CsvLines, *, exact: bool = False) -> Sheet:
    first = list(islice(lines, SAMPLED_LINES))
    if not first:
        reject("file_empty")
    at = heading_index([cells for _, cells in first])
    number, heading = first[at]
    below = replace(lines, below=number) if isinstance(lines, CsvLines) else lines[at + 1 :]
    count, filled = 0, set[int]()
    for count, (_, cells) in enumerate(below, 1):  # noqa: B007
        filled.update(i for i, cell in enumerate(cells) if i not in filled and _is_filled(cell))
    names = [str(cell).strip() for cell in heading]
    while names and not names[-1] and len(names) - 1 not in filled:
        names.pop()
    headings = (name if name or i in filled else None for i, name in enumerate(names))
    return Sheet(tuple(headings), below, count, exact)


def _with_semicolons(sheet: Sheet, columns: Sequence[str | None]) -> Iterable[Line]:
    """Return the lines, in which commas separate lists too, below headings that people wrote.

    Below a column's own name, as in our exports, a comma is part of a name.
    """
    pairs = enumerate(zip(sheet.headings, columns, strict=True))
    of_people = {i for i, (name, column) in pairs if column in LISTED and name != column}
    if not of_people:
        return sheet.lines
    return (
        (number, [_list_cell(cell) if i in of_people else cell for i, cell in enumerate(cells)])
        for number, cells in sheet.lines
    )


def _list_cell(cell: object) -> object:
    return with_semicolons(cell) if isinstance(cell, str) else cell


def _checked_columns(sheet: Sheet, choices: Choices) -> list[str | None]:
    """Return each heading's column, None where it is ignored; raises ImportRejected."""
    columns = sheet.columns(choices)
    faults = [
        *(
            RowFault(0, name or "(no name)", _unknown(name or ""))
            for name, column in zip(sheet.headings, columns, strict=True)
            if column is None
        ),
        *(
            RowFault(0, column, CalendarMessage("column_twice"))
            for column in _repeated([column for column in columns if column])
        ),
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
    line: Line,
    columns: Sequence[str | None],
    choices: Choices,
    sections: Sections | None,
    *,
    exact: bool,
) -> TableRow:
    number, cells = line
    if sections and (text := sections.find_text(cells)) is not None:
        return TableRow(number, {}, section=text)
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
    named = tuple(replace(fault, title=title) for fault in faults)
    dated = sections.dated if sections and not _is_filled(row.get("premiere_date")) else {}
    return TableRow(number, {**row, **dated}, named, dated=bool(dated))


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


def _json_row(number: int, value: object) -> TableRow:
    if not isinstance(value, Pairs):
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
