"""Fills the calendar with the demo; known films and editors' changes stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.premieres import PremiereChange, shown_premieres
from mozi.database import reading, writing
from mozi.demo.films import DemoFilm, demo_films
from mozi.demo.posters import Design, draw_poster
from mozi.errors import Busy
from mozi.models import NEVER, CatalogueMovie, Movie, Poster
from mozi.posters.uploads import take_upload
from mozi.storage import Storage
from mozi.units import MIB

MAX_BYTES = 4 * MIB
MAX_PIXELS = 2_000_000  # a drawn poster has 1000 × 1500


@dataclass(frozen=True)
class MissingPoster:
    """A film of the demo that has never had a poster."""

    movie_id: int
    title: str
    design: Design


def add_films(today: date) -> int:
    """Add the demo's missing films in one transaction, and return their number."""
    films = demo_films(today)
    try:
        with writing() as session:
            known = set(session.scalars(select(Movie.external_id).where(_is_one_of(films))))
            missing = [film for film in films if film.external_id not in known]
            movies = save_changes(session, [_as_announced(film) for film in missing])
            save_changes(session, list(_moves(movies, missing)))
            _link(session, movies, missing)
            return len(missing)
    except IntegrityError as error:
        raise Busy("Another process is loading the demo; nothing was added.") from error


def missing_posters(today: date) -> list[MissingPoster]:
    """Return the films without a poster row; a poster that an editor removed does not return."""
    films = demo_films(today)
    query = select(Movie.external_id, Movie.id).outerjoin(Poster).where(_is_one_of(films))
    with reading() as session:
        rows = session.execute(query.where(Poster.movie_id.is_(None)))
        ids = {row.external_id: row.id for row in rows}
    return list(_missing(films, ids))


def add_poster(storage: Storage, missing: MissingPoster) -> None:
    """Draw the poster and store it like an admin's upload; first hits build its variants."""
    body = draw_poster(missing.title, missing.design)
    take_upload(storage, missing.movie_id, body, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)


def _as_announced(film: DemoFilm) -> MovieChange:
    """Return the film with each premiere on the day that it was first announced for."""
    further = [
        PremiereChange(None, {**each.values, "premiere_date": each.announced_for})
        if each.announced_for
        else PremiereChange(None, each.values)
        for each in film.further
    ]
    return MovieChange(None, film.values, further)


def _moves(movies: Sequence[Movie], films: Sequence[DemoFilm]) -> Iterator[MovieChange]:
    for movie, film in zip(movies, films, strict=True):
        pairs = zip(shown_premieres(movie)[1:], film.further, strict=True)
        moves = [PremiereChange(known, each.values) for known, each in pairs if each.announced_for]
        if moves:
            yield MovieChange(movie, {}, moves)


def _link(session: Session, movies: Sequence[Movie], films: Sequence[DemoFilm]) -> None:
    """Link the films with TMDB and IMDb, where no other movie is linked with the same film."""
    linked = set(session.scalars(select(CatalogueMovie.tmdb_id)))
    session.add_all(
        CatalogueMovie(
            tmdb_id=film.ids.tmdb_id,
            movie_id=movie.id,
            imdb_id=film.ids.imdb_id,
            original_language=movie.original_language,
            seen_at=NEVER,
        )
        for movie, film in zip(movies, films, strict=True)
        if film.ids and film.ids.tmdb_id not in linked
    )


def _is_one_of(films: Sequence[DemoFilm]) -> ColumnElement[bool]:
    return Movie.external_id.in_([film.external_id for film in films])


def _missing(films: Sequence[DemoFilm], ids: dict[str | None, int]) -> Iterator[MissingPoster]:
    for film in films:
        if film.design is not None and film.external_id in ids:
            yield MissingPoster(ids[film.external_id], film.title, film.design)
