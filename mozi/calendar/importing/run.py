"""An import file in, movies inserted or updated: all of its rows or none, in one transaction.

    read → check → match with the movies that there are → write

Everything is checked before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi.calendar.editing.changes import save_changes
from mozi.calendar.editing.history import BY_COMMAND
from mozi.calendar.fields import check_fields
from mozi.calendar.importing.matching import ImportRow, MatchedRows, find_duplicate_rows, match_rows
from mozi.calendar.importing.preview import Preview, preview_of
from mozi.calendar.importing.tables import TableRow, read_table
from mozi.database import reading, writing
from mozi.errors import Busy, ImportRejected, PreviewOutdated, RowFault
from mozi.posters.source import changed_sources

# On PostgreSQL somebody may save one of the movies between our look and our write.
ATTEMPTS = 3


@dataclass(frozen=True)
class ImportReport:
    """Rows by what became of them; refused: what is wrong with the rest, by row.

    new_sources: the movies that have a new poster to be built, and when they open.
    """

    inserted: int
    updated: int
    unchanged: int
    refused: tuple[RowFault, ...]
    new_sources: tuple[tuple[int, date], ...] = ()


def import_file(path: Path, *, dry_run: bool = False, skip_bad: bool = False) -> ImportReport:
    """Insert or update the movies of a CSV or JSON file, and return what was done.

    dry_run: only look, and return what would be done. skip_bad: take the good rows although
    others are bad. Raises ImportRejected, having written nothing, where a row is bad, and,
    whatever skip_bad says, where the file as a whole is; Busy where others keep changing the
    same movies.
    """
    rows, faults = check_rows(read_table(path))
    if dry_run:
        return _report(_strict(_look(rows, faults), skip_bad))
    return _save(rows, faults, skip_bad)


def preview_table(table: Sequence[TableRow]) -> Preview:
    """Return what importing the rows would do now, row by row; nothing is written or refused."""
    rows, faults = check_rows(table)
    with reading() as session:
        return preview_of(_match(session, rows, faults))


def import_table(
    table: Sequence[TableRow], *, agreed: str, by: str, skip_bad: bool = False
) -> ImportReport:
    """Do as import_file does with the rows of a file that somebody has looked at before.

    by: whom the history names. agreed: the digest of the preview that was shown. Raises
    PreviewOutdated, having written nothing, where it would come out otherwise by now, and what
    import_file raises.
    """
    rows, faults = check_rows(table)
    return _save(rows, faults, skip_bad, agreed=agreed, by=by)


def check_rows(table: Sequence[TableRow]) -> tuple[list[ImportRow], list[RowFault]]:
    """Return the rows that can be taken, as far as the file alone can tell, and all faults."""
    faults: list[RowFault] = []
    rows: list[ImportRow] = []
    for given in table:
        checked = check_fields(given.cells)
        row = ImportRow(given.number, checked.values)
        rows.append(row)
        faults += [row.fault(fault.column, fault.reason) for fault in given.faults]
        faults += [row.fault(fault.column, fault.reason) for fault in checked.faults]
    faults += find_duplicate_rows(rows)
    bad = {fault.row for fault in faults}
    return [row for row in rows if row.number not in bad], faults


def _look(rows: Sequence[ImportRow], faults: Sequence[RowFault]) -> MatchedRows:
    with reading() as session:
        return _match(session, rows, faults)


def _save(
    rows: Sequence[ImportRow],
    faults: Sequence[RowFault],
    skip_bad: bool,
    *,
    agreed: str | None = None,
    by: str = BY_COMMAND,
) -> ImportReport:
    """Write what the rows mean now; agreed: the digest of the only preview that may be written."""
    for _ in range(ATTEMPTS):
        try:
            with writing() as session:
                matched = _match(session, rows, faults)
                if agreed is not None and preview_of(matched).digest != agreed:
                    raise PreviewOutdated
                movies = save_changes(session, _strict(matched, skip_bad).changes, by=by)
                new = changed_sources(session)
                sources = [(m.id, m.premiere_date) for m in movies if m.id in new]
                return _report(matched, tuple(sources))
        except (IntegrityError, StaleDataError):
            continue
    raise Busy("Somebody else keeps changing the same movies; nothing was written.")


def _match(session: Session, rows: Sequence[ImportRow], faults: Sequence[RowFault]) -> MatchedRows:
    """Return what to write, and all faults by row: those of the file alone, and the others."""
    matched = match_rows(session, rows)
    matched.faults[:] = sorted([*faults, *matched.faults], key=lambda fault: fault.row)
    return matched


def _strict(matched: MatchedRows, skip_bad: bool) -> MatchedRows:
    """Return matched; raises ImportRejected unless every row is good or skip_bad is set."""
    if matched.faults and not skip_bad:
        raise ImportRejected(matched.faults)
    return matched


def _report(matched: MatchedRows, new_sources: tuple[tuple[int, date], ...] = ()) -> ImportReport:
    return ImportReport(
        inserted=len(matched.inserts),
        updated=len(matched.updates),
        unchanged=len(matched.unchanged),
        refused=tuple(matched.faults),
        new_sources=new_sources,
    )
