"""Exports movies with all their premieres as a file that imports again without a change.

Rows are read and written in parts. XlsxWriter writes a workbook row by row in constant memory,
and needs no other package. It is imported where it is used, since few processes need its 3 MB.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mozi.calendar.editing.history import as_json
from mozi.calendar.editing.premieres import shown_premieres
from mozi.calendar.fields import COLUMNS, PREMIERE_COLUMNS, FieldValue
from mozi.calendar.importing.cells import guarded
from mozi.database import in_chunks
from mozi.models import Movie, Poster
from mozi.vocabulary import LIST_SEPARATOR

Row = tuple[FieldValue, ...]
Part = list[tuple[Movie, str | None]]

PART = 1000  # movies read at once
ENDINGS = ("csv", "json", "xlsx")


def export_rows(session: Session, ids: Iterable[int] | None = None) -> Iterator[Row]:
    """Return a row for each premiere, its values in the order of COLUMNS.

    ids: the movies, in the order of the rows; None: all movies, by id.
    """
    for movies in _all_parts(session) if ids is None else _parts(session, ids):
        for movie, url in movies:
            yield from _rows_of(movie, url)
        session.expunge_all()


_MOVIES = (
    select(Movie, Poster.source_url)
    .outerjoin(Poster)
    .order_by(Movie.id)
    .options(selectinload(Movie.premieres))
)


def _all_parts(session: Session) -> Iterator[Part]:
    last = 0
    while movies := session.execute(_MOVIES.where(Movie.id > last).limit(PART)).all():
        last = movies[-1][0].id
        yield [(movie, url) for movie, url in movies]


def _parts(session: Session, ids: Iterable[int]) -> Iterator[Part]:
    for chunk in in_chunks(ids):
        found = {row[0].id: row for row in session.execute(_MOVIES.where(Movie.id.in_(chunk)))}
        yield [(found[each][0], found[each][1]) for each in chunk if each in found]


def _rows_of(movie: Movie, url: str | None) -> Iterator[Row]:
    own = {"poster_url": url}
    for premiere in shown_premieres(movie):
        yield tuple(
            own[column]
            if column in own
            else getattr(premiere if column in PREMIERE_COLUMNS else movie, column)
            for column in COLUMNS
        )


def write_export(file: IO[bytes], rows: Iterable[Row], *, ending: str) -> int:
    """Write the rows in the form that ending names, of ENDINGS; return how many there were."""
    writer = {"csv": _write_csv, "json": _write_json, "xlsx": _write_xlsx}[ending]
    return writer(file, rows)


def write_template(file: IO[bytes], headings: Sequence[str]) -> None:
    """Write a workbook that holds these headings, for films to be typed in below."""
    import xlsxwriter

    with closing(xlsxwriter.Workbook(file)) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 20)
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))


def ending_of(path: Path) -> str | None:
    """Return the file's ending, None for one that is not of ENDINGS."""
    ending = path.suffix.lower().removeprefix(".")
    return ending if ending in ENDINGS else None


def _write_csv(file: IO[bytes], rows: Iterable[Row]) -> int:
    """With a byte order mark, without which Excel takes UTF-8 for the system's encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        writer.writerow([_cell(value) for value in row])
    text.detach()
    return count


def _write_json(file: IO[bytes], rows: Iterable[Row]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        pairs = zip(COLUMNS, (as_json(value) for value in row), strict=True)
        item = json.dumps(dict(pairs), ensure_ascii=False)
        file.write(f"{'[' if count == 1 else ','}\n{item}".encode())
    file.write(b"\n]\n" if count else b"[]\n")
    return count


def _write_xlsx(file: IO[bytes], rows: Iterable[Row]) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    count = 0
    with closing(book):
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS)
        for count, row in enumerate(rows, 1):  # noqa: B007
            for column, value in enumerate(row):
                sheet.write_string(count, column, _cell(value))
    return count


def _cell(value: FieldValue) -> str:
    """Return the value as a cell's text, which no spreadsheet takes for a formula."""
    text = LIST_SEPARATOR.join(value) if isinstance(value, tuple) else str(as_json(value) or "")
    return guarded(text)
