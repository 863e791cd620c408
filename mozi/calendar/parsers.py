"""Parsers of single values: from text or a JSON value to a column's value.

A parser raises InvalidValue; its message has no subject ("has 301 characters; …"), because only
the caller knows the column. Blank text and None give None, or an empty list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import urlsplit

from mozi.calendar.messages import InvalidValue
from mozi.vocabulary import LIST_SEPARATOR

T = TypeVar("T")
Parser = Callable[[object], T]

SHORT = 100  # characters of a number, a date or a word; longer text is refused unparsed

# Characters that XML 1.0 forbids (section 2.2), and so do feeds and the sitemap; line breaks and
# tabs; and the marks that change the direction of the text after them (UAX #9).
_REST = "\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069"
_FORBIDDEN = re.compile(f"[\x00-\x0a{_REST}]")
_FORBIDDEN_IN_LINES = re.compile(f"[\x00-\x08{_REST}]")


def quoted(value: object) -> str:
    """Return value for a message: short and without control characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def line(max_length: int) -> Parser[str | None]:
    """Return a parser of one line of text."""

    def parse(value: object) -> str | None:
        return _checked(_composed(value), max_length, forbidden=_FORBIDDEN) or None

    return parse


def lines(max_length: int) -> Parser[str | None]:
    """Return a parser of text with line breaks, which become "\\n"."""

    def parse(value: object) -> str | None:
        text = _composed(value).replace("\r\n", "\n").replace("\r", "\n")
        return _checked(text, max_length, forbidden=_FORBIDDEN_IN_LINES) or None

    return parse


def code(max_length: int) -> Parser[str | None]:
    """Return a parser of a line that may also be a whole number, as ids are in JSON."""

    def parse(value: object) -> str | None:
        return line(max_length)(str(value) if _is_whole(value) else value)

    return parse


def required(parser: Parser[T | None]) -> Parser[T]:
    """Return a parser that refuses blank text."""

    def parse(value: object) -> T:
        parsed = parser(value)
        if parsed is None:
            raise InvalidValue("needed")
        return parsed

    return parse


def day(years: range) -> Parser[date | None]:
    """Return a parser of YYYY-MM-DD within years."""

    def parse(value: object) -> date | None:
        text = line(SHORT)(value)
        return None if text is None else _day(text, years)

    return parse


def _day(text: str, years: range) -> date:
    # fromisoformat alone would take 20261126 and 2026-W48-4 as well.
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise InvalidValue("not_date", value=quoted(text))
    try:
        parsed = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue("no_such_day", value=text) from error
    if parsed.year not in years:
        raise InvalidValue("year_out_of_range", value=text, first=years[0], last=years[-1])
    return parsed


def whole(limits: range) -> Parser[int | None]:
    """Return a parser of a whole number within limits, of at most nine digits."""

    def parse(value: object) -> int | None:
        text = code(SHORT)(value)
        if text is None:
            return None
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) not in limits:
            raise InvalidValue("not_whole", value=quoted(value), first=limits[0], last=limits[-1])
        return int(text)

    return parse


def choice(choices: Sequence[str], *, fold: Callable[[str], str]) -> Parser[str | None]:
    """Return a parser of one of choices. fold: gives text the case of choices."""

    def parse(value: object) -> str | None:
        text = code(SHORT)(value)
        if text is None:
            return None
        if fold(text) not in choices:
            raise InvalidValue("not_a_choice", value=quoted(text), choices=", ".join(choices))
        return fold(text)

    return parse


def with_default(parser: Parser[T | None], default: T) -> Parser[T]:
    """Return a parser that returns default for blank text."""

    def parse(value: object) -> T:
        parsed = parser(value)
        return default if parsed is None else parsed

    return parse


def listed(max_items: int, *, max_length: int) -> Parser[tuple[str, ...]]:
    """Return a parser of an array, or of text separated by semicolons; it drops blank items."""

    def parse(value: object) -> tuple[str, ...]:
        items = [_item(each, max_length) for each in _split(value)]
        if len(items) > max_items:
            raise InvalidValue("too_many_items", count=len(items), most=max_items)
        return tuple(item for item in items if item)

    return parse


def _split(value: object) -> Sequence[object]:
    if value is None or isinstance(value, str):
        return (value or "").split(LIST_SEPARATOR)
    if isinstance(value, (list, tuple)):
        return value
    raise InvalidValue("not_list", value=quoted(value))


def _item(value: object, max_length: int) -> str | None:
    item = line(max_length)(value)
    if item and LIST_SEPARATOR in item:
        raise InvalidValue("item_with_semicolon", value=quoted(item))
    return item


def web_address(max_length: int) -> Parser[str | None]:
    """Return a parser of an http or https address; it returns the address unchanged."""

    def parse(value: object) -> str | None:
        text = _checked(_text(value).strip(), max_length, forbidden=_FORBIDDEN)
        if text and not _is_web_address(text):
            raise InvalidValue("not_web_address", value=quoted(text))
        return text or None

    return parse


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError beyond 65535
    except ValueError:
        return False
    blank = any(character.isspace() for character in text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not blank


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValue("not_text", value=quoted(value))
    return value


def _composed(value: object) -> str:
    """Return the text trimmed and in NFC, so that equal titles compare equal."""
    text = _text(value).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _checked(text: str, max_length: int, *, forbidden: re.Pattern[str]) -> str:
    if found := forbidden.search(text):
        character = f"U+{ord(found.group()):04X}"
        raise InvalidValue("control_character", character=character, position=found.end())
    if len(text) > max_length:
        raise InvalidValue("too_long", length=len(text), most=max_length)
    return text


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
