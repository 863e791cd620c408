"""Merging two movies at the desk."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mozi.models import Movie
from tests.support.factories import add_premiere, make_movie, movie_of, premiere_of
from tests.web.admin.conftest import token
from tests.web.admin.forms import send


def test_two_movies_are_found_compared_merged_and_separated(anna: FlaskClient) -> None:
    kept, other = make_movie(title="Vuk"), make_movie(title="Vuk", premiere_date=date(2027, 12, 2))
    path = f"/admin/movies/{kept}"
    assert f"{path}/merge" in anna.get(path).text
    found = anna.get(f"{path}/merge").text
    assert f"{path}/merge?with={other}" in found
    assert f"{path}/merge?with={kept}" not in found
    compared = anna.get(f"{path}/merge?with={other}").text
    assert "átkerül" in compared
    answer = anna.post(f"{path}/merge", data=fields_of(compared, other))
    assert (answer.status_code, answer.location) == (303, path)
    done = anna.get(path).text
    assert "Egyesítve: „Vuk”." in done
    gone = anna.get(f"/admin/movies/{other}")
    assert gone.status_code == 404
    assert f'href="{path}"' in gone.text
    assert "Szétválasztom" in anna.get("/admin/movies/deleted").text
    assert f"#{other}" in anna.get(f"{path}/history").text
    back = anna.post(f"/admin/movies/{other}/bring-back", data={"csrf_token": token(done)})
    assert (back.status_code, back.location) == (303, f"/admin/movies/{other}")
    assert isinstance(movie_of(other), Movie)


def test_a_change_of_another_editor_is_shown_before_the_merge(anna: FlaskClient) -> None:
    kept, other = make_movie(title="Vuk"), make_movie(title="Vuk", premiere_date=date(2027, 12, 2))
    path = f"/admin/movies/{kept}/merge"
    compared = anna.get(f"{path}?with={other}").text
    add_premiere(other, kind="streaming", premiere_date=date(2028, 1, 3))
    answer = anna.post(path, data=fields_of(compared, other))
    assert answer.status_code == 409
    assert "közben megváltozott" in answer.text
    assert anna.post(path, data=fields_of(answer.text, other)).status_code == 303


def test_a_poster_that_is_not_built_yet_is_built_by_its_look(anna: FlaskClient) -> None:
    kept = make_movie(title="Vuk", poster_url="https://example.org/1.jpg")
    other = make_movie(title="Vuk", premiere_date=date(2027, 12, 2))
    compared = anna.get(f"/admin/movies/{kept}/merge?with={other}").text
    assert f'src="/poster/{kept}-vuk.thumb.jpg"' in compared
    assert compared.count("nincs plakát") == 1


def test_a_separation_that_would_leave_no_premiere_is_refused_in_words(anna: FlaskClient) -> None:
    kept, other = make_movie(title="Vuk"), make_movie(title="Vuk", premiere_date=date(2027, 12, 2))
    path = f"/admin/movies/{kept}"
    compared = anna.get(f"{path}/merge?with={other}").text
    anna.post(f"{path}/merge", data=fields_of(compared, other))
    own = {"premieres-0-id": premiere_of(kept).id, "premieres-0-remove": "1"}
    assert send(anna, path, **own).status_code == 303
    back = send_to(anna, f"/admin/movies/{other}/bring-back", page=path)
    assert back.status_code == 422
    assert "Legalább egy bemutatónak" in back.text


def send_to(client: FlaskClient, address: str, *, page: str) -> TestResponse:
    return client.post(address, data={"csrf_token": token(client.get(page).text)})


def test_only_two_known_movies_are_merged(anna: FlaskClient) -> None:
    kept = make_movie()
    path = f"/admin/movies/{kept}/merge"
    for other in (kept, 99, 2**40, -1):
        assert anna.get(f"{path}?with={other}").status_code == 404


def fields_of(page: str, other: int) -> dict[str, object]:
    state = page.partition('name="state" value="')[2].partition('"')[0]
    return {"csrf_token": token(page), "with": other, "state": state, "poster": "kept"}
