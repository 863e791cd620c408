"""Reads how posters are: one movie's for its panel in the admin, all of them for the operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from mozi.database import database_now, reading
from mozi.errors import MovieNotFound
from mozi.models import MOVIES, POSTERS, STATUS, VARIANTS, PosterStatus
from mozi.posters.current import is_current
from mozi.posters.keys import poster_path, slug_of
from mozi.posters.queries import Failure, failure_of
from mozi.posters.recipes import RECIPES, VERSION

NONE, READY, FAILED, WAITING = STATES = ("none", "ready", "failed", "waiting")
# Orders of movies_in(); a movie's date is that of its last premiere.
LATEST = ("-premiere_date", "-movie_id")
EARLIEST = ("premiere_date", "movie_id")


@dataclass(frozen=True)
class PanelVariant:
    """A variant as recorded, or as it will be; sizes in pixels and bytes, 0 if unknown.

    current: False for the older variant that pages show until the new one is built.
    """

    media: str
    url: str
    width_px: int
    height_px: int
    size_bytes: int = 0
    current: bool = False


@dataclass(frozen=True)
class Panel:
    """What an editor sees of a movie's poster; focus: percent from the left and the top.

    state: NONE without a source, READY if every variant is current, FAILED if the source failed,
    else WAITING for a build.
    """

    movie_id: int
    state: str
    source_number: int = 0
    source_url: str | None = None
    uploaded: bool = False
    focus: tuple[int, int] | None = None
    failure: Failure | None = None
    variants: tuple[PanelVariant, ...] = ()

    def find(self, media: str) -> PanelVariant | None:
        """Return the variant of this name, None without a source."""
        return next((each for each in self.variants if each.media == media), None)


@dataclass(frozen=True)
class FailedPoster:
    """A movie whose poster's source failed; shows_older: whether pages show an older poster."""

    movie_id: int
    title: str
    premiere_date: date
    source_url: str | None
    failure: Failure
    shows_older: bool


def get_panel(movie_id: int) -> Panel:
    """Return the state of a movie's poster; raises MovieNotFound."""
    with reading() as session:
        row = session.execute(
            select(MOVIES.c.id, MOVIES.c.title, *POSTERS.c)
            .outerjoin_from(MOVIES, POSTERS, POSTERS.c.movie_id == MOVIES.c.id)
            .where(MOVIES.c.id == movie_id)
        ).first()
        if row is None:
            raise MovieNotFound(movie_id)
        return _panel(row, _variants(session, row))


def _variants(session: Session, row: Any) -> dict[str, PanelVariant]:
    rows = session.execute(select(VARIANTS).where(VARIANTS.c.movie_id == row.id))
    return {
        each.media: PanelVariant(
            each.media,
            each.url,
            each.width_px,
            each.height_px,
            each.size_bytes,
            current=is_current(each, RECIPES[each.media], source_number=row.source_number),
        )
        for each in rows
        if each.media in RECIPES
    }


def _panel(row: Any, variants: Mapping[str, PanelVariant]) -> Panel:
    if not (row.source_url or row.original_key):
        return Panel(row.id, NONE)
    failure = failure_of(row)
    ready = all(media in variants and variants[media].current for media in RECIPES)
    state = READY if ready else FAILED if failure else WAITING
    shown = tuple(
        each
        if (each := variants.get(media)) and (each.current or state == FAILED)
        else _to_come(row, media)
        for media in RECIPES
    )
    return Panel(
        row.id,
        state,
        source_number=row.source_number,
        source_url=row.source_url,
        uploaded=row.uploaded,
        focus=None if row.focus_x is None or row.focus_y is None else (row.focus_x, row.focus_y),
        failure=None if ready else failure,
        variants=shown,
    )


def _to_come(row: Any, media: str) -> PanelVariant:
    """Return the address that builds a variant; its query misses an older cached redirect."""
    recipe = RECIPES[media]
    path = f"{poster_path(row.id, slug_of(row.title), media)}?v={row.source_number}-{row.attempt}"
    return PanelVariant(media, path, recipe.width_px, recipe.height_px)


def count_posters() -> Mapping[str, int]:
    """Return the number of movies in each of STATES, 0 included."""
    counts = Counter(dict.fromkeys(STATES, 0))
    query = select(PosterStatus.state, func.count()).group_by(PosterStatus.state)
    with reading() as session:
        for number, movies in session.execute(query):
            counts[state_of(number)] += movies
    return counts


