"""Objects as files in a folder, for the embedded default and for tests.

A file appears whole or not at all: it is written under a temporary name and then renamed. The
temporary name begins with a dot, so it is never a key, and a killed writer leaves no object.
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
    """The storage in a folder, which the first put makes.

    The route /media serves only the objects under posters/.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Return the real path of the folder, links resolved."""
        return Path(os.path.realpath(self._folder))

    def put(self, key: str, body: bytes, *, content_type: str, public: bool) -> None:
        """Store body under key, whole or not at all, and sync it to the disk."""
        path = self.path_of(key)
        with _translated("stored", key):
            try:
                _write_atomically(path, body)
            except FileNotFoundError:  # the first object in this folder
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_atomically(path, body)

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
        """Return the headers that /media sends: a file has none of its own."""
        if not self.exists(key):
            raise ObjectNotFound(key)
        return ObjectHeaders(type_of(key), IMMUTABLE)

    def delete(self, key: str) -> None:
        """Delete the file; its folder stays."""
        with _translated("deleted", key):
            try:
                self.path_of(key).unlink()
            except _NO_FILE:
                return

    def url(self, key: str) -> str:
        """Return the path that the route /media serves."""
        return f"/media/{quote(checked_key(key))}"

    def origins(self) -> tuple[str, ...]:
        """Return (): the site serves the files itself."""
        return ()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the files whose key starts with prefix; symbolic links are not followed."""
        folder = prefix.rpartition("/")[0]
        with _translated("listed", prefix):
            start = self.path_of(folder) if folder else self._folder
            above = len(str(self._folder)) + 1
            for entry in _files_below(str(start)):
                key = entry.path[above:]
                if key.startswith(prefix) and is_key(key):
                    yield from _stored_object(key, entry)

    def path_of(self, key: str) -> Path:
        """Return the path of the object, stored or not; raises StorageError for a link.

        A symbolic link below the folder is refused, wherever it leads. The folder itself may be
        one, for example to another disk.
        """
        path = str(self._folder)
        for part in checked_key(key).split("/"):
            path = f"{path}/{part}"
            if os.path.islink(path):
                raise StorageError(f"The key {key} leads through a symbolic link.")
        return Path(path)


def _write_atomically(path: Path, body: bytes) -> None:
    """Write to a temporary file and rename it; raises OSError and then leaves no file."""
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
    """Write the whole body: one write may write less, for example on a full disk."""
    left = memoryview(body)
    while left:
        left = left[file.write(left) :]


def _sync_folder(folder: Path) -> None:
    """Sync the new name: after a power cut no row may be left without its object."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files_below(folder: str) -> Iterator[os.DirEntry[str]]:
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
    """Yield the row of a listing, or nothing if the file was deleted meanwhile."""
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
