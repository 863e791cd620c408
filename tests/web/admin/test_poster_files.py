"""The address that takes a poster's file before the form is saved."""

from __future__ import annotations

import io

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.factories import make_jpeg
from tests.support.pictures import jpeg
from tests.web.admin.conftest import token
from tests.web.admin.forms import NEW, movies, picture, poster_of, send


def sent(client: FlaskClient, body: bytes, *, movie_id: int | None = None) -> TestResponse:
    data = {"poster_file": (io.BytesIO(body), "p.jpg"), "csrf_token": token(client.get(NEW).text)}
    return client.post("/admin/poster-file", data=data, query_string={"id": movie_id})


def test_the_form_saves_the_file_by_its_key(anna: FlaskClient) -> None:
    kept = sent(anna, make_jpeg()).json["token"]
    send(anna, NEW, title="Mephisto", premiere_date="2026-12-03", poster_kept=kept)
    poster = poster_of(movies()[0].id)
    assert poster is not None
    assert poster.original_key is not None


def test_the_movies_own_poster_is_no_duplicate(anna: FlaskClient) -> None:
    send(anna, NEW, title="Mephisto", premiere_date="2026-12-03", poster_file=picture())
    [movie] = movies()
    assert sent(anna, make_jpeg(), movie_id=movie.id).json["warnings"] == []
    assert "Mephisto" in sent(anna, make_jpeg()).json["warnings"][0]


def test_a_refused_file_says_whether_a_smaller_one_would_do(anna: FlaskClient) -> None:
    large = sent(anna, jpeg((5200, 5200), progressive=True))
    assert (large.status_code, large.json["shrink"]) == (422, True)
    broken = sent(anna, b"GIF89a")
    assert (broken.status_code, broken.json["shrink"]) == (422, False)
    assert anna.post("/admin/poster-file", data={}).status_code == 400


def test_only_editors_may_send_one(client: FlaskClient) -> None:
    data = {"poster_file": (io.BytesIO(make_jpeg()), "p.jpg")}
    assert client.post("/admin/poster-file", data=data).status_code in (303, 400)
