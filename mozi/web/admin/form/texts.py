"""A movie's fields as text in a form's inputs, and what the inputs say as fields again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from mozi.calendar.editing.changes import Values
from mozi.calendar.editing.save import MovieState, ShownForm
from mozi.calendar.fields import COLUMNS, FieldValue, check_fields
from mozi.posters.focus import Focus
from mozi.vocabulary import LIST_SEPARATOR

LISTS = ("genres", "director", "cast", "country")
BLANK: Mapping[str, str] = {
    **dict.fromkeys(COLUMNS, ""),
    "kind": "cinema",
    "date_precision": "day",
    "status": "scheduled",
}


def texts_of(values: Values) -> dict[str, str]:
    """Return each value as its input shows it."""
    return {column: text_of(value) for column, value in values.items()}


def text_of(value: FieldValue) -> str:
    """Return a value as its input shows it; nothing is the empty text."""
    if isinstance(value, tuple):
        return f"{LIST_SEPARATOR} ".join(value)
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def given_fields(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the fields that the form holds, as typed; several inputs of a list are joined."""
    return {
        column: LIST_SEPARATOR.join(form.getlist(column)) if column in LISTS else form[column]
        for column in COLUMNS
        if column in form
    }


def shown_text(edited: MovieState) -> str:
    """Return what the form shows, for the form to bring back: read_shown reads it."""
    poster = edited.poster
    told = {"source": poster.source_number, "focus": poster.focus}
    return json.dumps({**texts_of(edited.values), **told})


def read_shown() -> ShownForm | None:
    """Return what the form showed when it was opened, None where it does not tell."""
    try:
        told = json.loads(request.form.get("shown", ""))
        source, focus = int(told.pop("source")), _focus(told.pop("focus", None))
        known = {column: told[column] for column in COLUMNS if column in told}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return ShownForm(check_fields(known).values, source, focus)


def _focus(told: object) -> Focus | None:
    match told:
        case [int(x), int(y)]:
            return x, y
    return None
