"""Suggestions in the form, in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.factories import make_movie


def test_the_last_part_of_a_list_is_suggested(desk: Page, complaints: list[str]) -> None:
    make_movie(genres=("dráma", "vígjáték"), distributor="Mozinet")
    desk.goto("/admin/movies/new")
    field = desk.locator("#genres")
    field.press_sequentially("vígjáték; dr")
    option = desk.locator("#genres-suggested option")
    expect(option).to_have_attribute("value", "vígjáték; dráma")
    desk.locator("#distributor").press_sequentially("mo")
    expect(desk.locator("#distributor-suggested option")).to_have_attribute("value", "Mozinet")
    assert complaints == []
