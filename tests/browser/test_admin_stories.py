"""An editor's stories, with scripts and without: in, two windows, away and back, keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from mozi.accounts.admins import ensure_admin
from mozi.calendar.editing.trash import delete_movie
from mozi.database import writing
from mozi.models import Movie
from tests.browser.axe import faults
from tests.browser.test_admin_posters import ROWS
from tests.support.factories import make_jpeg, make_movie, update_movie
from tests.web.admin.conftest import EMAIL, PASSWORD

DESKS = ("desk", "plain_desk")


@pytest.fixture
def plain_page(chromium: Browser, site: str) -> Iterator[Page]:
    """A fresh visitor's page without scripts."""
    context = chromium.new_context(base_url=site, locale="hu-HU", java_script_enabled=False)
    yield context.new_page()
    context.close()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("which", ["page", "plain_page"])
def test_signing_in_leads_on_to_where_one_wanted(
    app: Flask, request: pytest.FixtureRequest, which: str
) -> None:
    ensure_admin(EMAIL, PASSWORD)
    page: Page = request.getfixturevalue(which)
    page.goto("/admin/import")
    page.get_by_label("E-mail-cím").fill(EMAIL)
    page.get_by_label("Jelszó").fill("wrong")
    page.get_by_label("Jelszó").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nem tartozik össze")
    expect(page.get_by_label("E-mail-cím")).to_have_value(EMAIL)
    page.get_by_label("Jelszó").fill(PASSWORD)
    button(page, "Belépek").click()
    expect(page).to_have_url("/admin/import")


@pytest.mark.parametrize("which", DESKS)
def test_of_two_windows_the_second_chooses(request: pytest.FixtureRequest, which: str) -> None:
    first: Page = request.getfixturevalue(which)
    second, movie_id = first.context.new_page(), make_movie(title="Régi")
    for page in (first, second):
        page.goto(f"/admin/movies/{movie_id}")
    first.get_by_label("Rendező").fill("Szabó István")
    first.get_by_label("Ország").fill("magyar")
    button(first, "Mentés").click()
    expect(first.locator(".notice--good")).to_contain_text("Mentve")
    second.get_by_label("Rendező").fill("Fábri Zoltán")
    button(second, "Mentés").click()
    contest = second.locator(".contest")
    expect(contest).to_contain_text(f"{EMAIL} is mentett")
    contest.get_by_label("Az enyém").check()
    button(second, "Mentés").click()
    expect(second.locator(".notice--good")).to_contain_text("Mentve")
    first.reload()
    expect(first.get_by_label("Rendező")).to_have_value("Fábri Zoltán")
    expect(first.get_by_label("Ország")).to_have_value("magyar")


@pytest.mark.parametrize("which", DESKS)
def test_a_deleted_movie_is_gone_and_comes_back(request: pytest.FixtureRequest, which: str) -> None:
    page: Page = request.getfixturevalue(which)
    movie_id = make_movie(title="Szerelem")
    page.goto(f"/admin/movies/{movie_id}")
    page.get_by_role("link", name="Törlés").click()
    button(page, "Törlöm").click()
    expect(page.locator(".notice--good")).to_contain_text("Törölve: „Szerelem”.")
    page.goto(f"/film/{movie_id}")
    expect(page.locator(".error__status")).to_have_text("404")
    page.goto("/admin/movies/deleted")
    button(page, "„Szerelem” visszahozása").click()
    expect(page.locator(".notice--good")).to_contain_text("Visszahozva: „Szerelem”.")
    page.goto(f"/film/{movie_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Szerelem")


@pytest.mark.parametrize("which", DESKS)
def test_what_was_typed_outlives_the_session(request: pytest.FixtureRequest, which: str) -> None:
    page: Page = request.getfixturevalue(which)
    page.goto("/admin/movies/new")
    page.get_by_label("Cím", exact=False).first.fill("Mephisto")
    page.get_by_label("Tartalom").fill("Egy színész története.")
    page.context.clear_cookies()
    button(page, "Mentés").click()
    expect(page.get_by_role("alert")).to_contain_text("amit beírtál, megvan")
    page.get_by_label("E-mail-cím").fill(EMAIL)
    page.get_by_label("Jelszó").fill(PASSWORD)
    button(page, "Belépek").click()
    expect(page.get_by_label("Tartalom")).to_have_value("Egy színész története.")
    button(page, "Mentés").click()
    expect(page.locator(".notice--good")).to_contain_text("Hozzáadva: „Mephisto”.")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; fails where it never gets it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"No way to {target} by Tab.")


def choose_by_keys(page: Page, field: Locator, file: Path) -> None:
    tab_to(page, field)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def test_what_is_listed_with_commas_becomes_a_list_unless_one_wants_the_comma(desk: Page) -> None:
    desk.goto("/admin/movies/new")
    cast, back = desk.get_by_label("Szereplők"), button(desk, "Maradjon vessző")
    cast.fill("Cserhalmi György, Básti Juli")
    cast.press("Tab")
    expect(cast).to_have_value("Cserhalmi György; Básti Juli")
    back.click()
    expect(cast).to_have_value("Cserhalmi György, Básti Juli")
    cast.press("Tab")
    expect(cast).to_have_value("Cserhalmi György, Básti Juli")
    expect(back).to_be_hidden()


