"""The parts that create_app puts together, as entrances reach them: `services().storage`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from mozi.pagecache.cache import PageCache
from mozi.pagecache.counters import PageCounters
from mozi.posters.batch.queue import PosterQueue
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.demand.builds import OnDemandBuilds
from mozi.settings import Settings
from mozi.storage import Storage

NAME = "mozi"


@dataclass(frozen=True)
class Services:
    """One of each for an app."""

    settings: Settings
    storage: Storage
    pipeline: PosterPipeline
    on_demand: OnDemandBuilds
    pages: PageCache
    counters: PageCounters
    queue: PosterQueue | None  # None without REDIS_URL


def install(app: Flask, installed: Services) -> None:
    """Make the parts reachable from within the app's context."""
    app.extensions[NAME] = installed


def services() -> Services:
    """Return the parts of the app whose context this is."""
    return cast(Services, current_app.extensions[NAME])
