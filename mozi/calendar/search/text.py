"""Folds text to words as the search compares them: no accents, no capitals, no punctuation.

SQL triggers fold the movies (migrations/versions/0002_search.py), so that the index is right
however a row is written. Queries are folded here; both must give the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import filterfalse

# Letters that Unicode does not decompose; the migration has the same table.
UNMARKED = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i",
    "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "¹": "1", "²": "2", "³": "3", "½": " 1 2",
}  # fmt: skip
ARTICLES = frozenset(("a", "az", "the"))
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

_PLAIN = str.maketrans(UNMARKED)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text's words with a space between them: "Kőszívű – EMBER" is "koszivu ember"."""
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """Return the text's words, folded, in order."""
    text = text.lower()
    if not text.isascii():
        parted = unicodedata.normalize("NFKD", text.translate(_PLAIN))
        text = "".join(filterfalse(unicodedata.combining, parted))
    return _WORD.findall(text)


def without_article(words: list[str]) -> list[str]:
    """Return a title's words without the article that it begins with."""
    return words[1:] if len(words) > 1 and words[0] in ARTICLES else words


def title_forms(text: str) -> set[str]:
    """Return the forms by which a title is found: "A Wall-E" gives "wall e" and "walle"."""
    words = without_article(words_of(text))
    return {form for form in (" ".join(words), "".join(words)) if form}


def typos_of(word: str) -> Iterator[str]:
    """Yield word, and every word that is one typo away from it.

    A typo is a missing, added or wrong letter, or two swapped neighbours.
    """
    yield word
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + letter + tail for letter in LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
