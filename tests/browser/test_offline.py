"""The last calendar without a network, and data that breaks no policy."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.support.factories import make_movie

CONTROLLED = "() => navigator.serviceWorker.ready.then(() => true)"
KEPT = """async () => (await (await caches.open("pages-1")).keys())
    .map(({ url }) => new URL(url).pathname)"""


def test_the_data_block_is_read_and_breaks_no_policy(page: Page, complaints: list[str]) -> None:
    movie_id = make_movie(title="</script><script>document.title='x'</script>")
    page.goto(f"/film/{movie_id}")
    data = json.loads(page.locator('script[type="application/ld+json"]').inner_text())
    assert data["@graph"][0]["@type"] == "Movie"
    assert "</script>" in page.title()
    assert complaints == []


def test_the_last_calendar_shows_without_a_network(page: Page) -> None:
    movie_id = make_movie(title="Mephisto")
    page.goto("/")
    assert page.evaluate(CONTROLLED)
    page.goto(f"/film/{movie_id}")
    expect(page.locator("h1")).to_have_text("Mephisto")
    expect(page.locator(".offline")).to_be_hidden()
    page.wait_for_function(f"async () => (await ({KEPT})()).length === 3")
    page.context.set_offline(True)
    page.goto(f"/film/{movie_id}-mephisto")
    expect(page.locator("h1")).to_have_text("Mephisto")
    page.goto("/premierek/2026/11")  # never seen: the calendar as it was
    expect(page.locator(".card__title").first).to_have_text("Mephisto")
    expect(page.locator(".offline")).to_have_text(
        "Nincs internetkapcsolat, és ezt az oldalt még nem olvastad."
        " Helyette a legutóbb letöltött naptárat látod."
    )
    expect(page.locator(".offline")).to_be_visible()
    page.goto("/en/premierek/2026/11")
    expect(page.locator(".offline")).to_contain_text("you have not read this page yet")
    assert faults(page, (("light", 320), ("dark", 1440))) == []
    page.context.set_offline(False)
    expect(page.locator(".offline")).to_be_hidden()


def test_the_admins_pages_are_never_kept(page: Page) -> None:
    page.goto("/")
    assert page.evaluate(CONTROLLED)
    page.goto("/en/admin/login")
    page.goto("/admin/login")
    page.goto("/en/")
    page.wait_for_function(f"async () => (await ({KEPT})()).includes('/en/')")
    assert sorted(page.evaluate(KEPT)) == ["/", "/en/"]


def test_typing_without_a_network_says_that_it_cannot_search(page: Page) -> None:
    make_movie(title="Mephisto")
    page.goto("/")
    said, field = page.locator(".offline"), page.locator(".masthead [name=q]")
    page.context.set_offline(True)
    expect(said).to_have_text("Nincs internetkapcsolat: a legutóbb letöltött naptárat látod.")
    field.press_sequentially("mep")  # the script that searches cannot come either
    expect(said).to_have_text("Most nincs internetkapcsolat, ezért keresni sem lehet.")
    expect(said).to_be_visible()
    page.context.set_offline(False)
    expect(said).to_be_hidden()
    field.press_sequentially("hi")
    expect(page.locator("#javaslatok [role=option]")).to_have_count(1)
    page.context.set_offline(True)
    field.press_sequentially("s")
    expect(said).to_have_text("Most nincs internetkapcsolat, ezért keresni sem lehet.")
    expect(said).to_be_visible()
