"""Which premiere of its movie each row of an import means.

It is the movie's one of the row's kind and date, of several the one of its precision; else the
movie's only one of that kind that no other row means, which is moved; else a new one. Without a
kind it is the one of that date, else the movie's only one, else the one in the cinemas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mozi.calendar.fields import FieldValue, Values
from mozi.calendar.importing.known import KnownPremiere
from mozi.vocabulary import KINDS


@dataclass(frozen=True)
class MeantPremieres:
    """The premiere of each row by the row's number, None for a new one.

    twice: the rows whose premiere another row means already, with that row's number.
    """

    premieres: Mapping[int, KnownPremiere | None]
    twice: Mapping[int, int]


def meant_premieres(
    premieres: Sequence[KnownPremiere], rows: Mapping[int, Values]
) -> MeantPremieres:
    """Return which premiere each row of one movie means; rows: by number."""
    found: dict[int, KnownPremiere | None] = {}
    meant: dict[KnownPremiere, int] = {}
    twice: dict[int, int] = {}
    for number, values in rows.items():
        premiere = next(_same_day(premieres, values), None)
        if premiere in meant:
            twice[number] = meant[premiere]
        elif premiere is not None:
            found[number], meant[premiere] = premiere, number
    for number, values in rows.items():
        if number in found or number in twice:
            continue
        premiere = _to_move(premieres, values, meant)
        found[number] = premiere
        if premiere is not None:
            meant[premiere] = number
    return MeantPremieres(found, twice)


def premiere_of_day(premieres: Sequence[KnownPremiere], values: Values) -> KnownPremiere | None:
    """Return the premiere of the row's date, and of its kind where it has one."""
    return next(_same_day(premieres, values), None)


def _same_day(premieres: Sequence[KnownPremiere], values: Values) -> Iterator[KnownPremiere]:
    """Yield the premieres of the row's date and kind, those of its precision first.

    A month is stored as one of its days, so that a film may have both on one date.
    """
    kind, day = values.get("kind"), values.get("premiere_date")
    precision = values.get("date_precision")
    same = [p for p in premieres if p.premiere_date == day and kind in (None, p.kind)]
    yield from sorted(same, key=lambda premiere: premiere.date_precision != precision)


def _to_move(
    premieres: Sequence[KnownPremiere], values: Values, meant: Mapping[KnownPremiere, int]
) -> KnownPremiere | None:
    kind: FieldValue = values.get("kind")
    if kind is None and len(premieres) == 1:
        return None if premieres[0] in meant else premieres[0]
    if "premiere_date" not in values and len(premieres) == 1:
        return None if premieres[0] in meant else premieres[0]
    free = [p for p in premieres if p.kind == (kind or KINDS[0]) and p not in meant]
    return free[0] if len(free) == 1 else None
