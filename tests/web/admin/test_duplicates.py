"""The movies that the form points at while a title and a date are typed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.calendar.editing.duplicates import SHOWN
from mozi.database import reading
from mozi.models import Premiere
from tests.support.factories import THURSDAY, make_movie
from tests.web.admin.forms import NEW, fields_of, movies, opened, send

PATH = "/admin/movies/twins"
TYPED = {"title": "  mephistó! ", "premiere_date": THURSDAY.isoformat()}


def premieres_of(movie_id: int) -> list[Premiere]:
    with reading() as session:
        query = select(Premiere).where(Premiere.movie_id == movie_id).order_by(Premiere.id)
        found = list(session.scalars(query))
        session.expunge_all()
        return found


def asked(client: FlaskClient, **typed: Any) -> list[dict[str, str]]:
    answer = client.get(PATH, query_string=typed)
    assert answer.status_code == 200
    assert answer.json is not None
    found: list[dict[str, str]] = answer.json["duplicates"]
    return found


def test_the_title_however_spelt_is_found_at_any_date_the_nearest_first(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto", premiere_date=THURSDAY + timedelta(days=7))
    make_movie(title="Mephisto", premiere_date=THURSDAY - timedelta(days=4000))
    make_movie(title="Szerelem")
    found, far = asked(anna, **TYPED)
    assert far["date"].startswith("2015.")
    assert found == {
        "title": "Mephisto",
        "date": "2026. december 3., csütörtök",
        "url": f"/admin/movies/{movie_id}",
    }


def test_one_films_title_may_be_the_others_original_title(anna: FlaskClient) -> None:
    make_movie(title="A nagy szépség", original_title="La grande bellezza")
    assert len(asked(anna, title="La Grande Bellezza")) == 1
    assert len(asked(anna, title="Bármi", original_title="A nagy szépség")) == 1
    assert asked(anna, title="Bármi", original_title="La grande bellezza") == []


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


LATER = {"title": "Mephisto", "premiere_date": "2027-05-06", "synopsis": "Egy színész."}


def sent_as(client: FlaskClient, act: str, **typed: str) -> dict[str, str]:
    """Press the button of a new movie's form, and return the fields of the form that opens."""
    fields = {**opened(client, NEW), **LATER, **typed, "known_film": act}
    page = client.post(NEW, data=fields, content_type="multipart/form-data")
    assert "Ez a már meglévő film." in page.text
    return fields_of(page.text)


def test_a_postponed_premiere_is_moved_instead_of_added(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto", director=("Szabó István",))
    page = send(anna, NEW, **LATER, duplicates_seen="")
    assert page.status_code == 409
    [act] = re.findall(r'value="(move \d+ \d+)"', page.text)
    fields = sent_as(anna, act, director="Más")
    assert [movie.premiere_date for movie in premieres_of(movie_id)] == [THURSDAY]
    path = f"/admin/movies/{movie_id}"
    assert anna.post(path, data=fields, content_type="multipart/form-data").status_code == 303
    assert [str(each.premiere_date) for each in premieres_of(movie_id)] == ["2027-05-06"]
    [movie] = movies()
    assert (movie.synopsis, movie.director) == ("Egy színész.", ("Szabó István",))


def test_a_further_premiere_is_added_to_the_known_film(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    fields = sent_as(anna, f"add {movie_id}", kind="streaming")
    anna.post(f"/admin/movies/{movie_id}", data=fields, content_type="multipart/form-data")
    found = {(each.kind, str(each.premiere_date)) for each in premieres_of(movie_id)}
    assert found == {("cinema", THURSDAY.isoformat()), ("streaming", "2027-05-06")}
    assert len(movies()) == 1


def test_of_a_remake_only_new_titles_are_asked_about(anna: FlaskClient) -> None:
    make_movie(title="Kontroll", premiere_date=THURSDAY - timedelta(days=4000))
    path = f"/admin/movies/{make_movie(title='Kontroll')}"
    seen = {"duplicates_seen": ""}
    assert send(anna, path, **seen, premiere_date="2026-12-03").status_code == 303
    fields = {**opened(anna, path), "original_title": "Kontroll"}
    assert anna.post(path, data=fields, content_type="multipart/form-data").status_code == 409
