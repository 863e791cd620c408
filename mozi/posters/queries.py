"""Reads the state of a poster: its wanted source, its variants, its last failure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, select

from mozi import clock
from mozi.database import database_now, reading_rows
from mozi.errors import MovieNotFound, NoPosterSource, SourceUnavailable
from mozi.models import MOVIES, POSTERS, VARIANTS
from mozi.posters.current import is_current
from mozi.posters.keys import slug_of
from mozi.posters.messages import PosterMessage
from mozi.posters.recipes import OPTIONAL, RECIPES, Recipe

LONGEST_PAUSE_S = 24 * 60 * 60


@dataclass(frozen=True)
class BuiltVariant:
    """A built file, as its row records it."""

    media: str
    source_number: int
    recipe_version: int
    object_key: str
    url: str


@dataclass(frozen=True)
class Failure:
    """Why the wanted source failed, and when the next try is due (aware, UTC)."""

    message: PosterMessage
    retry_at: datetime

    @property
    def pause_s(self) -> float:
        """Return the seconds until the next try, 0 when it is due.

        More than the longest pause means that the clock was set back: then it is due too.
        """
        left_s = (self.retry_at - clock.now()).total_seconds()
        return max(0.0, left_s) if left_s <= LONGEST_PAUSE_S else 0.0

    def as_error(self) -> SourceUnavailable:
        """Return the failure as the error that the build raised."""
        return SourceUnavailable(self.message)


@dataclass(frozen=True)
class PosterState:
    """One movie's poster in one snapshot."""

    movie_id: int
    title: str
    source_number: int
    attempt: int
    source_url: str | None
    original_key: str | None
    failure: Failure | None
    leased: bool
    variants: Mapping[str, BuiltVariant]

    @cached_property
    def slug(self) -> str:
        """Return the slug of the movie's present title."""
        return slug_of(self.title)

    def missing(self, media: Collection[str] = ()) -> tuple[Recipe, ...]:
        """Return the recipes without a current variant; media: only of these.

        While pages show an older source, media does not narrow it: all variants are replaced at
        once, so that no page mixes the old poster with the new one. An optional recipe counts
        only if media names it, and brings the three with it.
        """
        lacking = tuple(recipe for recipe in RECIPES.values() if not self._has_current(recipe))
        asked = (OPTIONAL[name] for name in OPTIONAL if name in media)
        optional = tuple(recipe for recipe in asked if not self._has_current(recipe))
        if not media or optional or self.replaces_source:
            return lacking + optional
        return tuple(recipe for recipe in lacking if recipe.media in media)

    def _has_current(self, recipe: Recipe) -> bool:
        built = self.variants.get(recipe.media)
        return built is not None and is_current(built, recipe, source_number=self.source_number)

    def has_newer(self, recipe: Recipe) -> bool:
        """Return whether a newer release has built this variant by a newer recipe."""
        built = self.variants.get(recipe.media)
        return built is not None and built.recipe_version > recipe.version

    @property
    def replaces_source(self) -> bool:
        """Return whether pages still show variants of an earlier source."""
        return any(v.source_number != self.source_number for v in self.variants.values())


# Compiled once: see leases.py.
_ALL_POSTERS = select(
    MOVIES.c.id,
    MOVIES.c.title,
    *POSTERS.c,
    (POSTERS.c.lease_until > database_now()).label("leased"),
).outerjoin_from(MOVIES, POSTERS, POSTERS.c.movie_id == MOVIES.c.id)
_ALL_VARIANTS = select(*(VARIANTS.c[each.name] for each in fields(BuiltVariant)))
_POSTER = _ALL_POSTERS.where(MOVIES.c.id == bindparam("movie"))
_VARIANTS = _ALL_VARIANTS.where(VARIANTS.c.movie_id == bindparam("movie"))
_POSTERS_OF = _ALL_POSTERS.where(MOVIES.c.id.in_(bindparam("movies", expanding=True)))
_VARIANTS_OF = _ALL_VARIANTS.add_columns(VARIANTS.c.movie_id).where(
    VARIANTS.c.movie_id.in_(bindparam("movies", expanding=True))
)


def get_poster(movie_id: int) -> PosterState:
    """Return the movie's poster; raises MovieNotFound, or NoPosterSource if it has no source."""
    with reading_rows() as connection:
        return read_poster(connection, movie_id)


def read_poster(connection: Connection, movie_id: int) -> PosterState:
    """Return the same, read by this connection."""
    row = connection.execute(_POSTER, {"movie": movie_id}).first()
    if row is None:
        raise MovieNotFound(movie_id)
    if not (row.source_url or row.original_key):
        raise NoPosterSource(movie_id)
    return _state(row, _variants(connection, movie_id))


def find_posters(movie_ids: Collection[int]) -> dict[int, PosterState]:
    """Return the posters of these movies in one snapshot, by movie; those without a source lack."""
    asked = {"movies": list(movie_ids)}
    with reading_rows() as connection:
        built: dict[int, dict[str, BuiltVariant]] = {}
        for *variant, movie_id in connection.execute(_VARIANTS_OF, asked):
            built.setdefault(movie_id, {})[variant[0]] = BuiltVariant(*variant)
        rows = connection.execute(_POSTERS_OF, asked)
        return {
            row.id: _state(row, built.get(row.id, {}))
            for row in rows
            if row.source_url or row.original_key
        }


def _variants(connection: Connection, movie_id: int) -> dict[str, BuiltVariant]:
    rows = connection.execute(_VARIANTS, {"movie": movie_id})
    return {row.media: BuiltVariant(*row) for row in rows}


def failure_of(row: Any) -> Failure | None:
    """Return the last failure of a poster's row, or None."""
    if row.failure_code is None or row.retry_at is None:
        return None
    sentence, data = row.failure_message or "", row.failure_data or {}
    return Failure(PosterMessage.restored(row.failure_code, sentence, data), row.retry_at)


def _state(row: Any, variants: Mapping[str, BuiltVariant]) -> PosterState:
    return PosterState(
        movie_id=row.id,
        title=row.title,
        source_number=row.source_number,
        attempt=row.attempt,
        source_url=row.source_url,
        original_key=row.original_key,
        failure=failure_of(row),
        leased=bool(row.leased),
        variants=variants,
    )
