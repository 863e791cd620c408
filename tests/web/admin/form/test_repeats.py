"""A movie's form that is sent more than once: a second click, a retry, "Back"."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from mozi.database import writing
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.web.admin.forms import NEW, TYPED, movies, opened, picture

CLICKS = 3


def post(client: FlaskClient, fields: dict[str, object], path: str = NEW) -> tuple[int, str]:
    answer = client.post(path, data=fields, content_type="multipart/form-data")
    return answer.status_code, answer.headers.get("Location", "")


@on_both_backends
def test_three_posts_of_one_form_at_once_make_one_film(
    app: Flask, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No thread looks for a poster to build while the test closes its connections.
    monkeypatch.setattr("mozi.posters.demand.schedule.STARTED_AT_ONCE", 0)
    fields, barrier = {**opened(anna, NEW), **TYPED}, threading.Barrier(CLICKS)
    cookie = anna.get_cookie("session")
    assert cookie

    def click(_number: int) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        barrier.wait(10)
        return post(client, fields)

    with ThreadPoolExecutor(CLICKS) as clicks:
        answers = set(clicks.map(click, range(CLICKS)))
    [movie] = movies()
    assert answers == {(303, f"/admin/movies/{movie.id}")}


def test_a_second_click_with_the_same_file_saves_one_film(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED}
    answers = [post(anna, {**fields, "poster_file": picture()}) for _ in range(2)]
    assert answers == [(303, f"/admin/movies/{movies()[0].id}")] * 2
    assert len(movies()) == 1


def test_a_form_changed_after_back_adds_another_film(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED}
    post(anna, fields)
    post(anna, {**fields, "title": "A tanú", "premiere_date": "2027-01-07"})
    assert [movie.title for movie in movies()] == ["Mephisto", "A tanú"]


def test_a_repeated_form_adds_a_further_premiere_once(anna: FlaskClient) -> None:
    post(anna, {**opened(anna, NEW), **TYPED})
    path = f"/admin/movies/{movies()[0].id}"
    fields = {**opened(anna, path), "premieres-1-premiere_date": "2027-05-06"}
    assert {post(anna, fields, path), post(anna, fields, path)} == {(303, path)}


def test_a_refused_form_is_saved_when_it_is_sent_again(anna: FlaskClient) -> None:
    post(anna, {**opened(anna, NEW), **TYPED})
    fields = {**opened(anna, NEW), **TYPED}
    assert post(anna, fields)[0] == 409
    assert post(anna, {**fields, "duplicates_seen": str(movies()[0].id)})[0] == 303


def test_a_form_whose_film_was_deleted_saves_it_again(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED}
    post(anna, fields)
    with writing() as session:
        session.execute(delete(Movie))
    post(anna, fields)
    assert len(movies()) == 1
