"""A run: asks TMDB which films there are or have changed, and brings each up to date.

    list → leave out what is known and unchanged → fetch → merge, a film a transaction

A run holds ids and days only, so its memory does not grow with what films hold. It keeps no
position: a film that was fetched has its day in catalogue_movie, so a run that follows a killed
one leaves it out.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.premieres import shown_premieres
from mozi.catalogue.asking import (
    DAYS_OF_CHANGES,
    find_by_imdb_id,
    find_changed,
    find_premieres,
    get_film,
    get_reader,
    search_films,
)
from mozi.catalogue.changes import UNCHANGED, find_link, load_decided, propose, take_film
from mozi.catalogue.client import Tmdb
from mozi.catalogue.matching import CLOSE_BY, UnlinkedMovie, find_match
from mozi.catalogue.merging import TMDB_ID
from mozi.catalogue.reading import Found, Reader, TmdbFilm
from mozi.database import reading, writing
from mozi.errors import Busy, CatalogueError, CatalogueFailed, CatalogueGone, MovieNotFound
from mozi.metrics import CATALOGUE_MOVIES
from mozi.models import CatalogueMovie, Movie, Site
from mozi.settings import Settings

BACK = timedelta(weeks=4)
AHEAD = timedelta(days=365)
STALE_AFTER = timedelta(days=150)  # TMDB's terms allow six months
MOST_FAILURES = 10  # in a row; then TMDB is down, and the next run goes on
LOOKED_AT = 3  # films of a search for one movie


@dataclass(frozen=True)
class SyncScope:
    """What a run looks at: premieres from first to last, or only the movies with these ids.

    whole: no range was given, so films that have changed or are stale count too.
    """

    first: date
    last: date
    movie_ids: Sequence[int] = ()
    whole: bool = True


@dataclass(frozen=True)
class FailedFilm:
    """A film that could not be brought up to date. tmdb_id: None: TMDB's film is not known."""

    tmdb_id: int | None
    title: str
    reason: str


