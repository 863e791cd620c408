"""A person's page, calendar and news."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient

from mozi.calendar.pages.people import PER_PAGE
from mozi.database import writing
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, update_movie


@on_both_backends
def test_a_person_has_films_to_come_and_films_of_old(app: Flask, client: FlaskClient) -> None:
    next_week = THURSDAY + timedelta(days=7)
    coming = make_movie(title="Új", cast=("Szabó István", "Másvalaki"), premiere_date=next_week)
    make_movie(title="Mephisto", director=("Szabó István",), premiere_date=date(1981, 10, 8))
    make_movie(title="Más filmje", director=("Szabó Istvánné",))
    page = client.get("/szemely/szabo-istvan").text
    assert "<h1>Szabó István</h1>" in page
    assert page.index("Új") < page.index("Mephisto")
    assert "Más filmje" not in page
    assert client.get("/szemely/szabo-istvan").headers["Cache-Status"] == "mozi; hit"
    assert 'href="/szemely/szabo-istvan"' in client.get(f"/film/{coming}-uj").text
    assert client.get("/szemely/szabo-istvan.ics").text.count("BEGIN:VEVENT") == 1
    assert client.get("/szemely/szabo-istvan.rss").text.count("<item>") == 1
    assert client.get("/en/szemely/szabo-istvan").status_code == 200
    for path in ("/szemely/senki", "/szemely/senki.ics", "/szemely/senki.rss"):
        assert client.get(path).status_code == 404


@on_both_backends
def test_a_film_that_changes_hands_leaves_the_former_page(app: Flask, client: FlaskClient) -> None:
    movie_id = make_movie(title="Film", director=("Elek Judit",))
    assert client.get("/szemely/elek-judit").status_code == 200
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"director": ("Gaál István",)})
    assert client.get("/szemely/gaal-istvan").status_code == 200
    assert client.get("/szemely/masvalaki").status_code == 404


@on_both_backends
def test_many_films_of_a_person_have_pages(app: Flask, client: FlaskClient) -> None:
    days = [THURSDAY - timedelta(weeks=n) for n in range(PER_PAGE + 2)]
    for number, day in enumerate(days):
        make_movie(title=f"Film {number}.", cast=("Szabó István",), premiere_date=day)
    first, second = (client.get(f"/szemely/szabo-istvan{q}").text for q in ("", "?oldal=2"))
    shown = [re.findall(r"Film \d+\.(?=</span>)", page) for page in (first, second)]
    assert shown[0] == [f"Film {number}." for number in range(PER_PAGE)]
    assert shown[1] == [f"Film {PER_PAGE}.", f"Film {PER_PAGE + 1}."]
    assert 'href="/szemely/szabo-istvan?oldal=2" rel="next"' in first
    assert 'href="/szemely/szabo-istvan" rel="prev"' in second
    for number in ("0", "3", "100"):
        assert client.get(f"/szemely/szabo-istvan?oldal={number}").status_code == 404
