"""What a page's rows come to: one digest of all, and a short one of each movie and picture.

The rows are a frozen dataclass whose `repr` is the same exactly when the page is. Since a page
is rendered from the very value that is hashed here, there is no second description of "what
the page shows" that could lag behind: no order of reads to get right, no version to remember.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

SHORT = 10  # hexadecimal digits: enough to see which movie changed, in a log line


def fingerprint_of(shown: object) -> str:
    """Return the digest of everything that a page shows: 64 hexadecimal digits."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def marks_of(shown: object) -> dict[str, str]:
    """Return a short digest of each movie ("7") and picture ("7.thumb") within shown.

    They say what changed between two renders; whether anything did is the fingerprint's say.
    """
    return {name: hashlib.sha256(text.encode()).hexdigest()[:SHORT] for name, text in _parts(shown)}


def what_changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names whose marks differ, came or went, in order."""
    names = before.keys() | after.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name)))


def _parts(value: Any, movie_id: object = "") -> Iterator[tuple[str, str]]:
    """Yield each movie's and picture's name and text; a picture is its nearest movie's."""
    if isinstance(value, tuple):
        for item in value:
            yield from _parts(item, movie_id)
    elif dataclasses.is_dataclass(value):
        movie: Any = getattr(value, "movie", value)
        if hasattr(movie, "version"):
            movie_id = movie.id
            if movie is value:
                yield str(movie_id), repr(value)
        if hasattr(value, "media"):
            yield f"{movie_id}.{value.media}", repr(value)
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name), movie_id)
