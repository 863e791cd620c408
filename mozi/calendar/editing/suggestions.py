"""What other films have in a field, for whoever types it into a form."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.editing.listing.distinct import distinct_values, distributors, genres
from mozi.calendar.languages import language_names
from mozi.calendar.search.names import person_slug
from mozi.calendar.search.text import fold
from mozi.models import Movie, MoviePerson

MOST = 8  # suggestions
PEOPLE = ("director", "cast")
BEYOND = "~"  # after all characters of a slug


def suggestions(session: Session, field: str, typed: str, *, display: str) -> list[str]:
    """Return values of the field that begin like typed, or have a word that does, best first.

    display: the language in which languages are named.
    """
    if field == "original_language":
        return _languages(typed, display)
    if field in PEOPLE:
        return _people(session, typed)
    return _alike(_known(session, field), typed)


def _languages(typed: str, display: str) -> list[str]:
    """Return names of languages, those with a code of two letters first: films are in those."""
    names = language_names(display)
    usual = _alike((name for code, name in names.items() if len(code) == 2), typed)
    return list(dict.fromkeys([*usual, *_alike(names.values(), typed)]))[:MOST]


def _known(session: Session, field: str) -> Iterable[str]:
    if field == "country":
        lists = distinct_values(session, Movie.__table__.c.country)
        return {country for one in lists for country in one if country}
    return {"distributor": distributors, "genres": genres}[field](session)


def _alike(values: Iterable[str], typed: str) -> list[str]:
    folded = fold(typed)
    found = [(not fold(v).startswith(folded), sort_key(v), v) for v in values if _has(v, folded)]
    return [value for *_order, value in sorted(found)][:MOST]


def _has(value: str, folded: str) -> bool:
    return bool(folded) and f" {folded}" in f" {fold(value)}"


def _people(session: Session, typed: str) -> list[str]:
    slug = person_slug(typed)
    if not slug:
        return []
    of_slug = (MoviePerson.slug >= slug, MoviePerson.slug < slug + BEYOND)
    names = select(func.min(MoviePerson.name)).where(*of_slug).group_by(MoviePerson.slug)
    return list(session.scalars(names.order_by(MoviePerson.slug).limit(MOST)))
