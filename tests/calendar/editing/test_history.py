"""What a movie's history records."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from mozi.calendar.editing import history
from mozi.calendar.editing.history import FOCUS, POSTER, PosterSnapshot, poster_changes
from mozi.database import reading, writing
from mozi.models import HistoryEntry, Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, create_movie, make_movie, update_movie

URL = "https://example.org/poster.jpg"


def change(movie_id: int, by: str, **values: history.FieldValue) -> None:
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values, by=by)


def test_the_last_editor_is_the_one_who_changed_anything(app: Flask) -> None:
    movie_id = make_movie(title="Első")
    change(movie_id, "anna@example.org", title="Második")
    change(movie_id, "bela@example.org", title="Második")
    with reading() as session:
        assert history.last_editor(session, movie_id) == "anna@example.org"
        assert history.last_editor(session, movie_id + 1) is None


def test_an_entry_has_old_and_new_values_and_the_old_poster(app: Flask) -> None:
    movie_id = make_movie(genres=("dráma",), poster_url=URL)
    change(movie_id, "anna@example.org", genres=("krimi",), poster_url=None)
    with reading() as session:
        [entry] = session.scalars(select(HistoryEntry))
        assert entry.changes["genres"] == [["dráma"], ["krimi"]]
        assert entry.changes["poster_url"] == [URL, None]
        assert entry.old_source_url == URL


@pytest.mark.parametrize(
    ("after", "columns"),
    [
        (PosterSnapshot(1, URL), set()),
        (PosterSnapshot(2, f"{URL}?2"), {"poster_url", POSTER}),
        (PosterSnapshot(2, URL, uploaded=True), {POSTER}),
        (PosterSnapshot(1, URL, focus=(20, 80)), {FOCUS}),
    ],
)
def test_a_poster_changes_by_address_source_or_focus(
    after: PosterSnapshot, columns: set[str]
) -> None:
    assert poster_changes(PosterSnapshot(1, URL), after).keys() == columns


@on_both_backends
def test_a_deleted_movies_id_is_never_given_again(app: Flask) -> None:
    movie_id = make_movie()
    change(movie_id, "anna@example.org", title="Utolsó")
    with writing() as session:
        session.delete(session.get_one(Movie, movie_id))
        session.flush()
        new = create_movie(session, {"title": "Új", "premiere_date": THURSDAY})
        assert new.id > movie_id
