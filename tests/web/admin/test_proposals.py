"""The desk's page of questions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from mozi.catalogue.asked import propose
from mozi.database import writing
from tests.support.catalogue import proposals
from tests.support.factories import make_movie, movie_of
from tests.web.admin.conftest import token


@pytest.fixture
def movie_id() -> int:
    movie_id = make_movie(title="Szerelem", runtime_minutes=90)
    with writing() as session:
        propose(session, movie_id, "runtime_minutes", 101)
        propose(session, movie_id, "premiere:streaming", "2027-01-07")
        propose(session, movie_id, "poster_url", "https://image.example.org/t/p/original/a.jpg")
    return movie_id


def send(client: FlaskClient, number: object, choice: str) -> int:
    html = client.get("/admin/proposals").get_data(as_text=True)
    given = {"csrf_token": token(html), "id": number, "choice": choice}
    return client.post("/admin/proposals", data=given).status_code


def test_page_shows_both_values_and_their_number(anna: FlaskClient, movie_id: int) -> None:
    html = anna.get("/admin/proposals").get_data(as_text=True)
    for said in (
        "Szerelem",
        "101",
        "90",
        "2027. január 7., csütörtök",
        "3 kérdés",
        "/t/p/w342/a.jpg",
    ):
        assert said in html
    english = anna.get("/en/admin/proposals").get_data(as_text=True)
    assert "3 questions" in english
    assert "Thursday, 7 January 2027" in english


def test_answers(anna: FlaskClient, movie_id: int) -> None:
    assert send(anna, 1, "take") == 303
    assert movie_of(movie_id).runtime_minutes == 101
    assert send(anna, 3, "keep") == 303
    assert list(proposals()) == ["premiere:streaming"]
    assert send(anna, 1, "take") == 404


@pytest.mark.parametrize(
    ("number", "choice"), [("x", "take"), (0, "take"), (2**40, "take"), (1, "else"), (1, "")]
)
def test_wrong_answers(anna: FlaskClient, movie_id: int, number: object, choice: str) -> None:
    assert send(anna, number, choice) == 400
    assert len(proposals()) == 3


def test_page_without_questions(anna: FlaskClient) -> None:
    html = anna.get("/admin/proposals").get_data(as_text=True)
    assert "TMDB_TOKEN" in html
    assert anna.application.test_client().get("/admin/proposals").status_code == 302
