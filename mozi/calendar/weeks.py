"""Programme weeks and months, which pages group premieres by.

Hungarian cinemas change their programme on Thursdays, so a week runs from Thursday to
Wednesday. Dates are plain dates: a premiere has no time of day and no time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

THURSDAY = 3  # date.weekday(): Monday is 0
DAYS_A_WEEK = 7

# The oldest surviving film was shot in 1888; a premiere after 2200 is a typing error.
FIRST_YEAR = 1888
LAST_YEAR = 2200


@dataclass(frozen=True, order=True)
class Week:
    """A programme week. first: its Thursday."""

    first: date

    @property
    def last(self) -> date:
        """Return the week's Wednesday."""
        return self.first + timedelta(days=DAYS_A_WEEK - 1)

    @property
    def next(self) -> Week:
        """Return the week after this one."""
        return Week(self.first + timedelta(days=DAYS_A_WEEK))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def week_of(day: date) -> Week:
    """Return the programme week that day falls in."""
    return Week(day - timedelta(days=(day.weekday() - THURSDAY) % DAYS_A_WEEK))


def next_thursday(day: date) -> date:
    """Return the next Thursday, on which films open; day itself if it is a Thursday."""
    return day + timedelta(days=(THURSDAY - day.weekday()) % DAYS_A_WEEK)


def weeks_from(day: date, *, count: int) -> tuple[Week, ...]:
    """Return count weeks, beginning with day's own."""
    first = week_of(day).first
    return tuple(Week(first + timedelta(days=DAYS_A_WEEK * index)) for index in range(count))


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; month counts from 1."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Return the month's first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Return the month's last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """Return the month after this one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def month_of(day: date) -> Month:
    """Return the calendar month that day falls in."""
    return Month(day.year, day.month)


def is_year(year: int) -> bool:
    """Return whether the calendar has a page for this year."""
    return FIRST_YEAR <= year <= LAST_YEAR


def find_month(year: int, month: int) -> Month | None:
    """Return the month, None where the calendar has no page for it (month 13, year 1)."""
    return Month(year, month) if is_year(year) and 1 <= month <= 12 else None


class HasPremiere(Protocol):
    """A date that is known as far as its precision says."""

    @property
    def premiere_date(self) -> date: ...
    @property
    def date_precision(self) -> str: ...


def is_to_come(premiere: HasPremiere, today: date) -> bool:
    """Return whether a premiere is today or later; a month or year is to come until it is over."""
    earliest = {
        "day": today,
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    return premiere.premiere_date >= earliest[premiere.date_precision]
