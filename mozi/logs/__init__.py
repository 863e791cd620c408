"""Mozi's log: one line an event on standard error, as text or as JSON, with the request's id.

The id is the router's X-Request-ID if it sends one, so that its log and ours can be read side by
side. A build has the id of the request that started it.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from contextvars import ContextVar
from typing import Any

from mozi.settings import Settings

TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def new_request_id() -> str:
    """Return 16 random hexadecimal digits."""
    return f"{random.getrandbits(64):016x}"  # noqa: S311 - no secret; urandom costs 23 µs


def event(message: str, **fields: Any) -> dict[str, Any]:
    """Return the keyword arguments of a log call: `logger.info(**event("built", movie_id=7))`.

    fields: for programs, so that they need not parse the message. LOG_FORMAT=json shows them and
    text does not, so the message has to say the same.
    """
    return {"msg": message, "extra": {"fields": fields}}


class RateLimit:
    """Allows an event, such as a traceback in the log, at most once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._next_at = float("-inf")

    def allows(self) -> bool:
        """Return whether the event may happen now; the time then starts again."""
        now = time.monotonic()
        if now < self._next_at:
            return False
        self._next_at = now + self.seconds
        return True


class WithRequestId(logging.Filter):
    """Adds the request's id to each record, "-" outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, request_id, message, and the event's fields.

    error: the traceback, where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logging(settings: Settings) -> None:
    """Log Mozi and RQ to standard error, in the operator's format and level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(WithRequestId())
    handler.setFormatter(
        JsonFormatter() if settings.log_format == "json" else logging.Formatter(TEXT_FORMAT)
    )
    for name in ("mozi", "rq"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(settings.log_level)
        logger.propagate = False


def gunicorn_logging(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's `logconfig_dict`: its own lines as JSON where LOG_FORMAT is json.

    Its access log, which any logconfig_dict turns on, stays off: mozi.requests has a line for
    each request, with its id and without IP address and query.
    """
    if settings.log_format != "json":
        return {}
    handled = {"handlers": ["mozi"], "level": settings.log_level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"mozi": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["mozi"], "level": "WARNING"},
        "loggers": {
            "gunicorn.error": handled,
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
