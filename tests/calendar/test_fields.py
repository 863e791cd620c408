from __future__ import annotations

from datetime import date

from mozi.calendar.fields import COLUMNS, PREMIERE_COLUMNS, check_fields
from mozi.models import Movie


def test_every_column_but_the_poster_address_is_a_field_of_the_movie() -> None:
    columns = set(Movie.__table__.columns.keys()) - {"id", "version", "added_at", "changed_at"}
    assert set(COLUMNS) == columns | {"poster_url", *PREMIERE_COLUMNS} - {"note"}


def test_only_what_is_given_has_a_value() -> None:
    checked = check_fields({"title": "Kontroll", "premiere_date": "2026-11-26"})
    assert checked.values == {"title": "Kontroll", "premiere_date": date(2026, 11, 26)}
    assert checked.faults == ()


def test_blank_fields_are_cleared_or_get_their_default() -> None:
    blank = check_fields({"synopsis": "", "genres": None, "runtime_minutes": " ", "kind": ""})
    assert blank.values == {
        "synopsis": None,
        "genres": (),
        "runtime_minutes": None,
        "kind": "cinema",
    }


def test_title_and_date_cannot_be_cleared() -> None:
    checked = check_fields({"title": " ", "premiere_date": None})
    assert [fault.column for fault in checked.faults] == ["title", "premiere_date"]
    assert {fault.reason for fault in checked.faults} == {"is needed and cannot be empty"}


def test_every_fault_is_named_and_the_other_fields_are_read() -> None:
    checked = check_fields({"title": "Kontroll", "runtime_minutes": "sok", "age_rating": "14"})
    assert [fault.column for fault in checked.faults] == ["runtime_minutes", "age_rating"]
    assert checked.values == {"title": "Kontroll"}
