"""Backup into a bucket, and restore from it. Each picture is sent once in its life.

    pictures/<key>/<sha256 of the bytes>   a picture
    databases/<time>.tar                   database and secret key, in the format of archives.py

Such a tar is stored last, in one step: a backup that was interrupted is not there at all, and
the next one sends only what is missing. A restore stores the pictures first and replaces the
database last.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mozi import clock
from mozi.database import in_chunks
from mozi.errors import BackupUnusable, ObjectNotFound
from mozi.maintenance.backups.archives import check_archive
from mozi.maintenance.backups.contents import (
    DATABASE,
    BackupReport,
    LocalData,
    RestoreReport,
    Stopped,
    may_hold,
    pack,
    put_back,
    unpack_database,
)
from mozi.maintenance.backups.database import check_database, keys_in, take_snapshot
from mozi.posters.keys import sha256_of
from mozi.storage import is_key, type_of
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage

PICTURES, DATABASES = "pictures/", "databases/"
AT_ONCE = 8  # pictures, each whole in memory
DIGEST = re.compile(r"[0-9a-f]{64}")
TIME = "%Y%m%dT%H%M%S%fZ"  # sorts as it passes

OnObject = Callable[[int], object]


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the bucket: its key on the site, and the digest of its bytes."""

    key: str
    digest: str

    @property
    def place(self) -> str:
        """Return its key in the bucket."""
        return f"{PICTURES}{self.key}/{self.digest}"


def stored_pictures(bucket: S3Storage) -> Iterator[StoredPicture]:
    """Yield the pictures in the bucket; objects of other names are left out."""
    for each in bucket.list(PICTURES):
        key, _, digest = each.key.removeprefix(PICTURES).rpartition("/")
        if is_key(key) and DIGEST.fullmatch(digest):
            yield StoredPicture(key, digest)


class PictureSender:
    """Sends the pictures that the bucket does not have; stop: ends a run before its next one."""

    def __init__(self, storage: LocalStorage, bucket: S3Storage, stop: threading.Event) -> None:
        self.storage = storage
        self.bucket = bucket
        self.stop = stop
        self.sent = {each.key for each in stored_pictures(bucket)}

    def send(self, keys: Iterable[str], on_object: OnObject = lambda count: None) -> BackupReport:
        """Send those of keys that are missing there, and return the report; raises Stopped."""
        report = BackupReport()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for chunk in in_chunks(keys):
                for key, size in zip(chunk, threads.map(self._send, chunk), strict=True):
                    if size is None:
                        report.missing.append(key)
                    else:
                        report.objects += 1
                        report.size_bytes += size
                    on_object(1)
        return report

    def _send(self, key: str) -> int | None:
        """Return how many bytes were sent; None for a picture that is not on disk."""
        if self.stop.is_set():
            raise Stopped
        if key in self.sent:
            return 0
        try:
            body = self.storage.get(key)
        except ObjectNotFound:
            return None
        place = StoredPicture(key, sha256_of(body)).place
        self.bucket.put(place, body, content_type=type_of(key), public=False)
        self.sent.add(key)
        return len(body)


def back_up_to(
    data: LocalData, sender: PictureSender, *, on_object: OnObject = lambda count: None
) -> BackupReport:
    """Send what the bucket does not have, then the database; return the report.

    Raises BackupUnusable for a damaged database, StorageError, OSError, Stopped.
    """
    with tempfile.TemporaryDirectory(prefix=".mozi-backup-", dir=data.database.parent) as made:
        snapshot, packed = Path(made) / DATABASE, Path(made) / "packed"
        take_snapshot(data.database, snapshot)
        check_database(snapshot)
        report = sender.send(keys_in(snapshot), on_object)
        pack(data, snapshot, packed, add_objects=lambda archive: report.objects)
        snapshot.unlink()
        check_archive(packed, may_hold=may_hold)
        sender.bucket.upload(f"{DATABASES}{clock.now().strftime(TIME)}.tar", packed)
        report.size_bytes += packed.stat().st_size
    return report


def restore_from(
    data: LocalData,
    bucket: S3Storage,
    *,
    knows_revision: Callable[[str], bool],
    stop: threading.Event,
    backup: str | None = None,
    on_object: OnObject = lambda count: None,
) -> RestoreReport:
    """Replace the data with the backup's, the latest where none is named; return the report.

    A damaged picture ends the run before the database is replaced. Raises BackupUnusable,
    StorageError, OSError, Stopped.
    """
    data.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mozi-restore-", dir=data.database.parent) as made:
        folder, packed = Path(made), Path(made) / "packed"
        bucket.download(backup or _latest(bucket), packed)
        end = check_archive(packed, may_hold=may_hold)
        snapshot = unpack_database(packed, folder, knows_revision=knows_revision)
        fetched = fetch_pictures(
            data.storage, bucket, keys_in(snapshot), stop=stop, on_object=on_object
        )
        kept = put_back(data, folder)
    return RestoreReport(fetched.objects, str(end.get("created_at", "")), kept, fetched.missing)


def _latest(bucket: S3Storage) -> str:
    found = max((each.key for each in bucket.list(DATABASES)), default=None)
    if found is None:
        raise BackupUnusable(f"no whole backup is at s3://{bucket.place}")
    return found


def fetch_pictures(
    storage: LocalStorage,
    bucket: S3Storage,
    keys: Iterable[str],
    *,
    stop: threading.Event,
    on_object: OnObject = lambda count: None,
) -> RestoreReport:
    """Store those of keys that the bucket has and the site has not; return the report.

    Raises BackupUnusable for a damaged picture, StorageError, Stopped.
    """
    wanted, objects = set(keys), 0

    def fetch(picture: StoredPicture) -> None:
        if stop.is_set():
            raise Stopped
        _fetch(picture, storage, bucket)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for chunk in in_chunks(each for each in stored_pictures(bucket) if each.key in wanted):
            for _ in threads.map(fetch, chunk):
                objects += 1
                on_object(1)
            wanted -= {each.key for each in chunk}
    return RestoreReport(objects, "", None, tuple(sorted(wanted)))


def _fetch(picture: StoredPicture, storage: LocalStorage, bucket: S3Storage) -> None:
    try:
        if sha256_of(storage.get(picture.key)) == picture.digest:
            return
    except ObjectNotFound:
        pass
    body = bucket.get(picture.place)
    if sha256_of(body) != picture.digest:
        raise BackupUnusable(f"{picture.place} is damaged")
    is_variant = picture.key.startswith("posters/")
    storage.put(picture.key, body, content_type=type_of(picture.key), public=is_variant)
