"""What visitors, admins and monitoring reach by HTTP: thin handlers over the services."""

from __future__ import annotations

from flask import Flask

from mozi.web import errors, health, media, pages, posters


def register(app: Flask) -> None:
    """Add every blueprint and the error pages."""
    for blueprint in (pages.blueprint, posters.blueprint, media.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    errors.register(app)
