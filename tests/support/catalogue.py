"""What a run of the catalogue has written, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.premieres import PremiereChange, shown_premieres
from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import CatalogueMovie, Movie, Poster, Proposal


def premieres_of(movie_id: int) -> list[tuple[str, str, str]]:
    """Return the kind, day and status of the movie's premieres."""
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        shown = [(p.kind, p.premiere_date.isoformat(), p.status) for p in shown_premieres(movie)]
    return sorted(shown)


def titles() -> list[str]:
    """Return the titles of all movies, sorted."""
    with reading() as session:
        return sorted(session.scalars(select(Movie.title)))


def proposals() -> dict[str, Any]:
    """Return the open proposals: the value by field, for tests with one movie."""
    with reading() as session:
        rows = session.scalars(select(Proposal).where(Proposal.open).order_by(Proposal.id))
        return {row.field: row.value for row in rows}


def only_movie() -> int:
    """Return the id of the only movie."""
    with reading() as session:
        return session.scalars(select(Movie.id)).one()


def edit(movie_id: int, *, premieres: list[PremiereChange] | None = None, **values: Any) -> None:
    """Change a movie as an editor does."""
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        save_changes(session, [MovieChange(movie, values, premieres or [])], by="a@example.org")


def everything() -> dict[str, Any]:
    """Return what runs write, without ids and times, so that two databases can be compared."""
    with reading() as session:
        movies = {movie.id: movie for movie in session.scalars(select(Movie))}
        links = {link.tmdb_id: link for link in session.scalars(select(CatalogueMovie))}
        urls = dict(session.execute(select(Poster.movie_id, Poster.source_url)).all())
        asked = session.scalars(select(Proposal).where(Proposal.open)).all()
        return {
            "movies": sorted(
                (
                    *(m.title, m.original_title, m.synopsis, m.genres, m.director, m.cast),
                    *(
                        m.country,
                        m.year,
                        m.original_language,
                        m.runtime_minutes,
                        m.age_rating,
                        m.trailer_url,
                        urls.get(m.id),
                    ),
                    sorted((p.kind, str(p.premiere_date), p.status) for p in shown_premieres(m)),
                )
                for m in movies.values()
            ),
            "links": {
                each: (movies[link.movie_id].title, link.base) for each, link in links.items()
            },
            "asked": sorted((movies[p.movie_id].title, p.field, str(p.value)) for p in asked),
        }


@contextmanager
def written() -> Iterator[list[str]]:
    """Give the writing statements that the block executes."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
