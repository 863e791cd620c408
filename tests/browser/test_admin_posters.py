"""An editor at work: a poster by drag and drop, by paste, by file; a file imported; no scripts."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mozi.posters.status import get_panel
from mozi.services import Services
from tests.browser.axe import Look, faults
from tests.support.factories import make_jpeg, make_movie, make_variants
from tests.support.origin import Origin
from tests.web.admin.conftest import EMAIL, PASSWORD

DROP = """([name, type, body]) => {
  const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  return transfer;
}"""
ROWS = (
    "external_id,title,premiere_date\n"
    "x-1,Az utolsó nyár,2026-12-03\nx-2,,2026-12-03\nx-3,Kéz a kézben,2026.12\n"
)


def bring(
    page: Page, event: str, body: bytes, *, name: str = "p.jpg", kind: str = "image/jpeg"
) -> None:
    """Drop a file on the panel, or paste it."""
    given = [name, kind, base64.b64encode(body).decode()]
    transfer = page.evaluate_handle(DROP, given)
    data = "dataTransfer" if event == "drop" else "clipboardData"
    page.dispatch_event("[data-drop]", event, {data: transfer})


def shows(page: Page, path: str, url: str, *, within_s: float) -> bool:
    """Return whether a visitor who asks for the page so late sees this picture, really loaded."""
    until, is_late = time.monotonic() + within_s, False
    while not is_late:
        is_late = time.monotonic() >= until
        page.goto(path)
        found = page.locator(f'img[src="{url}"]')
        if found.count() and found.first.evaluate("img => img.decode().then(() => true)"):
            return True
    return False


def thumb_of(movie_id: int) -> str:
    thumb = get_panel(movie_id).find("thumb")
    assert thumb is not None
    assert thumb.size_bytes
    return thumb.url


def test_a_dropped_poster_is_on_the_index_within_three_seconds_and_can_be_replaced(
    desk: Page, chromium: Browser, site: str, complaints: list[str]
) -> None:
    visitor = chromium.new_context(base_url=site).new_page()
    visitor.goto("/")
    desk.goto("/admin/movies/new")
    desk.fill("#title", "Mephisto")
    desk.fill("#premiere_date", "2026-11-26")
    for seed, done in ((1, "Hozzáadva"), (2, "Mentve")):
        bring(desk, "drop", make_jpeg(seed))
        expect(desk.locator("[data-preview] img")).to_be_visible()
        desk.get_by_role("button", name="Mentés", exact=True).click()
        expect(desk.locator(".notice--good")).to_contain_text(done)
        live = desk.locator("[data-live][data-state=ready]")
        expect(live).to_be_attached()
        expect(live.locator("img")).to_have_count(3)
        movie_id = int(desk.url.partition("?")[0].rpartition("/")[2])
        assert shows(visitor, "/", thumb_of(movie_id), within_s=3)
    visitor.context.close()
    assert complaints == []


def test_a_pasted_picture_is_shown_before_it_is_saved(desk: Page) -> None:
    desk.goto("/admin/movies/new")
    desk.evaluate("document.activeElement.blur()")
    transfer = desk.evaluate_handle(
        DROP, ["p.jpg", "image/jpeg", base64.b64encode(make_jpeg()).decode()]
    )
    desk.evaluate(
        "data => dispatchEvent(Object.assign(new Event('paste', {cancelable: true}),"
        " {clipboardData: data}))",
        transfer,
    )
    expect(desk.locator("[data-preview] img")).to_be_visible()
    assert desk.evaluate("document.querySelector('#poster_file').files.length") == 1


def test_what_is_no_picture_is_told_before_it_is_sent(desk: Page) -> None:
    desk.goto("/admin/movies/new")
    bring(desk, "drop", b"%PDF-1.7", name="plakát.pdf", kind="application/pdf")
    expect(desk.locator("[data-fault]")).to_contain_text("plakát.pdf: Ez nem kép")
    assert desk.evaluate("document.querySelector('#poster_file').files.length") == 0


def test_a_failed_source_is_tried_at_once_and_nothing_typed_is_lost(
    desk: Page, app_services: Services, origin: Origin
) -> None:
    movie_id = make_movie(poster_url=origin.url("/a.jpg"))
    with pytest.raises(Exception, match="404"):
        app_services.pipeline.build(movie_id)
    origin.serve("/a.jpg", make_jpeg())
    desk.goto(f"/admin/movies/{movie_id}")
    desk.fill("#director", "Szabó István")
    desk.get_by_role("button", name="Próbáld most").click()
    expect(desk.locator("[data-live][data-state=ready]")).to_be_attached()
    expect(desk.locator("#director")).to_have_value("Szabó István")


def test_a_session_that_ends_is_told_of_and_the_form_goes_on_in_the_next(desk: Page) -> None:
    desk.goto("/admin/movies/new")
    desk.fill("#title", "Mephisto")
    bring(desk, "drop", make_jpeg())
    desk.context.clear_cookies()
    desk.get_by_role("button", name="Mentés", exact=True).click()
    way = desk.get_by_role("link", name="Lépj be újra egy másik lapon")
    expect(way).to_be_focused()
    assert desk.url.endswith("/admin/movies/new")
    with desk.context.expect_page() as opened:
        way.press("Enter")
    opened.value.fill("#email", EMAIL)
    opened.value.fill("#password", PASSWORD)
    opened.value.press("#password", "Enter")
    opened.value.wait_for_url("**/admin/")
    opened.value.close()
    desk.get_by_role("button", name="Mentés", exact=True).click()
    expect(desk.locator(".notice--good")).to_contain_text("Hozzáadva: „Mephisto”.")
    expect(desk.locator("[data-live]")).to_be_attached()


def test_the_point_is_set_by_a_click_and_by_the_arrow_keys(desk: Page) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    desk.goto(f"/admin/movies/{movie_id}")
    point = desk.locator("[data-point]")
    box = point.bounding_box()
    assert box is not None
    point.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    expect(desk.locator("#focus_x")).to_have_value("25")
    point.press("ArrowRight")
    point.press("ArrowUp")
    expect(desk.locator("#focus_x")).to_have_value("27")
    expect(desk.locator("#focus_y")).to_have_value("48")


def test_a_poster_is_saved_and_seen_without_scripts(plain_desk: Page, tmp_path: Path) -> None:
    movie_id = make_movie()
    file = tmp_path / "p.jpg"
    file.write_bytes(make_jpeg())
    plain_desk.goto(f"/admin/movies/{movie_id}")
    plain_desk.set_input_files("#poster_file", file)
    plain_desk.get_by_role("button", name="Mentés", exact=True).click()
    pictures = plain_desk.locator(".variant__frame img")
    expect(pictures).to_have_count(3)
    for number in range(3):
        source = pictures.nth(number).get_attribute("src")
        assert plain_desk.request.get(str(source)).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("which", ["desk", "plain_desk"])
def test_a_file_with_bad_rows_is_imported_without_them(
    request: pytest.FixtureRequest, tmp_path: Path, which: str
) -> None:
    page: Page = request.getfixturevalue(which)
    file = tmp_path / "filmek.csv"
    file.write_text(ROWS)
    page.goto("/admin/import")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Előnézet").click()
    expect(page.locator(".change")).to_have_count(2)
    expect(page.locator(".change").first).to_contain_text("Ezt meg kell adni.")
    page.get_by_role("button", name="Importálom a jó sorokat (1)").press("Enter")
    expect(page.locator(".notice--good")).to_contain_text("1 új film")


@pytest.mark.parametrize(
    ("language", "looks"),
    [("", [("light", 360), ("dark", 1440)]), ("/en", [("dark", 360), ("light", 1440)])],
    ids=["hu", "en"],
)
def test_axe_finds_nothing_on_these_pages(
    desk: Page,
    app_services: Services,
    origin: Origin,
    tmp_path: Path,
    language: str,
    looks: list[Look],
) -> None:
    failed, built = make_movie(title="Rossz", poster_url=origin.url("/a.jpg")), make_movie()
    make_variants(built)
    with pytest.raises(Exception, match="404"):
        app_services.pipeline.build(failed)
    file = tmp_path / "filmek.csv"
    file.write_text(ROWS)
    desk.goto(f"{language}/admin/import")
    desk.set_input_files("#file", file)
    desk.locator("form.panel .button").click()
    desk.wait_for_url("**/admin/import/*")
    preview = desk.url
    for path in (
        *(
            f"{language}/admin/import",
            preview,
            f"{preview}?show=insert",
            f"{language}/admin/status",
        ),
        *(f"{language}/admin/movies/{movie_id}" for movie_id in (failed, built)),
    ):
        desk.goto(path)
        assert faults(desk, looks) == [], path
