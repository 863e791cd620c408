"""What all pages of the desk share."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.factories import make_movie
from tests.web.admin.forms import send


def admin_paths(app: Flask) -> list[str]:
    """Return the addresses without arguments that answer a GET, in Hungarian."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")]
    return [rule.rule for rule in rules if not rule.arguments and "GET" in (rule.methods or ())]


def test_every_view_but_the_sign_in_page_asks_for_a_session(app: Flask) -> None:
    client = app.test_client()
    answers = {path: client.get(path).status_code for path in admin_paths(app)}
    assert answers.pop("/admin/login") == 200
    assert [answers.pop(path) for path in ("/admin/begin", "/admin/link")] == [404, 404]
    assert len(answers) > 5
    assert set(answers.values()) == {302}


def test_every_page_is_shown_to_an_admin_and_kept_by_no_cache(
    app: Flask, anna: FlaskClient
) -> None:
    for path in sorted({*admin_paths(app)} - {"/admin/begin", "/admin/link"}):
        with anna.get(path, follow_redirects=True) as answer:  # a file to take away is closed
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), path


@pytest.mark.parametrize(("prefix", "words"), [("", "Mentve: „Só”."), ("/en", "Saved: “Só”.")])
def test_a_form_leads_on_by_get_in_its_language_and_says_what_was_done(
    anna: FlaskClient, prefix: str, words: str
) -> None:
    path = f"{prefix}/admin/movies/{make_movie(title='Bors')}"
    answer = send(anna, path, title="Só")
    assert (answer.status_code, answer.location) == (303, path)
    assert words in anna.get(path).text
