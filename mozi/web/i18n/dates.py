"""Hungarian dates in words: rules and tables, without the machine's locale.

Most functions omit the year if it is the present one. A number at the end keeps its full stop;
a number before a dash has none.
"""

from __future__ import annotations

import re
from datetime import date

from markupsafe import Markup, escape

from mozi.calendar.weeks import Month, Week

MONTHS = (
    *("január", "február", "március", "április", "május", "június"),
    *("július", "augusztus", "szeptember", "október", "november", "december"),
)
SHORT_MONTHS = (
    *("jan.", "febr.", "márc.", "ápr.", "máj.", "jún."),
    *("júl.", "aug.", "szept.", "okt.", "nov.", "dec."),
)
WEEKDAYS = ("hétfő", "kedd", "szerda", "csütörtök", "péntek", "szombat", "vasárnap")

# Names of near days by their distance from today.
NEAR_DAYS = {-2: "tegnapelőtt", -1: "tegnap", 0: "ma", 1: "holnap", 2: "holnapután"}
UNITS = {"day": ("nap", "napja"), "month": ("hónap", "hónapja"), "year": ("év", "éve")}
MOST_DAYS = 60  # longer distances are in months, from two years on in years
DAYS_A_MONTH = 30.44
DAYS_A_YEAR = 365.25

# The space in "december 3", "dec. 3" and "3 December", but not in "2027. január".
MONTH_AND_DAY = re.compile(r"(?<=[^\W\d_]) (?=\d)|(?<=[^\W\d_]\.) (?=\d)|(?<=\d) (?=[^\W\d_])")

DAY_NUMBER = re.compile(r"\b\d{1,2}\b\.?")  # "26." and "26", but not "2027."

# The vowels of the number's last spoken word decide "-ban" or "-ben": kilenc-ben, hat-ban.
_BACK_UNITS = "368"  # három, hat, nyolc
_BACK_TENS = "2368"  # húsz, harminc, hatvan, nyolcvan


def month_name(month: Month, *, today: date) -> str:
    """Return "november", or "2027. január" outside the present year."""
    name = MONTHS[month.month - 1]
    return name if month.year == today.year else f"{month.year}. {name}"


def full_month(month: Month) -> str:
    """Return "2026. november"."""
    return f"{month.year}. {MONTHS[month.month - 1]}"


def day_name(day: date, *, today: date) -> str:
    """Return "november 26., csütörtök", outside the present year with the year in front."""
    return f"{_year_unless(day.year, today)}{_day(day)}., {WEEKDAYS[day.weekday()]}"


def full_day(day: date) -> str:
    """Return "2026. november 26., csütörtök"."""
    return f"{day.year}. {_day(day)}., {WEEKDAYS[day.weekday()]}"


def short_day(day: date, *, today: date) -> str:
    """Return "nov. 26.", outside the present year with the year in front."""
    return f"{_year_unless(day.year, today)}{_short_day(day)}."


def week_span(week: Week, *, today: date) -> str:
    """Return "november 26–december 2.", or "december 3–9." within one month.

    A week with a New Year has both years; a week in another year has its year.
    """
    first, last = week.first, week.last
    if first.year != last.year:
        return f"{first.year}. {_day(first)}. – {last.year}. {_day(last)}."
    end = str(last.day) if first.month == last.month else _day(last)
    return f"{_year_unless(first.year, today)}{_day(first)}–{end}."


def premiere(day: date, precision: str) -> str:
    """Return the known part of the date: the day, "2026. november" or "2026"."""
    if precision == "day":
        return full_day(day)
    return full_month(Month(day.year, day.month)) if precision == "month" else str(day.year)


def listed(day: date, precision: str, *, today: date) -> str:
    """Return premiere() for a list: a past day without its weekday, "1972. szeptember 30."."""
    past = precision == "day" and day < today
    return f"{day.year}. {_day(day)}." if past else premiere(day, precision)


def machine_date(day: date, precision: str) -> str:
    """Return the value of <time datetime>: a date, a month or a year (HTML, 4.5.14)."""
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]


def moved(old: date, new: date, *, today: date) -> str:
    """Return "december 3. → 10.", "2027. május 27. → június 3."; years outside the present one."""
    if old.year != new.year:
        return f"{old.year}. {_day(old)}. → {new.year}. {_day(new)}."
    start = _day(old) if new.year == today.year else f"{old.year}. {_day(old)}"
    end = str(new.day) if old.month == new.month else _day(new)
    return f"{start}. → {end}."


def unbroken_dates(text: str) -> str:
    """Return the text with no-break spaces between month and day, in both languages."""
    return MONTH_AND_DAY.sub("\N{NO-BREAK SPACE}", text)


def bold_day(text: str) -> Markup:
    """Return the text with the number of its day in <b>, in both languages."""
    return Markup(DAY_NUMBER.sub(r"<b>\g<0></b>", str(escape(text))))  # noqa: S704 # nosec B704


def distance(day: date, *, today: date) -> str:
    """Return the distance of a day: "holnap", "12 nap múlva", "3 hónapja", "68 éve"."""
    days = (day - today).days
    if days in NEAR_DAYS:
        return NEAR_DAYS[days]
    number, unit = distance_in_units(days)
    to_come, ago = UNITS[unit]
    return f"{number} {to_come} múlva" if days > 0 else f"{number} {ago}"


def distance_in_units(days: int) -> tuple[int, str]:
    """Return a distance in "day", "month" or "year", by its length."""
    if abs(days) <= MOST_DAYS:
        return abs(days), "day"
    if abs(days) < 2 * DAYS_A_YEAR:
        return round(abs(days) / DAYS_A_MONTH), "month"
    return int(abs(days) / DAYS_A_YEAR), "year"


def near_day(day: date, *, today: date) -> str:
    """Return "ma", "holnap", …, or "" for a day without a name."""
    return NEAR_DAYS.get((day - today).days, "")


def in_year(year: int) -> str:
    """Return "2026-ban", "2027-ben"."""
    return f"{year}-{_in_suffix(str(year))}"


def in_month(month: Month, *, today: date) -> str:
    """Return "novemberben", "márciusban", outside the present year with the year in front."""
    suffix = "ben" if MONTHS[month.month - 1].endswith("ber") else "ban"
    return f"{month_name(month, today=today)}{suffix}"


def _year_unless(year: int, today: date) -> str:
    return "" if year == today.year else f"{year}. "


def _day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def _short_day(day: date) -> str:
    return f"{SHORT_MONTHS[day.month - 1]} {day.day}"


def _in_suffix(digits: str) -> str:
    """Return the suffix of a year of four digits."""
    unit, ten, hundred = digits[-1], digits[-2], digits[-3]
    if unit != "0":
        return "ban" if unit in _BACK_UNITS else "ben"
    if ten != "0":
        return "ban" if ten in _BACK_TENS else "ben"
    return "ban" if hundred != "0" else "ben"  # száz-ban, ezer-ben
