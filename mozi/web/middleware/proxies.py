"""Notes through how many proxies requests come, so that `flask doctor` can compare.

A client may send its own X-Forwarded-For, which proxies add to; so the smallest number of its
entries counts. Only requests that reach Flask are looked at, one a minute and process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from mozi import clock
from mozi.database import in_one_line
from mozi.maintenance.notes import PROXIES, find_note, note

EVERY_S = 60.0
VALID = timedelta(hours=1)  # a deployment that changed is seen after that

logger = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Look at a request a minute, in a thread."""
    due = [0.0]

    def look() -> None:
        seen = proxies_of(request.environ)
        if seen is None or time.monotonic() < due[0]:
            return
        due[0] = time.monotonic() + EVERY_S
        threading.Thread(target=_note, args=(app, seen), name="proxies", daemon=True).start()

    app.before_request(look)


def proxies_of(environ: Mapping[str, Any]) -> int | None:
    """Return the number of proxies; None of a request of this machine's, a health check's say."""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded.strip():
        return int(forwarded.count(",")) + 1
    original = environ.get("werkzeug.proxy_fix.orig") or environ
    return None if _is_own(original.get("REMOTE_ADDR") or "") else 0


def note_proxies(seen: int) -> None:
    """Write the number down, unless a smaller one was seen within the hour."""
    former = find_note(PROXIES)
    if former is None or seen <= former.data["seen"] or clock.now() - former.at > VALID:
        note(PROXIES, seen=seen)


def _note(app: Flask, seen: int) -> None:
    try:
        with app.app_context():
            note_proxies(seen)
    except SQLAlchemyError as error:
        logger.debug("How requests come was not noted: %s", in_one_line(error))


def _is_own(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True  # a Unix socket
