"""How much one worker process takes on at once.

gunicorn.conf.py serves by these figures, and the waits for posters are bounded by a part of them.
"""

from __future__ import annotations

from mozi.units import MIB

THREADS = 32
"""Requests that the app answers at once, each in its own thread."""

REQUESTS_WAITING = 256
"""Requests that may wait for a thread; further ones are answered 503 at once."""

POSTER_WAITERS = THREADS // 2
"""Threads in which requests may wait for posters where they cannot be parked; the rest is for
pages."""

MAX_PARKED = 512
"""Requests that may wait for a poster in a greenlet each, with their connection and no thread."""

CONNECTIONS = 4096
"""Open connections, slow and idle ones included: 12 KiB each, and no thread."""

FORM_BYTES = 1 * MIB
"""What a form may hold besides its poster file."""

IMPORT_BYTES = 16 * MIB
"""The largest file of movies from a browser; 17,470 films have 3 MiB."""

DRAINED_BYTES = 512 * MIB
"""The largest form of an admin that is read to its end: beyond largest_body its middle is
dropped, and the page says that it was too large."""

HELD_BODY_BYTES = 256 * MIB
"""Request bodies that are held at once; each is in a temporary file from 64 KiB on."""


def largest_body(poster_max_bytes: int) -> int:
    """Return how many bytes a request's body may have: the largest file and the form around it."""
    return max(poster_max_bytes, IMPORT_BYTES) + FORM_BYTES
