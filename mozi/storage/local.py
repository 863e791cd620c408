"""Objects as files of one folder, for the embedded default and for tests.

A file appears whole or not at all: it is written beside its place, under a name that begins
with a dot and so is never a key, and moved there in one step. What a killed writer leaves
behind is thereby no object.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from urllib.parse import quote

from mozi.errors import ObjectNotFound, StorageError
from mozi.storage import IMMUTABLE, ObjectHeaders, StoredObject, checked_key, is_key, type_of

_NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStorage:
    """The storage in a folder; it is made by the first put.

    Everything in it has a key, but the route /media gives away only what is under posters/.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Return the real path of the folder, links resolved."""
        return Path(os.path.realpath(self._folder))

    def put(self, key: str, body: bytes, *, content_type: str, public: bool) -> None:
        """Store body under key, whole or not at all, on the disk before this returns."""
        path = self.path_of(key)
        with _translated("stored", key):
            try:
                _write_at_once(path, body)
            except FileNotFoundError:  # the first of its folder
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_at_once(path, body)

    def get(self, key: str) -> bytes:
        """Return the file's bytes; raises ObjectNotFound."""
        with _translated("read", key):
            try:
                return self.path_of(key).read_bytes()
            except _NO_FILE as error:
                raise ObjectNotFound(key) from error

    def exists(self, key: str) -> bool:
        """Return whether there is such a file."""
        with _translated("looked for", key):
            return self.path_of(key).is_file()

    def headers(self, key: str) -> ObjectHeaders:
        """Return what the route /media says of every variant: a file has no headers of its own."""
        if not self.exists(key):
            raise ObjectNotFound(key)
        return ObjectHeaders(type_of(key), IMMUTABLE)

    def delete(self, key: str) -> None:
        """Delete the file; its folder stays, as an empty folder is no object."""
        with _translated("deleted", key):
            try:
                self.path_of(key).unlink()
            except _NO_FILE:
                return

    def url(self, key: str) -> str:
        """Return the path that web.media serves."""
        return f"/media/{quote(checked_key(key))}"

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the files whose key starts with prefix; symbolic links are not followed."""
        folder = prefix.rpartition("/")[0]
        with _translated("listed", prefix):
            start = self.path_of(folder) if folder else self._folder
            for entry in _files_below(start):
                key = Path(entry.path).relative_to(self._folder).as_posix()
                if key.startswith(prefix) and is_key(key):
                    yield from _stored_object(key, entry)

    def path_of(self, key: str) -> Path:
        """Return where the object is, or would be; raises StorageError if not in the folder.

        A link anywhere below the folder is refused, wherever it leads; the folder itself
        may be one, to another disk say.
        """
        path = str(self._folder)
        for part in checked_key(key).split("/"):
            path = f"{path}/{part}"
            if os.path.islink(path):
                raise StorageError(f"The key {key} leads through a symbolic link.")
        return Path(path)


def _write_at_once(path: Path, body: bytes) -> None:
    """Write beside the place, then move there; raises OSError and leaves nothing behind."""
    beside = f"{path.parent}/.{secrets.token_hex(8)}.tmp"
    try:
        with open(beside, "xb", buffering=0) as file:
            _write_all(file, body)
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    _sync_folder(path.parent)


def _write_all(file: FileIO, body: bytes) -> None:
    """Write body whole: one write may take less, on a disk that fills up say."""
    left = memoryview(body)
    while left:
        left = left[file.write(left) :]


def _sync_folder(folder: Path) -> None:
    """Make the new name last: a row must not outlive a power cut that its object does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files_below(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry


def _stored_object(key: str, entry: os.DirEntry[str]) -> Iterator[StoredObject]:
    """Yield the row of a listing, or nothing if the file went away meanwhile."""
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    yield StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


@contextmanager
def _translated(done: str, key: str) -> Iterator[None]:
    """Turn the file system's errors into the storage's; done: "stored", "read", …"""
    try:
        yield
    except OSError as error:
        message = f"{key} could not be {done}: {error.strerror or error}."
        raise StorageError(message, code=errno.errorcode.get(error.errno or 0, "")) from error
