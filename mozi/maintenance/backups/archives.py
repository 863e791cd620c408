"""The file format of a backup: a tar with the digest of each member and a closing member.

Any tar program can list and unpack it. Mozi reads only archives that are complete and
unchanged. Bodies are read and written in pieces, so memory does not grow with the archive.
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
    """Writes members into an open file; the archive is valid only after end()."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self.count = 0
        self.size_bytes = 0

    def add(self, name: str, path: Path) -> None:
        """Add a file and its digest under name; raises OSError."""
        with path.open("rb") as body:
            self._add(name, body, _digest_of(body), path.stat().st_size)

    def end(self, **facts: Any) -> None:
        """Add the closing member with the number of members and the facts; close the archive."""
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
    """One member of an archive that is being read."""

    def __init__(self, tar: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.name = info.name
        self.size_bytes = info.size
        self._digest = info.pax_headers.get(DIGEST)
        self._body = tar.extractfile(info)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in pieces; raises BackupUnusable at its end if the digest differs."""
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
    """Give an iterator over the members; raises BackupUnusable if the file is no archive."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield _members(tar)
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise BackupUnusable(f"it is not a backup, or it is incomplete ({error})") from error


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    while (info := tar.next()) is not None:
        if not info.isreg() or info.issparse():
            raise BackupUnusable(f"{info.name!r} is not a plain file")
        yield Member(tar, info)
        _forget_members(tar)


def check_archive(path: Path, *, may_hold: Callable[[str], bool]) -> dict[str, Any]:
    """Read every byte and return the closing member; raises BackupUnusable, OSError.

    may_hold: returns whether a member may have this name.
    """
    count = size_bytes = 0
    with open_archive(path) as members:
        for member in members:
            if member.name == END:
                return _checked_end(member, count, size_bytes)
            if not may_hold(member.name):
                raise BackupUnusable(f"{member.name!r} does not belong into a backup")
            for piece in member.pieces():
                size_bytes += len(piece)
            count += 1
    raise BackupUnusable("it is incomplete, or not a backup")


def _checked_end(member: Member, count: int, size_bytes: int) -> dict[str, Any]:
    if member.size_bytes > LONGEST_END_BYTES:
        raise BackupUnusable("its last member is too long")
    end = json.loads(member.body())
    if not isinstance(end, dict) or end.get("format") != FORMAT:
        raise BackupUnusable(f"its format is not {FORMAT!r}")
    if (end.get("members"), end.get("bytes")) != (count, size_bytes):
        raise BackupUnusable("members are missing")
    return end


def _forget_members(tar: tarfile.TarFile) -> None:
    """Empty tarfile's list of members, so that memory stays flat."""
    tar.members.clear()  # type: ignore[attr-defined]  # its stubs leave it out


def _digest_of(body: Any) -> str:
    return hashlib.file_digest(body, "sha256").hexdigest()
