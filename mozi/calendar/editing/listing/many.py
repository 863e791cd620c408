"""One act on many movies: planned and shown first, then done, and undone, as one batch.

A plan says what each movie's value is and would be. It is made again when the editor agrees, and
again for each movie under its lock, so that a change of another editor is never overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mozi.calendar.editing.batches import (
    begin_batch,
    count_in,
    forget_batch,
    in_parts,
)
from mozi.calendar.editing.changes import MovieChange, lock_movies, save_changes
from mozi.calendar.editing.history import DELETED, as_json
from mozi.calendar.editing.premieres import PremiereChange, shown_premieres
from mozi.calendar.editing.trash import put_into_trash
from mozi.calendar.fields import PARSERS, PREMIERE_COLUMNS, YEARS, FieldValue
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.calendar.parsers import whole
from mozi.database import in_chunks, reading
from mozi.errors import PreviewOutdated
from mozi.models import Movie, Premiere

MOST = 5_000  # movies
MOST_DELETED = 1_000
MOST_DAYS = 3660
DAYS, DELETE, ADD_GENRES = "days", "delete", "add_genres"
FIELDS = {
    **dict.fromkeys((DAYS, "day"), "premiere_date"),
    **dict.fromkeys(("cancel", "schedule"), "status"),
    "kind": "kind",
    "distributor": "distributor",
    "genres": "genres",
    ADD_GENRES: "genres",
    "age_rating": "age_rating",
}
"""The column that each act changes."""

ACTS = (*FIELDS, DELETE)
FIXED: Mapping[str, FieldValue] = {"cancel": "cancelled", "schedule": "scheduled", DELETE: None}
_days = whole(range(1, MOST_DAYS + 1))


@dataclass(frozen=True)
class Choice:
    """A movie, and the premiere that the list shows of it."""

    movie_id: int
    premiere_id: int


@dataclass(frozen=True)
class Act:
    """What is done to each movie. name: of ACTS; value: a number of days, or a field's value."""

    name: str
    value: FieldValue = None

    @property
    def most(self) -> int:
        """Return how many movies it may be done to at once."""
        return MOST_DELETED if self.name == DELETE else MOST


@dataclass(frozen=True)
class Planned:
    """What an act does to one movie. refused: why it cannot be done, or that nothing changes."""

    choice: Choice
    title: str
    precision: str
    before: FieldValue
    after: FieldValue
    refused: CalendarMessage | None = None


