"""Hungarian dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mozi.calendar.weeks import Month, week_of
from mozi.web.i18n import dates

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 26), "november 26., csütörtök"),
        (date(2026, 1, 1), "január 1., csütörtök"),
        (date(2027, 2, 7), "2027. február 7., vasárnap"),
    ],
)
def test_a_day_says_its_year_only_outside_the_present_one(day: date, said: str) -> None:
    assert dates.day_name(day, today=TODAY) == said


@pytest.mark.parametrize(
    ("day", "precision", "said"),
    [
        (date(2026, 11, 26), "day", "2026. november 26., csütörtök"),
        (date(2026, 11, 25), "day", "2026. november 25."),
        (date(1972, 1, 1), "year", "1972"),
    ],
)
def test_a_list_has_no_weekday_of_the_past(day: date, precision: str, said: str) -> None:
    assert dates.listed(day, precision, today=TODAY) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 26), "november 26–december 2."),
        (date(2026, 12, 3), "december 3–9."),
        (date(2026, 12, 31), "2026. december 31. – 2027. január 6."),
        (date(2027, 1, 7), "2027. január 7–13."),
    ],
)
def test_a_week_says_its_dates_once(day: date, said: str) -> None:
    assert dates.week_span(week_of(day), today=TODAY) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "ma"),
        (1, "holnap"),
        (2, "holnapután"),
        (12, "12 nap múlva"),
        (60, "60 nap múlva"),
        (61, "2 hónap múlva"),
        (800, "2 év múlva"),
        (-1, "tegnap"),
        (-2, "tegnapelőtt"),
        (-12, "12 napja"),
        (-90, "3 hónapja"),
        (-25_000, "68 éve"),
    ],
)
def test_how_far_a_day_is(days: int, said: str) -> None:
    assert dates.distance(TODAY + timedelta(days=days), today=TODAY) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (1896, "1896-ban"),
        (1901, "1901-ben"),
        (1910, "1910-ben"),
        (1920, "1920-ban"),
        (1957, "1957-ben"),
        (2000, "2000-ben"),
        (2003, "2003-ban"),
        (2026, "2026-ban"),
        (2027, "2027-ben"),
        (2040, "2040-ben"),
        (2080, "2080-ban"),
        (2100, "2100-ban"),
    ],
)
def test_in_a_year_follows_the_number_as_it_is_spoken(year: int, said: str) -> None:
    assert dates.in_year(year) == said


def test_in_a_month_follows_its_vowels() -> None:
    said = [dates.in_month(Month(2026, number), today=TODAY) for number in (1, 4, 8, 9, 10, 12)]
    assert said == [
        "januárban",
        "áprilisban",
        "augusztusban",
        "szeptemberben",
        "októberben",
        "decemberben",
    ]


@pytest.mark.parametrize(
    ("precision", "said", "machine"),
    [
        ("day", "2026. november 26., csütörtök", "2026-11-26"),
        ("month", "2026. november", "2026-11"),
        ("year", "2026", "2026"),
    ],
)
def test_a_premiere_says_no_more_than_is_known(precision: str, said: str, machine: str) -> None:
    assert dates.premiere(TODAY, precision) == said
    assert dates.machine_date(TODAY, precision) == machine


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("elhalasztva: december 3. → 10.", "elhalasztva: december_3. → 10."),
        ("2026. december 31. → 2027. január 7.", "2026. december_31. → 2027. január_7."),
        ("eredetileg: nov. 26.", "eredetileg: nov._26."),
        ("postponed: 3 → 10 December", "postponed: 3 → 10_December"),
    ],
)
def test_a_day_stays_with_its_month(said: str, kept: str) -> None:
    assert dates.unbroken_dates(said) == kept.replace("_", "\N{NO-BREAK SPACE}")
