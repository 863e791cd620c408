"""Previews an import row by row: values only, nothing is written."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.fields import PREMIERE_COLUMNS, FieldValue, Values
from mozi.calendar.importing.doubts import PossibleMovie, candidate_of
from mozi.calendar.importing.matching import MatchedRow, MatchedRows
from mozi.errors import RowFault
from mozi.models import Premiere

INSERT, UPDATE, UNCHANGED, REFUSED, DOUBTFUL = ACTIONS = (
    *("insert", "update", "unchanged"),
    *("refused", "doubtful"),
)


class Difference(NamedTuple):
    """One field that a row changes; a tuple, because a file may have 300,000 of them."""

    column: str
    old: FieldValue
    new: FieldValue


class MeantPremiere(NamedTuple):
    """The premiere that a row means, as it is before the import."""

    kind: str
    premiere_date: date
    date_precision: str


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
    premiere: MeantPremiere | None = None
    adds_premiere: bool = False

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return the fields that the row changes; a new movie's are made when they are shown."""
        if self.values is None:
            return self.changed
        return tuple(Difference(name, None, new) for name, new in self.values.items() if new)


@dataclass(frozen=True)
class Preview:
    """All rows of a file, in the file's order."""

    rows: tuple[RowPreview, ...]

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
        changed=() if action == UNCHANGED else _changed(each),
        values=each.row.values if each.movie is None else None,
        replaces_upload=_replaces_upload(each),
        candidates=tuple(candidate_of(movie, each.row.values) for movie in each.candidates),
        premiere=_meant(each.premiere) if each.premiere else None,
        adds_premiere=action == UPDATE and not each.premiere and each.premiere_change is not None,
    )


def _meant(premiere: Premiere) -> MeantPremiere:
    return MeantPremiere(premiere.kind, premiere.premiere_date, premiere.date_precision)


def _changed(each: MatchedRow) -> tuple[Difference, ...]:
    if each.movie is None:
        return ()
    olds = ((column, _old(each, column), new) for column, new in each.row.values.items())
    return tuple(Difference(*one) for one in olds if (one[1] or None) != (one[2] or None))


def _old(each: MatchedRow, column: str) -> FieldValue:
    if column == POSTER_URL:
        return each.source.url
    row = each.premiere if column in PREMIERE_COLUMNS else each.movie
    old: FieldValue = getattr(row, column) if row is not None else None
    return old


def _replaces_upload(each: MatchedRow) -> bool:
    """Return whether a new address replaces an upload; removing an address keeps the upload."""
    return each.source.uploaded and each.has_new_address and bool(each.row.values[POSTER_URL])
