"""The address that makes the first admin, which a start logs where there is none."""

from __future__ import annotations

import logging
import time

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from mozi.accounts.links import offer_beginning
from mozi.database import in_one_line
from mozi.services import services
from mozi.settings import Settings

TRIES, PAUSE_S = 60, 5.0  # as long as a database may take to come up beside us

logger = logging.getLogger(__name__)


def announce_beginning(app: Flask, token: str) -> None:
    """Log the address of this start, once for all workers; nothing where an admin exists.

    The token is logged on purpose: only who can read the log may take the site. It lasts an hour,
    and only its hash is stored.
    """
    with app.app_context():
        for _ in range(TRIES):
            try:
                if offer_beginning(token):
                    address = beginning_address(services().settings, token)
                    logger.warning("No admin exists yet. Make the first one at %s", address)
                return
            except SQLAlchemyError as error:
                logger.debug("Whether an admin exists is unknown: %s", in_one_line(error))
                time.sleep(PAUSE_S)


def beginning_address(settings: Settings, token: str) -> str:
    """Return the address; without SITE_URL that of this machine."""
    origin = settings.site_url or f"http://127.0.0.1:{settings.port}"
    return f"{origin}/admin/begin?token={token}"
