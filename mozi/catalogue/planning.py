"""Plans a run: which films TMDB has, and which of them have news since they were seen.

A film that is known and has not changed is left out. Whether TMDB told every change since then is
known by the day until which its changes were read; where some may have been missed, films are
fetched again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sqlalchemy import select

from mozi import clock
from mozi.catalogue.changes import find_link
from mozi.catalogue.tmdb.asking import DAYS_OF_CHANGES, find_changed, find_premieres
from mozi.catalogue.tmdb.client import Tmdb
from mozi.catalogue.tmdb.films import Found
from mozi.database import reading
from mozi.errors import MovieNotFound
from mozi.models import CatalogueMovie, Movie, Site

BACK = timedelta(weeks=4)
AHEAD = timedelta(days=365)
STALE_AFTER = timedelta(days=150)  # TMDB's terms allow six months


@dataclass(frozen=True)
class SyncScope:
    """What a run looks at: premieres from first to last, or only the movies with these ids.

    whole: no range was given, so films that have changed or are stale count too.
    """

    first: date
    last: date
    movie_ids: Sequence[int] = ()
    whole: bool = True


def scope_of(
    today: date, *, first: date | None, last: date | None, movie_ids: Sequence[int] = ()
) -> SyncScope:
    """Return the scope of a run: four weeks back to a year ahead where no date is given."""
    whole = first is None and last is None
    return SyncScope(first or today - BACK, last or today + AHEAD, movie_ids, whole)


@dataclass(frozen=True)
class _Known:
    movie_id: int
    title: str | None
    language: str | None
    seen_on: date
    gone: bool


@dataclass(frozen=True)
class Task:
    """A film to fetch. movie_id: of --movie; film: None where TMDB's film is to be found first."""

    film: Found | None
    movie_id: int | None = None
    title: str = ""


@dataclass(frozen=True)
class SyncPlan:
    """The films to fetch. unchanged: how many others the run would have looked at."""

    tasks: list[Task]
    unchanged: int = 0


class Planner:
    """The plan of one run. began_on: the day in UTC; read_to: until when changes were read."""

    def __init__(self, tmdb: Tmdb, region: str, scope: SyncScope) -> None:
        self._tmdb, self._region, self._scope = tmdb, region, scope
        self.began_on = clock.now().astimezone(UTC).date()
        self._oldest = self.began_on - timedelta(days=DAYS_OF_CHANGES - 1)
        self.read_to = _read_to()

    def plan(self) -> SyncPlan:
        """Return the films to fetch; raises CatalogueError and MovieNotFound."""
        if self._scope.movie_ids:
            return SyncPlan([self._task_of(movie_id) for movie_id in self._scope.movie_ids])
        known = _known_films()
        changed = self._changed(known)
        wanted = find_premieres(self._tmdb, self._region, self._scope.first, self._scope.last)
        if self._scope.whole:
            wanted |= {
                tmdb_id: Found(tmdb_id, each.title or "", each.language)
                for tmdb_id, each in known.items()
                if tmdb_id not in wanted and (tmdb_id in changed or self._is_stale(each))
            }
        tasks = [
            Task(film, title=film.title)
            for tmdb_id, film in wanted.items()
            if tmdb_id not in known or self._has_news(known[tmdb_id], changed.get(tmdb_id))
        ]
        return SyncPlan(tasks, len(wanted) - len(tasks))

    def _task_of(self, movie_id: int) -> Task:
        with reading() as session:
            movie = session.get(Movie, movie_id)
            if movie is None:
                raise MovieNotFound(movie_id)
            link = find_link(session, movie_id)
            known = Found(link.tmdb_id, movie.title, link.original_language) if link else None
            return Task(known, movie_id, movie.title)

    def _changed(self, known: Mapping[int, _Known]) -> dict[int, date]:
        """Return when known films changed, as far back as TMDB tells."""
        since = self._changes_since(known)
        if since is None:
            return {}
        changed = find_changed(self._tmdb, since, self.began_on)
        return {tmdb_id: day for tmdb_id, day in changed.items() if tmdb_id in known}

    def _changes_since(self, known: Mapping[int, _Known]) -> date | None:
        """Return the first day whose changes were not read; None where no film is known so long."""
        if self._is_continuous:
            return self.read_to
        days = [each.seen_on for each in known.values() if each.seen_on >= self._oldest]
        return min(days, default=None)

    @property
    def _is_continuous(self) -> bool:
        """Return whether no change was missed between the last whole run and this one."""
        return self.read_to is not None and self.read_to >= self._oldest

    def _has_news(self, known: _Known, changed_on: date | None) -> bool:
        if known.gone:
            return False
        if changed_on is not None:
            return changed_on >= known.seen_on
        return self._is_stale(known) or not self._is_watched(known)

    def _is_stale(self, known: _Known) -> bool:
        return not known.gone and self.began_on - known.seen_on >= STALE_AFTER

    def _is_watched(self, known: _Known) -> bool:
        """Return whether each change of the film since it was seen has been in a list of ours."""
        return known.seen_on >= self._oldest or self._is_continuous


def _read_to() -> date | None:
    with reading() as session:
        return session.scalars(select(Site.catalogue_read_to)).first()


def _known_films() -> dict[int, _Known]:
    columns = (CatalogueMovie.tmdb_id, CatalogueMovie.movie_id, Movie.title)
    more = (CatalogueMovie.original_language, CatalogueMovie.seen_at, CatalogueMovie.gone)
    query = select(*columns, *more).outerjoin(Movie, Movie.id == CatalogueMovie.movie_id)
    with reading() as session:
        return {
            row.tmdb_id: _Known(
                row.movie_id,
                row.title,
                row.original_language,
                row.seen_at.astimezone(UTC).date(),
                row.gone or row.title is None,
            )
            for row in session.execute(query)
        }
