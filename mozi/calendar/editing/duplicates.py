"""Finds possible duplicates of a movie: by titles, whatever the date, or by the poster's bytes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.fields import FieldValue
from mozi.calendar.search.names import FOLDED_LENGTH
from mozi.calendar.search.text import fold, title_forms
from mozi.models import IS_SHOWN, Movie, MovieTitle, Poster, Premiere

SHOWN = 5
LOOKED_AT = 50
NEAR = timedelta(days=45)


@dataclass(frozen=True)
class Duplicate:
    """A movie that may be the same, with that of its premieres which is the nearest.

    named: the two have the same title, or one's title is the other's original title. near: it is
    named and opens in the same weeks. same_poster: its poster is built from the same bytes.
    """

    id: int
    title: str
    premiere_id: int
    premiere_date: date
    date_precision: str
    named: bool
    near: bool
    same_poster: bool


@dataclass(frozen=True)
class Titles:
    """A movie's titles as they are compared; "" where there is none."""

    title: str
    original_title: str

    def may_be(self, other: Titles) -> bool:
        """Return whether both may be one film's.

        Different films may share an original title alone, so one of the names must be a title.
        """
        pairs = (
            (self.title, other.title),
            (self.title, other.original_title),
            (self.original_title, other.title),
        )
        return any(mine and mine == theirs for mine, theirs in pairs)


def titles_of(title: FieldValue, original_title: FieldValue) -> Titles:
    """Return the titles, folded; what is no text counts as none."""
    return Titles(*(fold(t) if isinstance(t, str) else "" for t in (title, original_title)))


def find_duplicates(
    session: Session,
    title: FieldValue,
    premiere_date: FieldValue,
    *,
    original_title: FieldValue = None,
    original_key: str | None = None,
    but: int | None = None,
) -> tuple[Duplicate, ...]:
    """Return the movies with these titles (folded) or this poster, the likeliest first.

    original_key: the poster's, with or without its extension. but: the movie to leave out.
    """
    titles = titles_of(title, original_title)
    titled = _ids(session, select(MovieTitle.movie_id).where(_titled(titles)).limit(LOOKED_AT))
    with_poster = _ids(
        session, select(Poster.movie_id).where(_made_of(original_key)).limit(LOOKED_AT)
    )
    rows = _nearest(session, (titled | with_poster) - {but}, premiere_date)
    duplicates = [_duplicate(row, titles, premiere_date, with_poster) for row in rows]
    likely = [each for each in duplicates if each.named or each.same_poster]
    return tuple(_likeliest_first(likely, premiere_date)[:SHOWN])


def _duplicate(row: Any, titles: Titles, day: FieldValue, with_poster: set[int]) -> Duplicate:
    named = titles.may_be(titles_of(row.title, row.original_title))
    return Duplicate(
        row.id,
        row.title,
        row.premiere_id,
        row.premiere_date,
        row.date_precision,
        named=named,
        near=named and _near(row.premiere_date, day),
        same_poster=row.id in with_poster,
    )


def _nearest(session: Session, ids: Collection[int], premiere_date: FieldValue) -> list[Any]:
    """Return each movie with that of its premieres which is the nearest to the date."""
    of_premiere = (Premiere.id.label("premiere_id"), Premiere.premiere_date)
    columns = (Movie.id, Movie.title, Movie.original_title, *of_premiere, Premiere.date_precision)
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


def _titled(titles: Titles) -> ColumnElement[bool]:
    forms = title_forms(titles.title) | title_forms(titles.original_title)
    return MovieTitle.folded.in_(sorted(form[:FOLDED_LENGTH] for form in forms))


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
