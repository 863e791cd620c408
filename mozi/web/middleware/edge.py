"""What a shared cache in front of the site may keep, and for how long (docs/edge.md).

RFC 9213 (CDN-Cache-Control), RFC 5861 (stale-if-error); X-Accel-Expires is nginx's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mozi.web.middleware.headers import Headers

STALE_IF_ERROR_S = 86_400  # a site that is down stays readable for a day
PRIVATE: Headers = (("Cache-Control", "private, no-store"),)

# What mail and advertisers add to links; no page reads it.
UTM = ("source", "medium", "campaign", "term", "content", "id")
IGNORED = (*(f"utm_{each}" for each in UTM), "fbclid", "gclid")
_TRACKING = re.compile(r"(?:utm_[^=&]*|fbclid|gclid)(?:=.*)?", re.DOTALL)

# The draft has no wildcard, so the usual names are listed:
# https://datatracker.ietf.org/doc/draft-ietf-httpbis-no-vary-search/
_NAMES = " ".join(f'"{name}"' for name in IGNORED)
NO_VARY_SEARCH: Headers = (("No-Vary-Search", f"params=({_NAMES})"),)


@lru_cache(maxsize=4)
def sharing(edge_seconds: int) -> Headers:
    """Return the headers of a public page; browsers ask every time, shared caches less often.

    edge_seconds: how long a shared cache may keep the page; 0: it may not.
    """
    browsers: Headers = (("Cache-Control", "no-cache"), *NO_VARY_SEARCH)
    if edge_seconds == 0:
        return browsers
    kept = f"public, max-age={edge_seconds}, stale-if-error={STALE_IF_ERROR_S}"
    # nginx before 1.23 obeys the first of X-Accel-Expires and Cache-Control.
    return (("X-Accel-Expires", str(edge_seconds)), ("CDN-Cache-Control", kept), *browsers)


def without_tracking(query: str) -> str:
    """Return the query string without the arguments that mail and advertisers add."""
    if "utm_" not in query and "clid" not in query:
        return query
    return "&".join(each for each in query.split("&") if not _TRACKING.fullmatch(each))
