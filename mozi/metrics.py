"""Every metric of Mozi, by the names that monitoring relies on (README, "Metrics").

prometheus_client sums them over all workers of a machine where PROMETHEUS_MULTIPROC_DIR is
set before this module is imported; gunicorn.conf.py sees to that.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

PAGE_CACHE_REQUESTS = Counter(
    "mozi_page_cache_requests_total",
    "Requests for cached pages; result: hit, stale (the previous page), miss (rendered).",
    ["page", "result"],
)
PAGE_CACHE_RESETS = Counter(
    "mozi_page_cache_resets_total",
    "Pages rendered anew; reason: variant, movie, day, expired.",
    ["page", "reason"],
)
PAGE_RENDER_SECONDS = Histogram(
    "mozi_page_render_seconds", "Rendering and compressing a page.", ["page"], buckets=SECONDS
)
PAGE_RENDER_FAILURES = Counter(
    "mozi_page_render_failures_total", "Renders that failed; the previous page was shown.", ["page"]
)
POSTER_REQUESTS = Counter(
    "mozi_poster_requests_total",
    "Requests for /poster/…; result: built, present, moved, not_found, failed, busy.",
    ["result"],
)
POSTER_BUILDS = Counter(
    "mozi_poster_builds_total",
    "Variants built; result: built, failed, abandoned.",
    ["media", "result"],
)
POSTER_BUILD_SECONDS = Histogram(
    "mozi_poster_build_seconds",
    "Seconds of a build by stage: fetch, decode, encode, store.",
    ["stage"],
    buckets=SECONDS,
)
SOURCE_FETCHES = Counter(
    "mozi_source_fetches_total",
    "Fetches of external posters; result: ok, or why not.",
    ["result"],
)
HTTP_REQUEST_SECONDS = Histogram(
    "mozi_http_request_seconds",
    "Seconds from the first byte of a request's turn to its answer.",
    ["endpoint", "status"],
    buckets=SECONDS,
)
REQUEST_QUEUE_SECONDS = Histogram(
    "mozi_request_queue_seconds",
    "Seconds between the router (X-Request-Start) and the app.",
    buckets=SECONDS,
)
