"""/naptar.ics, /film/….ics, /rss.xml: the calendar for calendar programs and feed readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mozi.calendar.merges import load_merged
from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import NONE, Filters, filters_of
from mozi.calendar.pages.values import CalendarFeed, NewsFeed
from mozi.errors import Moved
from mozi.feeds import ical, rss
from mozi.pagecache.cache import Page
from mozi.services import services
from mozi.web import links
from mozi.web.i18n.languages import current, url_for
from mozi.web.i18n.premieres import events_of, feed_name, item_of
from mozi.web.middleware.cached_pages import cached_response, key_of, uncached_response
from mozi.web.rates import limit_feeds
from mozi.web.rendering import today

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/naptar.ics")
@limit_feeds
def calendar() -> Response:
    """Answer with the calendar to subscribe to: an all-day event for each premiere."""
    day, filters = today(), filters_of(request.args)

    def render(shown: CalendarFeed) -> str:
        return ical.calendar(
            feed_name(filters),
            description=_("Filmpremierek a magyar mozikban és online, hétről hétre."),
            url=links.absolute(url_for("pages.index", **filters.arguments)),
            premieres=events_of(shown.movies, today=day),
        )

    return feed(
        "calendar",
        lambda session: feeds.calendar_feed(session, day, filters),
        render,
        content_type=ical.CONTENT_TYPE,
        query=filters.query,
    )


@blueprint.get("/film/<int(max=2147483647):movie_id>.ics", defaults={"slug": ""})
@blueprint.get("/film/<int(max=2147483647):movie_id>-<slug>.ics")
@limit_feeds
def film(movie_id: int, slug: str) -> Response:
    """Answer with the movie's premieres whose day is known; 404 if there is none."""
    asked, day = request.script_root + request.path, today()

    def load(session: Session) -> CalendarFeed:
        shown = load_merged(lambda each: feeds.movie_feed(session, each), session, movie_id)
        if (right := f"{links.film_path(shown.movies[0])}.ics") != asked:
            raise Moved(right)
        known = tuple(movie for movie in shown.movies if movie.date_precision == "day")
        return CalendarFeed(known) if known else abort(404)

    def render(shown: CalendarFeed) -> str:
        return ical.calendar(
            shown.movies[0].title,
            description=feed_name(NONE),
            url=links.absolute(links.film_path(shown.movies[0])),
            premieres=events_of(shown.movies, today=day),
        )

    return feed("event", load, render, content_type=ical.CONTENT_TYPE)


@blueprint.get("/rss.xml")
@limit_feeds
def news() -> Response:
    """Answer with the premieres that were added or moved last."""
    day, filters = today(), filters_of(request.args)

    def render(shown: NewsFeed) -> str:
        items = [item_of(item, today=day) for item in shown.items]
        return rss.rss(_channel(filters), items)

    return feed(
        "rss",
        lambda session: feeds.news_feed(session, day, filters),
        render,
        content_type=rss.CONTENT_TYPE,
        query=filters.query,
    )


def _channel(filters: Filters) -> rss.Channel:
    return rss.Channel(
        title=feed_name(filters),
        text=_("Új és elhalasztott filmpremierek a magyar mozikban és online."),
        url=links.absolute(url_for("pages.index", **filters.arguments)),
        feed_url=links.absolute(url_for("feeds.news", **filters.arguments)),
        language=current(),
    )


def feed(
    name: str,
    load: Callable[[Session], Any],
    render: Callable[[Any], str],
    *,
    content_type: str,
    query: str = "",
    kept: bool = True,
) -> Response:
    """Answer from the cache with what render makes of load's rows.

    query, kept: as in rendering.show().
    """
    key = key_of(request.environ, services().settings, query=query)
    page = Page(name, key, today().isoformat(), load, render, content_type)
    return cached_response(page, services().pages) if kept else uncached_response(page)
