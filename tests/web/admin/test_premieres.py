"""The premieres of a film as rows of its form, without scripts."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mozi.calendar.editing.premieres import shown_premieres
from mozi.database import reading
from mozi.models import Movie
from tests.support.factories import THURSDAY, add_premiere, make_movie
from tests.web.admin.forms import NEW, TYPED, movies, opened, send

STREAMING = {"premieres-1-premiere_date": "2027-01-22", "premieres-1-kind": "streaming"}
AGAIN = {
    "premieres-2-premiere_date": "2036-12-04",
    "premieres-2-kind": "rerelease",
    "premieres-2-date_precision": "month",
    "premieres-2-note": "felújított 4K-változat",
}


def form_of(client: FlaskClient, path: str) -> dict[str, str]:
    fields = opened(client, path)
    return {name: value for name, value in fields.items() if not name.endswith("-remove")}


def post(client: FlaskClient, path: str, *parts: dict[str, str]) -> TestResponse:
    fields: dict[str, Any] = {}
    for part in parts:
        fields |= part
    return client.post(path, data=fields, content_type="multipart/form-data")


def premieres() -> list[tuple[str, str, str, str | None]]:
    """Return kind, date, status and note of the only movie's premieres, in order of recording."""
    with reading() as session:
        movie = session.get_one(Movie, movies()[0].id)
        return [
            (each.kind, str(each.premiere_date), each.status, each.note)
            for each in shown_premieres(movie)
        ]


def test_three_premieres_are_added_moved_cancelled_and_removed_one_by_one(
    anna: FlaskClient,
) -> None:
    answer = post(anna, NEW, form_of(anna, NEW), TYPED, {"note": "feliratos"}, STREAMING, AGAIN)
    path = answer.location
    cinema = ("cinema", "2026-11-26", "scheduled", "feliratos")
    again = ("rerelease", "2036-12-04", "scheduled", "felújított 4K-változat")
    assert premieres() == [cinema, ("streaming", "2027-01-22", "scheduled", None), again]
    assert post(anna, path, form_of(anna, path)).status_code == 303  # nothing changes
    post(anna, path, form_of(anna, path), {"premieres-1-premiere_date": "2027-02-05"})
    post(anna, path, form_of(anna, path), {"premieres-1-status": "cancelled"})
    assert premieres() == [cinema, ("streaming", "2027-02-05", "cancelled", None), again]
    removed = {"premieres-1-remove": "1", "premieres-0-note": ""}
    assert post(anna, path, form_of(anna, path), removed).status_code == 303
    assert premieres() == [(*cinema[:3], None), again]
    history = anna.get(f"{path}/history").text
    assert history.count("Bemutató (online, 2027)") == 1
    assert history.count("Bemutató napja (online, 2027)") == 1
    assert "Megjegyzés" in history
    page = anna.get(f"/film/{path.rsplit('/', 1)[1]}", follow_redirects=True).text
    assert "felújított 4K-változat" in page


def test_a_note_stands_on_the_film_s_page_and_in_its_events(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Vuk", note="felújított 4K-változat")
    for path in (f"/film/{movie_id}-vuk", f"/film/{movie_id}-vuk.ics", "/rss.xml"):
        assert anna.get(path).text.count("felújított 4K-változat") == 1


def test_two_editors_change_different_premieres_of_one_film(anna: FlaskClient) -> None:
    movie_id = make_movie()
    add_premiere(movie_id, kind="streaming", premiere_date=THURSDAY.replace(year=2027))
    path = f"/admin/movies/{movie_id}"
    mine, theirs = form_of(anna, path), form_of(anna, path)
    assert post(anna, path, theirs, {"premieres-1-note": "a Netflixen"}).status_code == 303
    assert post(anna, path, mine, {"premieres-0-premiere_date": "2026-12-03"}).status_code == 303
    assert premieres() == [
        ("cinema", "2026-12-03", "scheduled", None),
        ("streaming", "2027-11-26", "scheduled", "a Netflixen"),
    ]
    answer = post(anna, path, mine, {"premieres-1-note": "a Mubin"})
    assert answer.status_code == 409
    assert "Megjegyzés (2. bemutató)" in answer.text


def test_what_would_leave_two_equal_premieres_or_none_is_refused_in_words(
    anna: FlaskClient,
) -> None:
    path = f"/admin/movies/{make_movie()}"
    form = form_of(anna, path)
    equal = {"premieres-1-kind": "cinema", "premieres-1-premiere_date": str(THURSDAY)}
    answer = post(anna, path, form, equal)
    assert answer.status_code == 422
    assert "már van ilyen bemutatója" in answer.text
    answer = post(anna, path, form, {"premieres-0-remove": "1"})
    assert answer.status_code == 422
    assert "Legalább egy bemutatónak" in answer.text
    add_premiere(movies()[0].id, kind="streaming", premiere_date=THURSDAY)
    both = {"premieres-0-remove": "1", "premieres-1-remove": "1", "title": "Más"}
    assert post(anna, path, form_of(anna, path), both).status_code == 422
    assert movies()[0].title != "Más"
    assert len(premieres()) == 2, "a refused save leaves nothing behind"
    post(anna, path, form_of(anna, path), {"premieres-1-remove": "1"})
    answer = post(anna, path, form, {"premieres-0-note": "x" * 501})
    assert answer.status_code == 422
    assert "501 karakter" in answer.text
    assert premieres() == [("cinema", str(THURSDAY), "scheduled", None)]


def test_an_id_of_no_premiere_of_the_film_is_refused(anna: FlaskClient) -> None:
    path = f"/admin/movies/{make_movie()}"
    row = {"premieres-0-id": "99", "premieres-0-premiere_date": "2030-01-03"}
    answer = send(anna, path, **row)
    assert answer.status_code == 422
    assert "közben egy másik szerkesztő eltávolította" in answer.text
    assert len(premieres()) == 1
