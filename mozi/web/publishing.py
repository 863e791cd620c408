"""Publishes hidden movies on their day, without a clock of its own.

A page of a new day is not in the cache, so some request of it reaches each process's app. The
first one of a day publishes what is due before any page of that day is rendered.
"""

from __future__ import annotations

import logging
from datetime import date

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from mozi.calendar.editing.hiding import publish_due
from mozi.database import in_one_line
from mozi.services import services
from mozi.web.rendering import today

READ = ("pages", "feeds", "api")  # the blueprints whose answers have films
logger = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Look for movies to publish before the first page or feed of each day."""
    looked_on = None

    def look() -> None:
        nonlocal looked_on
        name = str(request.blueprint).rpartition(".")[2]  # the same in both languages
        if name in READ and looked_on != (day := today()):
            looked_on = day
            if not publish(day):
                looked_on = None

    app.before_request(look)


def publish(day: date) -> bool:
    """Publish what is due and return whether the database let it.

    Where it does not, the page goes on without, or says itself that the database is away.
    """
    try:
        movie_ids = publish_due(day)
    except SQLAlchemyError as error:
        logger.warning("Movies that are due were not published: %s", in_one_line(error))
        return False
    if movie_ids:
        logger.info("Published on their day: %s", movie_ids)
        services().schedule.build(movie_ids, offered=True)
    return True
