"""What an admin chooses for an uploaded file: columns, the order of dates, empty cells, doubts.

The columns that were chosen for a file's headings hold for the next file with the same headings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.fields import COLUMNS, REQUIRED
from mozi.calendar.importing.cells import column_of_values
from mozi.calendar.importing.doubts import ACTS, Pick
from mozi.calendar.importing.formats.texts import Line
from mozi.calendar.importing.headings import likely_column
from mozi.calendar.importing.tables import Choices, Sheet, TableRow
from mozi.models import ImportDraft, KnownHeadings

KEPT_HEADINGS = 200  # sets of headings; an office has some tens of sources
SAMPLES = 3
SAMPLED_ROWS = 200


@dataclass(frozen=True)
class DraftChoices:
    """What was chosen for a draft. columns, day_first, clears: as in Choices.

    picks: the decisions about rows in doubt, by row number.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    clears: frozenset[str] = frozenset()
    picks: Mapping[int, Pick] = field(default_factory=dict)

    @property
    def reading(self) -> Choices:
        """Return how the file is read."""
        return Choices(self.columns, self.day_first, self.clears)

    def as_json(self) -> dict[str, Any]:
        """Return the choices as the database stores them."""
        picks = {str(row): [pick.act, pick.movie_id] for row, pick in self.picks.items()}
        return {**asdict(self), "clears": sorted(self.clears), "picks": picks}


def choices_of(row: ImportDraft) -> DraftChoices:
    """Return the stored choices; what this release does not know is left out."""
    stored = row.choices or {}
    picks = {int(row): Pick(*pick) for row, pick in stored.get("picks", {}).items()}
    return DraftChoices(
        columns={k: v for k, v in stored.get("columns", {}).items() if not v or v in COLUMNS},
        day_first=stored.get("day_first"),
        clears=frozenset(stored.get("clears", ())) & clearable(),
        picks={row: pick for row, pick in picks.items() if pick.act in ACTS},
    )


def clearable() -> frozenset[str]:
    """Return the columns whose empty cells may clear the field."""
    return frozenset(COLUMNS) - frozenset(REQUIRED)


@dataclass(frozen=True)
class Heading:
    """A heading of the file. column: what it is taken for, "" for nothing, None: unknown.

    samples: the first values below it. guess: what an unknown one may mean.
    """

    key: str
    name: str
    column: str | None
    samples: tuple[str, ...]
    guess: str | None = None


def headings_of(sheet: Sheet, choices: DraftChoices) -> list[Heading]:
    """Return the headings of the sheet, with what they are taken for; of JSON its names."""
    if not sheet.headings:
        named = {column for row in sheet.json_rows for column in row.cells}
        return [Heading(c, c, c, ()) for c in COLUMNS if c in named]
    columns = sheet.columns(choices.reading)
    first = list(islice(sheet.lines, SAMPLED_ROWS))
    return [
        Heading(
            key,
            name or "",
            column,
            (samples := _samples(first, index)),
            _guess(name, column, samples, taken=columns),
        )
        for index, (key, name, column) in enumerate(
            zip(sheet.keys, sheet.headings, columns, strict=True)
        )
        if key is not None
    ]


def _guess(
    name: str | None, column: str | None, samples: Iterable[str], *, taken: Sequence[str | None]
) -> str | None:
    """Return what an unknown heading may mean, by the values below it, else by its name."""
    if column is not None:
        return None
    guesses = (column_of_values(samples), likely_column(name) if name else None)
    return next((guess for guess in guesses if guess and guess not in taken), None)


def _samples(lines: Iterable[Line], index: int) -> tuple[str, ...]:
    """Return the first different values of a column."""
    cells = (cells[index] for _, cells in lines if index < len(cells))
    texts = dict.fromkeys(text for cell in cells if (text := str(cell or "").strip()))
    return tuple(list(texts)[:SAMPLES])


@dataclass(frozen=True)
class Questions:
    """What must be chosen before the rows can be read; falsy: nothing.

    unknown: the headings that mean no column; twice, missing: columns. date: one of two orders.
    """

    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    date: str = ""

    def __bool__(self) -> bool:
        return any((self.unknown, self.twice, self.missing, self.date))


def questions_of(sheet: Sheet, choices: DraftChoices) -> Questions:
    """Return what is open about the headings; of JSON nothing can be."""
    if not sheet.headings:
        return Questions()
    headings = headings_of(sheet, choices)
    columns = [heading.column for heading in headings]
    return Questions(
        unknown=tuple(heading.name for heading in headings if heading.column is None),
        twice=tuple(c for c in COLUMNS if columns.count(c) > 1),
        missing=() if {"title", "external_id"} & {*columns} else ("title",),
    )


def date_in_question(rows: Iterable[TableRow]) -> str:
    """Return the first date that may mean two days, "" for none."""
    reasons = (fault.reason for row in rows for fault in row.faults)
    return next((str(r.data["value"]) for r in reasons if r.code == "ambiguous_date"), "")


def remembered_columns(session: Session, sheet: Sheet) -> dict[str, str]:
    """Return what was chosen for these headings before, {} for nothing."""
    known = session.get(KnownHeadings, _digest(sheet)) if sheet.headings else None
    return dict(known.columns) if known else {}


def remember_columns(session: Session, sheet: Sheet, columns: Mapping[str, str]) -> None:
    """Keep what was chosen for these headings; of all sets the latest few are kept."""
    row = KnownHeadings(digest=_digest(sheet), chosen_at=clock.now(), columns=dict(columns))
    session.merge(row)
    session.flush()
    newest = select(KnownHeadings.digest).order_by(KnownHeadings.chosen_at.desc())
    beyond = session.scalars(newest.offset(KEPT_HEADINGS)).all()
    session.execute(delete(KnownHeadings).where(KnownHeadings.digest.in_(beyond)))


def _digest(sheet: Sheet) -> str:
    return hashlib.sha256(json.dumps(sheet.keys).encode()).hexdigest()
