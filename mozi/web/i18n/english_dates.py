"""English dates in words: the functions of `dates.py`, by the same rules.

The day comes before the month, as in most of Europe.
"""

from __future__ import annotations

from datetime import date

from mozi.calendar.weeks import Month, Week
from mozi.web.i18n.dates import distance_in_units, machine_date

__all__ = ["machine_date"]  # the same in every language

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sept", "Oct", "Nov", "Dec"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NEAR_DAYS = {-2: "2 days ago", -1: "yesterday", 0: "today", 1: "tomorrow", 2: "in 2 days"}


def month_name(month: Month, *, today: date) -> str:
    """Return "November", or "January 2027" outside the present year."""
    return f"{MONTHS[month.month - 1]}{_year_unless(month.year, today)}"


def full_month(month: Month) -> str:
    """Return "November 2026"."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def day_name(day: date, *, today: date) -> str:
    """Return "Thursday, 26 November", outside the present year with the year behind."""
    return f"{WEEKDAYS[day.weekday()]}, {_day(day)}{_year_unless(day.year, today)}"


def full_day(day: date) -> str:
    """Return "Thursday, 26 November 2026"."""
    return f"{WEEKDAYS[day.weekday()]}, {_day(day)} {day.year}"


def short_day(day: date, *, today: date) -> str:
    """Return "26 Nov", outside the present year with the year behind."""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]}{_year_unless(day.year, today)}"


def week_span(week: Week, *, today: date) -> str:
    """Return "26 November – 2 December", or "3–9 December" within one month.

    A week with a New Year has both years; a week in another year has its year.
    """
    first, last = week.first, week.last
    if first.year != last.year:
        return f"{_day(first)} {first.year} – {_day(last)} {last.year}"
    start = f"{first.day}–" if first.month == last.month else f"{_day(first)} – "
    return f"{start}{_day(last)}{_year_unless(first.year, today)}"


def premiere(day: date, precision: str) -> str:
    """Return the known part of the date: the day, "November 2026" or "2026"."""
    if precision == "day":
        return full_day(day)
    return full_month(Month(day.year, day.month)) if precision == "month" else str(day.year)


def listed(day: date, precision: str, *, today: date) -> str:
    """Return premiere() for a list: a past day without its weekday, "30 September 1972"."""
    past = precision == "day" and day < today
    return f"{_day(day)} {day.year}" if past else premiere(day, precision)


def moved(old: date, new: date, *, today: date) -> str:
    """Return "3 → 10 December", "26 November → 3 December"; years where one is not this year's."""
    if old.year != new.year:
        return f"{_day(old)} {old.year} → {_day(new)} {new.year}"
    start = str(old.day) if old.month == new.month else _day(old)
    end = _day(new) if new.year == today.year else f"{_day(new)} {new.year}"
    return f"{start} → {end}"


def distance(day: date, *, today: date) -> str:
    """Return the distance of a day: "tomorrow", "in 12 days", "3 months ago", "68 years ago"."""
    days = (day - today).days
    if days in NEAR_DAYS:
        return NEAR_DAYS[days]
    number, unit = distance_in_units(days)
    length = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {length}" if days > 0 else f"{length} ago"


def near_day(day: date, *, today: date) -> str:
    """Return "today", "in 2 days", …, or "" for a day further away."""
    return NEAR_DAYS.get((day - today).days, "")


def in_year(year: int) -> str:
    """Return "in 2027"."""
    return f"in {year}"


def in_month(month: Month, *, today: date) -> str:
    """Return "in November", outside the present year with the year behind."""
    return f"in {month_name(month, today=today)}"


def _year_unless(year: int, today: date) -> str:
    return "" if year == today.year else f" {year}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
