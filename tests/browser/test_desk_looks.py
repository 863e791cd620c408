"""axe-core finds nothing on the desk's lists, in both themes, on a phone and on a wide screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.axe import faults
from tests.calendar.editing.listing.test_many import done
from tests.calendar.editing.test_hiding import hidden
from tests.support.factories import make_movie

LOOKS = (("light", 360), ("dark", 360), ("light", 1440), ("dark", 1440))


@pytest.mark.parametrize("path", ["/admin/", "/admin/movies", "/en/admin/changes", "/admin/status"])
def test_axe_finds_nothing_on_the_desks_lists(desk: Page, path: str) -> None:
    ids = [make_movie(title=title, distributor="Mozinet") for title in ("Mephisto", "Szindbád" * 9)]
    done("days", "7", *ids)
    hidden()
    desk.goto(path)
    assert faults(desk, LOOKS) == []


def test_axe_finds_nothing_where_many_are_changed_or_one_is_hidden(desk: Page) -> None:
    make_movie(title="Mephisto")
    desk.goto(f"/admin/movies/{hidden()}")
    assert faults(desk, LOOKS) == []
    desk.goto("/admin/movies")
    desk.locator(".rows input[type=checkbox]").first.check()
    assert faults(desk, LOOKS) == []
    desk.get_by_role("button", name="Áthelyezés…").click()
    assert faults(desk, LOOKS) == []


def test_the_list_shows_twenty_whole_films_on_a_laptops_screen(desk: Page) -> None:
    for number in range(25):
        make_movie(title=f"Őszi tűz {number}.")
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.goto("/admin/movies?sort=title")
    bottoms = "rows => rows.map(row => row.getBoundingClientRect().bottom)"
    shown = [y for y in desk.locator(".rows > *").evaluate_all(bottoms) if y <= 900]
    assert len(shown) >= 20
