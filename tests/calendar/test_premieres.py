"""A film with several premieres, on lists, in feeds, and as its pages' fingerprints see it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.editing.restore import history_page, restore_movie
from mozi.calendar.pages.queries import index_page, month_page
from mozi.calendar.weeks import Month
from mozi.database import reading, writing
from mozi.errors import EqualPremieres, NoPremiere
from mozi.extensions import db
from mozi.models import Movie
from mozi.pagecache.fingerprints import fingerprint_of
from tests.conftest import Leap, on_both_backends
from tests.support.factories import THURSDAY, add_premiere, make_movie

LATER = THURSDAY + timedelta(days=21)


def change_of(movie_id: int, place: int, *, removed: bool = False, **values: object) -> None:
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        changed = PremiereChange(movie.premieres[place], values, removed=removed)  # type: ignore[arg-type]
        save_changes(session, [MovieChange(movie, {}, premieres=[changed])])


def fingerprints() -> tuple[str, str]:
    """Return those of the front page and of January."""
    with reading() as session:
        index, january = index_page(session, THURSDAY), month_page(session, Month(2027, 3))
    return fingerprint_of(index), fingerprint_of(january)


@on_both_backends
def test_a_list_shows_each_premiere_and_the_alphabet_one(app: Flask, client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll")
    add_premiere(movie_id, kind="streaming", premiere_date=LATER)
    with reading() as session:
        weeks = index_page(session, THURSDAY).weeks
    kinds = [card.movie.kind for week in weeks for day in week.days for card in day.cards]
    assert kinds == ["cinema", "streaming"]
    assert client.get("/filmek").text.count("card__title") == 1


@on_both_backends
def test_a_premiere_that_a_page_does_not_show_leaves_it_alone(app: Flask) -> None:
    make_movie(title="Mephisto", premiere_date=date(2027, 3, 4))  # the front page links March
    movie_id = make_movie(title="Kontroll")
    index, march = fingerprints()
    add_premiere(movie_id, kind="streaming", premiere_date=date(2027, 3, 4))
    assert fingerprints()[0] == index
    assert fingerprints()[1] != march
    index, march = fingerprints()
    change_of(movie_id, 1, premiere_date=date(2027, 3, 11))
    assert fingerprints()[0] == index
    assert fingerprints()[1] != march
    change_of(movie_id, 1, status="cancelled")
    assert fingerprints()[0] == index


@on_both_backends
def test_two_equal_premieres_and_none_at_all_are_refused(app: Flask) -> None:
    movie_id = make_movie()
    with pytest.raises(EqualPremieres):
        add_premiere(movie_id, kind="cinema", premiere_date=THURSDAY)
    with pytest.raises(NoPremiere):
        change_of(movie_id, 0, removed=True)
    for by_hand in ("UPDATE premiere SET removed_at = added_at", "DELETE FROM premiere"):
        with pytest.raises(DatabaseError), db.engine.begin() as connection:
            connection.execute(text(by_hand))


@on_both_backends
def test_premieres_may_take_each_other_s_place_within_one_save(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll")
    add_premiere(movie_id, premiere_date=LATER)
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        first, second = movie.premieres
        changes = [
            PremiereChange(first, {"premiere_date": LATER}),
            PremiereChange(second, {"premiere_date": LATER + timedelta(days=7)}),
        ]
        save_changes(session, [MovieChange(movie, {}, premieres=changes)])
        assert days_of(session, movie_id) == [21, 28]
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        changes = [PremiereChange(each, removed=True) for each in movie.premieres]
        changes.append(PremiereChange(None, {"premiere_date": THURSDAY}))
        save_changes(session, [MovieChange(movie, {}, premieres=changes)])
        assert days_of(session, movie_id) == [0]


@on_both_backends
def test_a_removed_premiere_stays_cancelled_in_calendars(app: Flask, client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll")
    other = add_premiere(movie_id, kind="streaming", premiere_date=LATER)
    change_of(movie_id, 1, removed=True)
    calendar = client.get("/naptar.ics").text.replace("\r\n ", "")
    events = calendar.split("BEGIN:VEVENT")[1:]
    by_uid = {line[4:]: event for event in events for line in event.split("\r\n") if "UID:" in line}
    assert by_uid.keys() == {f"film-{movie_id}@mozi", f"film-{movie_id}-{other}@mozi"}
    assert "STATUS:CANCELLED" in by_uid[f"film-{movie_id}-{other}@mozi"]
    assert "SEQUENCE:1" in by_uid[f"film-{movie_id}-{other}@mozi"]
    assert "STATUS:CONFIRMED" in by_uid[f"film-{movie_id}@mozi"]
    assert client.get("/api/v1/premieres?from=2026-11-01&to=2027-03-01").json["premieres"][0][
        "premiere_id"
    ] != other  # fmt: skip


@on_both_backends
def test_a_removed_premiere_that_is_added_again_is_the_same_event(
    app: Flask, client: FlaskClient, leap: Leap
) -> None:
    movie_id = make_movie(title="Kontroll")
    other = add_premiere(movie_id, kind="streaming", premiere_date=LATER, status="cancelled")
    change_of(movie_id, 1, removed=True)
    assert "SEQUENCE:1" in event_of(client, f"film-{movie_id}-{other}@mozi")
    add_premiere(movie_id, kind="streaming", premiere_date=LATER)
    leap(4)
    assert client.get(f"/film/{movie_id}-kontroll.ics").text.count("BEGIN:VEVENT") == 2
    back = event_of(client, f"film-{movie_id}-{other}@mozi")
    assert "STATUS:CONFIRMED" in back
    assert "SEQUENCE:2" in back
    with reading() as session:
        [event, *_] = history_page(session, movie_id, 1).events
    assert f"premiere#{other}" in event.changes
    add_premiere(movie_id, kind="streaming", premiere_date=LATER + timedelta(days=1))
    leap(4)
    assert client.get(f"/film/{movie_id}-kontroll.ics").text.count("BEGIN:VEVENT") == 3


def event_of(client: FlaskClient, uid: str) -> str:
    """Return the event of the film of this UID, as its own feed has it."""
    calendar = client.get(f"/film/{uid.split('-')[1].partition('@')[0]}-kontroll.ics").text
    [found] = [e for e in calendar.replace("\r\n ", "").split("BEGIN:VEVENT") if f"UID:{uid}" in e]
    return found


@on_both_backends
def test_history_tells_of_each_premiere_and_gives_it_back(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll")
    add_premiere(movie_id, kind="streaming", premiere_date=LATER)
    change_of(movie_id, 1, premiere_date=LATER + timedelta(days=7))
    change_of(movie_id, 1, removed=True)
    with reading() as session:
        events = history_page(session, movie_id, 1).events
    assert [sorted(name.partition("#")[0] for name in event.changes) for event in events] == [
        *(["premiere"], ["premiere_date"], ["premiere"])
    ]
    for event, days in ((events[0], [0, 28]), (events[1], [0, 21]), (events[2], [0])):
        with writing() as session:
            restore_movie(session, movie_id, event.entry_id, by="anna@example.org")
        with reading() as session:
            assert days_of(session, movie_id) == days


def days_of(session: Session, movie_id: int) -> list[int]:
    shown = [p for p in session.get_one(Movie, movie_id).premieres if p.removed_at is None]
    return [(premiere.premiere_date - THURSDAY).days for premiere in shown]


@on_both_backends
def test_the_next_premiere_stands_for_the_film(app: Flask, client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll", premiere_date=date(2003, 11, 20))
    add_premiere(movie_id, kind="rerelease", premiere_date=LATER)
    page = client.get(f"/film/{movie_id}-kontroll").text
    head = page.split("film__date")[1].split("</p>")[0]
    assert "2026-12-17" in head
    assert page.count('aria-current="true"') == 1
    assert client.get(f"/film/{movie_id}-kontroll.ics").text.count("BEGIN:VEVENT") == 2
    [movie] = client.get(f"/api/v1/movies?ids={movie_id},99").json["movies"]
    assert [each["kind"] for each in movie["premieres"]] == ["cinema", "rerelease"]
    assert movie["premiere_date"] == "2026-12-17"
    assert client.get("/api/v1/movies?ids=a").status_code == 400


def test_a_card_says_that_the_film_ran_already(app: Flask, client: FlaskClient) -> None:
    movie_id = make_movie(title="Kontroll", premiere_date=THURSDAY - timedelta(days=70))
    add_premiere(movie_id, kind="streaming", premiere_date=THURSDAY)
    assert "moziban volt: 2026. szeptember\xa017.</p>" in client.get("/").text
    assert "was in cinemas: 17\xa0September\xa02026</p>" in client.get("/en/").text
