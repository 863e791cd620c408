"""What Mozi knows of a film of TMDB, as frozen values; reading.py makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mozi.calendar.fields import FieldValue


@dataclass(frozen=True)
class Reader:
    """How answers are read. region: ISO 3166-1; picture_base: of /configuration.

    poster_languages: in the order of preference, "original" and "none" included.
    """

    region: str
    poster_languages: Sequence[str]
    picture_base: str
    today: date


@dataclass(frozen=True)
class Found:
    """A film of a list: enough to ask for it, and to choose it by."""

    tmdb_id: int
    title: str
    original_language: str | None = None
    year: int | None = None
    poster_path: str | None = None


@dataclass(frozen=True)
class ListPage:
    """One page of a list, and how much there is in all."""

    films: tuple[Found, ...]
    pages: int
    results: int


@dataclass(frozen=True)
class FilmPremiere:
    """A premiere in the region: kind as in vocabulary.KINDS."""

    kind: str
    day: date


@dataclass(frozen=True)
class FilmPoster:
    """A poster of a film. language: None without lettering."""

    path: str
    language: str | None
    width_px: int
    height_px: int
    vote_average: float = 0.0
    vote_count: int = 0


@dataclass(frozen=True)
class TmdbFilm:
    """A film as TMDB tells it. values: checked, by column of the import table.

    premieres: at most one of a kind. listed: each day of the region's cinema releases, so that
    a past re-release is told from a moved one.
    """

    tmdb_id: int
    imdb_id: str | None
    original_language: str | None
    values: Mapping[str, FieldValue]
    premieres: tuple[FilmPremiere, ...]
    listed: frozenset[date] = frozenset()
    cancelled: bool = False
    posters: tuple[FilmPoster, ...] = field(default=(), repr=False)
