"""Hidden movies: on no page, edited, published by an editor or on their day, discarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi import clock
from mozi.calendar.editing.hiding import (
    Wish,
    as_published,
    discard,
    find_hidden,
    hidden_movies,
    publish,
    publish_due,
    save,
)
from mozi.calendar.editing.log import log_page
from mozi.calendar.editing.save import Saved, SaveRefused, Submission
from mozi.calendar.editing.trash import deleted_movies, forget_deleted
from mozi.calendar.pages.queries import movie_page
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, movie_of

EDITOR = "anna@example.org"
HIDE = Wish(publish=False)


def sent(movie_id: int | None = None, **values: object) -> Submission:
    given = values if movie_id else {"title": "Titok", "premiere_date": THURSDAY, **values}
    return Submission(movie_id, given)  # type: ignore[arg-type]


def hidden(wish: Wish = HIDE, **values: object) -> int:
    with writing() as session:
        saved = save(session, sent(**values), wish, by=EDITOR)
    assert isinstance(saved, Saved)
    return saved.movie_id


def is_there(movie_id: int) -> bool:
    with reading() as session:
        return session.get(Movie, movie_id) is not None


def actions() -> list[str]:
    with reading() as session:
        return [item.event.action for item in log_page(session).items if item.event]


@on_both_backends
def test_a_hidden_movie_is_edited_seen_and_published(app: Flask) -> None:
    movie_id = hidden()
    assert not is_there(movie_id)
    with as_published(movie_id) as session:
        assert movie_page(session, movie_id, THURSDAY).movie.title == "Titok"
    with writing() as session:
        save(session, sent(movie_id, synopsis="Csend"), HIDE, by=EDITOR)
    assert not is_there(movie_id)
    assert actions() == ["updated", "hidden", "created"]
    with writing() as session:
        publish(session, movie_id, by=EDITOR)
    assert movie_of(movie_id).synopsis == "Csend"
    assert actions()[0] == "published"
    with writing() as session, pytest.raises(MovieNotFound):
        publish(session, movie_id, by=EDITOR)


@on_both_backends
def test_a_save_that_is_refused_leaves_the_movie_hidden_as_it_was(app: Flask) -> None:
    make_movie(title="Másik", external_id="x1")
    movie_id = hidden()
    for wish in (HIDE, Wish()):
        with writing() as session:
            outcome = save(session, sent(movie_id, external_id="x1"), wish, by=EDITOR)
        assert isinstance(outcome, SaveRefused)
        assert not is_there(movie_id)
    assert actions() == ["hidden", "created"]


def test_a_save_publishes_where_the_editor_says_so(app: Flask) -> None:
    movie_id = hidden()
    with writing() as session:
        save(session, sent(movie_id, synopsis="Csend"), Wish(), by=EDITOR)
    assert movie_of(movie_id).synopsis == "Csend"
    assert actions()[:2] == ["updated", "published"]


@on_both_backends
def test_the_same_form_hides_one_movie_however_often_it_is_sent(app: Flask) -> None:
    form = replace(sent(), digest="a" * 64)
    ids = set()
    for _ in range(3):
        with writing() as session:
            saved = save(session, form, HIDE, by=EDITOR)
        assert isinstance(saved, Saved)
        ids.add(saved.movie_id)
    assert len(ids) == 1
    with reading() as session:
        assert {each.movie_id for each in hidden_movies(session)} == ids


@on_both_backends
def test_movies_are_published_on_their_day_once(app: Flask) -> None:
    day = THURSDAY + timedelta(1)
    due, later = (hidden(Wish(publish=False, publish_on=on)) for on in (day, day + timedelta(1)))
    never = hidden()
    with reading() as session:
        assert [each.movie_id for each in hidden_movies(session)] == [due, later, never]
    assert publish_due(THURSDAY) == []
    assert publish_due(day) == [due]
    assert publish_due(day) == []
    assert (is_there(due), is_there(later), is_there(never)) == (True, False, False)


def test_a_published_movie_counts_as_added_now(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    movie_id = hidden()
    later = clock.now() + timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: later)
    with writing() as session:
        forget_deleted(session)  # hidden movies do not lapse
        publish(session, movie_id, by=EDITOR)
    assert movie_of(movie_id).added_at == later


def test_a_discarded_movie_is_in_the_trash(app: Flask) -> None:
    movie_id = hidden()
    with reading() as session:
        assert deleted_movies(session) == ()
    with writing() as session:
        discard(session, movie_id, by=EDITOR)
    with reading() as session:
        assert find_hidden(session, movie_id) is None
        assert [each.movie_id for each in deleted_movies(session)] == [movie_id]


def test_nobody_who_visits_finds_a_hidden_movie(app: Flask, client: FlaskClient) -> None:
    movie_id = hidden(director=("Titkos Rendező",), genres=("titkos",))
    month = date.strftime(THURSDAY, "%Y/%m")
    addresses = ("/", f"/premierek/{month}", "/filmek", "/kereses?q=titok", "/kereses?q=titkos")
    feeds = ("/naptar.ics", "/rss.xml", "/sitemap.xml", "/api/v1/movies", "/api/v1/premieres")
    for address in (*addresses, *feeds):
        assert "Titok" not in client.get(address).text, address
    for missing in (f"/film/{movie_id}-titok", f"/poster/{movie_id}-titok/thumb"):
        assert client.get(missing).status_code == 404
