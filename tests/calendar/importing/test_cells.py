from __future__ import annotations

from datetime import date, datetime, time

import pytest

from mozi.calendar.importing.cells import guarded, plain_cell, plain_text
from mozi.calendar.messages import InvalidValue


@pytest.mark.parametrize(
    "value",
    [
        *("2026.12.03.", "2026. 12. 03.", "2026. december 3.", "2026-12-3", "2026-12-03 00:00:00"),
        *("2026. dec. 3.", "2026 december 3", "2026/12/3"),
        *(date(2026, 12, 3), datetime(2026, 12, 3, 18, 30), 46359.0, 46359),  # noqa: DTZ001
    ],
)
def test_dates_are_taken_as_people_write_them(value: object) -> None:
    assert plain_cell("premiere_date", value) == "2026-12-03"


@pytest.mark.parametrize(
    ("value", "day_first", "day"),
    [
        ("03/12/2026", True, "2026-12-03"),
        ("03/12/2026", False, "2026-03-12"),
        ("17/12/2026", None, "2026-12-17"),
        ("12/17/2026", True, "2026-12-17"),
        ("03.03.2026", None, "2026-03-03"),
    ],
)
def test_the_order_of_a_date_is_chosen_only_where_it_is_open(
    value: str, day_first: bool | None, day: str
) -> None:
    assert plain_cell("premiere_date", value, day_first=day_first) == day


def test_a_date_of_two_meanings_is_refused() -> None:
    with pytest.raises(InvalidValue, match="may mean two days"):
        plain_cell("premiere_date", "03/12/2026")


@pytest.mark.parametrize(
    ("column", "value", "plain"),
    [
        ("runtime_minutes", "105 perc", "105"),
        ("runtime_minutes", "1 óra 45 perc", "105"),
        ("runtime_minutes", "1h 45m", "105"),
        ("runtime_minutes", "2 óra", "120"),
        ("runtime_minutes", time(1, 45), "105"),
        ("runtime_minutes", 105.0, "105"),
        ("age_rating", "12+", "12"),
        ("age_rating", 16.0, "16"),
        ("age_rating", "Korhatár nélküli", "KN"),
        ("year", "(1972.)", "1972"),
        ("year", 1972.0, "1972"),
        ("language_version", "Feliratos", "subtitled"),
        ("language_version", "szinkronos/feliratos", "both"),
        ("language_version", "MB", "dubbed"),
        ("kind", "Moziban", "cinema"),
        ("status", "elmarad", "cancelled"),
        ("title", 300.0, "300"),
        ("title", "december 3.", "december 3."),
        ("runtime_minutes", "sok", "sok"),
    ],
)
def test_other_cells_mean_what_they_say(column: str, value: object, plain: str) -> None:
    assert plain_cell(column, value) == plain


def test_the_error_of_a_formula_is_no_value() -> None:
    with pytest.raises(InvalidValue, match="error of a formula"):
        plain_cell("title", "#REF!")


@pytest.mark.parametrize("text", ["=1+1", "'=1", "-1", "@a", "+a", "\tx", "'Allo 'Allo", "a=b", ""])
def test_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t"} or not text
    assert plain_text(guarded(text)) == text
