"""Every metric, and counting without a lock."""

from __future__ import annotations

import threading

import pytest
from prometheus_client import REGISTRY

from mozi import metrics


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("mozi_page_cache_requests_total", {"page": "index", "result": "stale"}),
        ("mozi_poster_requests_total", {"result": "busy"}),
        ("mozi_poster_builds_total", {"media": "thumb", "result": "failed"}),
        ("mozi_redis_failures_total", {"use": "queue"}),
        ("mozi_http_request_seconds_count", {"endpoint": "index", "status": "200"}),
    ],
)
def test_a_server_that_has_just_started_has_the_metric(name: str, labels: dict[str, str]) -> None:
    metrics.start_at_zero()
    assert REGISTRY.get_sample_value(name, labels) is not None


def test_what_is_recorded_soon_is_there_after_a_flush() -> None:
    seen: list[float] = []
    metrics.record_soon(seen.append, 0.5)
    metrics.record_soon(seen.append, 1.5)
    metrics.flush()
    assert seen == [0.5, 1.5]


def test_recording_waits_for_no_metric_that_is_locked() -> None:
    held, done = threading.Lock(), threading.Event()

    def record(_: float) -> None:
        with held:
            done.set()

    with held:
        metrics.record_soon(record, 1)
        assert not done.is_set()
    assert done.wait(5)
