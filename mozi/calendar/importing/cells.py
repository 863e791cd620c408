"""Reads a cell as people write it: "2026. december 3.", "105 perc", "12+", "moziban"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from mozi.calendar.messages import InvalidValue
from mozi.calendar.parsers import quoted
from mozi.vocabulary import LIST_SEPARATOR

_MONTHS = (
    *("január", "február", "március", "április", "május", "június"),
    *("július", "augusztus", "szeptember", "október", "november", "december"),
)
_CLOCK = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[.\-/ ]\s*(\d{1,2})\s*[.\-/ ]\s*(\d{1,2})\.?")
_IN_WORDS = re.compile(r"(\d{4})\s*\.?\s*([^\W\d]+)\.?\s*(\d{1,2})\s*\.?(?:\s*-?[áéaie]n)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\.?")
_HOURS = re.compile(r"(\d{1,2})\s*(?:óra|ó|h|hours?|hr)\.?\s*(?:(\d{1,2})\s*(?:perc|p|m|min)?\.?)?")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:perces|perc|p|minutes|mins?|m|')\.?")
_AGE = re.compile(r"(\d{1,2})\s*(?:\+|\.|éves|éven felülieknek|éven aluliaknak nem ajánlott)")
_YEAR = re.compile(r"\(?(\d{4})[.)]*")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_FORMULA_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NULL!|NUM!)")
_BETWEEN = re.compile(r",(?!\s*(?:Jr|Sr|I{2,3})\b)|\s/\s|[\r\n]+")
_EXCEL_EPOCH = date(1899, 12, 30)  # of Windows' Excel: ECMA-376 part 1, 18.17.4.1
_EXCEL_DAYS = range(1, 80_000)

_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "age_rating": {
        "KN": (
            "korhatárra való tekintet nélkül megtekinthető",
            "korhatár nélkül",
            "korhatár nélküli",
            "korhatár nélkül megtekinthető",
        ),
    },
    "kind": {
        "cinema": ("mozi", "moziban", "mozikban", "a mozikban", "in cinemas", "theatrical"),
        "streaming": ("online", "streamingben", "streamingen", "vod"),
        "rerelease": ("újra moziban", "újra a mozikban", "felújítás", "re-release", "újrabemutató"),
    },
    "date_precision": {
        "day": ("nap", "pontos nap", "exact day"),
        "month": ("hónap", "csak a hónap"),
        "year": ("év", "csak az év"),
    },
    "language_version": {
        "dubbed": (
            *("szinkronos", "szinkronizált", "szinkron", "szinkronnal", "magyar szinkronnal"),
            *("magyar szinkronos", "magyarul beszélő", "mb", "m.b."),
        ),
        "subtitled": ("feliratos", "felirat", "felirattal", "magyar felirattal", "f", "mf"),
        "both": (
            *("szinkronos és feliratos", "feliratos és szinkronos", "szinkronos/feliratos"),
            *("feliratos/szinkronos", "szinkronos, feliratos", "feliratos, szinkronos", "mb/f"),
            *("szinkron/felirat", "dubbed and subtitled", "dubbed/subtitled"),
        ),
        "original": (
            *("eredeti", "eredeti nyelven", "eredeti nyelvű", "eredeti nyelven, felirat nélkül"),
            *("felirat nélkül", "original language", "in its original language, no subtitles"),
        ),
    },
    "status": {
        "scheduled": ("bemutatják", "műsoron", "érvényes"),
        "cancelled": ("elmarad", "lemondva", "lemondták", "törölve", "canceled"),
    },
}
_CODES = {
    column: {word: code for code, words in codes.items() for word in words}
    for column, codes in _WORDS.items()
}


def plain_cell(column: str, value: object, *, day_first: bool | None = None) -> object:
    """Return the cell in the form that the column's parser takes; other values as they are.

    day_first: whether "03/12/2026" is in December; None: raises InvalidValue.
    """
    if column == "premiere_date":
        return _plain_date(value, day_first)
    if column == "runtime_minutes":
        return _plain_minutes(value)
    text = plain_text(value)
    if column == "year" and (found := _YEAR.fullmatch(str(text).strip())):
        return found[1]
    if column == "age_rating" and (found := _AGE.fullmatch(str(text).strip().lower())):
        return found[1]
    words = _CODES.get(column)
    return words.get(str(text).strip().lower(), text) if words else text


def plain_text(value: object) -> object:
    """Return a spreadsheet's value as text; raises InvalidValue for a formula's error.

    A whole number loses its ".0". The apostrophe before a text that begins like a formula goes.
    """
    if isinstance(value, str):
        if _FORMULA_ERROR.fullmatch(value):
            raise InvalidValue("formula_error", value=value)
        return value[1:] if _GUARDED.match(value) else value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (bool, int, float, date, time, timedelta)):
        return str(value)
    return value


def with_semicolons(text: str) -> str:
    """Return a list as people write it, "Kiss Anna, Nagy Béla", as the table has it, with ";".

    Where there is a semicolon, it alone separates; "Robert Downey, Jr." is one name.
    """
    return text if LIST_SEPARATOR in text else _BETWEEN.sub(LIST_SEPARATOR, text)


def column_of_values(texts: Iterable[str]) -> str | None:
    """Return the column of whose words all these texts are, None for none."""
    words = {text.strip().lower() for text in texts}
    fitting = (column for column, codes in _CODES.items() if words <= {*codes, *codes.values()})
    return next(fitting, None) if words else None


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; plain_text gives the text back."""
    return f"'{text}" if re.match(r"'*[=+\-@\t\r]", text) else text


def _plain_date(value: object, day_first: bool | None) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and int(value) in _EXCEL_DAYS:
        return (_EXCEL_EPOCH + timedelta(days=int(value))).isoformat()
    text = plain_text(value)
    if not isinstance(text, str) or len(text) > 60:
        return text
    bare = _CLOCK.sub("", text.strip())
    if found := _YEAR_FIRST.fullmatch(bare):
        return _iso(found[1], found[2], found[3])
    if (found := _IN_WORDS.fullmatch(bare)) and (month := month_of(found[2])):
        return _iso(found[1], str(month), found[3])
    if found := _YEAR_LAST.fullmatch(bare):
        return _of_two_orders(bare, found, day_first)
    return text


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{int(month):02}-{int(day):02}"


def month_of(word: str) -> int | None:
    """Return the month of a name or of an abbreviation with at least three letters."""
    word = word.lower()
    starts = [n for n, name in enumerate(_MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    return starts[0] if len(starts) == 1 else None


def _of_two_orders(text: str, found: re.Match[str], day_first: bool | None) -> str:
    first, second, year = found.groups()
    if int(first) <= 12 and int(second) <= 12 and first != second:
        if day_first is None:
            raise InvalidValue("ambiguous_date", value=quoted(text))
    else:
        day_first = int(second) <= 12
    return _iso(year, second, first) if day_first else _iso(year, first, second)


def _plain_minutes(value: object) -> object:
    if isinstance(value, time):
        return str(value.hour * 60 + value.minute)
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()) // 60)
    text = plain_text(value)
    bare = text.strip().lower() if isinstance(text, str) else ""
    if found := _HOURS.fullmatch(bare) or re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", bare):
        return str(int(found[1]) * 60 + int(found[2] or 0))
    if found := _MINUTES.fullmatch(bare):
        return found[1]
    return text
