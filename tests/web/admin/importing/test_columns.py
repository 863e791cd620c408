"""What an editor chooses for a file: headings, the order of dates, empty cells."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.calendar.importing import choosing
from mozi.database import reading
from mozi.models import KnownHeadings, Movie, Premiere
from tests.support.factories import THURSDAY, make_movie
from tests.web.admin.conftest import token
from tests.web.admin.importing.test_files import choose, confirm, counts, preview

UNKNOWN = "Kópia;Filmcim;Bemutató;Megjegyzés\n35 mm;Kontroll;2026.12.03.;VIP\n"


def asked(client: FlaskClient, address: str) -> str:
    """Return the page of the columns, to which the preview leads."""
    answer = client.get(address)
    assert answer.location == f"{address}/columns"
    return client.get(answer.location).text


def answer(client: FlaskClient, address: str, **changes: str) -> Any:
    """Send the form of the columns as it is shown, but for the changes."""
    html = client.get(f"{address}/columns").text
    selects = re.findall(r'<select name="(column-\d+)".*?</select>', html, re.DOTALL)
    parts = re.split(r'<select name="column-\d+"', html)[1:]
    shown = [re.search(r'value="(\w*)" selected', part.split("</select>")[0]) for part in parts]
    given = {n: found[1] if found else "" for n, found in zip(selects, shown, strict=True)}
    return client.post(f"{address}/columns", data={"csrf_token": token(html), **given, **changes})


def test_unknown_headings_are_asked_about_once_for_all_files_with_them(anna: FlaskClient) -> None:
    html = asked(anna, address := preview(anna, UNKNOWN))
    assert "Kópia, Megjegyzés" in html
    assert "35 mm" in html, "the values below the heading help to choose"
    assert answer(anna, address, **{"column-0": "country"}).location == address
    html = anna.get(address).text
    assert counts(html)["insert"] == 1
    assert "Kimaradó oszlopok: Megjegyzés." in html
    confirm(anna, address)
    with reading() as session:
        assert session.scalars(select(Movie.country)).one() == ("35 mm",)
    again = preview(anna, UNKNOWN.replace("Kontroll", "Taxidermia"))
    assert counts(anna.get(again).text)["insert"] == 1, "the same headings, nothing is asked"


def test_an_unknown_heading_is_guessed_by_its_values(anna: FlaskClient) -> None:
    sheet = "Cím;Bemutató;Forgalmazás módja\nEgy;2026.12.03.;moziban\nKettő;2026.12.10.;online\n"
    address = preview(anna, sheet)
    answer(anna, address)
    assert counts(anna.get(address).text)["insert"] == 2
    confirm(anna, address)
    with reading() as session:
        kinds = session.scalars(select(Premiere.kind).order_by(Premiere.id)).all()
    assert kinds == ["cinema", "streaming"]


def test_of_the_remembered_headings_the_latest_are_kept(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "KEPT_HEADINGS", 2)
    for heading in ("Egy", "Kettő", "Három"):
        answer(anna, preview(anna, f"title;premiere_date;{heading}\nKő;2026-12-03;x\n"))
    with reading() as session:
        kept = list(session.scalars(select(KnownHeadings.columns)))
    assert {name for columns in kept for name in columns if not columns[name]} == {"Kettő", "Három"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column-1": ""}, "melyik oszlopban van a film címe"),
        ({"column-0": "title"}, "Két oszlop nem jelentheti ugyanazt: Cím."),
        ({"column-0": "nonsense", "column-3": "title"}, "Két oszlop nem jelentheti"),
    ],
)
def test_what_cannot_be_chosen_is_said_in_words(
    anna: FlaskClient, changes: dict[str, str], words: str
) -> None:
    refused = answer(anna, preview(anna, UNKNOWN), **changes)
    assert refused.status_code == 422
    assert words in refused.text


@pytest.mark.parametrize(("first", "day"), [("day", "2026-12-03"), ("month", "2026-03-12")])
def test_the_order_of_dates_is_asked_about_once_for_the_whole_file(
    anna: FlaskClient, first: str, day: str
) -> None:
    text = "Cím;Bemutató\nKontroll;03/12/2026\nTaxidermia;04/12/2026\n"
    html = asked(anna, address := preview(anna, text))
    assert "&#39;03/12/2026&#39;" in html
    assert answer(anna, address).status_code == 422
    assert answer(anna, address, dates=first).location == address
    assert f"{day}" in anna.get(address).text
    assert counts(anna.get(address).text) == {
        "insert": 2, "update": 0, "unchanged": 0, "refused": 0
    }  # fmt: skip


def test_an_empty_cell_keeps_what_is_there_unless_its_column_is_to_clear(
    anna: FlaskClient,
) -> None:
    make_movie(title="Kontroll", premiere_date=THURSDAY, distributor="Budapest Film")
    address = preview(anna, f"Cím;Bemutató;Forgalmazó\nKontroll;{THURSDAY};\n")
    assert counts(anna.get(address).text)["unchanged"] == 1
    answer(anna, address, **{"clears-2": "on", "clears-1": "on"})
    html = anna.get(address).text
    assert "Az üres cella töröl: Forgalmazó." in html
    confirm(anna, address)
    with reading() as session:
        assert session.scalars(select(Movie.distributor)).one() is None
        assert session.scalars(select(Premiere.premiere_date)).one() == THURSDAY


def test_nothing_is_asked_about_json(anna: FlaskClient) -> None:
    text = '[{"title": "Kontroll", "premiere_date": "2026-12-03", "distributor": null}]'
    address = preview(anna, text)
    assert counts(anna.get(address).text)["insert"] == 1
    assert answer(anna, address, **{"clears-2": "on"}).location == address
    assert "Az üres cella töröl: Forgalmazó." in anna.get(address).text


def test_a_text_that_is_no_table_ends_in_words(anna: FlaskClient) -> None:
    assert "melyik oszlopban van a film címe" in asked(anna, preview(anna, "Kedves Anna!\nÜdv\n"))


def test_another_editor_chooses_nothing(anna: FlaskClient) -> None:
    address = f"/admin/import/{'0' * 32}"
    assert anna.get(f"{address}/columns").status_code == 404
    html = choose(anna, "")
    given = {"csrf_token": token(html.text)}
    assert anna.post(f"{address}/columns", data=given).status_code == 404
    assert anna.post(f"{address}/doubts", data=given).status_code == 404
