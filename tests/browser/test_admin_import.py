"""A distributor's sheet as it comes, imported in four clicks."""

from __future__ import annotations

import io
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from mozi.calendar.importing.run import Tell
from mozi.database import reading
from mozi.models import Movie, Premiere
from mozi.web.admin.importing import preview as view

HEADINGS = ("Film címe", "Eredeti cím", "Mozibemutató", "Játékidő", "Korhatár", "Műfaj", "Kópia")
FIRST = date(2026, 12, 3)
TITLES = 40


def row(number: int) -> tuple[str, str, str, str, str, str, str]:
    day = FIRST + timedelta(weeks=number)
    words = ("1 óra 45 perc", "12+", "dráma; vígjáték", "35 mm")
    return (f"Őszi tűz {number}.", f"Film {number}", f"{day:%Y. %m. %d.}", *words)


def workbook() -> bytes:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sheet: Any = book.add_worksheet("Bemutatók")
        days = book.add_format({"num_format": "yyyy.mm.dd."})
        sheet.write(0, 0, "Bemutatóink")
        sheet.write_row(2, 0, HEADINGS)
        for number in range(TITLES):
            sheet.write_row(3 + number, 0, row(number))
            day = datetime.combine(FIRST + timedelta(weeks=number), datetime.min.time())
            sheet.write_datetime(3 + number, 2, day, days)
    return body.getvalue()


def semicolons(encoding: str) -> bytes:

    lines = [";".join(HEADINGS)]
    for number in range(TITLES):
        lines.append(";".join(f'"{cell}"' if ";" in cell else cell for cell in row(number)))
    return "\r\n".join(lines).encode(encoding)


def workbook_of_sections() -> bytes:
    """Return a sheet with titles, merged headings of months and days, blank rows and a note."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sheet: Any = book.add_worksheet("Premierek")
        bold = book.add_format({"bold": True})
        sheet.merge_range("A1:F1", "DUNA FILM – BEMUTATÓK", bold)
        sheet.merge_range("A2:F2", "Állapot: 2026. november 25.")
        headings = ("Bemutató", "Film címe", "Rendező", "Játékidő", "Korhatár", "Kópia")
        sheet.write_row(3, 0, headings, bold)
        sheet.merge_range("A5:F5", "2026. DECEMBER", bold)
        at = 5
        for day in (3, 10, 17, 24):
            sheet.merge_range(at, 0, at, 5, f"December {day}. (csütörtök)", bold)
            for number in range(10):
                people = "Kiss Anna, Nagy Béla"
                cells = (f"Őszi tűz {day}/{number}.", people, "105 perc", "12+", "DCP")
                sheet.write_row(at + 1 + number, 1, cells)
            at += 12
        sheet.write(at, 0, "* A változtatás jogát fenntartjuk.")
    return body.getvalue()


def test_headings_between_films_give_their_dates_and_are_no_errors(desk: Page) -> None:
    desk.goto("/admin/import")
    with desk.expect_file_chooser() as chooser:
        desk.get_by_label("Fájl").click()
    body = workbook_of_sections()
    chooser.value.set_files({"name": "bemutatok.xlsx", "mimeType": "", "buffer": body})
    desk.get_by_role("button", name="Előnézet").click()
    desk.get_by_role("button", name="Előnézet").first.click()
    expect(desk.get_by_text("6 sor címsor vagy megjegyzés, nem film")).to_contain_text(
        "5. „2026. DECEMBER”, 6. „December 3. (csütörtök)”"
    )
    desk.get_by_role("button", name=f"Importálom mind ({TITLES})").click()
    expect(desk.locator(".notice--good")).to_contain_text(f"{TITLES} új film")
    with reading() as session:
        one = session.scalars(select(Movie).where(Movie.title == "Őszi tűz 17/9.")).one()
        day = session.scalars(select(Premiere.premiere_date).where(Premiere.movie_id == one.id))
        assert (one.director, day.one()) == (("Kiss Anna", "Nagy Béla"), date(2026, 12, 17))


@pytest.mark.parametrize("kind", ["xlsx", "utf-8-sig", "cp1250"])
def test_a_distributors_sheet_is_in_after_four_clicks(desk: Page, kind: str) -> None:
    body = workbook() if kind == "xlsx" else semicolons(kind)
    name = "bemutatok.xlsx" if kind == "xlsx" else "bemutatok.csv"
    desk.goto("/admin/import")
    clicks = 0

    def click(words: str) -> None:
        nonlocal clicks
        clicks += 1
        desk.get_by_role("button", name=words).first.click()

    with desk.expect_file_chooser() as chooser:
        desk.get_by_label("Fájl").click()
        clicks += 1
    chooser.value.set_files({"name": name, "mimeType": "", "buffer": body})
    click("Előnézet")
    expect(desk.get_by_text("Ezeket a fejléceket nem ismerjük: Kópia.")).to_be_visible()
    click("Előnézet")
    click(f"Importálom mind ({TITLES})")
    expect(desk.locator(".notice--good")).to_contain_text(f"{TITLES} új film")
    assert clicks == 4
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Movie)) == TITLES
        one = session.scalars(select(Movie).where(Movie.original_title == "Film 7")).one()
        day = session.scalars(select(Premiere.premiere_date).where(Premiere.movie_id == one.id))
        assert (one.title, one.runtime_minutes, one.age_rating) == ("Őszi tűz 7.", 105, "12")
        assert (one.genres, day.one()) == (("dráma", "vígjáték"), FIRST + timedelta(weeks=7))


def test_a_long_import_shows_its_progress_and_is_given_up(
    desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed, pressed = view.followed, threading.Event()

    def slowly(draft_id: str) -> Tell:
        tell = followed(draft_id)

        def tell_and_wait(done: int, of: int) -> None:
            tell(done, of)
            if done == of:
                pressed.wait(20)
                tell(done, of)

        return tell_and_wait

    monkeypatch.setattr(view, "followed", slowly)
    desk.goto("/admin/import")
    desk.get_by_label("Fájl").set_input_files(
        {"name": "a.csv", "mimeType": "", "buffer": b"title,premiere_date\nA,2026-12-03\n"}
    )
    desk.get_by_role("button", name="Előnézet").click()
    desk.get_by_role("button", name="Importálom mind").click()
    expect(desk.get_by_role("status").filter(has_text="1 / 1 film")).to_be_visible()
    assert desk.get_by_role("progressbar", name="Importálás").evaluate("bar => bar.value") == 1
    with desk.expect_response("**/stop"):
        desk.get_by_role("button", name="Megszakítom").click()
    pressed.set()
    expect(desk.get_by_text("Megszakítottad az importálást")).to_be_visible()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Movie)) == 0
