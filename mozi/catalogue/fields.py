"""The fields of a movie that TMDB fills, as the merge compares them, and changes of them.

Besides the columns there are "premiere:KIND", the day of a premiere, and "cancelled".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mozi.calendar.editing.changes import POSTER_URL, MovieChange
from mozi.calendar.editing.history import PosterSnapshot, as_json
from mozi.calendar.editing.premieres import PremiereChange, shown_premieres
from mozi.calendar.fields import check_fields
from mozi.catalogue.merging import CANCELLED, PREMIERE, Json, Values
from mozi.catalogue.tmdb.films import TmdbFilm
from mozi.catalogue.tmdb.reading import RERELEASE_AFTER
from mozi.models import Movie, Premiere
from mozi.vocabulary import KINDS

UPLOAD = "upload"  # stands for an uploaded poster: it is no address of TMDB's
RERELEASE = "rerelease"
PREMIERE_FIELDS = tuple(PREMIERE + kind for kind in KINDS)


@dataclass(frozen=True)
class Slots:
    """Which of a movie's premieres TMDB means, by kind. past: TMDB has a further re-release."""

    premieres: Mapping[str, Premiere] = field(default_factory=dict)
    past: bool = False


def told_by(film: TmdbFilm) -> dict[str, Json]:
    """Return what TMDB says, by field."""
    days = {PREMIERE + each.kind: each.day.isoformat() for each in film.premieres}
    return {
        **{column: as_json(value) for column, value in film.values.items()},
        **{name: days.get(name) for name in PREMIERE_FIELDS},
        CANCELLED: film.cancelled or None,
    }


def ours(
    movie: Movie, poster: PosterSnapshot, slots: Slots, told: Values, *, today: date
) -> dict[str, Json]:
    """Return the movie's present values of the fields that TMDB tells."""
    values: dict[str, Json] = {}
    for name in told:
        if name == POSTER_URL:
            values[name] = UPLOAD if poster.uploaded else poster.source_url
        elif name.startswith(PREMIERE):
            kind = name.removeprefix(PREMIERE)
            values[name] = _text(slots.premieres.get(kind), kind)
        elif name == CANCELLED:
            values[name] = _is_cancelled(movie, today) or None
        else:
            values[name] = as_json(getattr(movie, name))
    return values


def _text(premiere: Premiere | None, kind: str) -> str | None:
    """Return a premiere's day; one that TMDB could not have said has more to it, so it differs."""
    if premiere is None:
        return None
    day = premiere.premiere_date.isoformat()
    odd = {
        premiere.kind: premiere.kind != kind,
        premiere.date_precision: premiere.date_precision != "day",
        premiere.status: premiere.status != "scheduled",
    }
    return " ".join([day, *(word for word, is_odd in odd.items() if is_odd)])


def _is_cancelled(movie: Movie, today: date) -> bool:
    coming = [each for each in shown_premieres(movie) if each.premiere_date >= today]
    return bool(coming) and all(each.status == "cancelled" for each in coming)


def find_slots(
    movie: Movie, film: TmdbFilm, base: Values, ids: Mapping[str, int], *, today: date
) -> Slots:
    """Return the premieres that TMDB means.

    ids: those that it meant last, by kind. A past re-release that TMDB still has is no longer
    meant where TMDB has a later one: that becomes a premiere of its own.
    """
    by_id = {each.id: each for each in shown_premieres(movie)}
    days = {each.kind: each.day for each in film.premieres}
    past = _is_past(film, base, days.get(RERELEASE), today)
    if past:
        by_id.pop(ids.get(RERELEASE, 0), None)
        ids = {kind: each for kind, each in ids.items() if kind != RERELEASE}
        base = {**base, PREMIERE + RERELEASE: None}
    slots: dict[str, Premiere] = {}
    for kind in KINDS:
        free = [each for each in by_id.values() if each not in slots.values()]
        found = _equal(free, kind, days.get(kind)) or by_id.get(ids.get(kind, 0))
        if found is None and not base.get(PREMIERE + kind):
            others = set(ids.values())
            found = _nearest([p for p in free if p.id not in others], kind, days.get(kind))
        if found is not None:
            slots[kind] = found
    return Slots(slots, past)


def _is_past(film: TmdbFilm, base: Values, new: date | None, today: date) -> bool:
    last = base.get(PREMIERE + RERELEASE)
    day = date.fromisoformat(last) if isinstance(last, str) else None
    return bool(day and new and day < today and day in film.listed and new > day)


def _equal(premieres: list[Premiere], kind: str, day: date | None) -> Premiere | None:
    equal = (p for p in premieres if p.kind == kind and p.premiere_date == day)
    return next((p for p in equal if p.date_precision == "day"), None)


def _nearest(premieres: list[Premiere], kind: str, day: date | None) -> Premiere | None:
    """Return the nearest premiere of the kind; a re-release of another year is another one."""
    reach = RERELEASE_AFTER if kind == RERELEASE else None
    near = [
        (abs(each.premiere_date - day), each.id, each)
        for each in premieres
        if day is not None
        and each.kind == kind
        and (reach is None or abs(each.premiere_date - day) <= reach)
    ]
    return min(near)[2] if near else None


def change_of(movie: Movie, slots: Slots, values: Values, *, today: date) -> MovieChange:
    """Return the change that gives the movie these values of its fields."""
    columns = {
        name: value
        for name, value in values.items()
        if name != CANCELLED and not name.startswith(PREMIERE)
    }
    premieres = [
        _premiere_change(movie, slots.premieres.get(kind), kind, values[PREMIERE + kind])
        for kind in KINDS
        if PREMIERE + kind in values
    ]
    if CANCELLED in values:
        premieres += _cancelling(movie, bool(values[CANCELLED]), today)
    return MovieChange(
        movie,
        check_fields(columns).values,
        premieres=[each for each in premieres if each is not None],
    )


def _premiere_change(
    movie: Movie, premiere: Premiere | None, kind: str, day: Json
) -> PremiereChange | None:
    if not isinstance(day, str):
        if premiere is None:
            return None
        # A movie has at least one premiere, so its only one can but be cancelled.
        if len(shown_premieres(movie)) == 1:
            return PremiereChange(premiere, {"status": "cancelled"})
        return PremiereChange(premiere, removed=True)
    given = {"kind": kind, "premiere_date": day, "date_precision": "day", "status": "scheduled"}
    return PremiereChange(premiere, check_fields(given).values)


def _cancelling(movie: Movie, cancelled: bool, today: date) -> list[PremiereChange]:
    status = "cancelled" if cancelled else "scheduled"
    return [
        PremiereChange(each, {"status": status})
        for each in shown_premieres(movie)
        if each.premiere_date >= today
    ]


def new_movie(film: TmdbFilm) -> MovieChange:
    """Return the change that adds a film; it must have a premiere."""
    premieres = [
        PremiereChange(None, {"kind": each.kind, "premiere_date": each.day})
        for each in film.premieres
    ]
    return MovieChange(None, film.values, premieres=premieres)


def ids_of(slots: Slots) -> dict[str, int]:
    """Return the ids of the premieres that TMDB means, by kind."""
    return {kind: each.id for kind, each in slots.premieres.items()}
