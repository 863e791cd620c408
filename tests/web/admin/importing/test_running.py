"""A running import tells how far it is, and can be given up until it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin
from mozi.calendar.importing import run
from mozi.web.admin.importing import preview as view
from tests.web.admin.conftest import PASSWORD, sign_in, token
from tests.web.admin.importing.test_files import GOOD, confirm, preview, titles, waiting

JSON = {"Accept": "application/json"}


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return what has an act done whenever a film of a running import is written."""
    monkeypatch.setattr(run, "WRITTEN_AT_ONCE", 1)
    followed = view.followed

    def install(act: Callable[[], object]) -> None:
        def and_act(draft_id: str) -> run.Tell:
            tell = followed(draft_id)
            return lambda done, of: (tell(done, of), act())

        monkeypatch.setattr(view, "followed", and_act)

    return install


def test_a_running_import_tells_how_many_films_are_written(
    anna: FlaskClient, during: Callable[[Callable[[], object]], None]
) -> None:
    address, told = preview(anna, GOOD), []
    during(lambda: told.append(anna.get(f"{address}/progress").json))
    assert anna.get(f"{address}/progress").json == {"done": 0, "of": 0}
    confirm(anna, address)
    assert told == [{"done": done, "of": 2} for done in (0, 1, 2)]


def test_an_import_that_is_given_up_writes_nothing_and_can_be_tried_again(
    anna: FlaskClient, during: Callable[[Callable[[], object]], None]
) -> None:
    address = preview(anna, GOOD)
    sent = {"csrf_token": token(anna.get(address).text)}
    stops = [lambda: anna.post(f"{address}/stop", data=sent)]
    during(lambda: stops.pop()() if stops else None)
    stopped = confirm(anna, address)
    assert "Megszakítottad az importálást" in anna.get(stopped.location).text
    assert (titles(), waiting()) == ([], 1)
    confirm(anna, address)
    assert titles() == ["Az utolsó nyár", "Kéz a kézben"]


def test_a_script_gets_the_next_address_as_json(anna: FlaskClient) -> None:
    address = preview(anna, GOOD)
    page = anna.get(address).text
    digest = page.partition('name="digest" value="')[2][:64]
    sent = {"csrf_token": token(page), "digest": digest}
    answer = anna.post(address, data=sent, headers=JSON).json
    assert answer == {
        "location": "/admin/import?inserted=2&updated=0&unchanged=0&refused=0&batch=1"
    }


def test_notes_are_each_admins_own(app: Flask, anna: FlaskClient) -> None:
    address = preview(anna, GOOD)
    confirm(anna, address)
    ensure_admin("bela@example.org", PASSWORD)
    bela = app.test_client()
    sign_in(bela, "bela@example.org")
    assert anna.get(f"{address}/progress").json == {"done": 2, "of": 2}
    assert bela.get(f"{address}/progress").json == {"done": 0, "of": 0}
