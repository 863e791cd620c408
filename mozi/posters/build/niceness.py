"""A build can wait, a page cannot: threads that build have a lower priority than those of pages."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

NICENESS = 10


def yield_to_pages() -> None:
    """Lower this thread's priority (Linux takes it by thread), for good.

    One that is lower already stays: to raise it is root's alone. Where the system allows no
    change at all, the thread builds as it is.
    """
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            thread = threading.get_native_id()
            niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
