"""How much one worker process takes on at once.

The figures belong together, so they stand together: gunicorn.conf.py serves by them, and
what may keep a thread waiting (posters) is bounded by a part of them.
"""

from __future__ import annotations

from mozi.units import MIB

THREADS = 32
"""Requests that the app answers at once, each in a thread of its own."""

REQUESTS_WAITING = 256
"""Requests that may wait for a thread; the next ones are answered 503 at once."""

POSTER_WAITERS = THREADS // 2
"""Threads in which requests may wait for posters where they cannot be parked, so that pages
always find one."""

PARKED = 512
"""Requests that may wait for a poster in a greenlet each, with their connection and no thread."""

CONNECTIONS = 4096
"""Open connections, the slow and the idle included: 12 KiB each, and no thread."""

FORM_BYTES = 1 * MIB
"""What a form may hold besides its poster file."""

IMPORT_BYTES = 16 * MIB
"""What a file of movies may hold that a browser sends; 17,470 films have 3 MiB."""

DRAINED_BYTES = 512 * MIB
"""What an admin's form may send in all: beyond largest_body it is read, dropped and told about."""

HELD_BODY_BYTES = 256 * MIB
"""Request bodies that are held at once, in temporary files from 64 KiB each on."""


def largest_body(poster_max_bytes: int) -> int:
    """Return how many bytes a request may bring: the largest file, and the form around it."""
    return max(poster_max_bytes, IMPORT_BYTES) + FORM_BYTES
