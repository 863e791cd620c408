"""The movies that the form points at while a title and a date are typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from mozi.calendar.editing.duplicates import SHOWN
from tests.support.factories import THURSDAY, make_movie

PATH = "/admin/movies/twins"
TYPED = {"title": "  mephistó! ", "premiere_date": THURSDAY.isoformat()}


def asked(client: FlaskClient, **typed: Any) -> list[dict[str, str]]:
    answer = client.get(PATH, query_string=typed)
    assert answer.status_code == 200
    assert answer.json is not None
    found: list[dict[str, str]] = answer.json["duplicates"]
    return found


def test_the_title_however_spelt_is_found_in_the_same_weeks(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto", premiere_date=THURSDAY + timedelta(days=7))
    make_movie(title="Mephisto", premiere_date=THURSDAY - timedelta(days=4000))
    make_movie(title="Szerelem")
    [found] = asked(anna, **TYPED)
    assert found == {
        "title": "Mephisto",
        "date": "2026. december 3., csütörtök",
        "url": f"/admin/movies/{movie_id}",
    }


def test_without_a_date_the_title_alone_decides(anna: FlaskClient) -> None:
    make_movie(title="Mephisto", premiere_date=THURSDAY - timedelta(days=4000))
    assert [each["title"] for each in asked(anna, title="Mephisto", premiere_date="")] == [
        "Mephisto"
    ]


def test_the_movie_at_hand_is_not_its_own_duplicate(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    assert asked(anna, **TYPED, id=movie_id) == []
    assert len(asked(anna, **TYPED, id="junk")) == 1


@pytest.mark.parametrize("title", ["", "?!", "\0", "Más", "Mephisto" * 100])
def test_what_is_no_movies_title_finds_nothing(anna: FlaskClient, title: str) -> None:
    make_movie(title="Mephisto")
    assert asked(anna, title=title, premiere_date="2026-02-30", id=9**99) == []


def test_the_answer_is_short_and_kept_nowhere(anna: FlaskClient) -> None:
    for _ in range(SHOWN + 2):
        make_movie(title="Mephisto")
    answer = anna.get(PATH, query_string=TYPED)
    assert answer.json is not None
    assert len(answer.json["duplicates"]) == SHOWN
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_visitor_gets_no_answer(client: FlaskClient) -> None:
    make_movie(title="Mephisto")
    as_data = client.get(PATH, query_string=TYPED, headers={"Accept": "application/json"})
    assert (as_data.status_code, as_data.data) == (401, b"")
    assert "/admin/login" in client.get(PATH, query_string=TYPED).location
