"""Fields as texts of inputs, and back."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from mozi.calendar.editing.save import get_movie_state
from mozi.database import reading
from mozi.web.admin.form.texts import given_fields, read_shown, shown_text, text_of
from tests.support.factories import make_movie


def test_values_are_shown_as_they_are_typed() -> None:
    values = (("dráma", "krimi"), date(2026, 11, 26), None, 105)
    assert [text_of(value) for value in values] == ["dráma; krimi", "2026-11-26", "", "105"]


def test_several_inputs_of_a_list_are_one_field_and_unknown_ones_none() -> None:
    form = MultiDict([("cast", "Ács"), ("cast", "Bíró"), ("title", "Bors"), ("csrf_token", "x")])
    assert given_fields(form) == {"title": "Bors", "cast": "Ács;Bíró"}


def test_what_was_shown_comes_back(app: Flask) -> None:
    movie_id = make_movie(title="Bors", director=("Gothár",), poster_url="https://a.example/b.jpg")
    with reading() as session:
        edited = get_movie_state(session, movie_id)
    with app.test_request_context("/", method="POST", data={"shown": shown_text(edited)}):
        shown = read_shown()
    assert shown is not None
    assert (shown.values["title"], shown.values["director"]) == ("Bors", ("Gothár",))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"source": "x"}', "[" * 100_000])
def test_what_was_not_shown_is_nothing(app: Flask, text: str) -> None:
    with app.test_request_context("/", method="POST", data={"shown": text}):
        assert read_shown() is None
