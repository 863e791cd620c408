"""Makes an upload the wanted source: checks and decodes it, stores it privately, records it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mozi.database import writing
from mozi.errors import BuildAbandoned, Busy, UnreadableSource
from mozi.models import RetiredObject
from mozi.posters.gc.ownership import ensure_marked
from mozi.posters.gc.tombstones import database_time, refuse_tombstoned
from mozi.posters.imaging import decode, read_header
from mozi.posters.keys import original_key
from mozi.posters.messages import unreadable
from mozi.posters.source import set_source_original
from mozi.storage import Storage
from mozi.units import MIB

TRIES = 10  # pruning holds a key for about a second
PAUSE_S = 0.5


def take_upload(
    storage: Storage, movie_id: int, body: bytes, *, max_bytes: int, max_pixels: int
) -> str:
    """Make body the movie's wanted poster; return the original's key.

    Raises UnreadableSource if it is too large or no picture, MovieNotFound, StorageError or
    Busy; then nothing has changed and the old poster stays. The variants are built on their
    first hit, or by warm-posters.
    """
    upload = checked_upload(body, max_bytes=max_bytes, max_pixels=max_pixels)

    def record(session: Session, stored: StoredUpload) -> None:
        refuse_tombstoned(session.connection(), [stored.key], stored_from=stored.stored_from)
        set_source_original(session, movie_id, stored.key)

    store_upload(storage, upload, record=record)
    return upload.key


@dataclass(frozen=True)
class Upload:
    """A file that is a picture, and the key that its bytes give it. size: upright, in pixels."""

    body: bytes
    key: str
    content_type: str
    size: tuple[int, int]


def checked_upload(body: bytes, *, max_bytes: int, max_pixels: int) -> Upload:
    """Return body as an upload; raises UnreadableSource if it is too large or no picture."""
    if len(body) > max_bytes:
        raise too_large(len(body), max_bytes=max_bytes)
    header = read_header(body, max_pixels=max_pixels)
    decoded = decode(body, max_pixels=max_pixels)  # a header alone proves nothing
    size = (decoded.width_px, decoded.height_px)
    return Upload(body, original_key(body, header.extension), header.content_type, size)


def too_large(size_bytes: int, *, max_bytes: int) -> UnreadableSource:
    """Return the error for a file of more than max_bytes."""
    return unreadable("file_too_large", mib=size_bytes / MIB, max_mib=max_bytes / MIB)


@dataclass(frozen=True)
class StoredUpload:
    """An upload that no poster uses yet. stored_from: the database's clock before it was stored.

    The caller that records the key passes both to refuse_tombstoned.
    """

    key: str
    stored_from: float


def keep_upload(storage: Storage, upload: Upload) -> StoredUpload:
    """Store the upload as an original that no poster uses yet; return its key and time.

    It is recorded as a retired object: if its form is never sent, prune-posters deletes it later,
    and check-posters does not report it. Raises StorageError.
    """
    ensure_marked(storage)
    stored = StoredUpload(upload.key, database_time())
    with writing() as session:
        session.add(RetiredObject(object_key=stored.key, retired_at=stored.stored_from))
    storage.put(upload.key, upload.body, content_type=upload.content_type, public=False)
    return stored


def store_upload(
    storage: Storage, upload: Upload, *, record: Callable[[Session, StoredUpload], object]
) -> None:
    """Store the upload, then record it; again if pruning was just deleting the same key.

    record: writes the key to its poster's row; its transaction is committed afterwards. Raises
    StorageError, Busy, or what record raises.
    """
    for attempt in range(TRIES):
        stored = keep_upload(storage, upload)
        try:
            with writing() as session:
                record(session, stored)
            return
        except BuildAbandoned as error:
            if attempt == TRIES - 1:
                raise Busy(str(error)) from error
            time.sleep(PAUSE_S)
