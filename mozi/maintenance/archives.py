"""One file that holds many, each with its digest, and an end that proves it whole: a tar.

Any tar can list and unpack it; Mozi itself takes nothing from one that is not as it was
written. Read and written a piece at a time, so memory does not grow with it.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mozi.errors import BackupUnusable
from mozi.units import MIB

FORMAT = "mozi backup 1"
END = "complete.json"
DIGEST = "MOZI.sha256"
PIECE_BYTES = MIB
LONGEST_END_BYTES = 10_000


class ArchiveWriter:
    """Writes members into an open file; nothing counts until end() was called."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self.count = 0
        self.size_bytes = 0

    def add(self, name: str, path: Path) -> None:
        """Add a file under name, with its digest; raises OSError."""
        with path.open("rb") as body:
            self._add(name, body, _digest_of(body), path.stat().st_size)

    def end(self, **facts: Any) -> None:
        """Add the end, which says how many members there are, and close the archive."""
        whole = {"format": FORMAT, "members": self.count, "bytes": self.size_bytes, **facts}
        body = json.dumps(whole, indent=2).encode()
        self._add(END, io.BytesIO(body), hashlib.sha256(body).hexdigest(), len(body))
        self._tar.close()

    def _add(self, name: str, body: IO[bytes], digest: str, size_bytes: int) -> None:
        body.seek(0)
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.pax_headers = size_bytes, 0o600, {DIGEST: digest}
        self._tar.addfile(member, body)
        _forget_members(self._tar)
        self.count += 1
        self.size_bytes += size_bytes


class Member:
    """One member while the archive is read: its name, and its body in pieces."""

    def __init__(self, tar: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.name = info.name
        self.size_bytes = info.size
        self._digest = info.pax_headers.get(DIGEST)
        self._body = tar.extractfile(info)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body; raises BackupUnusable at its end where the digest is another."""
        digest = hashlib.sha256()
        while self._body is not None and (piece := self._body.read(PIECE_BYTES)):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != self._digest:
            raise BackupUnusable(f"{self.name!r} is damaged")

    def body(self) -> bytes:
        """Return the whole body; raises BackupUnusable."""
        return b"".join(self.pieces())

    def copy_to(self, path: Path) -> None:
        """Write the body to a new file; raises BackupUnusable, OSError."""
        with path.open("xb") as file:
            for piece in self.pieces():
                file.write(piece)


@contextmanager
def open_archive(path: Path) -> Iterator[Iterator[Member]]:
    """Give the members one after another; raises BackupUnusable for what is no archive."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield _members(tar)
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise BackupUnusable(f"it is no backup, or was cut short ({error})") from error


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    while (info := tar.next()) is not None:
        if not info.isreg() or info.issparse():
            raise BackupUnusable(f"{info.name!r} is no plain file")
        yield Member(tar, info)
        _forget_members(tar)


def check_archive(path: Path, *, may_hold: Callable[[str], bool]) -> dict[str, Any]:
    """Return what the end says, having read every byte; raises BackupUnusable, OSError.

    may_hold: whether a member may have this name.
    """
    count = size_bytes = 0
    with open_archive(path) as members:
        for member in members:
            if member.name == END:
                return _checked_end(member, count, size_bytes)
            if not may_hold(member.name):
                raise BackupUnusable(f"{member.name!r} is not what a backup holds")
            for piece in member.pieces():
                size_bytes += len(piece)
            count += 1
    raise BackupUnusable("it has no end: it was cut short, or is no backup")


def _checked_end(member: Member, count: int, size_bytes: int) -> dict[str, Any]:
    if member.size_bytes > LONGEST_END_BYTES:
        raise BackupUnusable("its end is too long")
    end = json.loads(member.body())
    if not isinstance(end, dict) or end.get("format") != FORMAT:
        raise BackupUnusable(f"its format is another than {FORMAT!r}")
    if (end.get("members"), end.get("bytes")) != (count, size_bytes):
        raise BackupUnusable("members are missing")
    return end


def _forget_members(tar: tarfile.TarFile) -> None:
    """Drop what tarfile remembers of each member, so that memory stays flat."""
    tar.members.clear()  # type: ignore[attr-defined]  # its stubs leave it out


def _digest_of(body: Any) -> str:
    return hashlib.file_digest(body, "sha256").hexdigest()
