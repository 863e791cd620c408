"""Refuses an import file as a whole."""

from __future__ import annotations

from typing import NoReturn

from mozi.calendar.messages import CalendarMessage
from mozi.errors import ImportRejected, RowFault


def rejection(code: str, **data: str | int) -> ImportRejected:
    """Return the error with one fault of the whole file."""
    return ImportRejected([RowFault(0, "", CalendarMessage(code, **data))])


def reject(code: str, **data: str | int) -> NoReturn:
    """Raise that error."""
    raise rejection(code, **data)
