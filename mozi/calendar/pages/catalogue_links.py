"""What pages show of TMDB: the notice that is owed, and a movie's pages there and at IMDb."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mozi.models import NEVER, CatalogueMovie, Movie

_IMDB_ID = re.compile("tt[0-9]{7,9}")
_IS_SAME = and_(CatalogueMovie.movie_id == Movie.id, CatalogueMovie.gone.is_(False))
_ANY = select(CatalogueMovie.tmdb_id).where(CatalogueMovie.seen_at > NEVER).limit(1)


@dataclass(frozen=True)
class CatalogueIds:
    """A movie's ids at TMDB and IMDb, where they are known; one of them is."""

    tmdb_id: int | None
    imdb_id: str | None

    @property
    def tmdb_url(self) -> str | None:
        """Return the address of the movie's page at TMDB."""
        return f"https://www.themoviedb.org/movie/{self.tmdb_id}" if self.tmdb_id else None

    @property
    def imdb_url(self) -> str | None:
        """Return the address of the movie's page at IMDb."""
        return f"https://www.imdb.com/title/{self.imdb_id}/" if self.imdb_id else None


def is_from_tmdb(session: Session) -> bool:
    """Return whether anything ever came from TMDB."""
    return session.execute(_ANY).first() is not None


def find_catalogue_ids(session: Session, movie_id: int) -> CatalogueIds | None:
    """Return the movie's ids, None where none is known.

    An operator's own id that is one of IMDb's counts, where TMDB tells no other.
    """
    query = (
        select(Movie.external_id, CatalogueMovie.tmdb_id, CatalogueMovie.imdb_id)
        .outerjoin(CatalogueMovie, _IS_SAME)
        .where(Movie.id == movie_id)
    )
    own, tmdb_id, imdb_id = session.execute(query.limit(1)).one()
    imdb_id = imdb_id or (own if own and _IMDB_ID.fullmatch(own) else None)
    return CatalogueIds(tmdb_id, imdb_id) if tmdb_id or imdb_id else None
