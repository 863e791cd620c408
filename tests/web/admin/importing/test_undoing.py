"""A whole import is taken back by one button, and what was changed since stays."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.calendar.editing import batches
from mozi.database import writing
from mozi.models import Movie
from tests.support.factories import THURSDAY, make_movie, movie_of, premiere_of, update_movie
from tests.web.admin.conftest import EMAIL, token
from tests.web.admin.importing.test_files import GOOD, confirm, preview, titles


def imported(client: FlaskClient, text: str = GOOD) -> str:
    """Import the text and return the page that says so."""
    return str(client.get(confirm(client, preview(client, text)).location).text)


def take_back(client: FlaskClient, page: str) -> str:
    """Press the page's button that undoes an import, and return the page that follows."""
    [address] = re.findall(r'action="(/admin/batches/\d+/undo)"', page)
    sent = {"csrf_token": token(page), "from": "changes"}
    return str(client.post(address, data=sent, follow_redirects=True).text)


def test_an_import_is_taken_back_as_a_whole(anna: FlaskClient) -> None:
    movie_id = make_movie(external_id="x-1", title="Az utolsó nyár", premiere_date=THURSDAY)
    page = imported(anna)
    assert titles() == ["Az utolsó nyár", "Kéz a kézben"]
    assert "2 film olyan, mint előtte" in take_back(anna, page)
    assert titles() == ["Az utolsó nyár"]
    assert premiere_of(movie_id).premiere_date == THURSDAY
    assert movie_of(movie_id).runtime_minutes is None


def test_what_was_changed_since_stays(anna: FlaskClient) -> None:
    page = imported(anna)
    with writing() as session:
        movie = session.scalars(select(Movie).where(Movie.external_id == "x-2")).one()
        update_movie(session, movie, {"synopsis": "Nyár van."})
    assert "1 filmet azóta más is változtatott" in take_back(anna, page)
    assert titles() == ["Kéz a kézben"]


def test_the_log_names_the_file_and_takes_the_import_back(anna: FlaskClient) -> None:
    imported(anna)
    log = anna.get("/admin/changes").text
    assert "Importálás: films.csv" in log
    assert EMAIL in log
    assert f"Visszavonta: {EMAIL}" in take_back(anna, log)
    assert titles() == []


def test_the_log_has_one_line_of_an_import_and_its_undoing(anna: FlaskClient) -> None:
    log = take_back(anna, imported(anna))
    assert log.count('class="log__item"') == 1
    [batch] = re.findall(r"batch=(\d+)", log)
    of_batch = anna.get(f"/admin/changes?batch={batch}").text
    assert (of_batch.count("Hozzáadva"), of_batch.count("Törölve")) == (2, 2)


def test_a_script_is_told_how_far_the_undoing_is(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    page = imported(anna)
    [progress] = re.findall(r'data-long="(/admin/batches/\d+/progress)"', page)
    assert anna.get(progress).json == {"done": 0, "of": 0}
    [address] = re.findall(r'action="(/admin/batches/\d+/undo)"', page)
    sent = {"csrf_token": token(page), "from": "changes"}
    answer = anna.post(address, data=sent, headers={"Accept": "application/json"})
    assert answer.json == {"location": "/admin/changes"}
    assert anna.get(progress).json == {"done": 1, "of": 2}  # what was told before the last part