def thumb_when_ready(page: Page) -> str | None:
    """Return the address of the thumb that is shown once all is built."""
    expect(page.locator("[data-live][data-state=ready]")).to_be_attached()
    return page.locator(".variant__frame img").nth(1).get_attribute("src")


def choose_between_windows_by_keys(page: Page) -> None:
    """Give a director in two windows, and keep that of the one which was saved second."""
    second = page.context.new_page()
    second.goto(page.url)
    for each, director in ((second, "Szabó István"), (page, "Fábri Zoltán")):
        tab_to(each, each.get_by_label("Rendező"))
        each.keyboard.type(director)
        with each.expect_navigation():
            press(each, button(each, "Mentés"))
    expect(page.locator(".contest")).to_be_visible()
    tab_to(page, page.get_by_label("Az övé"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Az enyém")).to_be_checked()
    press(page, button(page, "Mentés"))
    expect(page.locator(".notice--good")).to_contain_text("Mentve")
    expect(page.get_by_label("Rendező")).to_have_value("Fábri Zoltán")
    second.close()


def test_all_of_it_goes_by_keys_alone(page: Page, app: Flask, tmp_path: Path) -> None:
    ensure_admin(EMAIL, PASSWORD)
    poster, table = tmp_path / "p.jpg", tmp_path / "filmek.csv"
    poster.write_bytes(make_jpeg())
    table.write_text(ROWS)
    page.on("filechooser", lambda chooser: None)  # from here on, no dialog of the system's opens
    page.goto("/admin/movies/new")
    expect(page.get_by_label("E-mail-cím")).to_be_focused()
    page.keyboard.type(EMAIL)
    tab_to(page, page.get_by_label("Jelszó"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type("Mephisto")
    choose_by_keys(page, page.get_by_label("Új plakát fájlból"), poster)
    press(page, button(page, "Mentés"))
    first = thumb_when_ready(page)
    poster.write_bytes(make_jpeg(2))
    choose_by_keys(page, page.get_by_label("Új plakát fájlból"), poster)
    press(page, button(page, "Mentés"))
    expect(page.locator(".notice--good")).to_contain_text("Mentve: „Mephisto”.")
    assert thumb_when_ready(page) != first
    choose_between_windows_by_keys(page)
    press(page, page.get_by_role("link", name="Törlés"))
    press(page, button(page, "Törlöm"))
    press(page, button(page, "Visszahozom"))
    expect(page.locator(".notice--good")).to_contain_text("Visszahozva: „Mephisto”.")
    press(page, page.get_by_role("link", name="Importálás"))
    choose_by_keys(page, page.locator("#file"), table)
    press(page, page.get_by_role("button", name="Előnézet"))
    press(page, button(page, "Importálom a jó sorokat (1), a hibásak nélkül"))
    expect(page.locator(".notice--good")).to_contain_text("1 új film")


def pages_of_the_desk(page: Page, language: str) -> Iterator[str]:
    """Lead the page through whatever the desk can show, and tell where it is."""
    desk, save = f"{language}/admin", page.locator(".editor__save button").first
    ids = [make_movie(title=title) for title in ("Mephisto", "Szerelem", "Kontroll")]
    with writing() as session:
        delete_movie(session, ids[2], by="bela@example.org")
    for path in ("", f"/{ids[0]}/delete", "/deleted", f"/{ids[2]}", f"/{ids[0]}/history"):
        page.goto(f"{desk}/movies{path}")
        yield page.url
    page.goto(f"{desk}/movies/{ids[0]}")
    with writing() as session:
        movie = session.get_one(Movie, ids[0])
        update_movie(session, movie, {"director": ("Szabó István",)}, by="bela@example.org")
    page.locator("#director").fill("Fábri Zoltán")
    save.click()
    expect(page.locator(".contest")).to_be_visible()
    yield "another changed it"
    page.goto(f"{desk}/movies/{ids[0]}/history")
    yield "history with a change"
    page.goto(f"{desk}/movies/new")
    page.locator("#title").fill("Szerelem")
    page.locator("#premiere_date").fill("2026-11-26")
    with page.expect_navigation():
        save.click()
    yield "duplicates"
    page.goto(f"{desk}/movies/{ids[1]}")
    with writing() as session:
        delete_movie(session, ids[1], by="bela@example.org")
    with page.expect_navigation():
        save.click()
    yield "deleted meanwhile"
    page.goto(f"{desk}/status")
    page.locator("[name=csrf_token]").evaluate_all("fields => fields.forEach(f => f.value = 'x')")
    with page.expect_navigation():
        page.locator("#storage button").click()
    yield "another session's form"
    page.goto(f"{desk}/password")
    yield page.url
    page.context.clear_cookies()
    for field in ("current_password", "new_password", "new_password_again"):
        page.locator(f"#{field}").fill(PASSWORD)
    with page.expect_navigation():
        page.locator(".gate__form button:not(.button--quiet)").click()
    yield "sign-in"


@pytest.mark.parametrize(("language", "look"), [("", ("light", 360)), ("/en", ("dark", 1440))])
def test_axe_finds_nothing_on_any_other_page_of_the_desk(
    desk: Page, language: str, look: tuple[str, int]
) -> None:
    for where in pages_of_the_desk(desk, language):
        assert faults(desk, (look,)) == [], where
        assert desk.locator("html").get_attribute("lang") == (language[1:] or "hu"), where
