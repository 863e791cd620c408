"""What a visitor does, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import select

from mozi.database import writing
from mozi.models import Movie
from tests.browser.conftest import ARGUMENTS, find
from tests.support.factories import THURSDAY, make_movie, update_movie


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    """A page of a fresh visitor on a phone, with JavaScript and without."""
    context = chromium.new_context(
        base_url=site, locale="hu-HU", java_script_enabled=request.param,
        viewport={"width": 360, "height": 740},
    )  # fmt: skip
    yield context.new_page()
    context.close()


GOOGLE = "https://calendar.google.com/calendar/render"


def titles(page: Page) -> list[str]:
    return page.locator(".card__title").all_inner_texts()


def test_finds_the_films_of_this_thursday_and_of_the_next(visitor: Page) -> None:
    make_movie(title="Kontroll")
    make_movie(title="Mephisto", premiere_date=date(2026, 12, 3))
    visitor.goto("/")
    day = visitor.get_by_role("region", name="Ezen a héten").locator(".day")
    expect(day.get_by_role("heading")).to_have_text("november 26., csütörtök ma")
    expect(day.locator(".card__title")).to_have_text("Kontroll")
    visitor.get_by_role("link", name="dec. 3. 1 film").click()
    expect(visitor.get_by_role("link", name="Mephisto")).to_be_in_viewport()


def test_searches_without_accents(visitor: Page) -> None:
    make_movie(title="Árvíztűrő tükörfúrógép")
    visitor.goto("/")
    field = visitor.locator(".masthead [name=q]")
    field.fill("arvizturo")
    field.press("Enter")
    expect(visitor).to_have_url("/kereses?q=arvizturo")
    expect(visitor.locator(".card__title")).to_have_text("Árvíztűrő tükörfúrógép")


def test_filters_a_list(visitor: Page) -> None:
    make_movie(title="Kontroll", kind="streaming")
    make_movie(title="Mephisto")
    visitor.goto("/")
    visitor.get_by_text("Szűrés").click()
    visitor.get_by_label("Bemutató").select_option("online")
    visitor.get_by_role("button", name="Mutasd").click()
    expect(visitor.locator(".card__title")).to_have_text("Kontroll")
    assert "kind=streaming" in visitor.url
    visitor.get_by_role("link", name="Szűrők törlése").click()
    expect(visitor.locator(".card__title")).to_have_count(2)


def test_changes_the_language_and_stays_on_the_page(visitor: Page) -> None:
    movie_id = make_movie(title="Kontroll", genres=("dráma",))
    visitor.goto(f"/film/{movie_id}")
    visitor.get_by_role("link", name="English").click()
    expect(visitor).to_have_url(f"/en/film/{movie_id}-kontroll")
    expect(visitor.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.get_by_text("Thursday, 26 November 2026")).to_be_visible()


def test_opens_a_movie_and_adds_it_to_a_calendar(visitor: Page) -> None:
    make_movie(title="Kontroll")
    visitor.goto("/")
    visitor.get_by_role("link", name="Kontroll").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Kontroll")
    visitor.get_by_text("Naptárba", exact=True).click()
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Fájl").click()
    event = Path(download.value.path()).read_text()
    assert "SUMMARY:Kontroll" in event
    assert "DTSTART;VALUE=DATE:20261126" in event


def test_goes_to_the_next_month(visitor: Page) -> None:
    make_movie(title="Kontroll")
    make_movie(title="Mephisto", premiere_date=date(2026, 12, 3))
    visitor.goto("/")
    visitor.get_by_role("link", name="November").click()
    visitor.get_by_role("link", name="2026. december").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("2026. december")
    assert titles(visitor) == ["Mephisto"]


def test_walks_by_keyboard(visitor: Page) -> None:
    make_movie(title="Kontroll")
    visitor.goto("/")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_text("Ugrás a tartalomra")).to_be_in_viewport()
    visitor.keyboard.press("Enter")
    for _ in range(20):
        visitor.keyboard.press("Tab")
        if visitor.locator(".card__link:focus").count():
            break
    expect(visitor.locator(".card__link")).to_be_focused()
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Kontroll")


def test_sees_no_control_that_needs_a_script_where_there_is_none(
    chromium: Browser, site: str
) -> None:
    movie_id = make_movie(title="Kontroll")
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/film/{movie_id}")
    assert page.get_by_role("button").all_inner_texts() == [""]  # the search's own
    expect(page.get_by_role("searchbox")).to_be_visible()  # no combobox: its list needs a script
    context.close()


def test_results_come_as_one_types(page: Page) -> None:
    make_movie(title="Kontroll")
    page.goto("/kereses")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("kontrol", delay=20)
    expect(page.locator(".card__title")).to_have_text("Kontroll")
    expect(page).to_have_url("/kereses?q=kontrol")
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("heading", name="Ezen a héten")).to_be_visible()  # as at first


def test_suggests_films_under_the_field(page: Page) -> None:
    make_movie(title="Kontroll")
    page.goto("/")
    field = page.get_by_role("combobox", name="Keresés")
    field.press_sequentially("kontrol", delay=20)
    expect(page.get_by_role("option", name="Kontroll")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroll")


@pytest.mark.parametrize("path", ["/", "/kereses"])
def test_answers_what_was_typed_before_the_script_came(page: Page, path: str) -> None:
    for title in ("Kontroll", "Mephisto"):
        make_movie(title=title)
    held: list[Route] = []
    page.route("**/static/search.*.js", lambda route: held.append(route))
    page.goto(path, wait_until="commit")
    page.locator("[name=q]").first.focus()
    page.keyboard.type("kontrol")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    shown = page.locator("#javaslatok a") if path == "/" else page.locator(".card__title")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Kontroll")


def test_follows_films_and_sees_one_of_them_moved(page: Page) -> None:
    for title in ("Kontroll", "Mephisto", "Szindbád", "Mások"):
        make_movie(title=title)
    page.goto("/")
    for title in ("Kontroll", "Mephisto", "Szindbád"):
        page.get_by_role("button", name=f"Követés: {title}").click()
    expect(page.get_by_role("link", name="Listám (3)")).to_be_visible()
    page.get_by_role("link", name="Listám (3)").click()
    page.get_by_role("button", name="Naptár készítése a listából").click()
    expect(page.get_by_role("link", name="Google")).to_be_focused()
    follow(page, "Szindbád")
    google = page.get_by_role("link", name="Google").get_attribute("href")
    address = page.get_by_role("link", name="Fájl").get_attribute("href") or ""
    assert google == f"{GOOGLE}?cid={quote(address.replace('http', 'webcal'), safe='')}"
    follow(page, "Szindbád")
    with writing() as session:
        movie = session.scalars(select(Movie).where(Movie.title == "Kontroll")).one()
        update_movie(session, movie, {"premiere_date": date(2026, 12, 10)})
    page.reload()
    expect(page.locator(".card__title")).to_have_text(["Mephisto", "Szindbád", "Kontroll"])
    expect(page.get_by_text("elhalasztva: november 26. → december 10.")).to_be_visible()
    calendar = page.request.get(address).text()
    assert calendar.count("BEGIN:VALARM") == 3
    assert "DTSTART;VALUE=DATE:20261210" in calendar


def test_a_star_that_is_pressed_while_a_calendar_is_made_is_in_it(page: Page) -> None:
    for title in ("Kontroll", "Mephisto"):
        make_movie(title=title)
    page.goto("/")
    page.get_by_role("button", name="Követés: Kontroll").click()
    page.get_by_role("button", name="Követés: Mephisto").click()
    page.goto("/sajat")
    held: list[Route] = []
    page.route("**/sajat", lambda route: held.append(route))
    with page.expect_request("**/sajat"):
        page.get_by_role("button", name="Naptár készítése a listából").click()
    page.get_by_role("button", name="Követés: Mephisto").click()
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        held[0].continue_()
    address = page.get_by_role("link", name="Fájl").get_attribute("href") or ""
    calendar = page.request.get(address).text()
    assert ("SUMMARY:Kontroll" in calendar, "SUMMARY:Mephisto" in calendar) == (True, False)


def follow(page: Page, title: str) -> None:
    """Follow a film, or no longer, and return once the calendar of the list does too."""
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.get_by_role("button", name=f"Követés: {title}").click()


def test_a_list_goes_to_another_device(page: Page, chromium: Browser, site: str) -> None:
    make_movie(title="Kontroll", director=("Antal Nimród",))
    page.goto("/szemely/antal-nimrod")
    page.get_by_role("button", name="Követem").click()
    page.goto("/sajat")
    expect(page.get_by_role("img", name="A lista linkje QR-kódként")).to_be_visible()
    headings = page.locator("main h2:visible")
    expect(headings).to_have_text(["Bemutató előtt", "Alkotók", "Saját naptár", "Másik eszközre"])
    link = page.locator("main [data-share]").get_attribute("data-share")
    assert link is not None
    other = chromium.new_page(base_url=site, viewport={"width": 360, "height": 740})
    other.goto(f"/sajat#{link.split('#')[1]}")
    expect(other.locator(".card__title")).to_have_text("Kontroll")
    expect(other.get_by_role("link", name="Listám (1)")).to_be_visible()
    expect(other).to_have_url(f"{site}/sajat")
    other.close()


def test_a_theme_is_kept_and_there_before_the_page_is(page: Page) -> None:
    page.goto("/")
    button = page.get_by_role("button", name="Téma: a rendszer szerint")
    button.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    button = page.get_by_role("button", name="Téma: világos")
    button.click()
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () =>"
        " { self.early = document.documentElement.dataset.theme })"
    )
    page.goto("/premierek/2026/11")
    assert page.evaluate("self.early") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(16, 14, 18)"
    )
    page.get_by_role("button", name="Téma: sötét").click()
    assert page.locator("html").get_attribute("data-theme") is None


def test_what_is_not_chosen_stays_out_of_the_address(page: Page) -> None:
    make_movie(age_rating="16")
    page.goto("/filmek?age=16")
    page.get_by_label("Korhatár").select_option("összes")
    page.get_by_label("Bemutató").select_option("moziban")
    page.get_by_role("button", name="Mutasd").click()
    expect(page).to_have_url("/filmek?kind=cinema")


def test_an_address_is_shared_by_the_clipboard(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.add_init_script("Object.defineProperty(navigator, 'share', { value: undefined })")
    movie_id = make_movie(title="Kontroll")
    page.goto(f"/film/{movie_id}")
    page.get_by_role("button", name="Megosztás").click()
    expect(page.get_by_role("button", name="Link másolva")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/film/{movie_id}-kontroll"


def test_nothing_is_asked_of_anybody_else_before_a_click(page: Page, site: str) -> None:
    movie_id = make_movie(
        title="Kontroll", trailer_url="https://www.youtube.com/watch?v=x", synopsis="Ellenőrök."
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", f"/film/{movie_id}", "/kereses?q=kontroll", "/filmek"):
        page.goto(path)
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    trailer = page.goto(f"/film/{movie_id}") and page.get_by_role("link", name="Előzetes")
    expect(trailer).to_have_attribute("href", "https://www.youtube.com/watch?v=x")


def test_nothing_moves_while_a_page_loads(page: Page) -> None:
    for number in range(8):
        make_movie(title=f"Film {number}", premiere_date=THURSDAY, genres=("dráma",))
    page.add_init_script(
        "self.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " self.moved += entry.value }).observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto("/")
    page.wait_for_timeout(300)
    assert page.evaluate("self.moved") == 0


def test_the_first_poster_of_a_phone_is_near_the_top(visitor: Page) -> None:
    make_movie(title="Kontroll")
    visitor.goto("/")
    box = visitor.locator(".card .frame").bounding_box()
    assert box is not None
    assert box["y"] <= 400


def test_a_dense_list_is_a_choice_that_stays(visitor: Page) -> None:
    for title in ("Kontroll", "Mephisto"):
        make_movie(title=title)
    visitor.goto("/")
    first, second = (visitor.locator(".card").nth(number) for number in (0, 1))
    assert height(first) > 200
    visitor.get_by_label("Tömören").check()
    assert height(first) < 100
    assert (second.bounding_box() or {})["y"] > (first.bounding_box() or {})["y"]
    if visitor.locator(".theme").is_visible():  # with a script
        visitor.goto("/moziban")
        expect(visitor.get_by_label("Tömören")).to_be_checked()
        assert height(visitor.locator(".card").first) < 100
        visitor.get_by_label("Tömören").uncheck()
        visitor.goto("/")
        assert height(visitor.locator(".card").first) > 200


def test_results_and_a_persons_films_are_dense_too(visitor: Page) -> None:
    make_movie(title="Kontroll", director=("Antal Nimród",))
    for path in ("/kereses?q=kontroll", "/szemely/antal-nimrod"):
        visitor.goto(path)
        visitor.get_by_label("Tömören").check()
        assert height(visitor.locator(".card").first) < 100
        visitor.get_by_label("Tömören").uncheck()
    visitor.goto("/kereses?q=xyzzy")
    expect(visitor.get_by_label("Tömören")).to_be_hidden()  # nothing to list densely


def height(each: Locator) -> float:
    box = each.bounding_box()
    assert box is not None
    return box["height"]


def test_a_title_without_end_is_cut_on_its_card(page: Page) -> None:
    make_movie(title="Nem tudta abbahagyni " * 14)
    make_movie(title="Kontroll")
    page.goto("/")
    assert height(page.locator(".card__title").first) < 150


def test_the_date_is_the_rail_of_a_wide_screen(page: Page) -> None:
    for number in range(7):
        make_movie(title=f"Film {number}")
    for day in (27, 28):
        make_movie(title=f"Egyedül {day}", premiere_date=date(2026, 11, day))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    tops = [each.bounding_box() or {} for each in page.locator(".day").all()]
    names = [each.bounding_box() or {} for each in page.locator(".day__name").all()]
    assert names[0]["x"] == names[1]["x"]
    card = page.locator(".card").first.bounding_box() or {}
    assert names[0]["x"] + names[0]["width"] < card["x"]
    assert tops[1]["y"] == tops[2]["y"]  # two days of one film share a row


@pytest.mark.parametrize("width_px", [320, 360, 1440])
def test_a_day_of_one_film_leaves_no_hole_beside_it(page: Page, width_px: int) -> None:
    make_movie(title="Kontroll")
    page.set_viewport_size({"width": width_px, "height": 900})
    page.goto("/")
    frame, about = (
        page.locator(f".day .card {name}").bounding_box() for name in (".frame", ".bits")
    )
    assert frame
    assert about
    assert about["x"] > frame["x"] + frame["width"]
    page.locator(".card").click()  # the text beside belongs to the link
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontroll")


def test_a_trailer_plays_in_the_page_after_a_click(page: Page, complaints: list[str]) -> None:
    address = "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"
    page.route("https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body="film"))
    movie_id = make_movie(title="Kontroll", trailer_url="https://youtu.be/abcdefghijk")
    page.goto(f"/film/{movie_id}")
    page.get_by_role("link", name="Előzetes").click()
    expect(page.locator("iframe.trailer")).to_have_attribute("src", address)
    expect(page.frame_locator(".trailer").locator("body")).to_have_text("film")
    page.get_by_role("link", name="Előzetes").press("Enter")  # it has scrolled out of sight
    expect(page.locator("iframe.trailer")).to_have_count(0)
    assert complaints == []
    page.goto("/")
    policy = page.request.get("/").headers["content-security-policy"]
    assert "youtube" not in policy


UNFIT = """() => {
  const scrolls = (each) => /auto|scroll|hidden|clip/.test(getComputedStyle(each).overflowX);
  const parents = ({ parentElement }) =>
    parentElement ? [parentElement, ...parents(parentElement)] : [];
  const shown = [...document.querySelectorAll("body *")].filter((each) =>
    each.getBoundingClientRect().width && !each.closest(".hidden, .skip, [hidden]"));
  const over = shown.filter((each) => {
    const { left, right } = each.getBoundingClientRect();
    return (right > innerWidth + 1 || left < -1) && !parents(each).some(scrolls);
  });
  const cut = shown.filter((each) => {
    const style = getComputedStyle(each);
    const clamped = style.webkitLineClamp !== "none" || style.textOverflow === "ellipsis";
    const short =
      each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 2;
    return each.innerText && /hidden|clip/.test(style.overflow) && short && !clamped;
  });
  const wide = document.documentElement.scrollWidth > innerWidth + 1 ? ["the page"] : [];
  return [...wide, ...[...over, ...cut].map((each) => each.outerHTML.slice(0, 80))];
}"""


@pytest.mark.parametrize(("width_px", "letters_px"), [(360, 24), (360, 32), (1440, 32)])
def test_large_letters_are_neither_cut_nor_too_wide(
    chromium: Browser, site: str, width_px: int, letters_px: int
) -> None:
    movie_id = make_movie(
        title="Megszentségteleníthetetlenség", director=("Bergman Ingmar",), genres=("dráma",),
        country=("Egyesült Államok",), distributor="Forgalmazószövetkezet", age_rating="12",
        original_title="Un" + "desecratable" * 20, original_language="en", language_version="both",
    )  # fmt: skip
    make_movie(title="Rettenthetetlen " * 18, premiere_date=THURSDAY)
    film, person = f"/film/{movie_id}-megszentsegtelenithetetlenseg", "/szemely/bergman-ingmar"
    lists = ("/", "/premierek/2026/11", "/premierek/2026", "/filmek", "/moziban", "/kereses?q=meg")
    others = (
        film,
        person,
        "/sajat",
        "/beagyazas/het",
        "/beagyazas",
        "/en/",
        f"/en{film}",
        "/nincs",
    )
    letters = f"--blink-settings=defaultFontSize={letters_px}"
    browser = chromium.browser_type.launch(executable_path=find(), args=[*ARGUMENTS, letters])
    page = browser.new_page(viewport={"width": width_px, "height": 740}, base_url=site)
    unfit = {}
    for path in (*lists, *others):
        page.goto(path)
        unfit[path] = page.evaluate(UNFIT)
    browser.close()
    assert {path: found for path, found in unfit.items() if found} == {}


def test_large_letters_leave_posters_small_and_the_masthead_in_line(
    chromium: Browser, site: str
) -> None:
    make_movie(title="Kontroll")
    letters = "--blink-settings=defaultFontSize=24"
    browser = chromium.browser_type.launch(executable_path=find(), args=[*ARGUMENTS, letters])
    page = browser.new_page(viewport={"width": 360, "height": 740}, base_url=site)
    for path in ("/filmek", "/premierek/2026"):
        page.goto(path)
        assert height(page.locator(".card .frame").first) < 120, path
    ends = "each => Math.round(each.getBoundingClientRect().right)"
    search, language = page.locator(".masthead .search"), page.locator(".switches a").last
    assert language.evaluate(ends) <= search.evaluate(ends)
    assert height(page.locator(".masthead .name")) < 60  # in one line
    browser.close()


def test_a_pressed_star_on_paper_has_the_ink_of_the_others(page: Page) -> None:
    make_movie(title="Kontroll")
    page.goto("/filmek")
    star = page.locator(".card .star")
    ink = "each => getComputedStyle(each, '::before').color"
    open_ink = star.evaluate(ink)
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    assert star.evaluate(ink) == open_ink


def test_the_clear_button_of_the_dark_masthead_is_light(page: Page) -> None:
    page.goto("/")
    scheme = "each => getComputedStyle(each).colorScheme"
    assert page.locator(".masthead .search").evaluate(scheme) == "dark"


def test_a_title_of_300_characters_is_cut_to_a_few_lines_in_lists(page: Page) -> None:
    movie_id = make_movie(title="Rettenthetetlen " * 18 + "utazás", director=("Makk Károly",))
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/filmek", "/moziban", "/kereses?q=retten", "/szemely/makk-karoly"):
        page.goto(path)
        title = page.locator(".card__title").first
        assert title.evaluate("each => each.clientHeight") < 110, path
        assert "utazás" in title.inner_text()
    page.goto(f"/film/{movie_id}")
    assert page.locator("h1").evaluate("each => getComputedStyle(each).webkitLineClamp") == "none"
