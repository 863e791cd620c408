"""Where objects live: one protocol, two implementations (s3, local)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# 290304000 s is 9.2 years; an object's bytes never change, so nobody need ever ask again.
IMMUTABLE = "public, max-age=290304000, immutable"


@dataclass(frozen=True)
class StoredObject:
    """One row of a listing: the key, without S3_PREFIX; bytes; when it was stored (aware, UTC)."""

    key: str
    size_bytes: int
    stored_at: datetime


class Storage(Protocol):
    """Objects by key. Keys are ASCII paths such as `posters/7-kontroll.thumb.<digest>.jpg`.

    Every method raises StorageError when the storage fails; none of boto3's or the file
    system's own errors leaves an implementation. One set of contract tests runs on each.
    """

    def put(self, key: str, body: bytes, *, content_type: str, public: bool) -> None:
        """Store body under key; the same key again is the same object.

        public: readable by anyone, with the IMMUTABLE cache life. Raises NotPublic where
        the storage took the object but visitors would not get it.
        """

    def get(self, key: str) -> bytes:
        """Return the object's bytes; raises ObjectNotFound."""

    def exists(self, key: str) -> bool:
        """Return whether there is such an object."""

    def delete(self, key: str) -> None:
        """Delete the object; deleting what is not there is fine."""

    def url(self, key: str) -> str:
        """Return the address by which visitors reach a public object."""

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose key starts with prefix, a page of the listing at a time."""
