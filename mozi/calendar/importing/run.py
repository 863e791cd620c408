"""Imports a file: reads it, checks it, matches it with movies and writes, in one transaction.

    read → check → match → write

All rows are checked before the first is written; all are written or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi.calendar.editing.batches import Tell, add_batch, count_in
from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.history import BY_COMMAND
from mozi.calendar.editing.premieres import plain_premiere
from mozi.calendar.fields import FieldValue, check_fields
from mozi.calendar.importing.adding import add_movies
from mozi.calendar.importing.doubts import Pick
from mozi.calendar.importing.matched import ImportRow, MatchedRow, MatchedRows, changes_of
from mozi.calendar.importing.matching import find_duplicate_rows, match_rows
from mozi.calendar.importing.preview import FileNotes, Preview, preview_of
from mozi.calendar.importing.tables import EMPTY_KEEPS, NO_CHOICES, TableRow, read_table
from mozi.calendar.search.names import fill_names
from mozi.database import reading, writing
from mozi.errors import Busy, ImportRejected, PreviewOutdated, RowFault
from mozi.posters.source import changed_sources
from mozi.vocabulary import BY_IMPORT

Picks = Mapping[int, Pick]

WRITTEN_AT_ONCE = 1000
IMPORT = "import"  # the act of its batch; the value is the file's name
# Equal values of the other columns are kept once: of 17,470 films they take 10 MB less so.
UNLIKE = ("external_id", "title", "original_title", "synopsis", "cast", "trailer_url", "poster_url")
ATTEMPTS = 3  # on PostgreSQL another writer may save one of the movies after we read it


@dataclass(frozen=True)
class ImportReport:
    """The numbers of rows by result; refused: the faults of the other rows, by row.

    new_sources: the movies whose posters must be built, with their premiere dates. doubtful: the
    number of rows that were left out because nobody decided about them. batch_id: what undoes the
    import; None: nothing was written.
    """

    inserted: int
    updated: int
    unchanged: int
    refused: tuple[RowFault, ...]
    new_sources: tuple[tuple[int, date], ...] = ()
    doubtful: int = 0
    batch_id: int | None = None


def import_file(
    path: Path, *, dry_run: bool = False, skip_bad: bool = False, empty_keeps: bool = False
) -> ImportReport:
    """Insert or update the movies of an .xlsx, CSV or JSON file, and return the report.

    dry_run: writes nothing and reports what would be done. skip_bad: imports the good rows of a
    file with bad ones. empty_keeps: an empty cell keeps what is there, instead of clearing it.
    Nothing is written when it raises: ImportRejected where the file as a whole is invalid, or a
    row is and skip_bad is not set; Busy where other writers keep changing the same movies.
    """
    rows, faults = check_rows(read_table(path, choices=EMPTY_KEEPS if empty_keeps else NO_CHOICES))
    if dry_run:
        with reading() as session:
            return _report(_strict(_match(session, rows, faults), skip_bad))
    return _save(rows, faults, skip_bad, name=path.name)


def preview_table(table: Iterable[TableRow], picks: Picks | None = None) -> Preview:
    """Return what importing the rows would do now; writes nothing and refuses nothing.

    picks: what the admin decided about rows in doubt, by row number; None: no row is in doubt.
    """
    notes = FileNotes()
    rows, faults = check_rows(notes.passing(table))
    with reading() as session:
        return replace(preview_of(_match(session, rows, faults, picks)), notes=notes)


def import_table(
    table: Iterable[TableRow],
    picks: Picks | None = None,
    *,
    agreed: str,
    by: str,
    name: str = "",
    skip_bad: bool = False,
    tell: Tell = lambda _done, _of: None,
) -> ImportReport:
    """Import rows that an admin has previewed, and return the report.

    picks: as in preview_table; rows in doubt are left out. by: the editor that the history names.
    name: the file's. agreed: the digest of the preview that the admin saw.
    Raises PreviewOutdated, and writes nothing, where a preview would differ by now; otherwise
    raises what import_file raises.
    """
    rows, faults = check_rows(table)
    return _save(rows, faults, skip_bad, picks=picks, agreed=agreed, by=by, name=name, tell=tell)


def check_rows(table: Iterable[TableRow]) -> tuple[list[ImportRow], list[RowFault]]:
    """Return the rows that are valid by the file alone, and the faults of the others."""
    faults: list[RowFault] = []
    rows: list[ImportRow] = []
    known: dict[FieldValue, FieldValue] = {}
    for given in table:
        if given.section:
            continue
        checked = check_fields(given.cells)
        values = {
            column: value if column in UNLIKE else known.setdefault(value, value)
            for column, value in checked.values.items()
        }
        row = ImportRow(given.number, values)
        rows.append(row)
        faults += [row.fault(fault.column, fault.reason) for fault in given.faults]
        faults += [row.fault(fault.column, fault.reason) for fault in checked.faults]
    faults += find_duplicate_rows(rows)
    bad = {fault.row for fault in faults}
    return [row for row in rows if row.number not in bad], faults


def _save(
    rows: Sequence[ImportRow],
    faults: Sequence[RowFault],
    skip_bad: bool,
    *,
    picks: Picks | None = None,
    agreed: str | None = None,
    by: str = BY_COMMAND,
    name: str,
    tell: Tell = lambda _done, _of: None,
) -> ImportReport:
    """Write the rows and return the report; agreed: None, or the digest that must still hold."""
    for _ in range(ATTEMPTS):
        try:
            with writing() as session:
                matched = _match(session, rows, faults, picks)
                if agreed is not None and preview_of(matched).digest != agreed:
                    raise PreviewOutdated
                films = _strict(matched, skip_bad).films()
                what = {"act": IMPORT, "value": name}
                batch = add_batch(session, what, by=by) if films else None
                dates = _write(session, films, by=by, batch=batch, tell=tell)
                new = changed_sources(session)
            fill_names(len(dates))
            sources = tuple(each for each in dates if each[0] in new)
            return replace(_report(matched), new_sources=sources, batch_id=batch)
        except (IntegrityError, StaleDataError):
            continue
    raise Busy("Another process keeps changing the same movies; nothing was written.")


def _write(
    session: Session,
    films: Sequence[Sequence[MatchedRow]],
    *,
    by: str,
    batch: int | None,
    tell: Tell,
) -> list[tuple[int, date]]:
    """Write the films in parts, and return each movie's id with its premiere date.

    A written part leaves memory: of 100,000 new movies at once each would take 5 kB.
    """
    dates: list[tuple[int, date]] = []
    tell(0, len(films))
    for start in range(0, len(films), WRITTEN_AT_ONCE):
        part = changes_of(session, films[start : start + WRITTEN_AT_ONCE])
        dates += _write_part(session, part, by=by, batch=batch)
        tell(len(dates), len(films))
    if batch is not None:
        count_in(session, batch, len(dates))
    return dates


def _write_part(
    session: Session, changes: Sequence[MovieChange], *, by: str, batch: int | None
) -> list[tuple[int, date]]:
    known = [change for change in changes if change.movie is not None]
    new = [change for change in changes if change.movie is None]
    movies = save_changes(session, known, by=by, source=BY_IMPORT, batch=batch)
    dates = [(movie.id, plain_premiere(movie).premiere_date) for movie in movies]
    return dates + add_movies(session, new, by=by, source=BY_IMPORT, batch=batch)


def _match(
    session: Session,
    rows: Sequence[ImportRow],
    faults: Sequence[RowFault],
    picks: Picks | None = None,
) -> MatchedRows:
    """Return the matched rows; their faults include those of the file alone, in row order."""
    matched = match_rows(session, rows, picks=picks)
    matched.faults[:] = sorted([*faults, *matched.faults], key=lambda fault: fault.row)
    return matched


def _strict(matched: MatchedRows, skip_bad: bool) -> MatchedRows:
    """Return matched; raises ImportRejected where a row has a fault and skip_bad is not set."""
    if matched.faults and not skip_bad:
        raise ImportRejected(matched.faults)
    return matched


def _report(matched: MatchedRows) -> ImportReport:
    return ImportReport(
        inserted=len(matched.inserts),
        updated=len(matched.updates),
        unchanged=len(matched.unchanged),
        refused=tuple(matched.faults),
        doubtful=len(matched.doubtful),
    )
