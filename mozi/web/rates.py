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

from mozi import clock
from mozi.extensions import rates
from mozi.services import services
from mozi.settings import Settings
from mozi.web.clients import address, network
from mozi.web.middleware.cached_pages import key_of
from mozi.web.sessions import counters

# Bursts may be large, since a page with many pictures or a class of pupils is one.
SEARCHES = "100 per 10 seconds"
FEEDS = "300 per 10 seconds"  # calendar services ask for many people's feeds
UNKNOWN = "100 per 10 seconds"
LISTS = "20 per hour"  # each is a row that stays

P = ParamSpec("P")
R = TypeVar("R")


def register(app: Flask, settings: Settings) -> None:
    """Bind the counters to the app, after those of sign-ins.

    Each limiter reads the app's configuration when it is bound.
    """
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # it tells of each refusal
    app.config.update(counters(settings.redis_url, otherwise="memory://"))
    rates.init_app(app)


def limit_searches(view: Callable[P, R]) -> Callable[P, R]:
    """Limit a view that reads what the client made up; without arguments it is a cached page."""
    limit = rates.shared_limit(
        SEARCHES, scope="search", key_func=network, exempt_when=lambda: not request.args
    )
    return limit(view)


def limit_feeds(view: Callable[P, R]) -> Callable[P, R]:
    """Limit a feed that is not in memory."""
    limit = rates.shared_limit(FEEDS, scope="feeds", key_func=network)
    return limit(view)


def limit_lists(view: Callable[P, R]) -> Callable[P, R]:
    """Limit how many lists one address may make."""
    limit = rates.shared_limit(LISTS, scope="lists", key_func=address)
    return limit(view)


def limit_unknown(view: Callable[P, R]) -> Callable[P, R]:
    """Limit the addresses that do not exist; the others count for nothing."""
    limit = rates.shared_limit(
        UNKNOWN,
        scope="unknown",
        key_func=network,
        deduct_when=_is_unknown,
        exempt_when=_is_in_memory,
    )
    return limit(view)


def _is_in_memory() -> bool:
    """Return whether this process has the page, even where its rows have to be read again."""
    made = services()
    return made.pages.memory.get(key_of(request.environ, made.settings, query="")) is not None


def _is_unknown(response: Response) -> bool:
    return response.status_code == 404


def retry_after_s() -> int:
    """Return when the network of a refused request may ask again."""
    ends = [each.reset_at for each in rates.current_limits if each.breached]
    return max(1, math.floor(max(ends, default=0) - clock.now().timestamp()))
