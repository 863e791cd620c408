"""Trailers that are gone are told from those that are there, and from sites that are away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.maintenance.trailers import address_to_ask, check_trailers, last_check
from tests.support.factories import THURSDAY, make_movie
from tests.support.origin import Origin
from tests.web.admin.conftest import anna, token

__all__ = ["anna"]

YOUTUBE = "https://www.youtube.com/oembed?format=json&url="


@pytest.mark.parametrize(
    ("trailer", "asked"),
    [
        ("https://youtu.be/a", f"{YOUTUBE}https%3A%2F%2Fyoutu.be%2Fa"),
        (
            "https://m.youtube.com/watch?v=a",
            f"{YOUTUBE}https%3A%2F%2Fm.youtube.com%2Fwatch%3Fv%3Da",
        ),
        (
            "https://vimeo.com/1",
            "https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo.com%2F1",
        ),
        ("https://notyoutube.com/a.mp4", "https://notyoutube.com/a.mp4"),
    ],
)
def test_sites_that_never_answer_404_are_asked_otherwise(trailer: str, asked: str) -> None:
    assert address_to_ask(trailer) == asked


def test_only_what_a_site_says_is_gone_is_gone(app: Flask, origin: Origin) -> None:
    origin.serve("/there", b"x" * 3_000_000)
    origin.serve("/gone", b"", status=410)
    origin.serve("/away", b"", status=503)
    paths = ("/there", "/gone", "/away", "/nothing")
    check_trailers({n: origin.url(path) for n, path in enumerate(paths)}, allow_private=True)
    checked = last_check()
    assert checked
    assert checked.gone == {1: origin.url("/gone"), 3: origin.url("/nothing")}


def test_the_work_list_tells_it_until_the_trailer_is_another(
    anna: FlaskClient, origin: Origin
) -> None:
    make_movie(title="Mephisto", premiere_date=THURSDAY, trailer_url=origin.url("/gone"))
    page = anna.get("/admin/").text
    assert "eltűnt az előzetese" not in page
    assert anna.post("/admin/trailers", data={"csrf_token": token(page)}).status_code == 303
    page = anna.get("/admin/").text
    assert re.search('label--fault">eltűnt az előzetese<', page)
    assert "Utoljára megnéztük: " in page
