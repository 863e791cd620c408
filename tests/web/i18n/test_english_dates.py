"""English dates: the functions of dates.py, each one."""

from __future__ import annotations

from datetime import date, timedelta
from inspect import getmembers, isfunction

import pytest

from mozi.calendar.weeks import Month, week_of
from mozi.web.i18n import dates as hungarian_dates
from mozi.web.i18n import english_dates
from mozi.web.i18n.languages import DATE_FILTERS

TODAY = date(2026, 11, 26)


def test_english_has_every_date_filter() -> None:
    assert set(DATE_FILTERS) <= {name for name, _ in getmembers(english_dates, isfunction)}


def test_a_day_has_its_year_only_outside_the_present_one() -> None:
    assert english_dates.day_name(TODAY, today=TODAY) == "Thursday, 26 November"
    assert english_dates.short_day(date(2027, 9, 1), today=TODAY) == "1 Sept 2027"
    assert english_dates.full_day(TODAY) == "Thursday, 26 November 2026"


@pytest.mark.parametrize(
    ("day", "span"),
    [
        (date(2026, 12, 3), "3–9 December"),
        (TODAY, "26 November – 2 December"),
        (date(2026, 12, 31), "31 December 2026 – 6 January 2027"),
        (date(2027, 2, 4), "4–10 February 2027"),
    ],
)
def test_a_week_has_its_month_once(day: date, span: str) -> None:
    assert english_dates.week_span(week_of(day), today=TODAY) == span


@pytest.mark.parametrize(
    ("days", "distance"),
    [(0, "today"), (1, "tomorrow"), (12, "in 12 days"), (-90, "3 months ago"), (800, "in 2 years")],
)
def test_how_far_a_day_is(days: int, distance: str) -> None:
    assert english_dates.distance(TODAY + timedelta(days), today=TODAY) == distance


@pytest.mark.parametrize(
    ("new", "moved"),
    [
        (date(2026, 11, 19), "26 → 19 November"),
        (date(2026, 12, 3), "26 November → 3 December"),
        (date(2027, 1, 7), "26 November 2026 → 7 January 2027"),
    ],
)
def test_a_move_names_what_differs(new: date, moved: str) -> None:
    assert english_dates.moved(TODAY, new, today=TODAY) == moved


def test_a_move_within_another_year_names_it_once() -> None:
    old, new = date(2027, 2, 4), date(2027, 2, 18)
    assert english_dates.moved(old, new, today=TODAY) == "4 → 18 February 2027"
    assert hungarian_dates.moved(old, new, today=TODAY) == "2027. február 4. → 18."


def test_a_date_is_named_as_far_as_it_is_known() -> None:
    named = [english_dates.premiere(TODAY, each) for each in ("day", "month", "year")]
    assert named == ["Thursday, 26 November 2026", "November 2026", "2026"]
    assert english_dates.in_month(Month(2027, 1), today=TODAY) == "in January 2027"


def test_a_list_has_no_weekday_of_the_past() -> None:
    assert english_dates.listed(date(1972, 9, 30), "day", today=TODAY) == "30 September 1972"
    assert english_dates.listed(TODAY, "day", today=TODAY).startswith("Thursday, 26")
