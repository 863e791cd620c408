"""The token of this start: gunicorn's master imports it, so all of its workers share it."""

from __future__ import annotations

import secrets

START_TOKEN = secrets.token_urlsafe(32)
