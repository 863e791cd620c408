"""What other sites show of the calendar: the week in a frame, oEmbed, and what opened lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.factories import THURSDAY, make_movie

HOST = "http://localhost"


def test_the_week_may_stand_in_any_frame_and_no_other_page(client: FlaskClient) -> None:
    make_movie(title="Kontroll")
    for _ in range(2):  # rendered, then from memory
        answer = client.get("/beagyazas/het?theme=dark&films=5")
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "Cross-Origin-Opener-Policy" not in answer.headers
    assert 'data-theme="dark"' in answer.text
    assert '<base target="_top">' in answer.text
    assert "Kontroll" in answer.text
    assert answer.headers["Cache-Status"] == "mozi; hit"
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["theme=red", "films=0", "films=x", "films=999", "kind=radio"])
def test_an_unknown_wish_of_the_frame_is_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/beagyazas/het?{query}").status_code == 404


def test_the_frame_shows_as_many_films_as_asked_for(client: FlaskClient) -> None:
    for number in range(4):
        make_movie(title=f"Film {number}")
    assert client.get("/beagyazas/het?films=3").text.count("<li>") == 3
    assert client.get("/en/beagyazas/het").text.count("<li>") == 4
    instructions = client.get("/beagyazas").text
    assert "&lt;iframe src=" in instructions
    assert "<iframe" not in instructions  # the policy of the site's own pages allows no frame


def test_a_form_makes_the_code_for_another_site(client: FlaskClient) -> None:
    make_movie(title="Kontroll", genres=("sci-fi", "dráma"))
    page = client.get("/beagyazas?theme=dark&films=5&kind=&genre=dráma&age=").text
    address = f"{HOST}/beagyazas/het?theme=dark&films=5&genre=dr%C3%A1ma"
    assert f"&lt;iframe src=&#34;{address.replace('&', '&amp;amp;')}&#34;" in page
    assert f'href="{address.replace("&", "&amp;")}"' in page
    assert '<option value="dark" selected>' in page
    assert '<option value="sci-fi">' in page
    assert client.get(address).status_code == 200
    assert client.get("/beagyazas?theme=red").status_code == 404


def test_lists_lead_to_the_form_with_their_filters(client: FlaskClient) -> None:
    make_movie(kind="streaming")
    assert 'href="/beagyazas?kind=streaming"' in client.get("/?kind=streaming").text


def test_oembed_answers_for_films_and_the_front_page(client: FlaskClient) -> None:
    movie_id = make_movie(title="Őrült nők & <b>")
    page = f"{HOST}/film/{movie_id}-orult-nok-b"
    film = client.get("/oembed", query_string={"url": page, "maxwidth": 200}).json
    assert (film["version"], film["type"], film["width"]) == ("1.0", "rich", 200)
    assert film["title"] == "Őrült nők & <b>"
    assert f'<a href="{page}">Őrült nők &amp; &lt;b&gt;</a>' in film["html"]
    front = client.get("/oembed", query_string={"url": f"{HOST}/"}).json
    assert f'<iframe src="{HOST}/beagyazas/het"' in front["html"]
    assert "application/json+oembed" in client.get("/").text


@pytest.mark.parametrize("address", [
    "", "http://other.example/film/1-a", f"{HOST}/filmek", f"{HOST}/film/99-a", "http://[",
    "film/1-a", f"{HOST}/film/99999999999-a", f"{HOST}/film/9999999999-a",
])  # fmt: skip
def test_other_addresses_are_not_found(client: FlaskClient, address: str) -> None:
    assert client.get("/oembed", query_string={"url": address}).status_code == 404


def test_what_opened_lately_begins_with_the_latest_week(app: Flask, client: FlaskClient) -> None:
    make_movie(title="E heti")
    old = make_movie(title="Múlt heti", premiere_date=THURSDAY - timedelta(days=7))
    make_movie(title="Online", kind="streaming", premiere_date=THURSDAY - timedelta(days=7))
    make_movie(title="Régi", premiere_date=THURSDAY - timedelta(days=56))
    make_movie(title="Jövő heti", premiere_date=THURSDAY + timedelta(days=7))
    page = client.get("/moziban").text
    assert page.index("E heti") < page.index("Múlt heti")
    assert not any(title in page for title in ("Online", "Régi", "Jövő heti"))
    assert "2. hete a mozikban" in client.get(f"/film/{old}-mult-heti").text
