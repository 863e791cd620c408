"""axe-core finds nothing on any public page, in both languages and themes, at three widths.

Each two of language, theme and width meet; all twelve together take twice the time.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.axe import faults
from tests.support.factories import THURSDAY, make_movie

LOOKS = {
    "": (("light", 320), ("dark", 768), ("light", 1440)),
    "/en": (("dark", 320), ("light", 768), ("dark", 1440)),
}
PATHS = (
    *("/", "/premierek/2026/11", "/premierek/2026", "/film/1", "/film/3", "/filmek?kind=cinema"),
    *("/kereses", "/kereses?q=kontrol", "/kereses?q=xyzzy", "/nincs"),
    *("/sajat", "/szemely/antal-nimrod", "/moziban", "/beagyazas", "/beagyazas/het"),
)


def fill() -> None:
    """Make a calendar with every state that a movie can be in."""
    whole = {"genres": ("dráma", "krimi"), "runtime_minutes": 105, "age_rating": "16"}
    people = {"director": ("Antal Nimród",), "cast": ("Csányi Sándor",), "country": ("magyar",)}
    make_movie(
        title="Kontroll", original_title="Control", synopsis="Ellenőrök a föld alatt.",
        trailer_url="https://example.org/t", kind="streaming", **whole, **people,
    )  # fmt: skip
    for age in ("KN", "6", "12", "18", "X"):
        make_movie(title=f"Korhatár {age}", age_rating=age, kind="rerelease")
    make_movie(title="Elmarad", status="cancelled", premiere_date=THURSDAY + timedelta(days=1))
    make_movie(title="Hónap", premiere_date=date(2026, 12, 1), date_precision="month")
    make_movie(title="Év", premiere_date=date(2027, 1, 1), date_precision="year")


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(page: Page, path: str) -> None:
    fill()
    for language, looks in LOOKS.items():
        page.goto(f"{language}{path}")
        assert faults(page, looks) == []


def test_axe_finds_nothing_in_a_list_and_its_calendar(page: Page) -> None:
    fill()
    page.goto("/szemely/antal-nimrod")
    page.get_by_text("Naptárba", exact=True).click()
    page.get_by_role("button", name="Követem").click()
    assert faults(page, LOOKS[""]) == []
    page.goto("/sajat")
    page.get_by_role("button", name="Naptár készítése a listából").click()
    page.get_by_role("link", name="Google").wait_for()
    assert faults(page, LOOKS[""]) == []
