"""The desk on a small screen: what is wrong is seen, and words stay whole."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from mozi import clock
from mozi.database import writing
from mozi.models import Movie
from tests.browser.axe import faults
from tests.support.factories import make_movie, update_movie

COVERED = """() => {
  const [focused, bar] = [document.activeElement, document.querySelector(".editor__save")];
  const [field, top] = [focused.getBoundingClientRect(), bar.getBoundingClientRect().top];
  const inside = bar.contains(focused) || focused === document.body;
  return !inside && field.bottom > top;
}"""
WORD = "Megszentségteleníthetetlen"


@pytest.fixture
def phone(desk: Page) -> Page:
    desk.set_viewport_size({"width": 360, "height": 740})
    return desk


def lines(text: Locator) -> int:
    """Return how many lines the text takes."""
    count: int = text.evaluate("element => element.getClientRects().length")
    return count


def test_history_keeps_a_long_word_in_one_line(phone: Page) -> None:
    movie_id = make_movie(title="Régi")
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"title": WORD})
    phone.goto(f"/admin/movies/{movie_id}/history")
    after = phone.locator("ins")
    expect(after).to_have_text(WORD)
    assert lines(after) == 1
    assert faults(phone, (("light", 360), ("dark", 360))) == []


def test_a_preview_keeps_a_long_word_in_one_line(phone: Page) -> None:
    make_movie(title="Régi", external_id="a")
    rows = f"external_id,title\na,{WORD}\n".encode()
    phone.goto("/admin/import")
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": rows}
    phone.locator("input[type=file]").set_input_files([file])
    phone.get_by_role("button", name="Előnézet").click()
    after = phone.locator("ins")
    expect(after).to_have_text(WORD)
    assert lines(after) == 1
    assert faults(phone, (("light", 360), ("dark", 360))) == []


def test_a_field_at_fault_stands_out(phone: Page) -> None:
    phone.goto("/admin/movies/new")
    phone.get_by_label("Cím", exact=False).first.fill("Mephisto")
    phone.get_by_label("Előzetes linkje (URL)").fill("ftp://example.org/trailer")
    phone.get_by_role("button", name="Mentés", exact=True).click()
    faulty, sound = phone.get_by_label("Előzetes linkje (URL)"), phone.get_by_label("Rendező")
    expect(faulty).to_have_attribute("aria-invalid", "true")
    expect(faulty).to_have_css("border-top-width", "2px")
    expect(sound).to_have_css("border-top-width", "1px")


def test_all_sessions_can_be_ended_from_there(phone: Page) -> None:
    phone.goto("/admin/movies")
    phone.get_by_role("link", name="Fiókom").click()
    assert faults(phone, (("light", 360), ("dark", 360))) == []
    phone.get_by_role("button", name="Kilépek mindenhonnan").click()
    expect(phone).to_have_url(re.compile("/admin/login"))


def test_the_poster_is_near_the_top_and_the_bar_covers_no_field(phone: Page) -> None:
    phone.goto("/admin/movies/new")
    top = {
        name: phone.locator(name).evaluate("field => field.getBoundingClientRect().top")
        for name in ("#title", "#poster_file", "#genres")
    }
    assert top["#title"] < top["#poster_file"] < top["#genres"]
    expect(phone.get_by_text("Ctrl+V")).to_be_hidden()
    for _ in range(30):
        phone.keyboard.press("Tab")
        phone.wait_for_function(f"() => !({COVERED})()")  # the page scrolls


def test_the_columns_of_a_file_and_the_work_list_break_no_word(phone: Page) -> None:
    make_movie(title="Megfelelő", premiere_date=clock.now().date() + timedelta(days=3))
    phone.goto("/admin/")
    title = phone.get_by_role("link", name="Megfelelő")
    assert lines(title.locator("strong")) == 1
    phone.goto("/admin/import")
    rows = "Cím;Bemutató;Műfaj;Megjegyzés\nEgy;2026.12.03.;vígjáték;—\n".encode()
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": rows}
    phone.locator("input[type=file]").set_input_files([file])
    phone.get_by_role("button", name="Előnézet").click()
    clears = phone.get_by_text("törli, ami van").first
    expect(clears).to_be_visible()
    assert lines(clears) == 1
    assert faults(phone, (("light", 360), ("dark", 360))) == []


def test_the_plan_for_many_breaks_no_word(phone: Page) -> None:
    make_movie(title="Megfelelő")
    phone.goto("/admin/movies?q=Megf")
    phone.get_by_role("checkbox", name="Megfelelő").check()
    phone.get_by_role("button", name="Törlés").click()
    deleted = phone.locator("ins", has_text="törölve")
    expect(deleted).to_be_visible()
    assert lines(deleted) == 1
