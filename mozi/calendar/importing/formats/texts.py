"""Reads CSV files as spreadsheets write them: encoding and separator are found out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import NoReturn

from mozi.calendar.importing.formats.rejecting import reject
from mozi.calendar.importing.headings import known_columns

Line = tuple[int, list[object]]

DELIMITERS = ",;\t"
LINE_CHARACTERS = 1_000_000  # a row with every field at its longest has some 100,000
SAMPLED_LINES = 20
MOST_ROWS = 1_048_576  # of a spreadsheet, empty ones included
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_ACCENTED = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x7f]*[\x80-\xff][^\r\n]*")
_SEP = re.compile(r'"?sep=(.)"?[ ]*\r?\n', re.IGNORECASE)


def decode(body: bytes) -> str:
    """Return the text of UTF-8, UTF-16 or Windows-1250; raises ImportRejected."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(body, "utf-16")
    if body[:1000].count(0) > len(body[:1000]) // 3:
        return _decode_guessed(body, "utf-16-be" if body[:1] == b"\0" else "utf-16-le")
    if 0 in body:
        reject("not_text_file")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_mixed(body, error)
    return _decode(body, "cp1250")


def _decode(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        _refuse(body, error)


def _decode_guessed(body: bytes, encoding: str) -> str:
    """Return the text; a picture or a program has as many zeros as UTF-16, and some in pairs."""
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        reject("not_text_file")
    if "\0" in text:
        reject("not_text_file")
    return text


def _refuse_mixed(body: bytes, error: UnicodeDecodeError) -> None:
    """Raise where some lines are UTF-8 with accents and others are no UTF-8 at all."""
    for found in _ACCENTED.finditer(body):
        try:
            found[0].removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError:
            continue
        _refuse(body, error)


def _refuse(body: bytes, error: UnicodeDecodeError) -> NoReturn:
    line = body.count(b"\n", 0, error.start) + 1
    reject("not_utf8", line=line, byte=f"{body[error.start]:02X}")


def csv_lines(text: str) -> Iterator[Line]:
    """Return the numbers, from 1 as in a spreadsheet, and the cells of the lines.

    Raises ImportRejected where the text is no CSV.
    """
    skipped, delimiter = 0, ""
    if found := _SEP.match(text):
        skipped, delimiter, text = 1, found[1], text[found.end() :]
    reader = csv.reader(_bounded(text), delimiter=delimiter or _delimiter(text), strict=True)
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            if number > MOST_ROWS:
                reject("file_too_long", rows=MOST_ROWS)
            yield number, [*cells]
    except csv.Error as error:
        reject("not_csv", line=reader.line_num + skipped, error=str(error))


def _bounded(text: str) -> Iterator[str]:
    """Yield the lines, of any line end; io.StringIO would hold four bytes a character."""
    for number, found in enumerate(_LINE.finditer(text), 1):
        if found.end() - found.start() > LINE_CHARACTERS:
            reject("line_too_long", line=number)
        yield found[0]


def _delimiter(text: str) -> str:
    """Return the separator with which a line near the top has the most known headings."""
    lines = text[:100_000].splitlines()[:SAMPLED_LINES]

    def best(delimiter: str) -> tuple[int, int]:
        rows = [line.split(delimiter) for line in lines]
        return max(((len(known_columns(row)), len(row)) for row in rows), default=(0, 0))

    return max(DELIMITERS, key=best)
