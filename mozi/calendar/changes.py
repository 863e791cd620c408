"""What is written about movies: by the admin's form, by the import, by the demo.

Values come checked, by column, as `fields.check_fields` returns them. A column that is not
given keeps what is there. `poster_url` is the poster's, and never moves a movie's version.
A new date of a movie that there is already leaves a row in date_change: pages and feeds tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mozi.calendar.fields import FieldValue
from mozi.models import DateChange, Movie
from mozi.posters.wanted import want_addresses

Values = Mapping[str, FieldValue]
POSTER_URL = "poster_url"


@dataclass(frozen=True)
class Change:
    """The values that a movie is to have; movie: None for a new one."""

    movie: Movie | None
    values: Values


def create_movie(session: Session, values: Values) -> Movie:
    """Return a new movie with these values; `title` and `premiere_date` are needed."""
    return save_changes(session, [Change(None, values)])[0]


def update_movie(session: Session, movie: Movie, values: Values) -> None:
    """Give movie these values; its version rises by one if any of them is new."""
    save_changes(session, [Change(movie, values)])


def save_changes(session: Session, changes: Sequence[Change]) -> list[Movie]:
    """Write all changes in a few statements and return the movies, in the order of changes."""
    session.add_all([moved for change in changes if (moved := _find_move(change)) is not None])
    movies = [_with_values(change.movie or Movie(), change.values) for change in changes]
    session.add_all(movies)
    session.flush()
    addresses = {
        movie.id: _address(change.values)
        for movie, change in zip(movies, changes, strict=True)
        if POSTER_URL in change.values
    }
    want_addresses(session, addresses)
    return movies


def differs(movie: Movie, values: Values) -> bool:
    """Return whether values hold anything that the movie's own row does not."""
    return any(getattr(movie, column) != value for column, value in _own(values))


def _find_move(change: Change) -> DateChange | None:
    """Return the row that tells of the movie's new date, before it is given; None: no news."""
    movie, values = change.movie, change.values
    if movie is None:
        return None
    move = DateChange(
        movie_id=movie.id,
        old_date=movie.premiere_date,
        old_precision=movie.date_precision,
        new_date=values.get("premiere_date", movie.premiere_date),
        new_precision=values.get("date_precision", movie.date_precision),
    )
    before, after = (move.old_date, move.old_precision), (move.new_date, move.new_precision)
    return None if before == after else move


def _with_values(movie: Movie, values: Values) -> Movie:
    for column, value in _own(values):
        # Assigning what is there already would cost a new list a comparison in the database.
        if movie.id is None or getattr(movie, column) != value:
            setattr(movie, column, value)
    return movie


def _own(values: Values) -> list[tuple[str, FieldValue]]:
    return [(column, value) for column, value in values.items() if column != POSTER_URL]


def _address(values: Values) -> str | None:
    address = values[POSTER_URL]
    return address if isinstance(address, str) else None
