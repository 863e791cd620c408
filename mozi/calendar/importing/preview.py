"""Previews an import row by row: values only, nothing is written."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mozi.calendar.fields import Values
from mozi.calendar.importing.doubts import PossibleMovie
from mozi.calendar.importing.known import KnownPremiere
from mozi.calendar.importing.matched import Difference, MatchedRow, MatchedRows
from mozi.calendar.importing.tables import TableRow
from mozi.errors import RowFault

INSERT, UPDATE, UNCHANGED, REFUSED, DOUBTFUL = ACTIONS = (
    *("insert", "update", "unchanged"),
    *("refused", "doubtful"),
)


@dataclass(frozen=True, slots=True)
class RowPreview:
    """What importing one row would do. number: as in RowFault; movie_id: None for a new movie.

    premiere: the one that the row changes. adds_premiere: whether the row is a further premiere of
    a known movie, or of the new movie of an earlier row.
    replaces_upload: whether the row's new address replaces an uploaded poster. candidates: movies
    between which an admin decides, or has decided. changed: of a known movie; values: a new one's.
    """

    number: int
    action: str
    title: str
    movie_id: int | None = None
    changed: tuple[Difference, ...] = ()
    values: Values | None = None
    faults: tuple[RowFault, ...] = ()
    replaces_upload: bool = False
    candidates: tuple[PossibleMovie, ...] = ()
    premiere: KnownPremiere | None = None
    adds_premiere: bool = False

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return the fields that the row changes; a new movie's are made when they are shown."""
        if self.values is None:
            return self.changed
        return tuple(Difference(name, None, new) for name, new in self.values.items() if new)


@dataclass
class FileNotes:
    """What the preview says of the file. sections: the lines that are no films, by number.

    dated: the number of rows whose date comes from the heading above them. of_two_orders: whether
    a date may mean two days.
    """

    sections: dict[int, str] = field(default_factory=dict)
    dated: int = 0
    of_two_orders: bool = False

    def passing(self, table: Iterable[TableRow]) -> Iterator[TableRow]:
        """Yield the rows, and note what they say."""
        for row in table:
            if row.section:
                self.sections[row.number] = row.section
            self.dated += row.dated
            self.of_two_orders |= any(f.reason.code == "ambiguous_date" for f in row.faults)
            yield row


@dataclass(frozen=True)
class Preview:
    """All rows of a file, in the file's order; notes: of the file itself."""

    rows: tuple[RowPreview, ...]
    notes: FileNotes = field(default_factory=FileNotes)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Return the number of rows by action, 0 included."""
        counted = Counter(row.action for row in self.rows)
        return {action: counted[action] for action in ACTIONS}

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of what the import would do.

        The values of new movies are left out: they come from the file alone, which stays the same.
        """
        digest = hashlib.sha256()
        for row in self.rows:
            changed = row.action == UPDATE and row.changed
            digest.update(repr((row.number, row.action, row.movie_id, changed)).encode())
        return digest.hexdigest()

    def of(self, action: str) -> tuple[RowPreview, ...]:
        """Return the rows of one action."""
        return tuple(row for row in self.rows if row.action == action)


def preview_of(matched: MatchedRows) -> Preview:
    """Return the preview of matched rows."""
    by_row: defaultdict[int, list[RowFault]] = defaultdict(list)
    for fault in matched.faults:
        by_row[fault.row].append(fault)
    rows = [
        *_new(matched.inserts),
        *(_written(each, UPDATE) for each in matched.updates),
        *(_written(each, UNCHANGED) for each in matched.unchanged),
        *(_written(each, DOUBTFUL) for each in matched.doubtful),
        *(_refused(number, faults) for number, faults in by_row.items()),
    ]
    return Preview(tuple(sorted(rows, key=lambda row: row.number)))


def _new(rows: Iterable[MatchedRow]) -> Iterator[RowPreview]:
    films: set[Hashable] = set()
    for each in rows:
        yield replace(_written(each, INSERT), adds_premiere=each.row.film in films)
        films.add(each.row.film)


def _refused(number: int, faults: Sequence[RowFault]) -> RowPreview:
    return RowPreview(number, REFUSED, faults[0].title, faults=tuple(faults))


def _written(each: MatchedRow, action: str) -> RowPreview:
    title = each.row.values.get("title") or (each.movie.title if each.movie else "")
    return RowPreview(
        each.row.number,
        action,
        str(title),
        movie_id=each.movie.id if each.movie else None,
        changed=each.changed,
        values=each.row.values if each.movie is None else None,
        replaces_upload=each.replaces_upload,
        candidates=each.candidates,
        premiere=each.premiere,
        adds_premiere=action == UPDATE and each.adds_premiere,
    )
