"""Reads the parts of a JSON answer; one of another type, or beyond all bounds, reads as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from mozi.calendar.fields import check_fields

LARGEST = 2**31 - 1  # of an id: PostgreSQL's integer

Json = Mapping[str, Any]


def as_path(value: object) -> str | None:
    """Return a picture's path; one that could lead elsewhere reads as absent."""
    text = as_text(value)
    return text if text and re.fullmatch(r"/?[A-Za-z0-9_-]+\.[a-z]{2,4}", text) else None


def as_day(value: object) -> date | None:
    """Return the day in the first ten characters, whatever the zone behind them says."""
    text = value[:10] if isinstance(value, str) else ""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    checked = check_fields({"premiere_date": text}).values.get("premiere_date")
    return checked if isinstance(checked, date) else None


def as_text(value: object) -> str | None:
    """Return text that is not blank, trimmed."""
    return (value.strip() or None) if isinstance(value, str) else None


def as_language(value: object) -> str | None:
    """Return a code of ISO 639: two or three letters."""
    text = as_text(value)
    return text if text and re.fullmatch("[a-z]{2,3}", text) else None


def as_whole(value: object) -> int | None:
    """Return a whole number that fits a column."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= LARGEST else None


def as_number(value: object) -> float:
    """Return a number of votes; one that is none, or infinite, reads as 0."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= LARGEST else 0.0


def as_dict(value: object) -> Json:
    """Return an object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return an array, [] for anything else."""
    return value if isinstance(value, list) else []


def as_items(value: object) -> list[Json]:
    """Return the objects in an array."""
    return [each for each in as_list(value) if isinstance(each, dict)]
