"""Posters that are not there yet: asked for again behind a tile; text on any poster reads."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.factories import make_jpeg, make_movie, make_variants

SOURCE = "https://example.org/poster.jpg"
CONTRAST = 4.5  # WCAG 2.2, 1.4.3
PAINT = """(node, colour) => {
    for (const each of [node, ...node.querySelectorAll("*")]) each.style.color = colour;
}"""


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A visitor's page that also shows pictures of posters.example, which is no storage of ours."""
    context = chromium.new_context(base_url=site, locale="hu-HU", bypass_csp=True)
    yield context.new_page()
    context.close()


def test_a_poster_that_cannot_be_had_is_asked_for_three_times_behind_a_tile(
    page: Page,
) -> None:
    make_movie(title="Kontroll", poster_url=SOURCE)
    asked: Counter[str] = Counter()

    def refuse(route: Route) -> None:
        asked[route.request.resource_type] += 1
        headers = {"Retry-After": "1", "Cache-Control": "no-store"}
        body = make_jpeg(width_px=342, height_px=513)
        route.fulfill(status=503, headers=headers, content_type="image/jpeg", body=body)

    page.route("**/poster/*.thumb.jpg", refuse)
    page.goto("/")
    expect(page.locator(".tile")).to_have_text("K")
    expect(page.locator("img.poster")).to_be_hidden()
    while asked["fetch"] < 4:
        page.wait_for_timeout(100)
    assert asked == {"image": 1, "fetch": 4}  # how long to wait, and three times more


def test_a_poster_that_was_built_meanwhile_is_shown(page: Page) -> None:
    make_movie(title="Kontroll", poster_url=SOURCE)
    answers = iter([503, 503, 302, 302])

    def build(route: Route) -> None:
        status = next(answers)
        there = (
            {"Location": "/static/icons/icon-192.png"} if status == 302 else {"Retry-After": "1"}
        )
        body = make_jpeg(width_px=342, height_px=513) if status == 503 else b""
        route.fulfill(status=status, headers=there, content_type="image/jpeg", body=body)

    page.route("**/poster/*.thumb.jpg*", build)
    page.goto("/")
    expect(page.locator("img.poster")).to_have_attribute("src", re.compile(r"\.jpg\?2$"))
    expect(page.locator(".tile")).to_have_count(0)


def test_a_picture_that_is_gone_leaves_a_tile(page: Page) -> None:
    make_variants(make_movie(title="Kontroll"), "thumb")
    page.route("https://posters.example/**", lambda route: route.fulfill(status=404))
    page.goto("/")
    expect(page.locator(".tile")).to_have_text("K")


def test_an_avif_that_is_gone_leaves_the_jpeg(page: Page) -> None:
    make_variants(make_movie(title="Kontroll"), "thumb", "thumb-avif")
    page.route("**/*.avif", lambda route: route.fulfill(status=404))
    picture = make_jpeg(width_px=342, height_px=513)
    page.route(
        "https://posters.example/**/*.jpg",
        lambda route: route.fulfill(body=picture, content_type="image/jpeg"),
    )
    page.goto("/")
    page.wait_for_function("() => document.querySelector('img.poster')?.naturalWidth === 342")
    expect(page.locator(".tile")).to_have_count(0)


@pytest.mark.parametrize("shade", ["white", "yellow", "cyan", "black"])
def test_text_reads_on_every_backdrop(page: Page, shade: str) -> None:
    movie = make_movie(
        title="Kontroll", original_title="Control", genres=("dráma",), kind="streaming"
    )
    make_variants(movie)
    picture = io.BytesIO()
    Image.new("RGB", (200, 300), shade).save(picture, "PNG")
    page.route(
        "https://posters.example/**",
        lambda route: route.fulfill(body=picture.getvalue(), content_type="image/png"),
    )
    page.set_viewport_size({"width": 360, "height": 1200})
    for path in ("/", f"/film/{movie}"):
        page.goto(path)
        texts = page.locator(
            ".stage :is(h1, h2, .sub, .strip b, .strip span, .label"
            ", .film__original, .film__facts, .film__date, .film__distance)"
        )
        assert [said for text in texts.all() if (said := unreadable(page, text))] == []


def unreadable(page: Page, text: Locator) -> str:
    """Return what stands there if any pixel behind it is too near to its colour, else ""."""
    if not text.is_visible() or not in_view(page, text):
        return ""
    colour = text.evaluate("node => getComputedStyle(node).color")
    text.evaluate(PAINT, "transparent")
    behind = Image.open(io.BytesIO(text.screenshot())).convert("RGB")
    text.evaluate(PAINT, "")
    inner = behind.crop((4, 4, behind.width - 4, behind.height - 4))
    ink = luminance(tuple(int(part) for part in re.findall(r"\d+", colour)[:3]))
    grounds = [luminance(ground) for _, ground in inner.getcolors(1 << 20) or ()]
    worst = min(ratio(ink, ground) for ground in grounds)
    return f"{text.inner_text()!r}: {worst:.2f}" if worst < CONTRAST else ""


def in_view(page: Page, text: Locator) -> bool:
    box, size = text.bounding_box(), page.viewport_size
    return box is not None and size is not None and box["x"] + box["width"] <= size["width"]


def luminance(colour: tuple[int, ...]) -> float:
    """Return the relative luminance (WCAG 2.2, definitions)."""
    parts = [part / 255 for part in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
