"""Sort keys for Hungarian alphabetical order: plain text that sorts by code point.

The order is that of CLDR's `hu` collation: cs, dz, dzs, gy, ly, ny, sz, ty and zs are single
letters; a doubled one (ssz) counts as two of them; ö and ü are letters after o and u, while á, é,
í, ó, ő, ú, ű differ from their short pairs only where all else is equal; then small letters come
before capitals. Titles are compared word by word ("A kör" before "Abigél"). Two rules differ
from CLDR, both for film titles: numbers sort by value ("Rocky 2" before "Rocky 10"), and
punctuation only separates words, so that a quotation mark does not move a title.

Sorting is done here because databases' collations differ, and many have no Hungarian one.
Where two words are joined, two letters may look like one ("község" has z + s): without a
dictionary they cannot be distinguished. CLDR takes them for one letter, and so does this module.
"""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = re.findall(
    r"\S+", "a b c cs d dz dzs e f g gy h i j k l ly m n ny o ö p q r s sz t ty u ü v w x y z zs"
)
# One printable ASCII character a letter, from "A": after the digits, before all other scripts.
_LETTERS = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
_COMPOUND = [letter for letter in _LETTERS if len(letter) > 1]
_DOUBLED = {letter[0] + letter: _LETTERS[letter] * 2 for letter in _COMPOUND}
_MANY = {letter: _LETTERS[letter] for letter in _COMPOUND} | _DOUBLED

_LONG = dict(zip("áéíóőúű", "aeioöuü", strict=True))
_FOREIGN = {"ø": "ö", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}

_GAP = " "  # sorts before digits and letters: a shorter word comes first
_LEVEL = "\x1f"  # sorts before the gap: a shorter title comes first
_SHORT_MARK, _LONG_MARK, _OTHER_MARK = "0", "1", "2"

_many = "|".join(sorted(_MANY, key=len, reverse=True))
_TOKEN = re.compile(rf"(?P<many>{_many})|(?P<number>[0-9]+)|(?P<word>[^\W_])|(?P<gap>[\W_]+)")


def sort_key(title: str) -> str:
    """Return the title's sort key.

    It has three levels, each compared only where the ones before are equal: letters, accents,
    capitals. Equal keys mean that titles differ in punctuation at most.
    """
    composed = unicodedata.normalize("NFC", title)
    letters, marks = _letters_and_marks(_spell_out(composed.lower()).strip())
    capitals = "".join("1" if char.isupper() else "0" for char in composed if char.isalnum())
    return _LEVEL.join((letters, marks.rstrip("0"), capitals.rstrip("0")))


def _spell_out(lowered: str) -> str:
    """Return lowered with foreign letters spelled out and other combining marks dropped."""
    if lowered.isascii():
        return lowered
    return "".join(_FOREIGN.get(char, char) for char in lowered if not unicodedata.combining(char))


def _letters_and_marks(lowered: str) -> tuple[str, str]:
    weighed = [_weigh(token) for token in _TOKEN.finditer(lowered)]
    letters = "".join(letter for letter, _ in weighed).strip(_GAP)
    return letters, "".join(mark for _, mark in weighed)


def _weigh(token: re.Match[str]) -> tuple[str, str]:
    """Return a token's letters and its mark; a gap has no mark, so punctuation has no weight."""
    text = token[0]
    if token["many"]:
        return _MANY[text], _SHORT_MARK
    if token["number"]:
        return _number(text), _SHORT_MARK
    if token["gap"]:
        return _GAP, ""
    return _weigh_letter(text)


def _weigh_letter(char: str) -> tuple[str, str]:
    if char in _LETTERS:
        return _LETTERS[char], _SHORT_MARK
    if char in _LONG:
        return _LETTERS[_LONG[char]], _LONG_MARK
    bare = unicodedata.normalize("NFKD", char)[0]
    return _LETTERS.get(bare, bare), _OTHER_MARK


def _number(digits: str) -> str:
    """Return digits after their count, so that shorter numbers come first (9: 9 or more)."""
    value = digits.lstrip("0") or "0"
    return f"{min(len(value), 9)}{value}"


LETTERS = tuple(_LETTERS)
"""The letters of the alphabet in order; á belongs to a, ő to ö."""


def key_range(letter: str) -> tuple[str, str]:
    """Return the first sort key that begins with letter (of LETTERS), and the first after it."""
    return _LETTERS[letter], chr(ord(_LETTERS[letter]) + 1)


_SPELLED = {code: letter for letter, code in _LETTERS.items()} | {_GAP: " "}


def beginning_of(key: str) -> str | None:
    """Return how a title with this sort key begins: "ab", or "a k" after a word of one letter.

    None where a digit or another script is among these letters.
    """
    start = key[: 3 if key[1:2] == _GAP else 2]
    known = len(start) > 1 and start[-1] != _GAP and all(char in _SPELLED for char in start)
    return "".join(_SPELLED[char] for char in start) if known else None


def beginning_range(beginning: str) -> tuple[str, str] | None:
    """Return the first sort key that begins so and the first after it; None for other texts."""
    low = sort_key(beginning).split(_LEVEL)[0]
    if beginning_of(low) != beginning or len(low) > 3:
        return None
    return low, low[:-1] + chr(ord(low[-1]) + 1)