@dataclass
class SyncReport:
    """What a run did: movies by result. stopped_by: why it ended early."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[FailedFilm] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None


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


class RunStopped(Exception):
    """The operator has stopped the run."""


def scope_of(
    today: date, *, first: date | None, last: date | None, movie_ids: Sequence[int] = ()
) -> SyncScope:
    """Return the scope of a run: four weeks back to a year ahead where no date is given."""
    whole = first is None and last is None
    return SyncScope(first or today - BACK, last or today + AHEAD, movie_ids, whole)


class Sync:
    """One run. on_done: called after each film; stop: the caller sets it to end the run.

    tmdb: a connection of the caller's, None for one of the run's own.
    """

    def __init__(
        self,
        settings: Settings,
        scope: SyncScope,
        *,
        dry_run: bool = False,
        on_done: Callable[[], object] = lambda: None,
        tmdb: Tmdb | None = None,
    ) -> None:
        self.settings = settings
        self.scope = scope
        self.dry_run = dry_run
        self.on_done = on_done
        self.stop = threading.Event()
        self.report = SyncReport()
        self.today = clock.today(settings)
        self.tmdb = tmdb or Tmdb(settings, sleep=self._sleep)
        self._began_on = clock.now().astimezone(UTC).date()
        self._oldest = self._began_on - timedelta(days=DAYS_OF_CHANGES - 1)
        self._read_to = _read_to()
        self._failures = 0

    @property
    def requests(self) -> int:
        """Return how many requests were sent."""
        return self.tmdb.requests

    def run(self, on_plan: Callable[[int], object] = lambda films: None) -> SyncReport:
        """Bring the films up to date; on_plan: called with their number once it is known."""
        try:
            with self.tmdb:
                reader = get_reader(self.tmdb, self.settings, self.today)
                tasks = self._plan()
                on_plan(len(tasks))
                for task in tasks:
                    self._do(reader, task)
                self._finish()
        except RunStopped:
            self.report.interrupted = True
        except CatalogueError as error:
            self.report.stopped_by = str(error)
        return self.report

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise RunStopped

    def _plan(self) -> list[Task]:
        """Return the films to fetch; those that are known and have not changed are counted."""
        if self.scope.movie_ids:
            return [self._task_of(movie_id) for movie_id in self.scope.movie_ids]
        known = _known_films()
        changed = self._changed(known)
        wanted = find_premieres(
            self.tmdb, self.settings.tmdb_region, self.scope.first, self.scope.last
        )
        if self.scope.whole:
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
        self._count(UNCHANGED, len(wanted) - len(tasks))
        return tasks

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
        changed = find_changed(self.tmdb, since, self._began_on)
        return {tmdb_id: day for tmdb_id, day in changed.items() if tmdb_id in known}

    def _changes_since(self, known: Mapping[int, _Known]) -> date | None:
        """Return the first day whose changes were not read; None where no film is known so long."""
        if self._is_continuous:
            return self._read_to
        days = [each.seen_on for each in known.values() if each.seen_on >= self._oldest]
        return min(days, default=None)

    @property
    def _is_continuous(self) -> bool:
        """Return whether no change was missed between the last whole run and this one."""
        return self._read_to is not None and self._read_to >= self._oldest

    def _has_news(self, known: _Known, changed_on: date | None) -> bool:
        if known.gone:
            return False
        if changed_on is not None:
            return changed_on >= known.seen_on
        return self._is_stale(known) or not self._is_watched(known)

    def _is_stale(self, known: _Known) -> bool:
        return not known.gone and self._began_on - known.seen_on >= STALE_AFTER

    def _is_watched(self, known: _Known) -> bool:
        """Return whether each change of the film since it was seen has been in a list of ours."""
        return known.seen_on >= self._oldest or self._is_continuous

    def _do(self, reader: Reader, task: Task) -> None:
        """Fetch and merge one film; a failure is named, and the run goes on."""
        if self.stop.is_set():
            raise RunStopped
        try:
            film = self._fetch(reader, task)
            outcome = take_film(
                film, today=self.today, movie_id=task.movie_id, dry_run=self.dry_run
            )
            self._count(outcome.result)
            if outcome.proposed:
                self._count("proposed")
            self._failures = 0
        except CatalogueGone:
            self._note_gone(task)
        except (CatalogueFailed, Busy) as error:
            self._fail(task, str(error))
        self.on_done()

    def _fetch(self, reader: Reader, task: Task) -> TmdbFilm:
        if task.film is not None:
            return get_film(self.tmdb, reader, task.film)
        return find_film_of(self.tmdb, reader, task.movie_id or 0)

    def _fail(self, task: Task, reason: str) -> None:
        tmdb_id = task.film.tmdb_id if task.film else None
        self.report.failed.append(FailedFilm(tmdb_id, task.title, reason))
        self._count("failed")
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            raise CatalogueError(f"{MOST_FAILURES} films in a row failed; the next run goes on.")

    def _count(self, result: str, films: int = 1) -> None:
        self.report.counts[result] += films
        CATALOGUE_MOVIES.labels(result).inc(films)

    def _note_gone(self, task: Task) -> None:
        """Keep the movie; where TMDB has the film under another id, the editors are asked."""
        self._count("gone")
        self._failures = 0
        if task.film is None or self.dry_run:
            return
        with reading() as session:
            link = session.get(CatalogueMovie, task.film.tmdb_id)
            imdb_id = link.imdb_id if link and not link.gone else None
        merged = find_by_imdb_id(self.tmdb, imdb_id) if imdb_id else None
        with writing() as session:
            _record_gone(session, task.film.tmdb_id, merged)

    def _finish(self) -> None:
        """Note until when the changes were read; a run of some films has not read them."""
        if self.dry_run or self.scope.movie_ids or not self.scope.whole or self.report.failed:
            return
        if self._read_to != self._began_on:
            with writing() as session:
                session.scalars(select(Site)).one().catalogue_read_to = self._began_on


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


def _record_gone(session: Session, tmdb_id: int, merged: Found | None) -> None:
    link = session.get(CatalogueMovie, tmdb_id)
    if link is None or link.gone:
        return
    link.gone, link.seen_at = True, clock.now()
    if merged is None or session.get(CatalogueMovie, merged.tmdb_id) is not None:
        return
    refused = load_decided(session, link.movie_id).refuses(TMDB_ID, merged.tmdb_id)
    if not refused and session.get(Movie, link.movie_id) is not None:
        propose(session, link.movie_id, TMDB_ID, merged.tmdb_id)


def find_film_of(tmdb: Tmdb, reader: Reader, movie_id: int) -> TmdbFilm:
    """Return the film that an unlinked movie is; raises CatalogueFailed where TMDB has none."""
    with reading() as session:
        movie = session.get(Movie, movie_id)
        if movie is None:
            raise MovieNotFound(movie_id)
        ours = UnlinkedMovie(
            movie.id,
            tuple(filter(None, (movie.title, movie.original_title))),
            tuple(each.premiere_date for each in shown_premieres(movie)),
        )
    for title in ours.titles:
        for found in search_films(tmdb, title, reader.region)[:LOOKED_AT]:
            film = get_film(tmdb, reader, found)
            if find_match(film, [ours]):
                return film
    raise CatalogueFailed(
        f"TMDB has no film of this title within {CLOSE_BY.days} days of a premiere."
    )
