"""The services that create_app makes; entrances use them as `services().storage`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from mozi.catalogue.desk import CatalogueDesk
from mozi.pagecache.cache import PageCache
from mozi.pagecache.counters import PageCounters
from mozi.posters.batch.queue import PosterQueue
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.demand.answers import PosterAnswers
from mozi.posters.demand.builds import OnDemandBuilds
from mozi.posters.demand.schedule import BuildSchedule
from mozi.posters.extras.idle import IdleThread
from mozi.settings import Settings
from mozi.storage import Storage

NAME = "mozi"


@dataclass(frozen=True)
class Services:
    """The services of one app."""

    settings: Settings
    storage: Storage
    pipeline: PosterPipeline
    builds: OnDemandBuilds
    posters: PosterAnswers
    schedule: BuildSchedule
    idle: IdleThread
    pages: PageCache
    counters: PageCounters
    catalogue: CatalogueDesk
    queue: PosterQueue | None  # None without REDIS_URL


def install(app: Flask, installed: Services) -> None:
    """Make services() return these in the app's context."""
    app.extensions[NAME] = installed


def services() -> Services:
    """Return the services of the current app."""
    return cast(Services, current_app.extensions[NAME])
