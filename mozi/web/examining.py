"""The doctor's parts of this app, for the command and the status page."""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from mozi.catalogue.tmdb.client import Tmdb
from mozi.maintenance.doctor.checks import Check, Parts, examine
from mozi.services import services
from mozi.web.visiting import ask

CATALOGUE_TIMEOUT_S = 5.0


def examination() -> list[Check]:
    """Return the results of all checks."""
    here = services()
    return list(
        examine(
            Parts(
                settings=here.settings,
                storage=here.storage,
                ask=ask,
                queue=here.queue,
                check_cache=here.pages.store.check,
                ask_catalogue=_ask_catalogue,
                scripts=Path(current_app.root_path) / "migrations",
            )
        )
    )


def _ask_catalogue() -> None:
    """Ask TMDB for what every token may read; raises CatalogueError."""
    with Tmdb(services().settings, timeout_s=CATALOGUE_TIMEOUT_S, tries_again=0) as tmdb:
        tmdb.get("/configuration")
