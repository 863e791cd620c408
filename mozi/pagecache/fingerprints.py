"""The digests of a page's rows: the fingerprint of all, and one of each movie and picture.

The rows are a frozen dataclass whose `repr` is the same exactly when the page is. The page is
rendered from the very value that is hashed here, so there is no second description of "what the
page shows" that could differ: no order of reads to get right, no version to raise.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

SHORT_DIGITS = 10  # enough to see in a log line which movie changed
PLAIN = frozenset({str, int, float, bool, bytes, date, datetime, NoneType, ...})


def fingerprint_of(shown: object) -> str:
    """Return the digest of everything that a page shows: 64 hexadecimal digits."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def digests_of(shown: object) -> dict[str, str]:
    """Return a short digest of each movie ("7") and picture ("7.thumb") within shown.

    They tell what changed between two renders, for the log; the fingerprint decides whether
    anything did.
    """
    texts: defaultdict[str, str] = defaultdict(str)
    for name, text in _movies_and_pictures(shown):
        texts[name] += text  # a movie is there once for each of its premieres
    return {
        name: hashlib.sha256(text.encode()).hexdigest()[:SHORT_DIGITS]
        for name, text in texts.items()
    }


def what_changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names whose digests differ, and those in only one of both, in order."""
    names = before.keys() | after.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name)))


def _movies_and_pictures(value: Any, movie_id: object = "") -> Iterator[tuple[str, str]]:
    """Yield each movie's and picture's name and text; a picture belongs to the nearest movie."""
    if isinstance(value, tuple):
        for item in value:
            yield from _movies_and_pictures(item, movie_id)
        return
    movie: Any = getattr(value, "movie", value)
    if hasattr(movie, "version"):
        movie_id = movie.id
        if movie is value:
            yield str(movie_id), repr(value)
    if hasattr(value, "media"):
        yield f"{movie_id}.{value.media}", repr(value)
    for name in _names_of(value.__class__):
        yield from _movies_and_pictures(getattr(value, name), movie_id)


@cache
def _names_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields of a dataclass that may hold a movie or a picture; most hold texts."""
    if not is_dataclass(kind):
        return ()
    types = get_type_hints(kind)
    return tuple(each.name for each in fields(kind) if _may_hold_any(types[each.name]))


def _may_hold_any(declared: Any) -> bool:
    """Return whether a value of this declared type may have fields of its own."""
    if within := get_args(declared):
        return any(_may_hold_any(each) for each in within)
    return declared not in PLAIN
