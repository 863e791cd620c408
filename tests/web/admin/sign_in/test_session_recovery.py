"""After signing in again an admin is back at the page, with the form as it was sent."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin
from mozi.storage import Storage
from tests.support.factories import make_movie, movie_of
from tests.web.admin.conftest import EMAIL, PASSWORD, token
from tests.web.admin.forms import (
    NEW,
    SHOWN,
    TYPED,
    end_session,
    movies,
    opened,
    picture,
    poster_of,
    resent,
    sent_too_late,
    signed_in_after,
)


def test_what_was_typed_is_there_again_after_signing_in_again(anna: FlaskClient) -> None:
    answer = sent_too_late(anna)
    assert answer.status_code == 303
    told = anna.get(answer.location).text
    assert "Közben lejárt a belépésed" in told
    assert "hosszú" not in told
    page = signed_in_after(anna, answer)
    assert SHOWN in page.text
    assert "Itt van, amit a belépés előtt beírtál." in page.text
    assert movies() == []
    assert resent(anna, page, page.request.full_path).status_code == 303
    assert movies()[0].synopsis == TYPED["synopsis"]


def test_another_admin_does_not_see_what_was_typed(anna: FlaskClient) -> None:
    ensure_admin("bela@example.org", PASSWORD)
    page = signed_in_after(anna, sent_too_late(anna), "bela@example.org")
    assert page.status_code == 200
    assert "hosszú" not in page.text


def test_a_form_without_a_signed_sender_is_not_kept(anna: FlaskClient) -> None:
    answer = sent_too_late(anna, typed_by="1.made.up")
    assert "typed" not in answer.location
    assert "hosszú" not in signed_in_after(anna, answer).text


def test_a_file_must_be_chosen_again_after_the_session(anna: FlaskClient, storage: Storage) -> None:
    page = signed_in_after(anna, sent_too_late(anna, poster_file=picture()))
    assert "válaszd ki újra" in page.text
    assert list(storage.list("originals/")) == []


def test_a_file_that_was_taken_in_before_stays_over_the_sign_in(anna: FlaskClient) -> None:
    sent = {**opened(anna, NEW), "title": "", "poster_file": picture("kedvenc.jpg")}
    refused = anna.post(NEW, data=sent, content_type="multipart/form-data")
    [kept] = re.findall(r'name="poster_kept" value="([^"]+)"', refused.text)
    page = signed_in_after(anna, sent_too_late(anna, poster_kept=html.unescape(kept)))
    assert "„kedvenc.jpg” már feltöltve" in page.text
    resent(anna, page, page.request.full_path)
    assert poster_of(movies()[0].id) is not None


def test_the_session_that_ended_by_another_password_loses_nothing(anna: FlaskClient) -> None:
    movie_id = make_movie()
    path = f"/admin/movies/{movie_id}"
    fields = {**opened(anna, path), **TYPED}
    ensure_admin(EMAIL, "another long password")
    ensure_admin(EMAIL, PASSWORD)
    page = signed_in_after(anna, anna.post(path, data=fields))
    assert SHOWN in page.text


def test_a_button_pressed_too_late_leads_back_to_its_page(anna: FlaskClient) -> None:
    movie_id = make_movie()
    asked = f"/admin/movies/{movie_id}/delete"
    fields = {"csrf_token": token(anna.get(asked).text)}
    end_session(anna)
    answer = anna.post(asked, data=fields, headers={"Referer": f"http://localhost{asked}"})
    assert "nem történt semmi" in anna.get(answer.location).text
    assert signed_in_after(anna, answer).request.path == asked
    assert movie_of(movie_id)
