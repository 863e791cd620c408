"""The clicks that changing several films costs, counted in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.factories import THURSDAY, make_movie, premiere_of


@pytest.mark.parametrize(
    ("films", "act", "most_clicks"), [(5, "Áthelyezés…", 7), (3, "Elmarad…", 5)]
)
def test_films_are_moved_or_cancelled_by_few_clicks(
    desk: Page, complaints: list[str], films: int, act: str, most_clicks: int
) -> None:
    ids = [make_movie(title=f"Film {number}") for number in range(films + 1)]
    desk.goto("/admin/movies")
    boxes = desk.locator(".rows input[type=checkbox]")
    clicked = [boxes.nth(number) for number in range(films)]
    clicked.append(desk.get_by_role("button", name=act))
    clicked.append(desk.locator("button[name=do]"))
    for each in clicked:
        each.click()
    expect(desk.locator(".notice--good")).to_contain_text(f"{films} film megváltozott.")
    changed = [p for p in map(premiere_of, ids) if p.premiere_date == THURSDAY + timedelta(7)]
    cancelled = [p for p in map(premiere_of, ids) if p.status == "cancelled"]
    assert len(changed) + len(cancelled) == films
    assert (len(clicked), complaints) == (most_clicks, [])
