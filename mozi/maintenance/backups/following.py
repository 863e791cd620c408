"""Backup without a pause: each new picture within about a second, everything once a day.

Beside a replication of the database (Litestream), a site that is lost loses about a second.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

from mozi.errors import MoziError
from mozi.maintenance.backups.buckets import PictureSender, back_up_to
from mozi.maintenance.backups.contents import BackupReport, LocalData
from mozi.maintenance.references import PREFIXES
from mozi.storage.local import LocalStorage

LOOK_EVERY_S = 0.5
LOOKING_SHARE = 0.2  # of the time at most: with many pictures a look takes long
WHOLE_EVERY_S = 24 * 3600
# A folder's time stands still for some milliseconds, so that a second picture may not change it.
SURE_AFTER_NS = 2_000_000_000


class NewPictures:
    """Finds the pictures that were stored since the last look, by the times of their folders."""

    def __init__(self, storage: LocalStorage) -> None:
        self.storage = storage
        self._seen: dict[str, int] = {}

    def find(self) -> Iterator[str]:
        """Yield the keys in the folders that have changed, old ones included."""
        for prefix in PREFIXES:
            try:
                changed_ns = os.stat(self.storage.folder / prefix).st_mtime_ns
            except FileNotFoundError:
                continue
            if self._seen.get(prefix) != changed_ns:
                sure = time.time_ns() - changed_ns > SURE_AFTER_NS
                yield from (each.key for each in self.storage.list(prefix))
                self._seen[prefix] = changed_ns if sure else 0


def follow(
    data: LocalData,
    make_sender: Callable[[], PictureSender],
    *,
    stop: threading.Event,
    on_whole: Callable[[BackupReport, float], object],
    on_error: Callable[[MoziError | OSError], object],
) -> None:
    """Back up until stop is set. An error is told and does not end it: the next look goes on."""
    pictures, sender, due = NewPictures(data.storage), None, 0.0
    while not stop.is_set():
        began, looked_s = time.monotonic(), 0.0
        try:
            sender = sender or make_sender()
            if began >= due:
                report = back_up_to(data, sender)
                on_whole(report, round(time.monotonic() - began, 3))
                due = began + WHOLE_EVERY_S
            looks = time.monotonic()
            new = [key for key in pictures.find() if key not in sender.sent]
            looked_s = time.monotonic() - looks
            sender.send(new)
        except (MoziError, OSError) as error:
            on_error(error)
            pictures = NewPictures(data.storage)
        stop.wait(max(LOOK_EVERY_S, looked_s / LOOKING_SHARE))
