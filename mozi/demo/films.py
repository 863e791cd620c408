"""Reads the demo's films (films.json) as checked values, with premieres around a given day.

The films are real, the dates are invented: classics that return to the cinemas, most of them on
a Thursday, from two programme weeks ago to ten weeks ahead. In the file `week` counts from
today's programme week, `day` from its Thursday (0). `further` has the film's other premieres;
one with `moved_from_week` was first announced for that week.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from mozi.calendar.fields import FIELDS, PREMIERE_COLUMNS, FieldValue, check_fields
from mozi.calendar.pages.catalogue_links import CatalogueIds
from mozi.calendar.weeks import week_of
from mozi.demo.posters import Design

FILE = Path(__file__).parent / "films.json"


@dataclass(frozen=True)
class FurtherPremiere:
    """A premiere beside the film's first. announced_for: the day that it was moved from."""

    values: Mapping[str, FieldValue]
    announced_for: date | None


@dataclass(frozen=True)
class DemoFilm:
    """A film of the demo. values: by column, as the import's; design: None without a poster.

    ids: at TMDB and IMDb, where the demo tells them.
    """

    external_id: str
    title: str
    values: Mapping[str, FieldValue]
    design: Design | None
    further: Sequence[FurtherPremiere] = ()
    ids: CatalogueIds | None = None


def demo_films(today: date) -> list[DemoFilm]:
    """Return the films with premieres around today."""
    return [_film(entry, today) for entry in json.loads(FILE.read_text(encoding="utf-8"))]


def _film(entry: Mapping[str, Any], today: date) -> DemoFilm:
    given = {column: entry[column] for column in FIELDS if column in entry}
    given["external_id"] = f"demo-{entry['id']}"
    given["premiere_date"] = str(_premiere(entry, today))
    values = _checked(given, entry["id"])
    further = [_further(each, entry["id"], today) for each in entry.get("further", ())]
    return DemoFilm(
        given["external_id"], entry["title"], values, _design(entry), further, _ids(entry)
    )


def _further(entry: Mapping[str, Any], film: str, today: date) -> FurtherPremiere:
    given = {column: entry[column] for column in PREMIERE_COLUMNS if column in entry}
    values = _checked({**given, "premiere_date": str(_premiere(entry, today))}, film)
    if (week := entry.get("moved_from_week")) is None:
        return FurtherPremiere(values, None)
    return FurtherPremiere(values, _premiere({**entry, "week": week}, today))


def _checked(given: Mapping[str, Any], film: str) -> Mapping[str, FieldValue]:
    checked = check_fields(given)
    if checked.faults:
        raise ValueError(f"{FILE.name}: {film}: {checked.faults}")
    return checked.values


def _premiere(entry: Mapping[str, Any], today: date) -> date:
    """Return the date; the first of the month where only the month is known."""
    day = week_of(today).first + timedelta(weeks=entry["week"], days=entry.get("day", 0))
    return day.replace(day=1) if entry.get("date_precision") == "month" else day


def _ids(entry: Mapping[str, Any]) -> CatalogueIds | None:
    return CatalogueIds(entry["tmdb_id"], entry["imdb_id"]) if "tmdb_id" in entry else None


def _design(entry: Mapping[str, Any]) -> Design | None:
    if entry["poster"] is None:
        return None
    credit = f"{', '.join(entry['director'])} · {entry['year']}"
    return Design(**entry["poster"], credit=credit)
