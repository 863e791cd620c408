"""The calendar for other people's calendars: iCalendar (RFC 5545, with the names of RFC 7986).

A premiere is a day, not a moment: DTSTART and DTEND are dates, so no time zone can move it, and
the end is the day after, since an end is not part of its event (RFC 5545, 3.6.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, vDuration

from mozi.feeds.text import clean

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Mozi//Premierek//HU"
REFRESH = timedelta(hours=12)
# The clients that poll read one of the two: RFC 7986's own name, and the one that came before.
REFRESH_NAMES = ("refresh-interval", "x-published-ttl")


@dataclass(frozen=True)
class Premiere:
    """One event. uid: for good, whatever else changes. day: in the cinema's own calendar.

    sequence: rises whenever the premiere is moved or called off. changed_at: aware.
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


def calendar(name: str, *, description: str, url: str, premieres: Iterable[Premiere]) -> str:
    """Return a calendar of this name; url: the page that shows the same."""
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
    """Return the type, which RFC 7986 (5.7) asks for and older readers stumble over."""
    return {"value": "DURATION"} if property_name == "refresh-interval" else {}


# 0.6 ms an event; of a thousand in a feed, a change touches a few. Both languages' fullest
# calendars find room.
@lru_cache(maxsize=8192)
def _event(premiere: Premiere) -> bytes:
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
    event.add("transp", "TRANSPARENT")  # nobody is busy because a film opens
    written: bytes = event.to_ical()
    return written
