"""Finds possible duplicates of a movie: by title and date, or by the poster's bytes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.fields import FieldValue
from mozi.calendar.search.text import fold
from mozi.models import IS_SHOWN, Movie, MovieName, Poster, Premiere

SHOWN = 5
LOOKED_AT = 50
NEAR = timedelta(days=45)


@dataclass(frozen=True)
class Duplicate:
    """A movie that may be the same. near: it has the title and opens in the same weeks.

    same_poster: its poster is built from the same bytes.
    """

    id: int
    title: str
    premiere_date: date
    date_precision: str
    near: bool
    same_poster: bool


def find_duplicates(
    session: Session,
    title: FieldValue,
    premiere_date: FieldValue,
    *,
    original_key: str | None = None,
    but: int | None = None,
) -> tuple[Duplicate, ...]:
    """Return the movies with this title (folded) or this poster, the likeliest first.

    original_key: the poster's, with or without its extension. but: the movie to leave out.
    """
    named = _ids(session, select(MovieName.movie_id).where(_named(title)).limit(LOOKED_AT))
    with_poster = _ids(
        session, select(Poster.movie_id).where(_made_of(original_key)).limit(LOOKED_AT)
    )
    ids = (named | with_poster) - {but}
    rows = _nearest(session, ids, premiere_date)
    duplicates = [
        Duplicate(
            row.id,
            row.title,
            row.premiere_date,
            row.date_precision,
            near=row.id in named and _near(row.premiere_date, premiere_date),
            same_poster=row.id in with_poster,
        )
        for row in rows
    ]
    return tuple(_likeliest_first(duplicates, premiere_date)[:SHOWN])


def _nearest(session: Session, ids: Collection[int], premiere_date: FieldValue) -> list[Any]:
    """Return each movie with that of its premieres which is the nearest to the date."""
    columns = (Movie.id, Movie.title, Premiere.premiere_date, Premiere.date_precision)
    of_movies = select(*columns).join(Premiere).where(Movie.id.in_(ids), IS_SHOWN)
    day = premiere_date if isinstance(premiere_date, date) else date.max
    farthest_first = sorted(
        session.execute(of_movies), key=lambda row: abs(row.premiere_date - day), reverse=True
    )
    return list({row.id: row for row in farthest_first}.values())


def find_title_by_external_id(
    session: Session, external_id: object, *, but: int | None = None
) -> str | None:
    """Return the title of the movie with this external_id. but: the movie to leave out."""
    if external_id is None:
        return None
    query = select(Movie.title).where(Movie.external_id == external_id, Movie.id != but)
    return session.scalars(query).first()


def _ids(session: Session, query: object) -> set[int]:
    return set(session.scalars(query))  # type: ignore[call-overload]


def _named(title: FieldValue) -> ColumnElement[bool]:
    folded = fold(title) if isinstance(title, str) else ""
    return MovieName.folded == folded if folded else false()


def _made_of(original_key: str | None) -> ColumnElement[bool]:
    """Return the condition that a poster's original has this digest; the extension is ignored."""
    if not original_key:
        return false()
    first = original_key.partition(".")[0] + "."
    last = first[:-1] + "/"  # the character after the full stop
    return or_(
        *(
            (column >= first) & (column < last)
            for column in (Poster.original_key, Poster.shown_original_key)
        )
    )


def _near(day: date, other: FieldValue) -> bool:
    return isinstance(other, date) and abs(day - other) <= NEAR


def _likeliest_first(duplicates: Sequence[Duplicate], premiere: FieldValue) -> list[Duplicate]:
    day = premiere if isinstance(premiere, date) else date.max
    return sorted(
        duplicates, key=lambda d: (not d.same_poster, not d.near, abs(d.premiere_date - day), d.id)
    )
