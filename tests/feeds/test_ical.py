"""iCalendar by its own rules, line by line, and read again by the library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from mozi.feeds.ical import CalendarEvent, calendar

PREMIERE = CalendarEvent(
    uid="film-7@mozi",
    day=date(2026, 12, 31),
    summary="Kőszívű ember",
    description="Dráma · 120 perc",
    url="https://mozi.example/film/7-koszivu-ember",
    categories=("dráma", "sci-fi, és más"),
    cancelled=False,
    sequence=2,
    changed_at=datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
)


def written(*premieres: CalendarEvent) -> str:
    return calendar(
        "Mozi", description="Premierek", url="https://mozi.example/", premieres=premieres
    )


def read(text: str) -> list[icalendar.Event]:
    (parsed,) = icalendar.Calendar.from_ical(text, multiple=True)
    return list(parsed.walk("VEVENT"))


def test_a_premiere_is_a_whole_day_and_ends_before_the_next() -> None:
    (event,) = read(written(PREMIERE))
    assert event["dtstart"].params["VALUE"] == event["dtend"].params["VALUE"] == "DATE"
    assert event.decoded("dtstart") == date(2026, 12, 31)
    assert event.decoded("dtend") == date(2027, 1, 1)


def test_what_is_written_is_read_again() -> None:
    (event,) = read(written(PREMIERE))
    assert (event["uid"], event["sequence"], event["status"]) == ("film-7@mozi", 2, "CONFIRMED")
    assert (event["summary"], event["url"]) == (PREMIERE.summary, PREMIERE.url)
    assert event.decoded("dtstamp") == PREMIERE.changed_at
    assert tuple(event["categories"].cats) == PREMIERE.categories


def test_a_cancelled_premiere_is_kept_as_such() -> None:
    (event,) = read(written(replace(PREMIERE, cancelled=True)))
    assert event["status"] == "CANCELLED"


def test_the_calendar_says_its_name_and_when_to_come_again() -> None:
    lines = written().split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT12H" in lines
    assert "X-PUBLISHED-TTL:PT12H" in lines
    assert "NAME:Mozi" in lines
    assert "X-WR-CALNAME:Mozi" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


@given(st.text(), st.text())
def test_no_text_breaks_a_line_or_gets_lost(summary: str, description: str) -> None:
    text = written(replace(PREMIERE, summary=summary, description=description))
    for line in text.removesuffix("\r\n").split("\r\n"):
        assert len(line.encode()) <= 75
        assert not any(ord(letter) < 32 and letter != "\t" for letter in line)
    (event,) = read(text)
    assert event.decoded("dtstart") + timedelta(days=1) == event.decoded("dtend")


def test_long_letters_are_folded_whole() -> None:
    title = "Árvíztűrő tükörfúrógép, avagy; a \\ vége 🎬 " * 8
    (event,) = read(written(replace(PREMIERE, summary=title)))
    assert event["summary"] == title
