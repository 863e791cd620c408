"""/metrics: the metrics for Prometheus, for authorised clients."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mozi import metrics as counted
from mozi.posters.batch.worker_counts import WorkerCounts
from mozi.services import services
from mozi.web.views import gauges

FORWARDED = re.compile(
    r"HTTP_(FORWARDED|VIA|X_FORWARDED(_\w+)?|X_REAL_IP|X_CLIENT_IP|X_CLUSTER_CLIENT_IP"
    r"|TRUE_CLIENT_IP|CF_CONNECTING_IP|FLY_CLIENT_IP)"
)
"""Headers of proxies in the environ. An empty one also means that a proxy forwarded the request."""

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with every metric, added up over all workers of this machine.

    The counts of all `flask work` processes, on any machine, come after them.

    403 for a wrong token. Without METRICS_TOKEN only programs of this machine get an answer,
    other clients get 404.
    """
    token = services().settings.metrics_token
    if token is not None and not _bears(token):
        abort(403)
    if token is None and not is_local(request.environ):
        abort(404)
    counted.flush()
    counts = gauges.look_up()
    text = generate_latest(_registry()) + _by_workers(counts)
    answer = Response(text, content_type=CONTENT_TYPE_LATEST)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _bears(token: str) -> bool:
    """Return whether the request has the token, compared in constant time."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return same and scheme.lower() == "bearer"


def is_local(environ: Mapping[str, Any]) -> bool:
    """Return whether a program of this machine asks, and not a local proxy for another client.

    The address is that of the connection, which ProxyFix keeps when it replaces it.
    """
    if any(FORWARDED.fullmatch(name) for name in environ):
        return False
    connected = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(connected)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1, of a socket for both
    return (mapped or address).is_loopback


def _registry() -> CollectorRegistry:
    """Return the metrics of all gunicorn workers; without gunicorn those of this process."""
    if not gauges.has_workers():
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _by_workers(counts: Mapping[str, str] | None) -> bytes:
    """Return the metrics of `flask work`; none if unknown, because zeros look like a restart."""
    if counts is None:
        return b""
    registry = CollectorRegistry()
    registry.register(WorkerCounts(counts))
    return generate_latest(registry)
