"""A movie's fields as the texts of a form's inputs, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from mozi.calendar.editing.save import MovieState, ShownForm
from mozi.calendar.fields import FIELDS, PREMIERE_COLUMNS, FieldValue, Values, check_fields
from mozi.posters.focus import Focus
from mozi.vocabulary import LIST_SEPARATOR

PREMIERE_ROW = re.compile(r"(premieres-([0-9]{1,3}))-", re.ASCII)
MOST_PREMIERES = 100
LISTS = ("genres", "director", "cast", "country")
BLANK: Mapping[str, str] = {
    **dict.fromkeys(FIELDS, ""),
    "kind": "cinema",
    "date_precision": "day",
    "status": "scheduled",
}


def texts_of(values: Values) -> dict[str, str]:
    """Return each value as its input shows it."""
    return {column: text_of(value) for column, value in values.items()}


def text_of(value: FieldValue) -> str:
    """Return a value as its input shows it; None is the empty text."""
    if isinstance(value, tuple):
        return f"{LIST_SEPARATOR} ".join(value)
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def given_fields(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the form's fields as typed; several inputs of a list are joined.

    The fields of a premiere have its id behind: "kind#34"; of a new one "new" and its number.
    """
    plain = {
        column: LIST_SEPARATOR.join(form.getlist(column)) if column in LISTS else form[column]
        for column in FIELDS
        if column in form
    }
    rows = {
        f"{column}#{premiere}": form[f"{row}-{column}"]
        for row, premiere in _rows(form)
        for column in PREMIERE_COLUMNS
        if f"{row}-{column}" in form
    }
    return {**plain, **rows}


def removed_premieres(form: MultiDict[str, str]) -> frozenset[str]:
    """Return the premieres that the form removes, named as in given_fields()."""
    return frozenset(premiere for row, premiere in _rows(form) if form.get(f"{row}-remove"))


def _rows(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return the prefix of each premiere's fields, and the premiere; rows left empty are none."""
    rows = {match[1]: int(match[2]) for name in form if (match := PREMIERE_ROW.match(name))}
    named = [(row, form.get(f"{row}-id") or f"new{number}") for row, number in rows.items()]
    return [
        (row, premiere)
        for row, premiere in sorted(named, key=lambda pair: rows[pair[0]])[:MOST_PREMIERES]
        if premiere.isdecimal() or form.get(f"{row}-premiere_date", "").strip()
    ]


def shown_text(edited: MovieState) -> str:
    """Return the shown values as JSON, for the form to send back: read_shown reads it."""
    poster = {"source": edited.poster.source_number, "focus": edited.poster.focus}
    return json.dumps({**texts_of(edited.values), **poster})


def read_shown() -> ShownForm | None:
    """Return the values that the form showed when it was opened; None if they are not in it."""
    try:
        shown = json.loads(request.form.get("shown", ""))
        source, focus = int(shown.pop("source")), _focus(shown.pop("focus", None))
        known = {name: shown[name] for name in shown if name.partition("#")[0] in FIELDS}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return ShownForm(check_fields(known).values, source, focus)


def _focus(shown: object) -> Focus | None:
    match shown:
        case [int(x), int(y)]:
            return x, y
    return None
