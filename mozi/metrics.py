"""Every metric of Mozi, by the names that monitoring relies on (docs/monitoring/README.md).

prometheus_client sums them over all workers of a machine where PROMETHEUS_MULTIPROC_DIR is
set before this module is imported; gunicorn.conf.py sets it.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from mozi.logs.batches import Batches
from mozi.version import VERSION

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
    "mozi_page_render_seconds", "Rendering and compressing a page.", buckets=SECONDS
)
PAGE_RENDER_FAILURES = Counter(
    "mozi_page_render_failures_total", "Renders that failed; the previous page was shown.", ["page"]
)
POSTER_REQUESTS = Counter(
    "mozi_poster_requests_total",
    "Requests for /poster/…; result: built, present, missing, moved, not_found, failed, busy.",
    ["result"],
)
POSTER_BUILDS = Counter(
    "mozi_poster_builds_total",
    "Variants built; result: built, failed, abandoned, busy.",
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
REDIS_FAILURES = Counter(
    "mozi_redis_failures_total",
    "Times that Redis did not answer or refused; use: pages (the cache), queue.",
    ["use"],
)
S3_FAILURES = Counter(
    "mozi_s3_failures_total", "Requests that S3 did not answer, refused or could not do."
)
CATALOGUE_REQUESTS = Counter(
    "mozi_catalogue_requests_total",
    "Requests to TMDB; result: ok, gone, refused, limited, server_error, unusable, network.",
    ["result"],
)
CATALOGUE_MOVIES = Counter(
    "mozi_catalogue_movies_total",
    "Movies looked at in TMDB; result: added, changed, unchanged, proposed, gone, failed.",
    ["result"],
)

READY = Gauge(
    "mozi_ready",
    "Whether a part can be used (1) or not (0); part: database, database writes, cache, storage.",
    ["part"],
    multiprocess_mode="mostrecent",
)
QUEUE_WORKERS = Gauge(
    "mozi_queue_workers",
    "How many `flask work` listen to the queue; NaN where there is no queue, or Redis is silent.",
    multiprocess_mode="mostrecent",
)
QUEUE_JOBS = Gauge(
    "mozi_queue_jobs",
    "Jobs that wait for a worker; NaN as above.",
    multiprocess_mode="mostrecent",
)
MEMORY_BYTES = Gauge(
    "mozi_memory_bytes",
    "Memory of gunicorn's processes, what they share counted once; process: master, workers (all).",
    ["process"],
    multiprocess_mode="mostrecent",
)
BACKUP_TIMESTAMP = Gauge(
    "mozi_backup_timestamp_seconds",
    "When `flask backup` last wrote a backup, since the epoch; NaN where it never did.",
    multiprocess_mode="mostrecent",
)

BUILD_INFO = Gauge(
    "mozi_build_info",
    "Always 1; version: the version of Mozi.",
    ["version"],
    multiprocess_mode="mostrecent",
)

BUILDING = (POSTER_BUILDS, POSTER_BUILD_SECONDS, SOURCE_FETCHES)
"""What a build counts; for jobs of `flask work` see posters/batch/worker_counts.py."""


def _record(observations: list[tuple[Callable[[float], object], float]]) -> None:
    for record, amount in observations:
        record(amount)


_batches = Batches(_record, name="metrics")


def record_soon(record: Callable[[float], object], amount: float) -> None:
    """Record amount within a tenth of a second, in another thread.

    For what every request counts: prometheus_client takes a lock that all threads share, and
    the server's loop must not wait for a lock. flush() records what is pending.
    """
    _batches.put((record, amount))


flush = _batches.flush


def start_at_zero() -> None:
    """Create the usual labels at 0.

    A rate needs a sample before the first event, and a monitor must find each name on a server
    that has just started. Other labels are created when they are first counted.
    """
    for result in ("hit", "stale", "miss"):
        PAGE_CACHE_REQUESTS.labels("index", result)
    for reason in ("variant", "movie", "day", "expired"):
        PAGE_CACHE_RESETS.labels("index", reason)
    for result in ("built", "present", "moved", "not_found", "failed", "busy", "missing"):
        POSTER_REQUESTS.labels(result)
    for media in ("poster", "thumb", "blurred"):
        for result in ("built", "failed", "abandoned", "busy"):
            POSTER_BUILDS.labels(media, result)
    for stage in ("fetch", "decode", "encode", "store"):
        POSTER_BUILD_SECONDS.labels(stage)
    SOURCE_FETCHES.labels("ok")
    for use in ("pages", "queue"):
        REDIS_FAILURES.labels(use)
    for result in ("ok", "gone", "refused", "limited", "server_error", "unusable", "network"):
        CATALOGUE_REQUESTS.labels(result)
    for result in ("added", "changed", "unchanged", "proposed", "gone", "failed"):
        CATALOGUE_MOVIES.labels(result)
    PAGE_RENDER_FAILURES.labels("index")
    HTTP_REQUEST_SECONDS.labels("index", "200")
    BUILD_INFO.labels(VERSION).set(1)
