"""A run: asks TMDB which films there are or have changed, and brings each up to date.

    list → leave out what is known and unchanged → fetch → merge, a film a transaction

A run holds ids and days only, so its memory does not grow with what films hold. It keeps no
position: a film that was fetched has its day in catalogue_movie, so a run that follows a killed
one leaves it out.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.premieres import shown_premieres
from mozi.catalogue.asked import load_decided, propose
from mozi.catalogue.changes import UNCHANGED, take_film
from mozi.catalogue.matching import CLOSE_BY, UnlinkedMovie, find_match
from mozi.catalogue.merging import TMDB_ID
from mozi.catalogue.planning import Planner, SyncScope, Task
from mozi.catalogue.tmdb.asking import find_by_imdb_id, get_film, get_reader, search_films
from mozi.catalogue.tmdb.client import Tmdb
from mozi.catalogue.tmdb.films import Found, Reader, TmdbFilm
from mozi.database import reading, writing
from mozi.errors import (
    Busy,
    CatalogueError,
    CatalogueFailed,
    CatalogueGone,
    CatalogueHasNone,
    MovieNotFound,
)
from mozi.metrics import CATALOGUE_MOVIES
from mozi.models import CatalogueMovie, Movie, Site
from mozi.settings import Settings

MOST_FAILURES = 10  # in a row; then TMDB is down, and the next run goes on
LOOKED_AT = 3  # films of a search for one movie


@dataclass(frozen=True)
class FailedFilm:
    """A film that could not be brought up to date. tmdb_id: None: TMDB's film is not known."""

    tmdb_id: int | None
    title: str
    reason: str


@dataclass
class SyncReport:
    """What a run did: movies by result. stopped_by: why it ended early.

    unknown: movies that TMDB has no film of; they count as failed too.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[FailedFilm] = field(default_factory=list)
    unknown: int = 0
    interrupted: bool = False
    stopped_by: str | None = None

    @property
    def noted(self) -> dict[str, Any]:
        """Return what the note of the last run holds."""
        return {**self.counts, "failed": len(self.failed), "stopped_by": self.stopped_by}


class RunStopped(Exception):
    """The operator has stopped the run."""


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
        self._planner = Planner(self.tmdb, settings.tmdb_region, scope)
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
                planned = self._planner.plan()
                self._count(UNCHANGED, planned.unchanged)
                on_plan(len(planned.tasks))
                for task in planned.tasks:
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
            self.report.unknown += isinstance(error, CatalogueHasNone)
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
        if self._planner.read_to != self._planner.began_on:
            with writing() as session:
                session.scalars(select(Site)).one().catalogue_read_to = self._planner.began_on


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
    """Return the film that an unlinked movie is; raises CatalogueHasNone."""
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
    raise CatalogueHasNone(
        f"TMDB has no film of this title within {CLOSE_BY.days} days of a premiere."
    )
