"""The movie's form as tests fill it in and send it."""

from __future__ import annotations

import html
import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mozi.database import reading
from mozi.models import Movie, Poster
from tests.support.factories import make_jpeg
from tests.web.admin.conftest import EMAIL, PASSWORD, token

GIVEN = {"title": "Mephisto", "premiere_date": "2026-11-26"}
TYPED = {**GIVEN, "synopsis": "Egy <hosszú> szöveg & még"}
SHOWN = "Egy &lt;hosszú&gt; szöveg &amp; még"
NEW = "/admin/movies/new"


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Post only these fields, as a program does that has read the documentation."""
    fields["csrf_token"] = token(client.get(path).text)
    return client.post(path, data=fields, content_type="multipart/form-data")


def opened(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the fields of the page's form as a browser would send them untouched."""
    return fields_of(client.get(path).text)


def fields_of(page: str) -> dict[str, str]:
    """Return the fields of this page's form."""
    form = page[page.index("data-movie-form") :]
    found = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    found.pop("remove_poster", None)
    for name, choices in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = re.findall(r'value="([^"]*)" selected', choices)[0]
    found["synopsis"] = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", form, re.S)[0]
    return {name: html.unescape(value) for name, value in found.items()}


def movies() -> list[Movie]:
    with reading() as session:
        found = list(session.scalars(select(Movie).order_by(Movie.id)))
        session.expunge_all()
        return found


def poster_of(movie_id: int) -> Poster | None:
    with reading() as session:
        poster = session.get(Poster, movie_id)
        session.expunge_all()
        return poster


def picture(name: str = "poster.jpg", seed: int = 0) -> tuple[io.BytesIO, str]:
    return io.BytesIO(make_jpeg(seed)), name


def end_session(client: FlaskClient) -> None:
    client.delete_cookie("session")


def sent_too_late(client: FlaskClient, path: str = NEW, **more: object) -> TestResponse:
    fields = {**opened(client, path), **TYPED, **more}
    end_session(client)
    return client.post(path, data=fields, content_type="multipart/form-data")


def signed_in_after(client: FlaskClient, answer: TestResponse, email: str = EMAIL) -> TestResponse:
    """Follow to the sign-in page, sign in there, and return the page that one lands on."""
    page = client.get(answer.location)
    given = {"email": email, "password": PASSWORD, "csrf_token": token(page.text)}
    return client.post(answer.location, data=given, follow_redirects=True)


def resent(client: FlaskClient, page: TestResponse, path: str, **more: object) -> TestResponse:
    """Send the page's form on as a browser would."""
    form = page.text[page.text.index("data-movie-form") :]
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    fields.pop("remove_poster", None)
    fields = {name: html.unescape(value) for name, value in fields.items()}
    fields["synopsis"] = html.unescape(re.findall(r"<textarea[^>]*>\n(.*?)</text", form, re.S)[0])
    return client.post(path, data={**fields, **more}, content_type="multipart/form-data")
