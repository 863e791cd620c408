"""iCalendar feeds (RFC 5545, with the calendar properties of RFC 7986).

A premiere is a day: DTSTART and DTEND are dates, so no time zone can move it. DTEND is the day
after, because an event ends before its end (RFC 5545, 3.6.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event, vDuration

from mozi.feeds.text import clean

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Mozi//Premierek//HU"
REFRESH = timedelta(hours=12)
ALARM = timedelta(hours=-6)  # 18:00 of the day before
# Polling clients read one of the two: RFC 7986's property, or the older one.
REFRESH_NAMES = ("refresh-interval", "x-published-ttl")


@dataclass(frozen=True)
class CalendarEvent:
    """One event. uid: never changes. day: the local date in the cinema.

    sequence: rises when the premiere is moved or cancelled. changed_at: aware.
    has_alarm: programs remind at 18:00 of the day before.
    """

    uid: str
    day: date
    summary: str
    description: str
    url: str
    categories: tuple[str, ...]
    cancelled: bool
    sequence: int
    changed_at: datetime
    has_alarm: bool = False


def calendar(name: str, *, description: str, url: str, premieres: Iterable[CalendarEvent]) -> str:
    """Return the calendar. url: the page that shows the same."""
    head = _head(name, description, url).to_ical()
    opening, closing = head.rsplit(b"END:VCALENDAR", 1)
    events = b"".join(_event(premiere) for premiere in premieres)
    return b"".join((opening, events, b"END:VCALENDAR", closing)).decode()


def _head(name: str, description: str, url: str) -> Calendar:
    head = Calendar()
    head.add("version", "2.0")
    head.add("prodid", PRODUCT)
    head.add("calscale", "GREGORIAN")
    for property_name, text in (("name", name), ("x-wr-calname", name)):
        head.add(property_name, text)
    for property_name, text in (("description", description), ("x-wr-caldesc", description)):
        head.add(property_name, text)
    head.add("url", url)
    for property_name in REFRESH_NAMES:
        head.add(property_name, vDuration(REFRESH), parameters=_parameters(property_name))
    return head


def _parameters(property_name: str) -> dict[str, str]:
    """Return the VALUE parameter: RFC 7986 (5.7) requires it, old clients fail on it elsewhere."""
    return {"value": "DURATION"} if property_name == "refresh-interval" else {}


# An event takes 0.6 ms, and of a thousand only a few change. The cache holds the largest
# calendars of both languages.
@lru_cache(maxsize=8192)
def _event(premiere: CalendarEvent) -> bytes:
    event = Event()
    event.add("uid", premiere.uid)
    event.add("dtstamp", premiere.changed_at)
    event.add("last-modified", premiere.changed_at)
    event.add("sequence", premiere.sequence)
    event.add("dtstart", premiere.day)
    event.add("dtend", premiere.day + timedelta(days=1))
    event.add("summary", clean(premiere.summary))
    event.add("description", clean(premiere.description))
    event.add("url", premiere.url)
    if premiere.categories:
        event.add("categories", [clean(name) for name in premiere.categories])
    event.add("status", "CANCELLED" if premiere.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # the subscriber's time stays free
    if premiere.has_alarm and not premiere.cancelled:
        event.add_component(_alarm(premiere))
    written: bytes = event.to_ical()
    return written


def _alarm(premiere: CalendarEvent) -> Alarm:
    """Return the alarm: an all-day event begins at the subscriber's own midnight."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean(premiere.summary))
    alarm.add("trigger", ALARM)
    return alarm
