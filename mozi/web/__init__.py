"""What visitors, admins and monitoring reach by HTTP: thin handlers over the services."""

from __future__ import annotations

from flask import Flask

from mozi.web import errors, health, languages, media, metrics, pages, posters, search

PUBLIC = (pages.blueprint, search.blueprint)
"""What visitors read, at its own addresses and in English under /en: see `languages`."""


def register(app: Flask) -> None:
    """Add every blueprint and the error pages."""
    languages.register(app, PUBLIC)
    for blueprint in (posters.blueprint, media.blueprint, health.blueprint, metrics.blueprint):
        app.register_blueprint(blueprint)
    errors.register(app)
