"""Restoring a movie's state before one of its history's entries."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from mozi.calendar.editing.restore import PAGE_LENGTH, history_page, restore_movie
from mozi.calendar.fields import Values
from mozi.database import reading, writing
from mozi.errors import HistoryEntryNotFound, MovieNotFound
from mozi.models import HistoryEntry, Movie, Poster
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, movie_of, update_movie

EMAIL = "anna@example.org"
URL = "https://example.org/poster.jpg"


def change(movie_id: int, values: Values) -> int:
    """Return the id of the entry about the change."""
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values, by=EMAIL)
        session.flush()
        return session.scalars(select(func.max(HistoryEntry.id))).one()


def restore(movie_id: int, entry_id: int) -> None:
    with writing() as session:
        restore_movie(session, movie_id, entry_id, by=EMAIL)


def test_all_that_changed_since_an_entry_is_put_back(app: Flask) -> None:
    movie_id = make_movie(title="Első", genres=("dráma",), poster_url=URL)
    entry_id = change(movie_id, {"title": "Második", "poster_url": None})
    change(movie_id, {"title": "Harmadik", "genres": ()})
    restore(movie_id, entry_id)
    assert (movie_of(movie_id).title, movie_of(movie_id).genres) == ("Első", ("dráma",))
    with reading() as session:
        assert session.get_one(Poster, movie_id).source_url == URL


def test_a_field_that_did_not_change_since_stays(app: Flask) -> None:
    movie_id = make_movie(title="Első", distributor="Régi")
    change(movie_id, {"distributor": "Új"})
    restore(movie_id, change(movie_id, {"title": "Második"}))
    assert (movie_of(movie_id).title, movie_of(movie_id).distributor) == ("Első", "Új")


def test_a_history_has_pages_the_latest_entry_first(app: Flask) -> None:
    movie_id = make_movie()
    ids = [change(movie_id, {"title": f"Cím {n}"}) for n in range(PAGE_LENGTH + 1)]
    with reading() as session:
        first, second = (history_page(session, movie_id, number) for number in (1, 2))
    assert (first.events[0].entry_id, first.more) == (ids[-1], True)
    assert ([each.entry_id for each in second.events], second.more) == ([ids[0]], False)


@on_both_backends
def test_an_external_id_of_another_movie_stays_there(app: Flask) -> None:
    movie_id = make_movie(title="Első", external_id="x-1")
    entry_id = change(movie_id, {"external_id": None, "title": "Második"})
    make_movie(external_id="x-1")
    restore(movie_id, entry_id)
    assert (movie_of(movie_id).external_id, movie_of(movie_id).title) == (None, "Első")


def test_an_entry_of_another_movie_is_not_found(app: Flask) -> None:
    movie_id, other = make_movie(), make_movie()
    entry_id = change(other, {"title": "Másik"})
    with pytest.raises(HistoryEntryNotFound):
        restore(movie_id, entry_id)


def test_a_movie_that_is_gone_is_not_found(app: Flask) -> None:
    with pytest.raises(MovieNotFound):
        restore(7, 1)
