"""A form larger than may be: the server and the app together say so, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.forks import Forks
from tests.support.serving import LARGEST_BODY, Server, serving
from tests.web.admin.conftest import token

NEW = "/admin/movies/new"
KIND = "multipart/form-data; boundary=x"
FIELD = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = '--x\r\nContent-Disposition: form-data; name="poster_file"; filename="a.jpg"\r\n\r\n'
PAGE, TYPED = "<h1>Ez túl nagy</h1>", 'value="Nagyon nagy"'


@pytest.fixture
def server(anna: FlaskClient, start: Forks, backend_env: dict[str, str]) -> Iterator[Server]:
    """Mozi under gunicorn, on the database of the test."""
    folder = Path(backend_env["DATA_DIR"])
    with serving(folder=folder, app="wsgi:app", start=start) as running:
        yield running


def form_of(client: FlaskClient) -> bytes:
    """Return a form that is 3 MiB larger than may be, as a browser sends it."""
    fields = {"csrf_token": token(client.get(NEW).text), "title": "Nagyon nagy"}
    head = "".join(FIELD.format(name, value) for name, value in fields.items()) + FILE
    return head.encode() + bytes(LARGEST_BODY + 3 * 2**20) + b"\r\n--x--\r\n"


def ask(server: Server, body: bytes | None, path: str = NEW, **headers: str) -> tuple[int, str]:
    """Return status and text; body None: only the head is sent."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        if body is not None:
            connection.send(body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_a_form_that_is_too_large_is_answered_in_words(anna: FlaskClient, server: Server) -> None:
    form = form_of(anna)
    ours = anna.get_cookie("session")
    mine = {"Content_Type": KIND, "Cookie": f"session={ours.value if ours else None}"}
    sized = {**mine, "Content_Length": str(len(form))}

    status, text = ask(server, form, **sized)
    assert (status, TYPED in text, PAGE in text) == (413, True, False)

    for body, headers in (
        (form, {**sized, "Cookie": "session=made.up"}),
        (None, {**sized, "Expect": "100-continue"}),
        (None, {**mine, "Content_Length": str(513 * 2**20)}),
        (b"%x\r\n" % len(form) + form, {**mine, "Transfer_Encoding": "chunked"}),
    ):
        status, text = ask(server, body, **headers)
        assert (status, PAGE in text, "Lépj vissza a böngészővel" in text) == (413, True, True)

    sentence = "This request is larger than what is taken here.\n"
    assert ask(server, form, "/", **sized) == (413, sentence)
