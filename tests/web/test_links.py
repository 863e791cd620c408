"""The addresses that pages link."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from mozi.web.links import absolute, film_path, web_link, youtube_id
from tests.conftest import MakeApp


@dataclass(frozen=True)
class Movie:
    id: int
    title: str


def test_a_movies_path_has_its_number_and_slug_in_the_requests_language(app: Flask) -> None:
    movie = Movie(7, "Őrült nők ketrece")
    with app.test_request_context("/"):
        assert film_path(movie) == "/film/7-orult-nok-ketrece"
        assert film_path(movie, language="en") == "/en/film/7-orult-nok-ketrece"
    with app.test_request_context("/en/"):
        assert film_path(movie) == "/en/film/7-orult-nok-ketrece"


def test_absolute_addresses_begin_with_the_requests_host(app: Flask) -> None:
    with app.test_request_context("/", base_url="https://mozi.example"):
        assert absolute("/filmek") == "https://mozi.example/filmek"
        assert absolute("https://cdn.example/a.jpg") == "https://cdn.example/a.jpg"


def test_site_url_decides_whatever_host_is_requested(make_app: MakeApp) -> None:
    app = make_app(SITE_URL="https://mozi.example")
    with app.test_request_context("/", base_url="http://forged.example"):
        assert absolute("/filmek") == "https://mozi.example/filmek"


@pytest.mark.parametrize("url", ["http://a.example/x", "https://a.example"])
def test_web_addresses_may_be_linked(url: str) -> None:
    assert web_link(url) == url


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "http:///x", "//a.example", "http://["]
)
def test_no_other_address_may_be_linked(url: str | None) -> None:
    assert web_link(url) is None


@pytest.mark.parametrize(
    ("url", "video"),
    [
        ("https://www.youtube.com/watch?v=abcdefghi-_", "abcdefghi-_"),
        ("https://youtu.be/abcdefghijk?si=x", "abcdefghijk"),
        ("https://m.youtube.com/watch?app=m&v=abcdefghijk&t=3", "abcdefghijk"),
        ("https://www.youtube.com/watch?v=short", None),
        ("https://youtube.com.evil.example/watch?v=abcdefghijk", None),
        ("https://vimeo.com/1", None),
        (None, None),
    ],
)
def test_a_youtube_video_is_known_by_its_address(url: str | None, video: str | None) -> None:
    assert youtube_id(url) == video
