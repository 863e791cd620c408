"""The only wall clock, so that tests can set the time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mozi.settings import Settings


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def timestamp() -> float:
    """Return the present moment in seconds since the epoch, for what every request needs."""
    return time.time()


def today(settings: Settings) -> date:
    """Return the site's date: SITE_TODAY if it is set, else the date in SITE_TIMEZONE."""
    return settings.site_today or now().astimezone(settings.site_timezone).date()
