"""/sajat: lists that a browser follows, with their calendar and news."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import func, select

from mozi.calendar.following import lists
from mozi.database import reading, writing
from mozi.models import FollowedList, MergedMovie, Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, update_movie

EMPTY = lists.Followed((), ())


def _create(client: FlaskClient, **sent: Any) -> dict[str, str]:
    answer = client.post("/sajat", json=sent)
    assert answer.status_code == 201, answer.text
    assert "Set-Cookie" not in answer.headers
    made: dict[str, str] = answer.json
    return made


def _events(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "CDN-Cache-Control" not in answer.headers
    return {str(e["summary"]): e for e in Calendar.from_ical(answer.data).walk("VEVENT")}


@on_both_backends
def test_a_list_shows_its_films_and_its_peoples_and_no_others(
    app: Flask, client: FlaskClient
) -> None:
    own = make_movie(title="Csillagos")
    make_movie(title="Rendezett", director=("Elek Judit",))
    make_movie(title="Más")
    made = _create(client, movies=[own], people=["elek-judit"])
    events = _events(client, made["ics"])
    assert len(events) == 2
    assert not any("Más" in title for title in events)
    for event in events.values():
        (alarm,) = event.walk("VALARM")
        assert alarm["trigger"].dt == timedelta(hours=-6)
    assert client.get(made["rss"]).text.count("<item>") == 2
    assert "VALARM" not in client.get("/naptar.ics").text
    assert _create(client, movies=[own])["token"] != made["token"]


@on_both_backends
def test_the_page_gets_what_comes_and_the_own_films_of_before(
    app: Flask, client: FlaskClient
) -> None:
    old = make_movie(title="Régi", premiere_date=THURSDAY - timedelta(days=700))
    make_movie(title="Előző", director=("Elek Judit",), premiere_date=date(2020, 1, 2))
    make_movie(title="Következő", director=("Elek Judit",))
    sent = {"movies": [old, 9999], "people": ["elek-judit", "senki"]}
    answer = client.post("/sajat/filmek", json=sent)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert re.findall(r'card__title">(.*?)<', answer.text) == ["Következő", "Régi"]
    assert '<p class="card__why">Elek Judit</p>' in answer.text
    assert re.findall(r'data-star="(.*?)"', answer.text) == ["people:elek-judit"]
    assert f"/sajat#filmek={old},9999&amp;emberek=elek-judit,senki" in answer.text
    assert "<svg" in answer.text.split("QR-kód")[1]


def test_the_page_takes_the_largest_list_without_a_code(client: FlaskClient) -> None:
    people = [f"{'a' * 40}-{n}" for n in range(lists.MOST_PEOPLE)]
    sent = {"movies": list(range(1, lists.MOST_MOVIES + 1)), "people": people}
    answer = client.post("/sajat/filmek", json=sent)
    assert answer.status_code == 200
    assert "nem fér el egy QR-kódban" in answer.text


def test_each_panel_has_the_whole_address_with_the_pages_filters(client: FlaskClient) -> None:
    film = make_movie(title="Jön", director=("Elek Judit",))
    for page, feed in {
        "/?kind=cinema": "/naptar.ics?kind=cinema",
        f"/film/{film}-jon": f"/film/{film}-jon.ics",
        "/szemely/elek-judit": "/szemely/elek-judit.ics",
    }.items():
        encoded = quote(f"webcal://localhost{feed}", safe="")
        assert f'render?cid={encoded}"' in client.get(page).text


def test_the_page_is_cached_and_holds_no_list(client: FlaskClient) -> None:
    answer = client.get("/sajat")
    assert answer.headers["ETag"]
    assert "card__title" not in answer.text
    assert "My list" in client.get("/en/sajat").text


@on_both_backends
def test_a_moved_film_moves_in_the_lists_calendar_at_once(app: Flask, client: FlaskClient) -> None:
    movie_id, later = make_movie(title="Halasztott"), THURSDAY + timedelta(days=14)
    made = _create(client, movies=[movie_id])
    (before,) = _events(client, made["ics"]).values()
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"premiere_date": later})
    (after,) = _events(client, made["ics"]).values()
    assert (after["uid"], after["dtstart"].dt) == (before["uid"], later)
    assert after["sequence"] > before["sequence"]


@on_both_backends
def test_a_merged_film_is_followed_where_it_went(app: Flask, client: FlaskClient) -> None:
    other, film = make_movie(title="Kettő"), make_movie(title="Egy")
    made = _create(client, movies=[other])
    with writing() as session:
        session.delete(session.get_one(Movie, other))
        session.add(MergedMovie(movie_id=other, into_id=film))
    assert ["Egy" in title for title in _events(client, made["ics"])] == [True]


@on_both_backends
def test_a_list_is_replaced_and_forgotten(app: Flask, client: FlaskClient) -> None:
    first, second = make_movie(title="Egy"), make_movie(title="Kettő")
    made = _create(client, movies=[first])
    address = f"/sajat/{made['token']}"
    assert client.put(address, json={"movies": [second], "people": []}).status_code == 204
    assert ["Kettő" in title for title in _events(client, made["ics"])] == [True]
    assert client.delete(address).status_code == 204
    for method in ("put", "delete"):
        assert getattr(client, method)(address, json={}).status_code == 404
    assert client.get(made["ics"]).status_code == client.get(made["rss"]).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"movies": list(range(1, 302))}, 422),
        ({"people": [f"p{n}" for n in range(101)]}, 422),
        ({"movies": ["1"]}, 400),
        ({"movies": [True]}, 400),
        ({"movies": [2**31]}, 400),
        ({"people": ["\x00"]}, 400),
        ({"movies": 1}, 400),
        ([], 400),
        ({"people": ["x" * 200] * 400}, 413),
    ],
)
def test_what_is_no_list_is_refused(client: FlaskClient, sent: Any, status: int) -> None:
    assert client.post("/sajat", json=sent).status_code == status


def test_only_json_is_taken(client: FlaskClient) -> None:
    assert client.post("/sajat", data="{}", content_type="text/plain").status_code == 415
    assert client.post("/sajat", data="{", content_type="application/json").status_code == 400


def test_an_address_makes_20_lists_an_hour(client: FlaskClient) -> None:
    statuses = [client.post("/sajat", json={}).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]


def test_a_list_that_is_unread_for_400_days_is_forgotten(app: Flask) -> None:
    with writing() as session:
        token = lists.create_list(session, EMPTY, today=THURSDAY)
        last = THURSDAY + timedelta(days=lists.KEPT_DAYS)
        assert lists.get_list(session, token, today=last) == EMPTY
        with pytest.raises(lists.ListNotFound):
            lists.get_list(session, token, today=last + timedelta(days=1))
        lists.mark_read(session, token, today=last)
        session.expire_all()
        assert lists.get_list(session, token, today=last + timedelta(days=1)) == EMPTY


def test_a_read_is_recorded_once_a_day(app: Flask, client: FlaskClient) -> None:
    made = _create(client)
    with writing() as session:
        session.get_one(FollowedList, made["token"]).read_on = date(2020, 1, 1)
        lists.mark_read(session, made["token"], today=THURSDAY - timedelta(days=3))
    client.get(made["ics"])
    with reading() as session:
        read_on = session.get_one(FollowedList, made["token"]).read_on
        assert read_on > THURSDAY - timedelta(days=3)
        assert not lists.is_unmarked(session, made["token"], today=read_on)


@on_both_backends
def test_lists_are_bounded_and_the_longest_unread_go(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_LISTS", 3)
    with writing() as session:
        tokens = [
            lists.create_list(session, EMPTY, today=THURSDAY + timedelta(days=n)) for n in range(5)
        ]
        kept = set(session.scalars(select(FollowedList.token)))
        assert session.scalar(select(func.count()).select_from(FollowedList)) == 3
    assert kept == set(tokens[2:])