@dataclass(frozen=True)
class Plan:
    """What an act does to each chosen movie, in the order of the list."""

    act: Act
    movies: tuple[Planned, ...]

    @property
    def done(self) -> tuple[Planned, ...]:
        """Return the movies that would change."""
        return tuple(each for each in self.movies if each.refused is None)

    @property
    def refused(self) -> tuple[Planned, ...]:
        """Return the movies that would stay as they are."""
        return tuple(each for each in self.movies if each.refused is not None)

    @property
    def digest(self) -> str:
        """Return a digest of all that the plan says."""
        said = [(each.choice, each.before, each.after) for each in self.done]
        return hashlib.sha256(repr((self.act, said)).encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    """What was done. skipped: movies that somebody else changed in the same moment."""

    batch_id: int | None
    movies: int
    skipped: int


def parse_act(name: str, text: str) -> Act:
    """Return the act of ACTS with its value; raises InvalidValue."""
    if name in FIXED:
        return Act(name, FIXED[name])
    if name == DAYS:
        return Act(name, _parse_days(text))
    value = PARSERS[FIELDS[name]](text)
    if name == ADD_GENRES and not value:
        raise InvalidValue("needed")
    return Act(name, value)


def _parse_days(text: str) -> int:
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    days = _days(plain.removeprefix("+").removeprefix("-"))
    if days is None:
        raise InvalidValue("needed")
    return -days if plain.startswith("-") else days


def plan(session: Session, choices: Sequence[Choice], act: Act) -> Plan:
    """Return what the act would do to the movies; those that are gone are left out."""
    planned: list[Planned] = []
    for chunk in in_chunks(choices):
        some = select(Movie).where(Movie.id.in_([choice.movie_id for choice in chunk]))
        movies = {m.id: m for m in session.scalars(some.options(selectinload(Movie.premieres)))}
        planned += _planned_of(movies, chunk, act)
        session.expunge_all()  # of thousands of movies none is needed again
    return Plan(act, tuple(planned))


def _planned_of(movies: Mapping[int, Movie], choices: Sequence[Choice], act: Act) -> list[Planned]:
    pairs = ((movies.get(choice.movie_id), choice) for choice in choices)
    found = (_planned(movie, choice, act) for movie, choice in pairs if movie is not None)
    return [each for each in found if each is not None]


def _planned(movie: Movie, choice: Choice, act: Act) -> Planned | None:
    """Return what the act does to the movie; None where its premiere was removed."""
    shown = {premiere.id: premiere for premiere in shown_premieres(movie)}
    premiere = shown.get(choice.premiere_id)
    if premiere is None:
        return None
    if act.name == DELETE:
        day = premiere.premiere_date
        return Planned(choice, movie.title, premiere.date_precision, day, None)
    column = FIELDS[act.name]
    before = getattr(premiere if column in PREMIERE_COLUMNS else movie, column)
    each = Planned(choice, movie.title, premiere.date_precision, before, before)
    try:
        after = _after(before, act, precision=premiere.date_precision)
    except InvalidValue as error:
        return replace(each, refused=error.message)
    refused = _why_not(column, after, premiere, list(shown.values()))
    dates = act.name == "day" and premiere.date_precision != "day"
    same = CalendarMessage("already_so") if after == before and not dates else None
    return replace(each, after=after, refused=same or refused)


def _after(before: FieldValue, act: Act, *, precision: str) -> FieldValue:
    """Return the value after the act; raises InvalidValue."""
    if act.name == ADD_GENRES and isinstance(before, tuple) and isinstance(act.value, tuple):
        return PARSERS["genres"]([*before, *(g for g in act.value if g not in before)])
    if act.name != DAYS:
        return act.value
    if precision != "day":
        raise InvalidValue("no_day")
    assert isinstance(before, date)  # noqa: S101 - a premiere's
    assert isinstance(act.value, int)  # noqa: S101 - _parse_days()
    day = before + timedelta(days=act.value)
    if day.year not in YEARS:
        raise InvalidValue("year_out_of_range", value=day.year, first=YEARS[0], last=YEARS[-1])
    return day


def _why_not(
    column: str, after: FieldValue, premiere: Premiere, shown: Sequence[Premiere]
) -> CalendarMessage | None:
    """Return why the premiere cannot have the value: the movie has an equal one."""
    if column not in ("premiere_date", "kind"):
        return None
    place = {"premiere_date": premiere.premiere_date, "kind": premiere.kind, column: after}
    precision = "day" if column == "premiere_date" else premiere.date_precision
    wanted = (place["kind"], place["premiere_date"], precision)
    others = [each for each in shown if each.id != premiere.id]
    if any((o.kind, o.premiere_date, o.date_precision) == wanted for o in others):
        return CalendarMessage("equal_premieres")
    return None


def do(choices: Sequence[Choice], act: Act, *, agreed: str, by: str) -> Done:
    """Do what the plan with the digest agreed said; raises PreviewOutdated if it differs by now."""
    with reading() as session:
        planned = plan(session, choices, act)
    if planned.digest != agreed:
        raise PreviewOutdated
    batch_id = begin_batch({"act": act.name, "value": as_json(act.value)}, by=by)
    work: Callable[[Session, Sequence[Planned]], int] = partial(
        _do_part, act=act, batch_id=batch_id, by=by
    )
    done = in_parts(planned.done, work)
    if not done:
        forget_batch(batch_id)
    return Done(batch_id if done else None, done, len(planned.done) - done)


def _do_part(session: Session, part: Sequence[Planned], *, act: Act, batch_id: int, by: str) -> int:
    movies = lock_movies(session, [each.choice.movie_id for each in part])
    now = _planned_of(movies, [each.choice for each in part], act)
    agreed = set(part)
    unchanged = [each for each in now if each in agreed]
    if act.name == DELETE:
        deleted = [movies[each.choice.movie_id] for each in unchanged]
        put_into_trash(session, deleted, by=by, action=DELETED, batch=batch_id)
    else:
        changes = [_change(movies[each.choice.movie_id], each, act) for each in unchanged]
        save_changes(session, changes, by=by, batch=batch_id)
    count_in(session, batch_id, len(unchanged))
    return len(unchanged)


def _change(movie: Movie, planned: Planned, act: Act) -> MovieChange:
    column = FIELDS[act.name]
    values = {column: planned.after}
    if column not in PREMIERE_COLUMNS:
        return MovieChange(movie, values)
    if act.name == "day":
        values["date_precision"] = "day"
    [premiere] = [p for p in movie.premieres if p.id == planned.choice.premiere_id]
    return MovieChange(movie, {}, premieres=[PremiereChange(premiere, values)])
