"""Bringing films from TMDB by a button: the run that `flask sync-catalogue` makes, in a thread."""

from __future__ import annotations

from threading import Thread
from time import time

from flask import Flask, current_app
from flask.typing import ResponseReturnValue

from mozi import clock
from mozi.catalogue.planning import scope_of
from mozi.catalogue.run import Sync
from mozi.maintenance.notes import CATALOGUE, note
from mozi.services import services
from mozi.web.admin.base import blueprint, redirect_to

KEY = "catalogue run"
SILENT_S = 60  # then its process has ended; a film takes a second


@blueprint.post("/status/catalogue")
def begin_catalogue_run() -> ResponseReturnValue:
    """Begin a run, where the catalogue is on and none runs; the status page follows it."""
    if services().settings.tmdb_token is not None and catalogue_run() is None:
        _tell(0, 0)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        Thread(target=_run, args=(app,), name="catalogue", daemon=True).start()
    return redirect_to("status", _anchor="catalogue")


def catalogue_run() -> tuple[int, int] | None:
    """Return how many films the run that a button began has done, and of how many; None: none."""
    done, of, told_at = map(int, (services().pages.store.find_note(KEY) or b"0 0 0").split())
    return (done, of) if time() - told_at < SILENT_S else None


def _tell(done: int, of: int) -> None:
    services().pages.store.put_note(KEY, f"{done} {of} {int(time())}".encode())


def _run(app: Flask) -> None:
    with app.app_context():
        settings = services().settings
        sync = Sync(settings, scope_of(clock.today(settings), first=None, last=None))
        done = of = 0

        def on_plan(films: int) -> None:
            nonlocal of
            of = films
            _tell(done, of)

        def on_done() -> None:
            nonlocal done
            done += 1
            _tell(done, of)

        sync.on_done = on_done
        try:
            note(CATALOGUE, **sync.run(on_plan).noted)
        finally:
            services().pages.store.put_note(KEY, b"0 0 0")
