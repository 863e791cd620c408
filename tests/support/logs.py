"""What Mozi logs, as the test sees it: messages by level."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Said(logging.Handler):
    """Keeps the records of the logger `mozi`."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.records.append(record)

    def messages(self, level: str = "") -> list[str]:
        """Return the messages so far, those of one level where it is named."""
        return [r.getMessage() for r in self.records if level in {"", r.levelname}]


@contextmanager
def listening() -> Iterator[Said]:
    """Give what is said within the block, whatever the app does with its handlers."""
    logger, said = logging.getLogger("mozi"), Said()
    logger.addHandler(said)
    try:
        yield said
    finally:
        logger.removeHandler(said)
