"""Whether the machine has time for work that can wait."""

from __future__ import annotations

import os
from pathlib import Path

STAT = Path("/proc/stat")
MOST_BUSY = 0.6  # of all cores; the rest is room for a page that comes meanwhile


class MachineTime:
    """Compares two looks at the time that all cores have spent; see proc_stat(5)."""

    def __init__(self) -> None:
        self._before = _ticks()

    def is_free(self) -> bool:
        """Return whether at most MOST_BUSY of the time since the last call was used.

        Where the system has no /proc/stat, the load of the last minute decides.
        """
        before, self._before = self._before, _ticks()
        if before is None or self._before is None:
            return os.getloadavg()[0] < MOST_BUSY * (os.cpu_count() or 1)
        idle, total = (now - then for now, then in zip(self._before, before, strict=True))
        return total > 0 and 1 - idle / total <= MOST_BUSY


def _ticks() -> tuple[int, int] | None:
    """Return the idle ticks, waiting for a disk included, and all ticks since the boot."""
    try:
        with STAT.open() as file:
            user, nice, system, idle, iowait, *others = map(int, file.readline().split()[1:9])
    except OSError:
        return None
    return idle + iowait, user + nice + system + idle + iowait + sum(others)
