"""Tells the headings and notes between a sheet's films from its films.

People's sheets have lines such as "2026. DECEMBER", "December 3. (csütörtök)" or "* A változtatás
jogát fenntartjuk". Such a line fills one cell only, or repeats the table's heading. Where it names
a day or a month, that is the date of the films below it that have none of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mozi.calendar.importing.cells import month_of

# A table of fewer columns has films with one filled cell; there only a date makes a heading.
COLUMNS_OF_A_TABLE = 3
TEXT_LENGTH = 60

_NUMBERS = re.compile(r"(\d{4})\s*[.\-/]\s*(\d{1,2})\s*[.\-/]\s*(\d{1,2})(?!\d)")
_WORDS = re.compile(r"(?:(\d{4})\s*\.?\s*)?([^\W\d_]+)\.?(?:\s*(\d{1,2})(?!\d))?")
_YEAR = re.compile(r"(\d{4})\s*\.?")
_WEEK = re.compile(r"\d{1,2}\s*\.?\s*(?:műsor|játék)?hét\b[\s:,(–-]*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(.*|\)")
_THURSDAY = 3
_TITLES = {"title", "original_title"}

Dated = Mapping[str, str]


@dataclass
class Sections:
    """Reads a sheet's lines in order, and knows the section that each is in.

    headings, columns: of the table. dated: the columns' values that the section gives its films.
    """

    headings: Sequence[str | None]
    columns: Sequence[str | None]
    dated: Dated = field(default_factory=dict)
    year: str = ""

    def find_text(self, cells: Sequence[object]) -> str | None:
        """Return the text of a line that is no film, and begin its section; None for a film."""
        filled = {i: cell for i, cell in enumerate(cells) if str(cell or "").strip()}
        texts = [str(cell).strip() for cell in filled.values()]
        if len(filled) > 1:
            repeats = texts == [self._heading(i) for i in filled]
            return " | ".join(texts)[:TEXT_LENGTH] if repeats else None
        [(place, cell)] = filled.items()
        column = self.columns[place] if place < len(self.columns) else None
        few = sum(map(bool, self.columns)) < COLUMNS_OF_A_TABLE
        if few and column == "premiere_date" and isinstance(cell, date):
            return None  # a film whose title is missing
        if self._begin(cell):
            return shown(cell)
        return None if few and column in _TITLES else shown(cell)

    def _heading(self, place: int) -> str | None:
        return self.headings[place] if place < len(self.headings) else None

    def _begin(self, cell: object) -> bool:
        """Take the date that the cell names, if any, and return whether there is one."""
        found = date_of(cell, year=self.year)
        if found is None:
            return False
        self.year, self.dated = found
        return True


def date_of(cell: object, *, year: str) -> tuple[str, Dated] | None:
    """Return the year and the columns' values that a heading gives, None for another text.

    year: that of the headings before. A programme week ("December 3–9.", Thursday to Wednesday)
    gives its first day, when its films open; any other span of days is a heading without a date.
    """
    if isinstance(cell, date):
        day = (cell.date() if isinstance(cell, datetime) else cell).isoformat()
        return day[:4], {"premiere_date": day}
    text = str(cell).strip()
    if found := _WEEK.match(text):
        return date_of(text[found.end() :].rstrip(" )"), year=year) or (year, {})
    if found := _NUMBERS.match(text):
        return found[1], _without_rest(text[found.end() :], found[1], int(found[2]), found[3])
    if found := _YEAR.fullmatch(text):
        return found[1], {}
    if (found := _WORDS.match(text)) is None or (month := month_of(found[2])) is None:
        return None
    rest, year = text[found.end() :], found[1] or year
    if found[3] is None and re.search(r"\w", rest):
        return None  # "December boys"
    return year, _without_rest(rest, year, month, found[3])


def _without_rest(rest: str, year: str, month: int, day: str | None) -> Dated:
    """Return the date, none where further digits follow that end no week, or without a year."""
    rest = _IN_BRACKETS.sub("", rest)
    if not year or (re.search(r"\d", rest) and not _ends_week(rest, int(year), month, day)):
        return {}
    if day is None:
        return {"premiere_date": f"{year}-{month:02}-01", "date_precision": "month"}
    return {"premiere_date": f"{year}-{month:02}-{int(day):02}"}


def _ends_week(rest: str, year: int, month: int, day: str | None) -> bool:
    """Return whether the day is a Thursday and the rest ("–9.") names the Wednesday after it."""
    try:
        first = date(year, month, int(day or 0))
    except ValueError:
        return False
    last = first + timedelta(days=6)
    return first.weekday() == _THURSDAY and int(re.findall(r"\d+", rest)[-1]) == last.day


def shown(cell: object) -> str:
    """Return the line's text as the preview shows it."""
    text = cell.date() if isinstance(cell, datetime) else cell
    return " ".join(str(text).split())[:TEXT_LENGTH]
