"""Files of the form that cannot be taken: the admin reads why, and no text is lost."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin
from mozi.errors import StorageError
from mozi.server.capacity import largest_body
from mozi.storage import Storage
from mozi.units import MIB
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in
from tests.web.admin.forms import (
    NEW,
    SHOWN,
    TYPED,
    movies,
    opened,
    picture,
    poster_of,
)


def test_too_large_a_file_is_told_by_its_size_and_nothing_is_lost(make_app: MakeApp) -> None:
    app = make_app(POSTER_MAX_BYTES=str(MIB // 8))
    with app.app_context():
        ensure_admin(EMAIL, PASSWORD)
        client, movie_id = app.test_client(), make_movie()
        sign_in(client)
        path = f"/admin/movies/{movie_id}"
        file = (io.BytesIO(make_jpeg() + bytes(MIB // 4)), "nagy.jpg")
        fields = {**opened(client, path), **TYPED, "poster_file": file}
        answer = client.post(path, data=fields, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "A fájl 0,3 MiB-os; legfeljebb 0,1 MiB lehet." in answer.text
        assert SHOWN in answer.text
        assert poster_of(movie_id) is None


def test_what_the_server_had_to_cut_is_told_by_what_was_sent(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED, "poster_file": picture()}
    sent = largest_body(20 * MIB) + 79 * MIB
    as_told = {"CONTENT_LENGTH": str(sent), "wsgi.input_terminated": True}
    kind = "multipart/form-data"
    answer = anna.post(NEW, data=fields, content_type=kind, environ_overrides=as_told)
    assert answer.status_code == 413
    assert "A fájl 100 MiB-os" in answer.text
    assert SHOWN in answer.text
    assert movies() == []


def test_a_storage_that_is_away_loses_no_text(
    anna: FlaskClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("It is away.")

    monkeypatch.setattr(type(storage), "put", away)
    fields = {**opened(anna, NEW), **TYPED, "poster_file": picture()}
    answer = anna.post(NEW, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 503
    assert SHOWN in answer.text
    assert "A tárhely most nem veszi át a fájlt." in answer.text
