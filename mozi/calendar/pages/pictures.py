"""Finds the address of each picture on a page, by one query for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.pages.values import Card, FeedPicture, Listing, Picture
from mozi.models import Poster, PosterVariant
from mozi.posters.keys import poster_path, slug_of
from mozi.posters.recipes import AVIF_OF, RECIPES, THUMB, Recipe

COLUMNS: tuple[Any, ...] = (
    PosterVariant.movie_id,
    PosterVariant.media,
    PosterVariant.url,
    PosterVariant.width_px,
    PosterVariant.height_px,
    PosterVariant.preview,
    Poster.focus_x,
    Poster.focus_y,
)


@lru_cache(maxsize=4096)
def slug(title: str) -> str:
    """Return slug_of(title), cached: it takes 40 µs, and a page needs hundreds."""
    return slug_of(title)


@dataclass(frozen=True)
class Pictures:
    """The recorded variants of one page, by movie id and media."""

    recorded: Mapping[tuple[int, str], Picture]

    def find_built(self, movie: Listing, media: str) -> Picture | None:
        """Return the recorded picture, None if it is not built; optional media use this."""
        return self.recorded.get((movie.id, media))

    def find(self, movie: Listing, media: str) -> Picture | None:
        """Return the recorded picture, else the route that builds it, None without a source.

        The route's picture has the recipe's size. Posters of the usual proportions get that
        size, so the page's layout does not shift when the picture arrives.
        """
        recorded = self.find_built(movie, media)
        if recorded is not None or not movie.has_source:
            return recorded
        recipe = RECIPES[media]
        path = poster_path(movie.id, slug(movie.title), media)
        return Picture(media, path, recipe.width_px, recipe.height_px, built=False)


def load_pictures(session: Session, movies_by_media: Mapping[str, Iterable[Listing]]) -> Pictures:
    """Return the recorded pictures of these movies, by media.

    Other variants are not read, so that they cannot change the page's fingerprint.
    """
    ids = {media: [movie.id for movie in movies] for media, movies in movies_by_media.items()}
    rows = session.execute(_recorded_of(tuple(ids)), ids).all()
    avif = {(row.movie_id, row.media): row.url for row in rows}
    return Pictures({(row.movie_id, row.media): _recorded(row, avif) for row in rows})


@lru_cache(maxsize=8)
def _recorded_of(medias: tuple[str, ...]) -> Select[Any]:
    """Return the query of these media, each with a parameter of its name: its movies' ids."""
    conditions = [
        and_(
            PosterVariant.media.in_((media, *(r.media for r in _beside(media)))),
            PosterVariant.movie_id.in_(bindparam(media, expanding=True)),
        )
        for media in medias
    ]
    of_movie = Poster.movie_id == PosterVariant.movie_id
    return select(*COLUMNS).outerjoin_from(PosterVariant, Poster, of_movie).where(or_(*conditions))


def load_cards(session: Session, movies: Sequence[Listing]) -> list[Card]:
    """Return the movies with their thumbs, in their given order."""
    pictures = load_pictures(session, {THUMB.media: movies})
    return [Card(movie, pictures.find(movie, THUMB.media)) for movie in movies]


def load_feed_pictures(
    session: Session, movies: Iterable[Listing], *, media: str
) -> dict[int, FeedPicture]:
    """Return the recorded pictures of this media by movie id: a feed names a file with its size."""
    columns = [getattr(PosterVariant, field.name) for field in fields(FeedPicture)]
    rows = session.execute(
        select(PosterVariant.movie_id, *columns).where(
            PosterVariant.media == media,
            PosterVariant.movie_id.in_({movie.id for movie in movies}),
        )
    )
    return {movie_id: FeedPicture(*values) for movie_id, *values in rows}


def _beside(media: str) -> tuple[Recipe, ...]:
    return (AVIF_OF[media],) if media in AVIF_OF else ()


def _recorded(row: Any, urls: Mapping[tuple[int, str], str]) -> Picture:
    """Return a row as a picture, with the address of its AVIF if that is recorded."""
    avif = next((urls.get((row.movie_id, recipe.media)) for recipe in _beside(row.media)), None)
    return Picture(
        row.media,
        row.url,
        row.width_px,
        row.height_px,
        built=True,
        preview=row.preview,
        avif=avif,
        focus=None if row.focus_x is None or row.focus_y is None else (row.focus_x, row.focus_y),
    )
