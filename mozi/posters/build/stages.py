"""How long each stage of one build took, for the log line and the metrics."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """Sums the seconds of one build by stage: `with stages("decode"): …`.

    Stages may run at once in several threads; those of one stage are added up as well.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of the block to this stage, even if the block raises."""
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            with self._lock:
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    @property
    def ms(self) -> dict[str, int]:
        """Return whole milliseconds by stage."""
        return {stage: round(1000 * seconds) for stage, seconds in self.seconds.items()}

    def __str__(self) -> str:
        return " ".join(f"{stage}={ms}ms" for stage, ms in self.ms.items())
