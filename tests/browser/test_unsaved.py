"""Nothing that is typed into a movie's form is lost, and nothing is saved twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import sign_in
from tests.support.factories import make_jpeg, make_movie
from tests.web.admin.forms import movies

NEW = "/admin/movies/new"


def leave(page: Page, path: str, *, accept: bool = True) -> list[str]:
    """Go to path by a link as a person does, and return the dialogs' kinds that asked first."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if accept else dialog.dismiss()

    page.on("dialog", answer)
    left = page.expect_navigation() if accept else page.expect_event("dialog")
    with left:
        page.evaluate("path => { location.href = path }", path)
    page.remove_listener("dialog", answer)
    return asked


def offer(page: Page) -> None:
    expect(page.locator("[data-draft-offer]")).to_be_visible()


def test_leaving_a_changed_form_asks_and_its_draft_is_offered_in_either_language(
    desk: Page, complaints: list[str]
) -> None:
    desk.goto(NEW)
    assert leave(desk, "/admin/movies") == []
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    desk.select_option("#age_rating", "16")
    assert leave(desk, "/admin/movies", accept=False) == ["beforeunload"]
    expect(desk.locator("#title")).to_have_value("Mephisto")
    assert leave(desk, "/en/admin/movies/new") == ["beforeunload"]
    offer(desk)
    expect(desk.locator("[data-draft-when]")).to_contain_text("Mephisto")
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("#title")).to_have_value("Mephisto")
    expect(desk.locator("#age_rating")).to_have_value("16")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".notice--good")).to_contain_text("Mephisto")
    desk.goto(NEW)
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()
    assert [movie.title for movie in movies()] == ["Mephisto"]
    assert complaints == []


def test_a_draft_outlives_a_refused_save_and_is_of_its_own_movie(desk: Page) -> None:
    one, other = make_movie(title="Egyik"), make_movie(title="Másik")
    desk.goto(f"/admin/movies/{one}")
    desk.fill("#director", "Szabó István")
    desk.fill("#runtime_minutes", "9999")
    desk.keyboard.press("Control+s")
    expect(desk.locator("#faults")).to_be_visible()
    assert leave(desk, f"/admin/movies/{other}") == ["beforeunload"]
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()
    desk.goto(f"/admin/movies/{one}")
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("#director")).to_have_value("Szabó István")
    desk.reload()
    offer(desk)
    desk.locator("[data-draft-drop]").click()
    desk.reload()
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()


def test_a_chosen_poster_is_in_the_draft(desk: Page) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    file = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": make_jpeg()}
    desk.set_input_files("#poster_file", [file])
    expect(desk.locator("[data-kept]")).not_to_have_value("")
    assert leave(desk, NEW) == ["beforeunload"]
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("[data-kept-draft]")).to_be_visible()
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-live]")).to_be_attached()


def test_a_second_click_sends_nothing_and_the_button_says_so(desk: Page) -> None:
    sent = []
    desk.on("request", lambda request: sent.append(request.method))
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    save = desk.locator(".editor__save .button").first
    desk.evaluate(
        "() => { const save = document.querySelector('.editor__save .button');"
        " save.click(); save.click();"
        " sessionStorage.setItem('label', save.textContent); }"
    )
    expect(desk.locator(".notice--good")).to_contain_text("Hozzáadva")
    assert sent.count("POST") == 1
    assert desk.evaluate("sessionStorage.getItem('label')") == "Mentés…"
    expect(save).to_have_text("Mentés")
    assert len(movies()) == 1


@pytest.mark.parametrize(("field", "most"), [("title", 300), ("synopsis", 10_000)])
def test_a_text_that_is_too_long_says_so_and_is_not_cut(desk: Page, field: str, most: int) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    desk.fill(f"#{field}", "é" * (most + 5))
    expect(desk.locator(f"[data-field={field}] .field__fault")).to_contain_text(f"{most + 5}")
    assert len(desk.input_value(f"#{field}")) == most + 5
    desk.keyboard.press("Control+s")
    assert desk.url.endswith(NEW)
    assert movies() == []


def test_a_postponed_premiere_moves_and_leaves_no_draft_of_a_new_movie(desk: Page) -> None:
    movie_id = make_movie(title="Mephisto")
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    desk.fill("#premiere_date", "2027-05-06")
    desk.keyboard.press("Control+s")
    desk.get_by_role("button", name="Ez az, a bemutatóját áthelyezem").click()
    expect(desk.locator("[name=premieres-0-premiere_date]")).to_have_value("2027-05-06")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".notice--good")).to_contain_text("Mentve: „Mephisto”.")
    assert desk.url.endswith(f"/admin/movies/{movie_id}")
    desk.goto(NEW)
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()


def test_enter_never_presses_a_button_of_the_possible_duplicates(desk: Page) -> None:
    make_movie(title="Mephisto")
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    for _ in range(2):  # asked about once, then saved as another film
        with desk.expect_navigation():
            desk.press("#title", "Enter")
    expect(desk.locator(".notice--good")).to_contain_text("Hozzáadva: „Mephisto”.")
    assert len(movies()) == 2


def test_after_back_the_text_is_there_or_its_draft_is_offered(desk: Page) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    assert leave(desk, "/admin/movies") == ["beforeunload"]
    desk.go_back()
    if desk.input_value("#title") != "Mephisto":
        desk.locator("[data-draft-take]").click()
    expect(desk.locator("#title")).to_have_value("Mephisto")


def test_signing_out_forgets_the_drafts(desk: Page) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    assert leave(desk, NEW) == ["beforeunload"]
    offer(desk)
    desk.get_by_role("button", name="Kilépés", exact=True).click()
    desk.wait_for_url("**/admin/login*")
    sign_in(desk)
    desk.goto(NEW)
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()


def test_a_film_that_is_saved_hidden_leaves_no_draft(desk: Page) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    desk.get_by_role("button", name="Mentés rejtve").click()
    expect(desk.locator(".notice--good")).to_contain_text("Mephisto")
    desk.goto(NEW)
    expect(desk.locator("[data-draft-offer]")).to_be_hidden()
