"""What passkeys are refused. tests/browser/test_passkeys.py has the ways that work."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.accounts.people import remove_admin
from tests.conftest import Clock
from tests.support.authenticator import PRESENT, Authenticator
from tests.web.admin.conftest import EMAIL, PASSWORD, token

HONEST = Authenticator("http://localhost", "localhost")
LOGIN = "/admin/login"


def asked(client: FlaskClient, path: str, **fields: str) -> dict[str, Any]:
    """Post as the script does, and return the JSON with the status in it."""
    page = client.get("/admin/password", follow_redirects=True)  # or the sign-in page
    headers = {"Accept": "application/json", "X-CSRFToken": token(page.text)}
    answer = client.post(path, data=fields, headers=headers)
    return {"status": answer.status_code, **(answer.json or {})}


def added(client: FlaskClient, device: Authenticator = HONEST) -> int:
    options = asked(client, "/admin/passkeys/options", current_password=PASSWORD)
    made = device.create(options)
    status: int = asked(client, "/admin/passkeys", credential=made)["status"]
    return status


def used(client: FlaskClient, device: Authenticator = HONEST) -> int:
    options = asked(client, f"{LOGIN}/passkey/options")
    status: int = asked(client, f"{LOGIN}/passkey", credential=device.get(options))["status"]
    return status


def test_a_passkey_signs_in_at_another_browser(anna: FlaskClient, app: Flask) -> None:
    assert added(anna) == 200
    other = app.test_client()
    assert used(other) == 200
    assert other.get("/admin/movies").status_code == 200


@pytest.mark.parametrize(
    "device",
    [
        replace(HONEST, origin="http://evil.example"),
        replace(HONEST, host="evil.example"),
        replace(HONEST, flags=PRESENT),
        replace(HONEST, key=Authenticator("", "").key),
        replace(HONEST, id=b"another"),
    ],
    ids=["origin", "host", "unverified", "key", "unknown"],
)
def test_another_devices_answer_is_refused(
    anna: FlaskClient, app: Flask, device: Authenticator
) -> None:
    assert added(anna) == 200
    client = app.test_client()
    assert used(client, device) == 422
    assert client.get("/admin/movies").status_code == 302
    if device.key is HONEST.key and device.id == HONEST.id:
        assert added(anna, replace(device, id=b"new")) == 422


def test_an_answer_counts_once_and_for_five_minutes(
    anna: FlaskClient, app: Flask, clock: Clock
) -> None:
    added(anna)
    client, thief = app.test_client(), app.test_client()
    options = asked(client, f"{LOGIN}/passkey/options")
    cookie, answer = client.get_cookie("session"), HONEST.get(options)
    assert cookie is not None
    assert asked(client, f"{LOGIN}/passkey", credential=answer)["status"] == 200
    thief.set_cookie("session", cookie.value)
    assert asked(thief, f"{LOGIN}/passkey", credential=answer)["status"] == 422
    late = app.test_client()
    options = asked(late, f"{LOGIN}/passkey/options")
    clock.tick(301)
    assert asked(late, f"{LOGIN}/passkey", credential=HONEST.get(options))["status"] == 422


def test_a_challenge_for_adding_does_not_sign_in(anna: FlaskClient) -> None:
    added(anna)
    options = asked(anna, "/admin/passkeys/options", current_password=PASSWORD)
    assert asked(anna, f"{LOGIN}/passkey", credential=HONEST.get(options))["status"] == 422


@pytest.mark.parametrize(
    "sent",
    ["", "null", "[]", "{", "{}", '{"id": 1}', '{"id": "\\u0000"}', "x" * 20_001, "[" * 10_000]
    + [
        json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": r}) for r in ([], {})
    ],
)
def test_what_is_no_passkeys_answer_is_refused(anna: FlaskClient, sent: str) -> None:
    asked(anna, f"{LOGIN}/passkey/options")
    assert asked(anna, f"{LOGIN}/passkey", credential=sent)["status"] == 422
    asked(anna, "/admin/passkeys/options", current_password=PASSWORD)
    assert asked(anna, "/admin/passkeys", credential=sent)["status"] == 422


def test_somebody_without_a_session_adds_none(client: FlaskClient, anna: FlaskClient) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": token(client.get(LOGIN).text)}
    for path in ("/admin/passkeys/options", "/admin/passkeys", "/admin/passkeys/remove"):
        assert client.post(path, headers=headers).status_code == 401


def test_who_is_taken_away_signs_in_no_more(anna: FlaskClient, app: Flask) -> None:
    added(anna)
    remove_admin(EMAIL, keep_last=False)
    assert used(app.test_client()) == 422


def test_tries_are_bounded(anna: FlaskClient, app: Flask) -> None:
    client = app.test_client()
    statuses = [asked(client, f"{LOGIN}/passkey", credential="{}")["status"] for _ in range(16)]
    assert statuses[-2:] == [422, 429]
