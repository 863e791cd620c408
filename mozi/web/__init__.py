"""HTTP for visitors, admins and monitoring: thin handlers over the services."""

from __future__ import annotations

from flask import Flask

from mozi.settings import Settings
from mozi.web import admin, errors, publishing, rates, sessions
from mozi.web.i18n import languages
from mozi.web.middleware import media, proxies, redirects
from mozi.web.views import (
    api,
    crawlers,
    embedding,
    feeds,
    following,
    gauges,
    health,
    manifest,
    metrics,
    openapi,  # noqa: F401 - adds its route to the API
    pages,
    people,
    posters,
    search,
)

PUBLIC = (
    pages.blueprint,
    people.blueprint,
    search.blueprint,
    feeds.blueprint,
    following.blueprint,
    api.blueprint,
    crawlers.blueprint,
    manifest.blueprint,
    embedding.blueprint,
)
"""The public pages, at their own addresses and in English under /en (i18n/languages.py)."""


def register(app: Flask, settings: Settings) -> None:
    """Register the blueprints, sessions and error pages."""
    sessions.register(app, settings)
    rates.register(app, settings)
    languages.register(app, (*PUBLIC, admin.blueprint))
    for blueprint in (posters.blueprint, media.blueprint, health.blueprint, metrics.blueprint):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["site_name"] = settings.site_name
    app.extensions[manifest.LOGO] = app.jinja_env.globals["site_logo"] = manifest.read_logo(
        settings.site_logo
    )
    health.register(app)
    gauges.register(app)
    errors.register(app)
    redirects.register(app)
    publishing.register(app)
    proxies.register(app)
