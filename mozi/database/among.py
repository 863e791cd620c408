"""The condition that a column is one of many values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, func, literal, select
from sqlalchemy.orm import Session

from mozi.database.bulk import on_postgresql


def is_among(session: Session, column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that column is one of values, which go as one parameter.

    in_() makes a parameter of each: for every other number of them SQLAlchemy writes the
    statement anew, and SQLite parses it anew; psycopg reads one of 500 for 4 ms. A search has
    several such lists of hundreds.
    """
    condition: ColumnElement[bool]
    if on_postgresql(session):
        condition = column == any_(literal(list(values), ARRAY(column.type)))
    else:
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        condition = column.in_(select(listed.c.value))
    return condition
