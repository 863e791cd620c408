"""/szemely/<slug>: the films of a director or actor, as a page, a calendar and news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import NONE
from mozi.calendar.pages.people import LAST_PAGE, has_person, person_name, person_page
from mozi.calendar.pages.values import CalendarFeed, NewsFeed, PersonPage
from mozi.calendar.search.names import ensure_names
from mozi.feeds import ical, rss
from mozi.web import links
from mozi.web.i18n.languages import current, url_for
from mozi.web.i18n.premieres import events_of, item_of
from mozi.web.rates import limit_feeds, limit_unknown
from mozi.web.rendering import show, today
from mozi.web.views.feeds import feed

blueprint = Blueprint("people", __name__)
Shown = TypeVar("Shown", CalendarFeed, NewsFeed)


@dataclass(frozen=True)
class PersonFeed(Generic[Shown]):
    """What a person's feed shows, under the name."""

    name: str
    shown: Shown


@blueprint.get("/szemely/<slug>")
@limit_unknown
def person(slug: str) -> Response:
    """Show a page of the person's films, those to come first; 404 where no film names them."""
    number = request.args.get("oldal", 1, type=int)
    if not 1 <= number <= LAST_PAGE:
        abort(404)
    ensure_names()
    day = today()

    def load(session: Session) -> PersonPage:
        page = person_page(session, slug, day, number)
        return page if page.coming or page.past else abort(404)

    return show("person", load, query=f"oldal={number}" if number > 1 else "")


@blueprint.get("/szemely/<slug>.ics")
@limit_feeds
def calendar(slug: str) -> Response:
    """Answer with the person's premieres as a calendar to subscribe to."""
    day = today()

    def render(person: PersonFeed[CalendarFeed]) -> str:
        return ical.calendar(
            person.name,
            description=_text(person.name),
            url=_address(slug),
            premieres=events_of(person.shown.movies, today=day),
        )

    load = _named(slug, lambda s: feeds.calendar_feed(s, day, NONE, has_person(slug)))
    return feed("person_calendar", load, render, content_type=ical.CONTENT_TYPE)


@blueprint.get("/szemely/<slug>.rss")
@limit_feeds
def news(slug: str) -> Response:
    """Answer with the news of the person's films."""
    day = today()

    def render(person: PersonFeed[NewsFeed]) -> str:
        channel = rss.Channel(
            title=person.name,
            text=_text(person.name),
            url=_address(slug),
            feed_url=links.absolute(url_for("people.news", slug=slug)),
            language=current(),
        )
        return rss.rss(channel, [item_of(item, today=day) for item in person.shown.items])

    load = _named(slug, lambda s: feeds.news_feed(s, day, NONE, has_person(slug)))
    return feed("person_news", load, render, content_type=rss.CONTENT_TYPE)


def _named(slug: str, load: Callable[[Session], Shown]) -> Callable[[Session], PersonFeed[Shown]]:
    """Return a function that loads a feed with the person's name; raises PersonNotFound."""
    ensure_names()
    return lambda session: PersonFeed(person_name(session, slug), load(session))


def _text(name: str) -> str:
    return str(_("%(name)s filmjei a magyar mozikban és online.", name=name))


def _address(slug: str) -> str:
    return links.absolute(url_for("people.person", slug=slug))
