"""A request that the server can hold without a thread, asked twice as the worker does."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from mozi.logs.request_lines import RequestLines, flush
from mozi.posters.build.leases import release_lease, take_lease
from mozi.server.answers import collect
from mozi.server.parking import MAY_PARK, PARKED
from mozi.services import services
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.observing import BEGUN, Observed
from mozi.web.middleware.waiting import WaitingForPosters
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin


@pytest.fixture
def environ(client: FlaskClient, origin: Origin) -> dict[str, Any]:
    origin.serve("/a.jpg", make_jpeg())
    movie = make_movie(title="A tanú", poster_url=origin.url("/a.jpg"))
    builder = EnvironBuilder(f"/poster/{movie}-a-tanu.thumb.jpg")
    return {**builder.get_environ(), MAY_PARK: True}


def ask(app: Flask, environ: dict[str, Any]) -> str:
    return collect(app.wsgi_app, environ).status[:3]


def test_a_first_hit_is_parked_until_it_is_built(
    app: Flask, environ: dict[str, Any], origin: Origin
) -> None:
    ask(app, environ)
    environ.pop(PARKED).done.result(timeout=20)
    assert ask(app, environ) == "302"
    assert PARKED not in environ
    assert origin.hits["/a.jpg"] == 1


def test_a_request_for_a_poster_in_hand_makes_no_query(
    app: Flask, environ: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take_lease(1)  # so that it stays in hand
    another = environ.copy()
    ask(app, environ)
    monkeypatch.delattr("mozi.posters.demand.answers.get_poster")
    ask(app, another)
    assert another[PARKED].done is environ[PARKED].done


def test_what_was_not_built_in_time_gives_the_placeholder_at_once(
    app: Flask, environ: dict[str, Any]
) -> None:
    assert take_lease(1)
    ask(app, environ)
    environ.pop(PARKED)
    assert ask(app, environ) == "503"
    assert PARKED not in environ


def test_a_parked_request_has_one_line_in_the_log(app: Flask, environ: dict[str, Any]) -> None:
    written = io.StringIO()
    app.wsgi_app = Observed(
        app.wsgi_app, RequestLines(services().settings, written), behind_proxy=False
    )  # type: ignore[method-assign]
    ask(app, environ)
    flush()
    assert not written.getvalue()
    environ.pop(PARKED).done.result(timeout=20)
    ask(app, environ)
    flush()
    assert written.getvalue().count("\n") == 1
    assert f"[{environ[BEGUN][2]}]: GET {environ['PATH_INFO']} 302 " in written.getvalue()


def test_a_built_poster_parks_no_request(app: Flask, environ: dict[str, Any]) -> None:
    ask(app, environ)
    environ.pop(PARKED).done.result(timeout=20)
    another = {name: value for name, value in environ.items() if not name.startswith("mozi.")}
    assert ask(app, {**another, MAY_PARK: True}) == "302"


def test_who_waited_is_answered_in_front_of_flask_as_behind_it(
    app: Flask, environ: dict[str, Any]
) -> None:
    behind: Any = app.wsgi_app
    while not isinstance(behind, WaitingForPosters):
        behind = behind.app
    answers = []
    for layer in (app.wsgi_app, behind.app):
        asked = environ.copy()
        assert collect(app.wsgi_app, asked).status[:3] == "503" or answers
        if PARKED in asked:
            asked.pop(PARKED).done.result(timeout=20)
        answers.append(collect(layer, asked))
    assert answers[0].status[:3] == "302"
    assert sorted(answers[0].headers) == sorted(answers[1].headers)
    assert answers[0].body == answers[1].body


def test_who_joins_a_build_and_gets_it_never_reaches_flask(
    app: Flask, environ: dict[str, Any]
) -> None:
    lease = take_lease(1)
    assert lease is not None
    joined = environ.copy()
    ask(app, environ)
    layer = WaitingForPosters(no_app, services().posters, SecurityHeaders(services().storage))
    assert collect(layer, joined).status[:3] == "503"
    release_lease(lease)
    joined.pop(PARKED).done.result(timeout=20)
    assert collect(layer, joined).status[:3] == "302"
    environ.pop(PARKED)
    assert ask(app, environ) == "302"


def no_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise AssertionError("Flask was asked")
