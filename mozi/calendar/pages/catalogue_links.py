"""What pages show of TMDB: the notice that is owed, and a movie's pages there and at IMDb."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.models import NEVER, CatalogueMovie

_ANY = select(CatalogueMovie.tmdb_id).where(CatalogueMovie.seen_at > NEVER).limit(1)


@dataclass(frozen=True)
class CatalogueIds:
    """A movie's id in TMDB and, where TMDB knows it, at IMDb."""

    tmdb_id: int
    imdb_id: str | None

    @property
    def tmdb_url(self) -> str:
        """Return the address of the movie's page at TMDB."""
        return f"https://www.themoviedb.org/movie/{self.tmdb_id}"

    @property
    def imdb_url(self) -> str | None:
        """Return the address of the movie's page at IMDb."""
        return f"https://www.imdb.com/title/{self.imdb_id}/" if self.imdb_id else None


def is_from_tmdb(session: Session) -> bool:
    """Return whether anything ever came from TMDB."""
    return session.execute(_ANY).first() is not None


def find_catalogue_ids(session: Session, movie_id: int) -> CatalogueIds | None:
    """Return the movie's ids, None where no film of TMDB is it."""
    query = select(CatalogueMovie.tmdb_id, CatalogueMovie.imdb_id).where(
        CatalogueMovie.movie_id == movie_id, CatalogueMovie.gone.is_(False)
    )
    found = session.execute(query.limit(1)).first()
    return CatalogueIds(*found) if found else None
