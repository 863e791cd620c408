"""The status page: posters, page cache, storage; and new tries of failed posters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, request
from flask.typing import ResponseReturnValue

from mozi.calendar.editing.history import BY_COMMAND
from mozi.database import reading
from mozi.maintenance.doctor.checks import Check
from mozi.maintenance.overview import overview
from mozi.maintenance.storage_check import StorageCheck, StorageReport
from mozi.pagecache.counters import last_hour
from mozi.posters.build.publish import try_again
from mozi.posters.status import (
    LATEST,
    WAITING,
    count_posters,
    failed_ids,
    failed_posters,
    movies_in,
    waiting_movies,
)
from mozi.services import services
from mozi.web.admin.base import blueprint, redirect_to, render_page
from mozi.web.admin.importing.catalogue_run import catalogue_run
from mozi.web.admin.messages.doctor import NAMES, doctor_words
from mozi.web.admin.messages.storage import storage_words
from mozi.web.admin.sign_in.throttling import failures_today
from mozi.web.examining import examination
from mozi.web.views.gauges import queue_figures
from mozi.web.views.health import readiness
from mozi.web.visiting import ask

FAILED_A_PAGE = 10
WAITING_SHOWN = 10
TRIED_AT_ONCE = 200
BUILT_AT_ONCE = 20_000
ANSWERS = ("hit", "stale", "miss")
RESETS = ("movie", "variant", "day", "expired")


@dataclass(frozen=True)
class PageHour:
    """The last hour of one kind of page in the cache."""

    page: str
    answers: Mapping[str, int]
    resets: Mapping[str, int]

    @property
    def asked(self) -> int:
        """Return the number of answered requests."""
        return sum(self.answers.values())

    @property
    def percent_kept(self) -> float:
        """Return the percentage of requests that needed no render."""
        kept = self.answers["hit"] + self.answers["stale"]
        return 100 * kept / self.asked if self.asked else 0.0


@blueprint.get("/status")
def status() -> ResponseReturnValue:
    """Show the state of posters, page cache and storage."""
    return _status()


@blueprint.post("/status/storage")
def check_storage() -> ResponseReturnValue:
    """Check the storage as `flask check-storage` does, and show the result."""
    return _status(report=StorageCheck(services().storage, ask).run())


@blueprint.post("/status/examine")
def examine_all() -> ResponseReturnValue:
    """Look at every part as `flask doctor` does, and show the result."""
    return _status(checks=examination())


@blueprint.post("/status/try-now")
def try_all_now() -> ResponseReturnValue:
    """Try up to TRIED_AT_ONCE failed sources again, the latest premieres first."""
    movie_ids = failed_ids(limit=TRIED_AT_ONCE)
    for movie_id in movie_ids:
        try_again(movie_id)
    begun = services().schedule.build(movie_ids)
    return redirect_to("status", tried=len(movie_ids), begun=begun)


@blueprint.post("/status/build")
def build_waiting() -> ResponseReturnValue:
    """Build the posters that wait, those of the latest premieres first."""
    with reading() as session:
        latest = movies_in(WAITING, *LATEST, limit=BUILT_AT_ONCE)
        movie_ids = session.scalars(latest).all()
    begun = services().schedule.build(movie_ids)
    return redirect_to("status", tried=len(movie_ids), begun=begun)


def _status(report: StorageReport | None = None, *, checks: Sequence[Check] = ()) -> Response:
    services().counters.save()
    counts = count_posters()
    number = max(1, request.args.get("page", 1, type=int))
    failed = failed_posters(limit=FAILED_A_PAGE + 1, offset=(number - 1) * FAILED_A_PAGE)
    return render_page(
        "status",
        state=overview(services().settings.data_dir),
        catalogue_is_on=services().settings.tmdb_token is not None,
        catalogue_run=catalogue_run(),
        queue=queue_figures(),
        has_queue=services().queue is not None,
        failed_sign_ins=failures_today(),
        by_command=BY_COMMAND,
        counts=counts,
        failed=failed[:FAILED_A_PAGE],
        number=number,
        more=len(failed) > FAILED_A_PAGE,
        waiting=waiting_movies(limit=WAITING_SHOWN) if counts[WAITING] else [],
        hours=[_hour(name, counted) for name, counted in last_hour().items()],
        states=readiness().states(),
        faults=None if report is None else [storage_words(fault) for fault in report.faults],
        checks=checks,
        check_names=NAMES,
        doctor_words=doctor_words,
        tried=request.args.get("tried", type=int),
        begun=request.args.get("begun", 0, type=int),
    )


def _hour(name: str, counted: Mapping[str, int]) -> PageHour:
    return PageHour(
        name,
        {what: counted.get(what, 0) for what in ANSWERS},
        {what: counted[what] for what in RESETS if counted.get(what)},
    )
