"""Adds, changes and removes the premieres of a movie.

A new date of a known premiere adds a row to date_change, which pages and feeds show. A removed
premiere keeps its row, so that calendars show it as cancelled; where an equal one is added
later, it comes back and is the same event in calendars again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.history import Json, as_json
from mozi.calendar.fields import PREMIERE_COLUMNS, FieldValue, Values, check_fields
from mozi.errors import EqualPremieres, NoPremiere
from mozi.models import DateChange, Movie, Premiere

Place = tuple[FieldValue, ...]  # kind, date and precision: no two premieres share one
_PLACE = ("kind", "premiere_date", "date_precision")
_DEFAULTS = {
    **{"kind": "cinema", "date_precision": "day", "status": "scheduled"},
    **{"note": None, "language_version": None},
}
WHOLE = "premiere"  # the history's name of a premiere that was added or removed


@dataclass(frozen=True, eq=False)
class PremiereChange:
    """A premiere's new values, by column of PREMIERE_COLUMNS; premiere: None for a new one.

    removed: takes the premiere away; False brings a removed one back.
    """

    premiere: Premiere | None
    values: Values = field(default_factory=dict)
    removed: bool = False


@dataclass(frozen=True)
class WrittenPremiere:
    """A written premiere and its differences: old and new value by column."""

    premiere: Premiere
    differences: Mapping[str, tuple[Json, Json]]


def shown_premieres(movie: Movie) -> list[Premiere]:
    """Return the movie's premieres that were not removed, in the order of their recording."""
    return [premiere for premiere in movie.premieres if premiere.removed_at is None]


def plain_premiere(movie: Movie) -> Premiere:
    """Return the premiere that a form or file means where it names none."""
    return shown_premieres(movie)[0]


def premiere_changes_of(
    values: Values, premieres: Sequence[PremiereChange], movie: Movie
) -> list[PremiereChange]:
    """Return the changes of a movie's premieres; values: those without a premiere's name."""
    plain = {column: values[column] for column in PREMIERE_COLUMNS if column in values}
    known = plain_premiere(movie) if movie.premieres else None
    return [*([PremiereChange(known, plain)] if plain else []), *premieres]


def write_premieres(
    session: Session, movie: Movie, changes: Sequence[PremiereChange], *, source: str
) -> list[WrittenPremiere]:
    """Change the movie's premieres, and return those that changed.

    Several changes of a known movie are flushed one by one. source: who gave the dates. Raises
    EqualPremieres where two would be the same, and NoPremiere where none would be left.
    """
    changes = [_of_removed(movie, change, changes) for change in changes]
    written = []
    for change in _in_order(movie, changes):
        written.append(_write(session, movie, change, source))
        if len(changes) > 1 and movie.id is not None:
            session.flush()  # the database compares each row at once
    return [each for each in written if each.differences]


def new_premieres(values: Values, changes: Sequence[PremiereChange]) -> list[dict[str, object]]:
    """Return the rows of a new movie's premieres, without the movie; raises EqualPremieres.

    values: those without a premiere's name.
    """
    plain = {column: values[column] for column in PREMIERE_COLUMNS if column in values}
    given = [*([plain] if plain else []), *(change.values for change in changes)]
    if len({_place(None, each) for each in given}) < len(given):
        raise EqualPremieres(str(values.get("title")))
    return [{**_DEFAULTS, **each, "first": not place} for place, each in enumerate(given)]


def _of_removed(
    movie: Movie, change: PremiereChange, changes: Sequence[PremiereChange]
) -> PremiereChange:
    """Return a new premiere's change as that of the movie's removed one which equals it."""
    if change.premiere is not None or change.removed:
        return change
    named = {each.premiere for each in changes}
    place = _place(None, change.values)
    for premiere in movie.premieres:
        if premiere.removed_at and premiere not in named and _place(premiere, {}) == place:
            return PremiereChange(premiere, {**_DEFAULTS, **change.values})
    return change


def _in_order(movie: Movie, changes: Sequence[PremiereChange]) -> Iterator[PremiereChange]:
    """Yield the changes so that none takes a place that another premiere still has."""
    held: dict[object, Place] = {each: _place(each, {}) for each in shown_premieres(movie)}
    waiting = list(changes)
    while waiting:
        free = (change for change in waiting if _is_free(change, held))
        if (change := next(free, None)) is None:
            last = all(each.removed for each in waiting)
            raise NoPremiere(movie.title) if last else EqualPremieres(movie.title)
        waiting.remove(change)
        if change.removed:
            held.pop(change.premiere, None)
        else:
            held[change.premiere or change] = _place(change.premiere, change.values)
        yield change


