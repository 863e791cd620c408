"""Movies that may be the same as the one at hand: by title and date, or by the poster's bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.fields import FieldValue
from mozi.calendar.search.text import fold
from mozi.models import Movie, MovieName, Poster

SHOWN = 5
LOOKED_AT = 50
NEAR = timedelta(days=45)
DIGEST_LENGTH = 64  # hexadecimal digits of a SHA-256


@dataclass(frozen=True)
class Duplicate:
    """A movie that may be the same. near: whether it opens in the same weeks, under that title.

    same_poster: whether its poster is made of the same bytes.
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
    """Return the movies of this title, however it is spelt, or with this poster; likeliest first.

    original_key: of the poster's bytes, with or without its extension. but: the movie at hand.
    """
    named = _ids(session, select(MovieName.movie_id).where(_named(title)).limit(LOOKED_AT))
    with_poster = _ids(
        session, select(Poster.movie_id).where(_made_of(original_key)).limit(LOOKED_AT)
    )
    ids = (named | with_poster) - {but}
    columns = (Movie.id, Movie.title, Movie.premiere_date, Movie.date_precision)
    rows = session.execute(select(*columns).where(Movie.id.in_(ids))).all()
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


def _ids(session: Session, query: object) -> set[int]:
    return set(session.scalars(query))  # type: ignore[call-overload]


def _named(title: FieldValue) -> ColumnElement[bool]:
    folded = fold(title) if isinstance(title, str) else ""
    return MovieName.folded == folded if folded else false()


def _made_of(original_key: str | None) -> ColumnElement[bool]:
    """Compare by digest: the extension follows from the bytes."""
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


def _near(day: date, wanted: FieldValue) -> bool:
    return isinstance(wanted, date) and abs(day - wanted) <= NEAR


def _likeliest_first(duplicates: Sequence[Duplicate], wanted: FieldValue) -> list[Duplicate]:
    day = wanted if isinstance(wanted, date) else date.max
    return sorted(
        duplicates, key=lambda t: (not t.same_poster, not t.near, abs(t.premiere_date - day), t.id)
    )
