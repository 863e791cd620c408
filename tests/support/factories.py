"""Rows for tests: plain functions with good defaults, within an app's context."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.history import BY_COMMAND
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.fields import PREMIERE_COLUMNS, Values
from mozi.database import reading, writing
from mozi.models import Movie, Poster, PosterVariant, Premiere
from mozi.posters.keys import slug_of, variant_key
from mozi.posters.recipes import RECIPES, get_any_recipe

THURSDAY = date(2026, 11, 26)


def make_movie(*, poster_url: str | None = None, **changes: Any) -> int:
    """Return the id of a new movie that opens on THURSDAY; poster_url gives it a source."""
    fields = {"title": "Kőszívű ember", "premiere_date": THURSDAY, **changes}
    premiere = {name: fields.pop(name) for name in PREMIERE_COLUMNS if name in fields}
    moments = {name: fields[name] for name in ("added_at", "changed_at") if name in fields}
    with writing() as session:
        movie = Movie(**fields, premieres=[Premiere(first=True, **premiere, **moments)])
        if poster_url:
            movie.poster = Poster(source_url=poster_url)
        session.add(movie)
        session.flush()
        return movie.id


def create_movie(session: Session, values: Values, *, by: str = BY_COMMAND) -> Movie:
    """Return a new movie with these values, saved as an editor's."""
    return save_changes(session, [MovieChange(None, values)], by=by)[0]


def update_movie(session: Session, movie: Movie, values: Values, *, by: str = BY_COMMAND) -> None:
    """Give movie these values, as an editor does."""
    save_changes(session, [MovieChange(movie, values)], by=by)


def movie_of(movie_id: int) -> Movie:
    """Return the movie as its row stands, apart from any session."""
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        session.expunge_all()
        return movie


def add_premiere(movie_id: int, **values: Any) -> int:
    """Add a premiere to the movie and return its id."""
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        save_changes(session, [MovieChange(movie, {}, premieres=[PremiereChange(None, values)])])
        return movie.premieres[-1].id


def premiere_of(movie_id: int) -> Premiere:
    """Return the movie's first premiere as its row stands, apart from any session."""
    with reading() as session:
        premiere = session.get_one(Movie, movie_id).premieres[0]
        session.expunge_all()
        return premiere


def make_variants(movie_id: int, *media: str, original: str = "0" * 64) -> dict[str, str]:
    """Record built variants (all of them by default) and return their URLs by media."""
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        poster = movie.poster or Poster(source_url="https://example.org/poster.jpg")
        movie.poster = poster
        session.flush()
        rows = [_variant(movie, poster, name, original) for name in media or RECIPES]
        session.add_all(rows)
        return {row.media: row.url for row in rows}


def _variant(movie: Movie, poster: Poster, media: str, original: str) -> PosterVariant:
    recipe = get_any_recipe(media)
    key = variant_key(movie.id, slug_of(movie.title), recipe, original=original)
    return PosterVariant(
        movie_id=movie.id,
        media=media,
        source_number=poster.source_number or 1,
        recipe_version=recipe.version,
        object_key=key,
        url=f"https://posters.example/{key}",
        width_px=recipe.width_px,
        height_px=recipe.height_px,
        size_bytes=1000,
    )


@cache
def make_jpeg(seed: int = 0, *, width_px: int = 400, height_px: int = 600) -> bytes:
    """Return a small JPEG; another seed gives other bytes."""
    shade = (37 * seed) % 256
    picture = Image.linear_gradient("L").resize((width_px, height_px))
    out = io.BytesIO()
    Image.merge(
        "RGB", (picture, picture.point(lambda v: 255 - v), picture.point(lambda _: shade))
    ).save(out, "JPEG", quality=90)
    return out.getvalue()
