"""Reads a JSON array one value at a time, so that no file fills the memory before it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mozi.calendar.importing.formats.rejecting import reject
from mozi.calendar.importing.formats.texts import LINE_CHARACTERS

USUAL_CHARACTERS = 8_000  # of a film; copying much more for each would take time
_CUT = 13  # characters of the longest token that is no string: two \uXXXX escapes
_SPACE = re.compile(r"[ \t\n\r]*")


class Pairs(list[tuple[str, object]]):
    """A JSON object's pairs: a dict would drop the first of two equal names."""


_DECODER = json.JSONDecoder(object_pairs_hook=Pairs)


def json_values(text: str) -> Iterator[object]:
    """Yield the values of the array; raises ImportRejected where the text is no JSON array."""
    try:
        yield from _values(text)
    except (ValueError, RecursionError) as error:
        reject("not_json", error=str(error))


def count_values(value: object) -> int:
    """Return how many values there are in the value, with those in it."""
    count, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, Pairs):
            waiting.extend(inner for _, inner in each)
        elif isinstance(each, list):
            waiting.extend(each)
    return count


def _values(text: str) -> Iterator[object]:
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        reject("not_an_array")
    at = _skip(text, at + 1)
    number, mark = 0, text[at : at + 1]
    while mark != "]":
        number += 1
        value, at = _value(text, at, number=number)
        yield value
        at = _skip(text, at)
        mark = text[at : at + 1]
        if mark not in ("]", ","):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        at += mark == ","
        at = _skip(text, at)
    if (end := _skip(text, at + 1)) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, *, number: int) -> tuple[object, int]:
    """Return the value that begins there, and its end; refuses one that is too long."""
    for size in (USUAL_CHARACTERS, LINE_CHARACTERS):
        part, is_rest = text[at : at + size], at + size >= len(text)
        try:
            value, end = _DECODER.raw_decode(part)
        except json.JSONDecodeError as error:
            if is_rest or not _is_cut(error, part):
                raise json.JSONDecodeError(error.msg, text, at + error.pos) from None
            continue
        if is_rest or end < len(part):
            return value, at + end
    return reject("line_too_long", line=number)


def _is_cut(error: json.JSONDecodeError, part: str) -> bool:
    """Return whether the value may only seem wrong because the part ends."""
    return error.msg.startswith("Unterminated string") or error.pos > len(part) - _CUT
