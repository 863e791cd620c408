"""Original languages of films: codes of ISO 639, and their names in Hungarian and English.

The names are those of Unicode's CLDR, which Babel brings along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from mozi.calendar.messages import InvalidValue
from mozi.calendar.parsers import SHORT, line, quoted

NO_LANGUAGES = frozenset(("mul", "und", "zxx"))  # several, unknown, none
# TMDB says "cn" for Cantonese and "xx" where a film has no words; "iw" and the like are retired.
OTHER_CODES = {"cn": "yue", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "nb": "no"}
OTHER_NAMES = {"mandarin": "zh", "norvég": "no", "mandarin chinese": "zh", "flamand": "nl"}
WORD_ENDS = (" nyelvű", " nyelv", " nyelven", " language")


@cache
def language_names(display: str) -> Mapping[str, str]:
    """Return the names of all languages by code. display: the language of the names."""
    known = Locale(display).languages.items()
    return {
        code: name
        for code, name in known
        if code.isalpha() and len(code) <= 3 and code not in NO_LANGUAGES
    }


@lru_cache(maxsize=1024)
def language_code(text: str) -> str | None:
    """Return the code that a text means: a code, or a name in Hungarian or English."""
    word = text.strip().casefold()
    for end in WORD_ENDS:
        word = word.removesuffix(end)
    word = OTHER_CODES.get(word, word)
    return word if word in language_names("hu") else _codes_by_name().get(word)


@cache
def _codes_by_name() -> Mapping[str, str]:
    codes = {
        name.casefold(): code
        for display in ("en", "hu")
        for code, name in language_names(display).items()
    }
    return {**codes, **OTHER_NAMES}


def language(value: object) -> str | None:
    """Parse a language: a parser as those of parsers.py."""
    text = line(SHORT)(value)
    if text is None:
        return None
    code = language_code(text)
    if code is None:
        raise InvalidValue("not_language", value=quoted(text))
    return code


@lru_cache(maxsize=4096)
def title_language(title: str, code: str) -> str:
    """Return the language tag (BCP 47) of a title in this language.

    A title in Latin letters of a language with other ones is a transcription: "ja-Latn".
    """
    usual = get_global("likely_subtags").get(code, "").split("_")
    letters = [unicodedata.name(each, "") for each in title if each.isalpha()]
    is_latin = bool(letters) and all(name.startswith("LATIN") for name in letters)
    return f"{code}-Latn" if is_latin and len(usual) > 1 and usual[1] != "Latn" else code
