"""Adds up in Redis what all workers (`flask work`) count, for /metrics of every web server.

A job runs in a fork that ends with it, often on another machine, so no web server can ask it.
It adds its counts to the site's in Redis. They are one figure for all workers, whichever web
server shows it, so they have names of their own: mozi_worker_… beside mozi_….
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from mozi import metrics
from mozi.errors import QueueError
from mozi.posters.batch.queue import PosterQueue

logger = logging.getLogger(__name__)

OWN, WORKERS = "mozi_", "mozi_worker_"


@contextmanager
def counted_for_all(queue: PosterQueue | None) -> Iterator[None]:
    """Add what this process counts within the block to the counts of all workers."""
    before = _counts()
    try:
        yield
    finally:
        added = {field: value - before.get(field, 0) for field, value in _counts().items()}
        try:
            if queue is not None:
                queue.add_counts({field: value for field, value in added.items() if value})
        except QueueError as error:
            logger.warning("A job's counts are missing in /metrics: %s", error)


class WorkerCounts(Collector):
    """The families of metrics.BUILDING as counted by all workers, named mozi_worker_…."""

    def __init__(self, counts: Mapping[str, str]) -> None:
        self.counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield each family; what no worker has counted yet is 0."""
        counts = {**dict.fromkeys(_counts(), "0"), **self.counts}
        samples = defaultdict(list)
        for field, value in counts.items():
            with suppress(ValueError, TypeError, AttributeError):  # Redis can hold anything
                name, labels = json.loads(field)
                if all(map(str.isidentifier, labels)):
                    samples[name].append((labels, float(value)))
        for family in (each for counted in metrics.BUILDING for each in counted.describe()):
            yield _named_for_workers(family, samples)


def _named_for_workers(
    family: Metric, samples: dict[str, list[tuple[dict[str, str], float]]]
) -> Metric:
    name = family.name.replace(OWN, WORKERS, 1)
    told = Metric(name, f"By all `flask work` together: {family.documentation}", family.type)
    for ending in ("_total", "_bucket", "_sum", "_count"):
        for labels, value in sorted(samples[family.name + ending], key=_by_labels):
            told.add_sample(name + ending, labels, value)
    return told


def _by_labels(sample: tuple[dict[str, str], float]) -> tuple[list[str], float]:
    labels = sample[0]
    return [value for name, value in labels.items() if name != "le"], float(labels.get("le", 0))


def _counts() -> dict[str, float]:
    """Return what this process has counted so far, by the name and labels that Redis uses."""
    return {
        json.dumps([sample.name, sample.labels]): sample.value
        for counted in metrics.BUILDING
        for family in counted.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
