"""A movie's fields and its premieres', and a parser of each.

The import and the admin's form use the same rules; only the form has a premiere's note. A field
that is not given is not in the result either, so that its present value stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mozi.calendar.languages import language
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.calendar.parsers import (
    Parser,
    choice,
    code,
    day,
    line,
    lines,
    listed,
    required,
    web_address,
    whole,
    with_default,
)
from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR
from mozi.vocabulary import (
    AGE_RATINGS,
    DATE_PRECISIONS,
    KINDS,
    LANGUAGE_VERSIONS,
    NOTE_LENGTH,
    STATUSES,
    TITLE_LENGTH,
    URL_LENGTH,
)

FieldValue = str | int | date | tuple[str, ...] | None
Values = Mapping[str, FieldValue]

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
MINUTES = range(1, 1001)

_title = line(TITLE_LENGTH)
_words = listed(100, max_length=200)
_address = web_address(URL_LENGTH)

PARSERS: Mapping[str, Parser[FieldValue]] = {
    "external_id": code(100),
    "title": required(_title),
    "original_title": _title,
    "premiere_date": required(day(YEARS)),
    "synopsis": lines(10_000),
    "genres": _words,
    "runtime_minutes": whole(MINUTES),
    "age_rating": choice(AGE_RATINGS, fold=str.upper),
    "director": _words,
    "cast": _words,
    "country": _words,
    "year": whole(YEARS),
    "original_language": language,
    "distributor": _title,
    "trailer_url": _address,
    "poster_url": _address,
    "kind": with_default(choice(KINDS, fold=str.lower), KINDS[0]),
    "date_precision": with_default(choice(DATE_PRECISIONS, fold=str.lower), DATE_PRECISIONS[0]),
    "status": with_default(choice(STATUSES, fold=str.lower), STATUSES[0]),
    "language_version": choice(LANGUAGE_VERSIONS, fold=str.lower),
    "note": line(NOTE_LENGTH),
}
FIELDS = tuple(PARSERS)
COLUMNS = tuple(field for field in FIELDS if field != "note")  # those of the import table
REQUIRED = ("title", "premiere_date")
LISTED = ("genres", "director", "cast", "country")
# The columns of a premiere, in the order in which the history names them: new ones come last.
PREMIERE_COLUMNS = ("kind", "premiere_date", "date_precision", "status", "note", "language_version")


@dataclass(frozen=True)
class FieldFault:
    """Why one field's value is invalid; the reason has no subject ("is needed and …")."""

    column: str
    reason: CalendarMessage


@dataclass(frozen=True)
class CheckedFields:
    """values: the valid ones by column; None and () clear a field. faults: of the others."""

    values: Mapping[str, FieldValue]
    faults: tuple[FieldFault, ...]


def check_fields(given: Mapping[str, object]) -> CheckedFields:
    """Return the valid values, and the faults of the others.

    given: text or JSON values by column (of FIELDS); a name may have a premiere behind, as in
    "kind#34". Blank text and None clear a field, but
    `kind`, `date_precision` and `status` get their default, and REQUIRED fields have a fault.
    """
    values: dict[str, FieldValue] = {}
    faults: list[FieldFault] = []
    for column, value in given.items():
        try:
            values[column] = PARSERS[column.partition("#")[0]](value)
        except InvalidValue as error:
            faults.append(FieldFault(column, error.message))
    return CheckedFields(values, tuple(faults))
