"""The storage of objects: one protocol, two implementations (s3, local)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mozi.errors import StorageError

# 290304000 s is 9.2 years; an object's bytes never change, so no client needs to ask again.
IMMUTABLE = "public, max-age=290304000, immutable"

# Printable ASCII without / and \, and no dot in front: no part of a key can be "..", a hidden
# file, or the temporary file of a writer.
_PART = r"(?!\.)[ -.0-\[\]-~]+"
_KEY = re.compile(rf"{_PART}(/{_PART})*")
_KEY_LENGTH = 900  # S3 allows 1024 bytes, S3_PREFIX included

_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}


@dataclass(frozen=True)
class StoredObject:
    """One row of a listing: the key, without S3_PREFIX; bytes; when it was stored (aware, UTC)."""

    key: str
    size_bytes: int
    stored_at: datetime


@dataclass(frozen=True)
class ObjectHeaders:
    """The Content-Type and Cache-Control that visitors get with an object; "": none.

    sha256: of its bytes, as the storage has kept it; "" where it keeps none.
    """

    content_type: str
    cache_control: str
    sha256: str = ""


class Storage(Protocol):
    """Objects by key. Keys are ASCII paths such as `posters/7-kontroll.thumb.<digest>.jpg`.

    Every method raises StorageError if the storage fails or the key is not valid; the errors of
    boto3 and the file system never leave an implementation. One set of contract tests runs on
    each.
    """

    def put(self, key: str, body: bytes, *, content_type: str, public: bool) -> None:
        """Store body under key; the same key again is the same object.

        public: readable by everyone, with the IMMUTABLE cache life. Raises NotPublic if the
        object is stored but visitors could not read it.
        """

    def get(self, key: str) -> bytes:
        """Return the object's bytes; raises ObjectNotFound."""

    def exists(self, key: str) -> bool:
        """Return whether there is such an object."""

    def headers(self, key: str) -> ObjectHeaders:
        """Return the headers that visitors get with the object; raises ObjectNotFound."""

    def delete(self, key: str) -> None:
        """Delete the object; a missing object is no error."""

    def url(self, key: str) -> str:
        """Return the public address of an object, without any request."""

    def origins(self) -> tuple[str, ...]:
        """Return the origins of public addresses; () if they are the site's own.

        Behind a CDN the bucket's own comes second, since records from before the CDN name it.
        """

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose key starts with prefix, in no particular order.

        Only one page of the listing is in memory. Names that are no keys are left out.
        """


def is_key(text: str) -> bool:
    """Return whether text is a relative path that cannot lead out of a folder."""
    return len(text) <= _KEY_LENGTH and _KEY.fullmatch(text) is not None


def type_of(key: str) -> str:
    """Return the media type of a picture by the ending of its key."""
    return _TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def checked_key(key: str) -> str:
    """Return key; raises StorageError if it is not valid."""
    if not is_key(key):
        raise StorageError(f"{key!r} is not the key of an object.")
    return key
