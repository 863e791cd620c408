"""What the desk asks TMDB while an editor waits: films by title, one film, a movie's own film."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mozi import clock
from mozi.catalogue.changes import find_link
from mozi.catalogue.planning import scope_of
from mozi.catalogue.run import Sync, SyncReport
from mozi.catalogue.tmdb.asking import get_film, get_reader, search_films
from mozi.catalogue.tmdb.client import Pace, Tmdb
from mozi.catalogue.tmdb.films import FilmPoster, Found, Reader, TmdbFilm
from mozi.catalogue.tmdb.reading import picture_url
from mozi.database import reading, writing
from mozi.models import NEVER, CatalogueMovie, Movie
from mozi.settings import Settings

TIMEOUT_S = 8.0  # of all requests that an editor waits for at once
MOST_OFFERED = 6
SMALL = "w154"  # a size of pictures: its width
TO_JUDGE = ("original", "w342", "w780")
PICTURE_BASE_KEPT_S = 24 * 60 * 60
LONGEST_ID = 9  # digits, so that an id is within PostgreSQL's integers


@dataclass(frozen=True)
class OfferedFilm:
    """A film that an editor may mean. movie_id: of the movie that it is already, else None."""

    found: Found
    poster_url: str | None
    movie_id: int | None

    @property
    def key(self) -> str:
        """Return what a form names the film by: read_key() reads it."""
        return f"{self.found.tmdb_id}-{self.found.original_language or ''}"


@dataclass(frozen=True)
class OfferedPoster:
    """A poster to choose. url: of the whole file; the others are large enough to judge by."""

    url: str
    large_url: str
    larger_url: str
    language: str | None
    width_px: int
    height_px: int


@dataclass(frozen=True)
class MovieLink:
    """The film of TMDB that a movie is. seen_at: when TMDB was last asked for it.

    To a day; None: it never was.
    """

    tmdb_id: int
    original_language: str | None
    gone: bool
    seen_at: datetime | None


class CatalogueDesk:
    """Asks TMDB for editors: one try with a short deadline, and one rate for all of a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pace = Pace()
        self._picture_base = ("", float("-inf"))

    @property
    def is_on(self) -> bool:
        """Return whether there is a token."""
        return self._settings.tmdb_token is not None

    def find_films(self, title: str) -> tuple[OfferedFilm, ...]:
        """Return the films of this title, the likeliest first; raises CatalogueError."""
        with self._connection() as tmdb:
            base = self._reader(tmdb).picture_base
            found = search_films(tmdb, title, self._settings.tmdb_region)[:MOST_OFFERED]
        known = _movies_of(each.tmdb_id for each in found)
        return tuple(
            OfferedFilm(
                each,
                picture_url(base, each.poster_path, size=SMALL) if each.poster_path else None,
                known.get(each.tmdb_id),
            )
            for each in found
        )

    def get_film(self, found: Found) -> TmdbFilm:
        """Return the film with all its parts; raises CatalogueError."""
        with self._connection() as tmdb:
            return get_film(tmdb, self._reader(tmdb), found)

    def find_posters(self, link: MovieLink) -> tuple[OfferedPoster, ...]:
        """Return the film's posters, the preferred language first; raises CatalogueError."""
        film = Found(link.tmdb_id, "", link.original_language)
        with self._connection() as tmdb:
            reader = self._reader(tmdb)
            posters = get_film(tmdb, reader, film).posters
        return tuple(_offered(reader.picture_base, each) for each in posters)

    def bring_up_to_date(self, movie_id: int) -> SyncReport:
        """Do what a run of this movie does; an unlinked movie is looked for by its title."""
        scope = scope_of(self._today(), first=None, last=None, movie_ids=[movie_id])
        report = Sync(self._settings, scope, tmdb=self._connection()).run()
        if not report.failed and not report.stopped_by:
            with writing() as session:
                rows = update(CatalogueMovie).where(CatalogueMovie.movie_id == movie_id)
                session.execute(rows.values(seen_at=clock.now()))
        return report

    def _connection(self) -> Tmdb:
        return Tmdb(self._settings, in_all_s=TIMEOUT_S, tries_again=0, pace=self._pace)

    def _reader(self, tmdb: Tmdb) -> Reader:
        base, kept_until = self._picture_base
        if time.monotonic() < kept_until:
            settings = self._settings
            languages = settings.tmdb_poster_languages
            return Reader(settings.tmdb_region, languages, base, self._today())
        reader = get_reader(tmdb, self._settings, self._today())
        self._picture_base = (reader.picture_base, time.monotonic() + PICTURE_BASE_KEPT_S)
        return reader

    def _today(self) -> date:
        return clock.today(self._settings)


def read_key(key: str) -> Found | None:
    """Return the film that a form names, None where it names none."""
    number, _, language = key.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_ID):
        return None
    return Found(int(number), "", language if language.isalpha() else None)


def _offered(base: str, poster: FilmPoster) -> OfferedPoster:
    url, large_url, larger_url = (picture_url(base, poster.path, size=size) for size in TO_JUDGE)
    return OfferedPoster(
        url, large_url, larger_url, poster.language, poster.width_px, poster.height_px
    )


def find_movie_link(session: Session, movie_id: int) -> MovieLink | None:
    """Return the film that the movie is."""
    row = find_link(session, movie_id)
    if row is None:
        return None
    seen_at = row.seen_at if row.seen_at > NEVER else None
    return MovieLink(row.tmdb_id, row.original_language, row.gone, seen_at)


def _movies_of(tmdb_ids: Iterable[int]) -> dict[int, int]:
    """Return the movies that films are already, by TMDB's id; deleted ones do not count."""
    query = (
        select(CatalogueMovie.tmdb_id, CatalogueMovie.movie_id)
        .join(Movie, Movie.id == CatalogueMovie.movie_id)
        .where(CatalogueMovie.tmdb_id.in_(list(tmdb_ids)))
    )
    with reading() as session:
        return {row.tmdb_id: row.movie_id for row in session.execute(query)}