def state_of(number: int) -> str:
    """Return which of STATES a number of the table poster_status means.

    0: without a source; else 1 + the version of the oldest of the three variants (0: one is
    missing), and negative if the source failed. A failure that came after the variants were
    built leaves the poster READY.
    """
    if number == 0:
        return NONE
    if abs(number) > VERSION:
        return READY
    return WAITING if number > 0 else FAILED


def numbers_of(state: str) -> range:
    """Return the numbers that mean NONE, FAILED or WAITING: VERSION of them, or one."""
    return {NONE: range(1), FAILED: range(-VERSION, 0), WAITING: range(1, VERSION + 1)}[state]


def has_state(state: str) -> ColumnElement[bool]:
    """Return the condition on poster_status for NONE, FAILED or WAITING."""
    return PosterStatus.state.in_(numbers_of(state))


def movies_in(
    state: str,
    *order: str,
    limit: int,
    offset: int = 0,
    since: date = date.min,
    before: date = date.max,
) -> Select[Any]:
    """Return the query for ids of movies whose poster is NONE, FAILED or WAITING.

    order: columns of poster_status, "-" in front of a descending one, that follow `state` in one
    of its indexes. Each number of the state has its own part of the index, in that order, so the
    database reads limit + offset rows of each, however many there are. since, before: only movies
    with a date from the one on, and before the other.
    """
    parts = [
        select(
            select(*STATUS.c)
            .where(STATUS.c.state == number)
            .where(STATUS.c.premiere_date >= since, STATUS.c.premiere_date < before)
            .order_by(*_ordered(STATUS.c, order))
            .limit(limit + offset)
            .subquery()
        )
        for number in numbers_of(state)
    ]
    found = union_all(*parts).subquery()
    return select(found.c.movie_id).order_by(*_ordered(found.c, order)).limit(limit).offset(offset)


def _ordered(columns: Any, order: Iterable[str]) -> list[Any]:
    return [columns[n[1:]].desc() if n[0] == "-" else columns[n] for n in order]


def has_source() -> ColumnElement[bool]:
    """Return whether a poster has an address or an original."""
    return or_(POSTERS.c.source_url.is_not(None), POSTERS.c.original_key.is_not(None))


def failed_posters(*, limit: int, offset: int = 0) -> Sequence[FailedPoster]:
    """Return the movies whose poster's source failed, the latest premiere first."""
    has_variant = select(VARIANTS.c.movie_id).where(VARIANTS.c.movie_id == MOVIES.c.id).exists()
    query = (
        select(MOVIES.c.title, STATUS.c.premiere_date, *POSTERS.c, has_variant.label("shows_older"))
        .join(POSTERS, POSTERS.c.movie_id == MOVIES.c.id)
        .join(STATUS, STATUS.c.movie_id == MOVIES.c.id)
        .where(MOVIES.c.id.in_(movies_in(FAILED, *LATEST, limit=limit, offset=offset)))
        .order_by(STATUS.c.premiere_date.desc(), MOVIES.c.id.desc())
    )
    with reading() as session:
        rows = session.execute(query).all()
    return [
        FailedPoster(
            row.movie_id, row.title, row.premiere_date, row.source_url, failure, row.shows_older
        )
        for row in rows
        if (failure := failure_of(row)) is not None
    ]


def failed_ids(*, limit: int) -> Sequence[int]:
    """Return the ids of the movies whose poster's source failed, the latest premiere first."""
    with reading() as session:
        return session.scalars(movies_in(FAILED, *LATEST, limit=limit)).all()


def waiting_movies(*, limit: int) -> Sequence[tuple[int, str, bool]]:
    """Return movies whose poster waits for a build: id, title, and whether it is being built.

    Those that are being built come first, then the latest premieres.
    """
    leased = func.coalesce(POSTERS.c.lease_until > database_now(), ~true())
    building = select(POSTERS.c.movie_id).where(POSTERS.c.lease_until > database_now())
    first = movies_in(WAITING, *LATEST, limit=limit).subquery()
    waiting = (
        select(MOVIES.c.id, MOVIES.c.title, leased.label("leased"))
        .join(POSTERS, POSTERS.c.movie_id == MOVIES.c.id)
        .join(PosterStatus, PosterStatus.movie_id == MOVIES.c.id)
        .where(has_state(WAITING), MOVIES.c.id.in_(union_all(select(first), building)))
        .order_by(leased.desc(), PosterStatus.premiere_date.desc(), MOVIES.c.id.desc())
    )
    with reading() as session:
        return [
            (row.id, row.title, bool(row.leased)) for row in session.execute(waiting.limit(limit))
        ]
