"""Which movie a row means, and whether it changes anything."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from mozi.calendar.fields import FieldValue
from mozi.calendar.importing.matched import ImportRow, MatchedRows
from mozi.calendar.importing.matching import find_duplicate_rows, match_rows
from mozi.database import reading
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie

URL = "https://example.org/poster.jpg"


def row(number: int = 1, **values: FieldValue) -> ImportRow:
    return ImportRow(number, {"title": "Kontroll", "premiere_date": THURSDAY, **values})


def match(*rows: ImportRow) -> MatchedRows:
    with reading() as session:
        matched = match_rows(session, rows)
        session.expunge_all()
        return matched


def faults(matched: MatchedRows) -> list[tuple[int, str]]:
    return [(fault.row, str(fault.reason)) for fault in matched.faults]


@on_both_backends
def test_a_row_means_the_movie_of_its_id_before_that_of_its_title_and_date(app: Flask) -> None:
    by_title = make_movie(title="Kontroll")
    by_id = make_movie(title="Szerelem", external_id="x-1")
    [update] = match(row(external_id="x-1")).updates
    [same] = match(row()).unchanged
    assert update.movie is not None
    assert same.movie is not None
    assert (update.movie.id, same.movie.id) == (by_id, by_title)
    assert len(match(row(premiere_date=date(2026, 12, 3))).inserts) == 1


def test_two_rows_cannot_mean_one_premiere(app: Flask) -> None:
    make_movie(title="Kontroll", external_id="x-1")
    matched = match(row(1, external_id="x-1"), row(2))
    assert faults(matched) == [(2, "the row means the same premiere as row 1")]


def test_an_unclear_row_is_a_fault(app: Flask) -> None:
    make_movie(title="Kontroll")
    make_movie(title="Kontroll")
    assert faults(match(row()))[0][1].startswith("2 movies have this title and date")


def test_a_row_of_a_new_movie_needs_title_and_date(app: Flask) -> None:
    matched = match(ImportRow(1, {"external_id": "x-9"}))
    assert [fault.column for fault in matched.faults] == ["title", "premiere_date"]


@pytest.mark.parametrize(("address", "changes"), [(URL, False), (f"{URL}?2", True), (None, True)])
def test_a_new_poster_address_is_a_change(app: Flask, address: str | None, changes: bool) -> None:
    make_movie(title="Kontroll", poster_url=URL)
    matched = match(row(poster_url=address))
    assert (len(matched.updates), len(matched.unchanged)) == (int(changes), int(not changes))


def test_rows_of_one_movie_are_all_duplicates() -> None:
    rows = [row(1), row(2), row(3, external_id="x-1"), row(4, external_id="x-2")]
    assert [fault.row for fault in find_duplicate_rows(rows)] == [1, 2, 3, 4]
    assert find_duplicate_rows(rows[2:]) == []
    repeated = find_duplicate_rows([row(1, external_id="x-1"), row(2, external_id="x-1", title="")])
    assert [(fault.row, fault.column) for fault in repeated] == [
        (1, "external_id"),
        (2, "external_id"),
    ]
