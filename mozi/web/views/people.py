"""/szemely/<slug>: the films of a director or actor, as a page, a calendar and news."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import NONE
from mozi.calendar.pages.people import has_person, person_name, person_page
from mozi.calendar.pages.values import CalendarFeed, NewsFeed, PersonPage
from mozi.calendar.search.names import ensure_names
from mozi.feeds import ical, rss
from mozi.web import links
from mozi.web.i18n.languages import current, url_for
from mozi.web.i18n.premieres import events_of, item_of
from mozi.web.rendering import show, today
from mozi.web.views.feeds import feed

blueprint = Blueprint("people", __name__)


@dataclass(frozen=True)
class PersonFeed:
    """A person's premieres or news, under the name."""

    name: str
    shown: CalendarFeed | NewsFeed


@blueprint.get("/szemely/<slug>")
def person(slug: str) -> Response:
    """Show the person's films, those to come first; 404 where no film names such a person."""
    ensure_names()
    day = today()

    def load(session: Session) -> PersonPage:
        return person_page(session, slug, day)

    return show("person", load)


@blueprint.get("/szemely/<slug>.ics")
def calendar(slug: str) -> Response:
    """Answer with the person's premieres as a calendar to subscribe to."""
    ensure_names()
    day = today()

    def load(session: Session) -> PersonFeed:
        name = person_name(session, slug)
        return PersonFeed(name, feeds.calendar_feed(session, day, NONE, has_person(slug)))

    def render(person: PersonFeed) -> str:
        movies = person.shown.movies if isinstance(person.shown, CalendarFeed) else ()
        return ical.calendar(
            person.name,
            description=_text(person.name),
            url=_address(slug),
            premieres=events_of(movies, today=day),
        )

    return feed("person_calendar", load, render, content_type=ical.CONTENT_TYPE)


@blueprint.get("/szemely/<slug>.rss")
def news(slug: str) -> Response:
    """Answer with the news of the person's films."""
    ensure_names()
    day = today()

    def load(session: Session) -> PersonFeed:
        name = person_name(session, slug)
        return PersonFeed(name, feeds.news_feed(session, day, NONE, has_person(slug)))

    def render(person: PersonFeed) -> str:
        items = person.shown.items if isinstance(person.shown, NewsFeed) else ()
        channel = rss.Channel(
            title=person.name,
            text=_text(person.name),
            url=_address(slug),
            feed_url=links.absolute(url_for("people.news", slug=slug)),
            language=current(),
        )
        return rss.rss(channel, [item_of(item, today=day) for item in items])

    return feed("person_news", load, render, content_type=rss.CONTENT_TYPE)


def _text(name: str) -> str:
    return str(_("%(name)s filmjei a magyar mozikban és online.", name=name))


def _address(slug: str) -> str:
    return links.absolute(url_for("people.person", slug=slug))
