"""Many movies at once, by forms alone: choose, look, agree, undo."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.factories import THURSDAY, make_movie, movie_of, premiere_of
from tests.web.admin.conftest import token

WEEK = timedelta(7)


def send(client: FlaskClient, page: str, **fields: object) -> TestResponse:
    """Send the hidden fields of a page's form, and these."""
    named = r'type="hidden" name="([a-z_]+)" value="([^"]*)"'
    hidden: dict[str, object] = {}
    for name, value in re.findall(named, page):
        hidden[name] = [*hidden.get(name, []), value] if name == "movie" else value  # type: ignore[misc]
    return client.post("/admin/movies/many", data={**hidden, **fields})


def choose(client: FlaskClient, query: str = "", **fields: object) -> TestResponse:
    return send(client, client.get(f"/admin/movies?{query}").text, **fields)


def test_films_are_moved_and_moved_back(anna: FlaskClient) -> None:
    ids = [make_movie(title=f"Film {n}") for n in range(3)]
    preview = choose(anna, movie=ids[:2], to="days")
    assert "2 kijelölt film" in preview.text
    assert premiere_of(ids[0]).premiere_date == THURSDAY
    further = send(anna, preview.text, value="14")
    assert send(anna, further.text, value="14", do="1").status_code == 303
    dates = [premiere_of(movie_id).premiere_date for movie_id in ids]
    assert dates == [THURSDAY + 2 * WEEK, THURSDAY + 2 * WEEK, THURSDAY]
    page = anna.get("/admin/movies").text
    assert "2 film megváltozott." in page
    [undo] = re.findall(r'action="(/admin/batches/\d+/undo)"', page)
    anna.post(undo, data={"csrf_token": token(page)})
    assert premiere_of(ids[0]).premiere_date == THURSDAY
    assert anna.post(undo, data={"csrf_token": token(page)}).status_code == 404


def test_all_that_match_means_the_filters_of_the_list(anna: FlaskClient) -> None:
    ids = [make_movie(title=f"Film {n}", distributor="ABC"[n]) for n in range(3)]
    preview = choose(anna, "distributor=B", all="1", to="distributor")
    done = send(anna, preview.text, value="Mozinet", do="1")
    assert done.status_code == 409  # the preview showed another value
    assert send(anna, done.text, value="Mozinet", do="1").status_code == 303
    found = [movie_of(movie_id).distributor for movie_id in ids]
    assert found == ["A", "Mozinet", "C"]


def test_a_second_click_does_nothing(anna: FlaskClient) -> None:
    movie_id = make_movie()
    preview = choose(anna, movie=[movie_id], to="days").text
    answers = [send(anna, preview, value="7", do="1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Közben valaki változtatott" in answers[1].text
    assert premiere_of(movie_id).premiere_date == THURSDAY + WEEK


def test_the_way_back_is_the_list_with_its_search(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Őzike", kind="streaming")
    preview = choose(anna, "q=oz&kind=streaming", movie=[movie_id], to="cancel")
    done = send(anna, preview.text, do="1")
    assert done.location == "/admin/movies?kind=streaming&q=oz"
    assert 'href="/admin/movies?kind=streaming&amp;q=oz">Filmek' in anna.get(
        f"/admin/movies/{movie_id}"
    ).text.replace("q=oz&amp;kind=streaming", "kind=streaming&amp;q=oz")


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"to": "days"}, 303, None),
        ({"movie": ["1"], "act": "days", "value": "soha"}, 422, "Egész szám kell"),
        ({"movie": ["1"], "act": "day", "value": "2026-02-30"}, 422, "Nincs ilyen nap"),
        ({"movie": ["1"], "act": "add_genres", "value": ""}, 422, "Ezt meg kell adni"),
        ({"movie": ["1"], "act": "cancel", "do": "1"}, 409, None),
        ({"movie": ["x", "99999999999999"], "to": "cancel"}, 303, None),
        ({"movie": ["4711"], "to": "cancel", "do": "1"}, 200, "egyik filmen sem"),
        ({"movie": ["1"], "to": "nonsense"}, 200, "Hány nappal"),
    ],
)
def test_odd_forms_are_answered_in_words(
    anna: FlaskClient, fields: dict[str, object], status: int, says: str | None
) -> None:
    assert make_movie() == 1
    answer = choose(anna, **fields)
    assert answer.status_code == status
    assert says is None or says in answer.text


def test_more_than_can_be_changed_at_once_is_refused(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.calendar.editing.listing.many.MOST", 2)
    for number in range(3):
        make_movie(title=f"Film {number}")
    answer = choose(anna, all="1", to="cancel")
    assert (answer.status_code, "szűkítsd a listát" in answer.text) == (422, True)


def test_the_next_film_of_the_list_is_one_click_away(anna: FlaskClient) -> None:
    ids = [make_movie(title=f"Film {n}", premiere_date=THURSDAY + n * WEEK) for n in range(3)]
    anna.get("/admin/movies?sort=title")
    page = anna.get(f"/admin/movies/{ids[1]}").text
    assert re.findall(r'href="/admin/movies/(\d+)" rel="(\w+)"', page) == [
        (str(ids[0]), "prev"),
        (str(ids[2]), "next"),
    ]


def test_a_deleted_film_leads_back_to_the_list_as_it_was(anna: FlaskClient) -> None:
    movie_id = make_movie()
    anna.get("/admin/movies?sort=title")
    page = anna.get(f"/admin/movies/{movie_id}/delete").text
    deleted = anna.post(f"/admin/movies/{movie_id}/delete", data={"csrf_token": token(page)})
    assert deleted.location == "/admin/movies?sort=title"
