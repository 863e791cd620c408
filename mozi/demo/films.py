"""Reads the demo's films (films.json) as checked values, with premieres around a given day.

The films are real, the dates are invented: classics that return to the cinemas, most of them on
a Thursday, from two programme weeks ago to ten weeks ahead. In the file `week` counts from
today's programme week, `day` from its Thursday (0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from mozi.calendar.fields import COLUMNS, FieldValue, check_fields
from mozi.calendar.weeks import week_of
from mozi.demo.posters import Design

FILE = Path(__file__).parent / "films.json"


@dataclass(frozen=True)
class DemoFilm:
    """A film of the demo. values: by column, as the import's; design: None without a poster."""

    external_id: str
    title: str
    values: Mapping[str, FieldValue]
    design: Design | None


def demo_films(today: date) -> list[DemoFilm]:
    """Return the films with premieres around today."""
    return [_film(entry, today) for entry in json.loads(FILE.read_text(encoding="utf-8"))]


def _film(entry: Mapping[str, Any], today: date) -> DemoFilm:
    given = {column: entry[column] for column in COLUMNS if column in entry}
    given["external_id"] = f"demo-{entry['id']}"
    given["premiere_date"] = str(_premiere(entry, today))
    checked = check_fields(given)
    if checked.faults:
        raise ValueError(f"{FILE.name}: {entry['id']}: {checked.faults}")
    return DemoFilm(given["external_id"], entry["title"], checked.values, _design(entry))


def _premiere(entry: Mapping[str, Any], today: date) -> date:
    """Return the date; the first of the month where only the month is known."""
    day = week_of(today).first + timedelta(weeks=entry["week"], days=entry.get("day", 0))
    return day.replace(day=1) if entry.get("date_precision") == "month" else day


def _design(entry: Mapping[str, Any]) -> Design | None:
    if entry["poster"] is None:
        return None
    credit = f"{', '.join(entry['director'])} · {entry['year']}"
    return Design(**entry["poster"], credit=credit)
