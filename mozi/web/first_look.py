"""A worker's first look at its pages, before any visitor's.

The first read of a kind of page compiles its statements and opens a connection, and its first
render fills the caches of the templates: 45 ms for the index and the months. Every visitor who
comes meanwhile would wait for them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, render_template
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mozi.calendar.pages.catalogue_links import is_from_tmdb
from mozi.calendar.pages.queries import index_page, month_page, movie_page
from mozi.calendar.pages.values import IndexPage
from mozi.calendar.search.names import ensure_names
from mozi.calendar.weeks import month_of
from mozi.database import in_one_line, reading
from mozi.pagecache.fingerprints import fingerprint_of
from mozi.web.publishing import publish
from mozi.web.rendering import surroundings, today

logger = logging.getLogger(__name__)


def look_at_pages(app: Flask) -> None:
    """Read and render the index, its month and one of its films, and keep nothing of the pages.

    What is due is published, and names are written, as the first visit would do.

    Where the database cannot be read, the visitors' own requests will say so.
    """
    try:
        with app.test_request_context("/"):
            publish(today())
            ensure_names()  # as the film's page does before it reads
            for _ in range(2):  # SQLAlchemy compiles a process's first statement twice
                index = _look("index", lambda session: index_page(session, today()))
            _look("month", lambda session: month_page(session, month_of(today())))
            if (movie_id := _first_movie(index)) is not None:
                _look("film", lambda session: movie_page(session, movie_id, today()))
    except SQLAlchemyError as error:
        logger.debug("The first look at the pages failed: %s", in_one_line(error))


def _look(name: str, load: Callable[[Session], Any]) -> Any:
    with reading() as session:
        shown, from_tmdb = load(session), is_from_tmdb(session)
    fingerprint_of(shown)
    words = {"from_tmdb": from_tmdb, "today": today(), **surroundings()}
    render_template(f"{name}.html", page=shown, **words)
    return shown


def _first_movie(index: IndexPage) -> int | None:
    cards = (card for week in index.weeks for day in week.days for card in day.cards)
    return next((card.movie.id for card in cards), None)
