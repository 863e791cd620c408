"""Requests as a visitor without credentials makes them."""

from __future__ import annotations

from flask import Flask, g
from flask.testing import FlaskClient

from mozi.web.visiting import READ_BYTES, ask
from tests.support.origin import Origin
from tests.web.admin.conftest import anna

__all__ = ["anna"]


def test_a_path_of_ours_is_answered_by_the_app(app: Flask) -> None:
    with app.app_context():
        answer = ask("/healthz")
    assert (answer.status, answer.body) == (200, b"ok")


def test_an_admins_request_lends_the_visitor_nothing(app: Flask, anna: FlaskClient) -> None:
    with anna, app.test_request_context():
        g.secret = "an admin's"
        assert ask("/admin/movies").status in {302, 401}
        assert g.secret == "an admin's"


def test_any_other_address_is_fetched_without_its_whole_body(app: Flask, origin: Origin) -> None:
    origin.serve("/a", bytes(5 * READ_BYTES))
    with app.app_context():
        answer = ask(origin.url("/a"))
    assert answer.status == 200
    assert len(answer.body) <= READ_BYTES + 1
