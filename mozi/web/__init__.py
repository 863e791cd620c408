"""What visitors, admins and monitoring reach by HTTP: thin handlers over the services."""

from __future__ import annotations

from flask import Flask

from mozi.settings import Settings
from mozi.web import (
    admin,
    api,
    crawlers,
    errors,
    feeds,
    gauges,
    health,
    installed,
    languages,
    media,
    metrics,
    pages,
    posters,
    redirects,
    search,
    sessions,
)

PUBLIC = (
    pages.blueprint,
    search.blueprint,
    feeds.blueprint,
    api.blueprint,
    crawlers.blueprint,
    installed.blueprint,
)
"""What visitors read, at its own addresses and in English under /en: see `languages`."""


def register(app: Flask, settings: Settings) -> None:
    """Add every blueprint and the error pages."""
    sessions.register(app, settings)
    languages.register(app, (*PUBLIC, admin.blueprint))
    for blueprint in (posters.blueprint, media.blueprint, health.blueprint, metrics.blueprint):
        app.register_blueprint(blueprint)
    gauges.register(app)
    errors.register(app)
    redirects.register(app)
