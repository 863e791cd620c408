"""axe-core on the page as it stands, and whether the page is as wide as the window."""

from __future__ import annotations

from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

HEIGHT_PX = 900
RUN = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, nodes[0].html]))"""

Look = tuple[str, int]
"""A theme and a width in pixels."""


def faults(page: Page, looks: Iterable[Look]) -> list[tuple[Look, str]]:
    """Return what is wrong with the page in each of these looks, without loading it again."""
    if not page.evaluate("'axe' in self"):
        page.evaluate(AXE_SCRIPT)
    return [(look, fault) for look in looks for fault in _faults(page, *look)]


def _faults(page: Page, theme: str, width_px: int) -> list[str]:
    # Without motion, or a colour would be looked at on its way to the other theme's.
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width_px, "height": HEIGHT_PX})
    found = [f"{rule}: {html}" for rule, html in page.evaluate(RUN)]
    width_of_page_px = page.evaluate("document.documentElement.scrollWidth")
    if width_of_page_px != width_px:
        found.append(f"The page is {width_of_page_px} px wide.")
    return found
