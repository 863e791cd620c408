"""Gives builder threads a lower priority than the threads that answer with pages."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

NICENESS = 10


def yield_to_pages(niceness: int = NICENESS) -> None:
    """Lower the priority of this thread for good; Linux keeps one for each thread.

    A lower one stays, since only root can raise it. If the system allows no change, the thread
    builds with the priority that it has.
    """
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            thread = threading.get_native_id()
            lowest = max(niceness, os.getpriority(os.PRIO_PROCESS, thread))
            os.setpriority(os.PRIO_PROCESS, thread, lowest)