def _is_free(change: PremiereChange, held: Mapping[object, Place]) -> bool:
    if change.removed:
        return len(held) > 1 or change.premiere not in held
    place = _place(change.premiere, change.values)
    return all(other is change.premiere or place != taken for other, taken in held.items())


def _place(premiere: Premiere | None, values: Values) -> Place:
    return tuple(
        values.get(c, getattr(premiere, c) if premiere else _DEFAULTS.get(c)) for c in _PLACE
    )


def _write(session: Session, movie: Movie, change: PremiereChange, source: str) -> WrittenPremiere:
    premiere = change.premiere
    if premiere is None:
        premiere = Premiere(first=not movie.premieres, date_source=source, **_DEFAULTS)
        _set(premiere, change.values)
        movie.premieres.append(premiere)
        return WrittenPremiere(premiere, {WHOLE: (None, state_of(premiere))})
    removed = premiere.removed_at is not None
    differences: dict[str, tuple[Json, Json]] = {}
    if change.removed != removed:
        state = state_of(premiere)
        differences[WHOLE] = (state, None) if change.removed else (None, state)
        premiere.removed_at = clock.now() if change.removed else None
    values = {c: v for c, v in change.values.items() if getattr(premiere, c) != v}
    differences |= {c: (as_json(getattr(premiere, c)), as_json(v)) for c, v in values.items()}
    before = (premiere.premiere_date, premiere.date_precision)
    _set(premiere, values)
    if before != (premiere.premiere_date, premiere.date_precision):
        premiere.date_source = source
        session.add(_move(premiere, *before))
    return WrittenPremiere(premiere, differences)


def _set(premiere: Premiere, values: Values) -> None:
    for column, value in values.items():
        setattr(premiere, column, value)


def _move(premiere: Premiere, old_date: object, old_precision: str) -> DateChange:
    return DateChange(
        movie_id=premiere.movie_id,
        premiere_id=premiere.id,
        old_date=old_date,
        old_precision=old_precision,
        new_date=premiere.premiere_date,
        new_precision=premiere.date_precision,
    )


def state_of(premiere: Premiere) -> list[str]:
    """Return a premiere as the history stores a whole one: its PREMIERE_COLUMNS as text.

    Entries of older releases have no note, or no language version.
    """
    return [str(as_json(getattr(premiere, column)) or "") for column in PREMIERE_COLUMNS]


def premiere_differences(written: Sequence[WrittenPremiere]) -> dict[str, tuple[Json, Json]]:
    """Return the differences by the history's names; flush first, so that each has its id.

    The columns of the movie's first premiere have their plain names, as in older entries; those
    of others, and whole premieres, have the premiere's id behind: "premiere_date#34".
    """
    return {
        column if each.premiere.first and column != WHOLE else f"{column}#{each.premiere.id}": pair
        for each in written
        for column, pair in each.differences.items()
    }


def is_of_premiere(name: str) -> bool:
    """Return whether a name in the history's changes is of a premiere."""
    return name in PREMIERE_COLUMNS or "#" in name


def restored_premieres(movie: Movie, old: Mapping[str, Json]) -> list[PremiereChange]:
    """Return the changes that give the movie's premieres their old values.

    old: by the history's names. A premiere that came later is removed; the last one stays.
    """
    changes = []
    for premiere in movie.premieres:
        whole = old.get(f"{WHOLE}#{premiere.id}", state_of(premiere))
        state = whole if premiere.removed_at is None or f"{WHOLE}#{premiere.id}" in old else None
        values = _old_values(premiere, old, state)
        changes.append(PremiereChange(premiere, values, removed=state is None))
    if all(change.removed for change in changes):
        changes = [
            replace(change, removed=change.premiere.removed_at is not None)
            for change in changes
            if change.premiere
        ]
    return [change for change in changes if changes_anything(change)]


def _old_values(premiere: Premiere, old: Mapping[str, Json], state: Json) -> Values:
    whole = zip(PREMIERE_COLUMNS, state, strict=False) if isinstance(state, list) else ()
    own = {
        column: old[name]
        for column in PREMIERE_COLUMNS
        for name in (column if premiere.first else "", f"{column}#{premiere.id}")
        if name in old
    }
    return check_fields({**dict(whole), **own}).values


def changes_anything(change: PremiereChange) -> bool:
    """Return whether the change makes any difference."""
    premiere = change.premiere
    if premiere is None or change.removed != (premiere.removed_at is not None):
        return True
    return any(getattr(premiere, column) != value for column, value in change.values.items())
