"""What an admin sees before an import is done."""

from __future__ import annotations

from flask import Flask

from mozi.calendar.fields import FieldValue
from mozi.calendar.importing.preview import Preview
from mozi.calendar.importing.run import preview_table
from mozi.calendar.importing.tables import TableRow
from mozi.database import writing
from mozi.posters.source import set_source_original
from tests.support.factories import THURSDAY, make_movie

URL = "https://example.org/poster.jpg"


def preview(*rows: dict[str, FieldValue]) -> Preview:
    base = {"title": "Kontroll", "premiere_date": str(THURSDAY)}
    return preview_table([TableRow(n, {**base, **cells}) for n, cells in enumerate(rows, 1)])


def test_every_row_is_counted_by_what_it_would_do(app: Flask) -> None:
    make_movie(title="Kontroll")
    make_movie(title="Szerelem", external_id="x-1")
    shown = preview({}, {"title": "Új"}, {"external_id": "x-1", "title": "Volt"}, {"title": ""})
    assert shown.counts == {"insert": 1, "update": 1, "unchanged": 1, "refused": 1, "doubtful": 0}
    assert [row.action for row in shown.rows] == ["unchanged", "insert", "update", "refused"]
    assert [row.title for row in shown.of("refused")] == [""]


def test_an_update_shows_only_what_differs(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll", genres=("krimi",), runtime_minutes=110)
    [row] = preview({"genres": "krimi;dráma", "runtime_minutes": "110", "synopsis": ""}).rows
    assert row.movie_id == movie_id
    assert row.differences == (("genres", ("krimi",), ("krimi", "dráma")),)


def test_the_digest_changes_with_what_would_be_done(app: Flask) -> None:
    rows = ({}, {"title": "Új"})
    before = preview(*rows).digest
    assert preview(*rows).digest == before
    make_movie(title="Kontroll")
    assert preview(*rows).digest != before


def test_an_address_that_replaces_an_upload_is_marked(app: Flask) -> None:
    movie_id = make_movie(title="Kontroll", poster_url=URL)
    assert not preview({"poster_url": f"{URL}?2"}).rows[0].replaces_upload
    with writing() as session:
        set_source_original(session, movie_id, f"originals/{'a' * 64}.jpg")
    marks = [
        preview({"poster_url": address}).rows[0].replaces_upload
        for address in (f"{URL}?2", URL, "")
    ]
    assert marks == [True, False, False]
