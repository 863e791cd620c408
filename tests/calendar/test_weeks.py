"""Programme weeks and months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mozi.calendar.weeks import Month, Week, find_month, month_of, week_of, weeks_from

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize("days", range(7))
def test_a_week_runs_from_thursday_to_wednesday(days: int) -> None:
    assert week_of(THURSDAY + timedelta(days=days)) == Week(THURSDAY)


def test_the_next_thursday_begins_another_week() -> None:
    week = week_of(THURSDAY)
    assert week.last == date(2026, 12, 2)
    assert week_of(date(2026, 12, 3)) == week.next


def test_a_week_holds_its_own_days_only() -> None:
    week = week_of(THURSDAY)
    held = [day for day in range(-2, 10) if THURSDAY + timedelta(days=day) in week]
    assert held == list(range(7))


def test_weeks_follow_each_other_over_new_year() -> None:
    weeks = weeks_from(date(2026, 12, 30), count=3)
    assert [week.first for week in weeks] == [
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 1, 7),
    ]


def test_a_month_knows_its_ends_and_what_follows() -> None:
    assert Month(2028, 2).last == date(2028, 2, 29)
    assert Month(2026, 12).next == Month(2027, 1)
    assert month_of(THURSDAY) == Month(2026, 11)


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (1887, 12), (2201, 1), (0, 1)])
def test_there_is_no_page_for_an_impossible_month(year: int, month: int) -> None:
    assert find_month(year, month) is None


def test_the_first_and_the_last_month_have_pages() -> None:
    assert find_month(1888, 1) == Month(1888, 1)
    assert find_month(2200, 12) == Month(2200, 12)
