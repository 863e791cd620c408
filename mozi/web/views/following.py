"""/sajat: the list of films and people that a browser follows, with its calendar and news.

The browser keeps the list. The server stores it only for a calendar, under a token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

import segno
from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from mozi.calendar.following import lists
from mozi.calendar.following.lists import Followed
from mozi.calendar.following.page import list_page
from mozi.calendar.pages import feeds
from mozi.calendar.pages.filters import NONE
from mozi.calendar.pages.values import CalendarFeed, NewsFeed
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.extensions import csrf
from mozi.feeds import ical, records, rss
from mozi.web import links
from mozi.web.i18n.languages import current, url_for
from mozi.web.i18n.premieres import events_of, item_of
from mozi.web.rates import limit_feeds, limit_lists, limit_searches
from mozi.web.rendering import show, today
from mozi.web.views.feeds import feed

BODY_BYTES = 64 * 1024  # of the largest list, with room
LARGEST_ID = 2**31 - 1  # of the database's integers
SLUG_LENGTH = 200

blueprint = Blueprint("following", __name__, url_prefix="/sajat")
csrf.exempt(blueprint)  # the token in the address is the permission; no cookie is read
Shown = TypeVar("Shown")


@blueprint.get("")
def my_list() -> Response:
    """Show the page that a script fills with the list of this browser."""
    return show("my_list", lambda session: None)


@blueprint.post("/filmek")
@limit_searches
def films() -> Response:
    """Answer with the list's films and people as HTML, and its link for another device."""
    followed, day = _sent(), today()
    ensure_names()
    with reading() as session:
        page = list_page(session, followed, day)
    link = f"{links.absolute(url_for('following.my_list'))}#{_fragment(followed)}"
    html = render_template("followed.html", page=page, today=day, link=link, code=_qr_code(link))
    return _private(Response(html))


@blueprint.post("")
@limit_lists
def create() -> Response:
    """Answer 201 with the token and the addresses of a new list."""
    followed = _sent()
    with writing() as session:
        token = lists.create_list(session, followed, today=today())
    made = {"token": token, "ics": _feed("calendar", token), "rss": _feed("news", token)}
    return _private(Response(records.as_json(made), status=201, content_type=records.CONTENT_TYPE))


@blueprint.put("/<token>")
@limit_feeds
def change(token: str) -> Response:
    """Replace what the list follows."""
    followed = _sent()
    with writing() as session:
        lists.replace_list(session, token, followed=followed, today=today())
    return _private(Response(status=204))


@blueprint.delete("/<token>")
@limit_feeds
def forget(token: str) -> Response:
    """Forget the list."""
    with writing() as session:
        lists.forget_list(session, token, today=today())
    return _private(Response(status=204))


@blueprint.get("/<token>.ics")
@limit_feeds
def calendar(token: str) -> Response:
    """Answer with the list's premieres, each with an alarm the evening before."""
    day = today()

    def render(shown: CalendarFeed) -> str:
        events = events_of(shown.movies, today=day)
        return ical.calendar(
            _name(),
            description=_text(),
            url=_home(),
            premieres=[replace(event, has_alarm=True) for event in events],
        )

    load = _followed(token, lambda s, only: feeds.calendar_feed(s, day, NONE, only))
    answer = feed("list_calendar", load, render, content_type=ical.CONTENT_TYPE, kept=False)
    return _private(answer)


@blueprint.get("/<token>.rss")
@limit_feeds
def news(token: str) -> Response:
    """Answer with the news of the list's films."""
    day = today()

    def render(shown: NewsFeed) -> str:
        channel = rss.Channel(
            title=_name(),
            text=_text(),
            url=_home(),
            feed_url=_feed("news", token),
            language=current(),
        )
        return rss.rss(channel, [item_of(item, today=day) for item in shown.items])

    load = _followed(token, lambda s, only: feeds.news_feed(s, day, NONE, only))
    answer = feed("list_news", load, render, content_type=rss.CONTENT_TYPE, kept=False)
    return _private(answer)


def _followed(token: str, load: Callable[[Session, Any], Shown]) -> Callable[[Session], Shown]:
    """Return a function that loads the list's feed; records the day's first read."""
    ensure_names()
    day = today()
    with reading() as session:
        unmarked = lists.is_unmarked(session, token, today=day)
        lists.get_list(session, token, today=day)
    if unmarked:
        with writing() as session:
            lists.mark_read(session, token, today=day)
    return lambda session: load(session, lists.get_list(session, token, today=day).condition())


def _fragment(followed: Followed) -> str:
    """Return the list as the part of an address that browsers do not send; mozi.js reads it."""
    people = map(quote, followed.people)
    return f"filmek={','.join(map(str, followed.movies))}&emberek={','.join(people)}"


def _qr_code(link: str) -> Markup | None:
    """Return the link as an SVG picture; None if it is too long for a QR code."""
    try:
        code = segno.make_qr(link, error="l")
    except segno.DataOverflowError:
        return None
    return Markup(code.svg_inline(omitsize=True, border=4, svgclass="qr"))  # noqa: S704 # nosec B704


def _sent() -> Followed:
    """Return the list that the client sent; ends with 415, 413, 400 or 422."""
    if request.mimetype != records.CONTENT_TYPE:
        abort(415)
    request.max_content_length = BODY_BYTES
    sent = request.get_json()
    if not isinstance(sent, dict):
        abort(400)
    movies, people = sent.get("movies", []), sent.get("people", [])
    if not (_all(movies, _is_id) and _all(people, _is_slug)):
        abort(400)
    if len(movies) > lists.MOST_MOVIES or len(people) > lists.MOST_PEOPLE:
        abort(422)
    return Followed(tuple(dict.fromkeys(movies)), tuple(dict.fromkeys(people)))


def _all(values: Any, is_right: Callable[[Any], bool]) -> bool:
    return isinstance(values, list) and all(map(is_right, values))


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST_ID


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= SLUG_LENGTH and value.isprintable()


def _private(answer: Response) -> Response:
    """Return the answer for its owner alone: no shared cache keeps it."""
    answer.headers["Cache-Control"] = "private, no-cache"
    for name in ("CDN-Cache-Control", "X-Accel-Expires"):
        answer.headers.pop(name, None)
    return answer


def _feed(view: str, token: str) -> str:
    return links.absolute(url_for(f"following.{view}", token=token))


def _home() -> str:
    return links.absolute(url_for("pages.index"))


def _name() -> str:
    return str(_("Saját premierek"))


def _text() -> str:
    return str(_("A követett filmek és alkotók premierjei."))
