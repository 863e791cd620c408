"""A movie's fields as people write them: the columns, and what each of them takes.

The import and the admin's form check by the same rules. A field that is not given is not in
the result either, so that whoever writes it keeps what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.calendar.parsers import (
    Parser,
    choice,
    code,
    day,
    defaulting,
    line,
    lines,
    listed,
    needed,
    web_address,
    whole,
)
from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR
from mozi.vocabulary import (
    AGE_RATINGS,
    DATE_PRECISIONS,
    KINDS,
    STATUSES,
    TITLE_LENGTH,
    URL_LENGTH,
)

FieldValue = str | int | date | tuple[str, ...] | None

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
MINUTES = range(1, 1001)

_title = line(TITLE_LENGTH)
_words = listed(100, max_length=200)
_address = web_address(URL_LENGTH)

PARSERS: Mapping[str, Parser[FieldValue]] = {
    "external_id": code(100),
    "title": needed(_title),
    "original_title": _title,
    "premiere_date": needed(day(YEARS)),
    "synopsis": lines(10_000),
    "genres": _words,
    "runtime_minutes": whole(MINUTES),
    "age_rating": choice(AGE_RATINGS, folded=str.upper),
    "director": _words,
    "cast": _words,
    "country": _words,
    "distributor": _title,
    "trailer_url": _address,
    "poster_url": _address,
    "kind": defaulting(choice(KINDS, folded=str.lower), KINDS[0]),
    "date_precision": defaulting(choice(DATE_PRECISIONS, folded=str.lower), DATE_PRECISIONS[0]),
    "status": defaulting(choice(STATUSES, folded=str.lower), STATUSES[0]),
}
COLUMNS = tuple(PARSERS)
REQUIRED = ("title", "premiere_date")


@dataclass(frozen=True)
class FieldFault:
    """Why one field cannot be taken: a reason without its subject ("is needed and …")."""

    column: str
    reason: CalendarMessage


@dataclass(frozen=True)
class CheckedFields:
    """values: what is given and fit, by column; None and () clear. faults: the rest."""

    values: Mapping[str, FieldValue]
    faults: tuple[FieldFault, ...]


def check_fields(given: Mapping[str, object]) -> CheckedFields:
    """Return the fields' values, and what is wrong with the others; every key is of COLUMNS.

    given: text as typed, or what JSON holds. Blank text and None clear a field: `kind`,
    `date_precision` and `status` get their default; REQUIRED fields refuse it.
    """
    values: dict[str, FieldValue] = {}
    faults: list[FieldFault] = []
    for column, value in given.items():
        try:
            values[column] = PARSERS[column](value)
        except InvalidValue as error:
            faults.append(FieldFault(column, error.message))
    return CheckedFields(values, tuple(faults))
