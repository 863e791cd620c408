"""How often a network may ask for what costs a query: searches, the API, feeds, unknown addresses.

Pages from the cache have no limit: they are answered before any of this. A whole network (/24, or
/48 in IPv6) has one limit, since a flood comes from many addresses of it. The limits are far above
a school's or an office's needs, and far below what the site can serve: one network cannot be felt
by the others.

With REDIS_URL all machines count together, and while Redis is away each process for itself; without
it each process counts for itself always, since a row in the database would cost more than a search.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from mozi import clock
from mozi.extensions import rates
from mozi.server.answers import Environ
from mozi.services import Services, services
from mozi.settings import Settings
from mozi.web.clients import address, network
from mozi.web.middleware.cached_pages import key_of
from mozi.web.sessions import counters

# Bursts may be large, since a page with many pictures or a class of pupils is one.
SEARCHES = "100 per 10 seconds"
FEEDS = "300 per 10 seconds"  # calendar services ask for many people's feeds
UNKNOWN = "100 per 10 seconds"
LISTS = "20 per hour"  # each is a row that stays

LIMITED = "limited_by"  # the attribute of a view that names its limit
P = ParamSpec("P")
R = TypeVar("R")


def register(app: Flask, settings: Settings) -> None:
    """Bind the counters to the app, after those of sign-ins.

    Each limiter reads the app's configuration when it is bound.
    """
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # it tells of each refusal
    app.config.update(counters(settings.redis_url, otherwise="memory://"))
    rates.init_app(app)
    app.before_request(refuse_unknown)


def limit_searches(view: Callable[P, R]) -> Callable[P, R]:
    """Limit a view that reads what the client made up; without arguments it is a cached page."""
    limit = rates.shared_limit(
        SEARCHES, scope="search", key_func=network, exempt_when=lambda: not request.args
    )
    return _named("search", limit(view))


def limit_feeds(view: Callable[P, R]) -> Callable[P, R]:
    """Limit a feed that is not in memory."""
    limit = rates.shared_limit(FEEDS, scope="feeds", key_func=network)
    return _named("feeds", limit(view))


def limit_lists(view: Callable[P, R]) -> Callable[P, R]:
    """Limit how many lists one address may make."""
    limit = rates.shared_limit(LISTS, scope="lists", key_func=address)
    return limit(view)


def limit_unknown(view: Callable[P, R]) -> Callable[P, R]:
    """Limit the addresses of a view that do not exist; the others count for nothing."""
    return _limit_missing(view, "unknown")


def limit_filters(view: Callable[P, R]) -> Callable[P, R]:
    """Limit the filters of a page that do not exist; without arguments it is always there."""
    return _limit_missing(view, "filters")


def _limit_missing(view: Callable[P, R], name: str) -> Callable[P, R]:
    limit = rates.shared_limit(
        UNKNOWN,
        scope="unknown",
        key_func=network,
        deduct_when=_is_unknown,
        exempt_when=lambda: is_free(services(), request.environ, name),
    )
    return _named(name, limit(view))


def _named(limit: str, view: Callable[P, R]) -> Callable[P, R]:
    setattr(view, LIMITED, limit)
    return view


@rates.shared_limit(UNKNOWN, scope="unknown", key_func=network)
def _count_unknown() -> None:
    """Count an address without a page."""


def refuse_unknown() -> None:
    """Limit the addresses without a page; the router knows them before any view."""
    if isinstance(request.routing_exception, NotFound):
        _count_unknown()


def limit_of(app: Flask, path: str) -> str:
    """Return the name of the limit that this path has, "" if none."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, "GET")
    except NotFound:
        return "unknown"
    except HTTPException:  # a redirect, or no GET
        return ""
    return getattr(app.view_functions[endpoint], LIMITED, "")


def is_free(made: Services, environ: Environ, limit: str) -> bool:
    """Return whether no limit counts this request: its page is in memory, or it asks for nothing.

    In memory: in this process, even where the page's rows have to be read again.
    """
    if limit in {"search", "filters"} and not environ.get("QUERY_STRING"):
        return True
    return limit != "search" and made.pages.memory.get(key_of(environ, made.settings)) is not None


def _is_unknown(response: Response) -> bool:
    return response.status_code == 404


def retry_after_s() -> int:
    """Return when the network of a refused request may ask again."""
    ends = [each.reset_at for each in rates.current_limits if each.breached]
    return max(1, math.floor(max(ends, default=0) - clock.now().timestamp()))
