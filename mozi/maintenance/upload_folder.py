"""Reads an old site's upload folder: which file is the poster of which movie."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from mozi.posters.messages import unreadable

# "7.jpg", "7-kontroll.jpg"; the content decides the format, not the ending.
_NAME = re.compile(r"0*([1-9][0-9]{0,8})(-.*)?\.[^.]+", re.DOTALL)
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
NOT_NAMED = "its name does not begin with a movie's id, as in 7.jpg or 7-kontroll.jpg"


@dataclass(frozen=True)
class NotUploaded:
    """A file that is not uploaded, and why; movie_id: None if its name has none."""

    file: str
    reason: str
    movie_id: int | None = None

    def __str__(self) -> str:
        return f"{printable(self.file)}: {self.reason}"


@dataclass
class UploadFolder:
    """The files by movie, one each. skipped: nothing is wrong; failed: the operator should look."""

    files: dict[int, str] = field(default_factory=dict)
    skipped: list[NotUploaded] = field(default_factory=list)
    failed: list[NotUploaded] = field(default_factory=list)


def read_folder(path: Path) -> UploadFolder:
    """Return what the folder holds; the newest of several files of one movie wins.

    Subfolders are not entered, links not followed. Raises OSError.
    """
    folder, changed = UploadFolder(), dict[int, tuple[int, str]]()
    with os.scandir(path) as entries:
        for entry in entries:
            _add_entry(folder, changed, entry)
    folder.files = {movie_id: changed[movie_id][1] for movie_id in sorted(changed)}
    return folder


def _add_entry(
    folder: UploadFolder, changed: dict[int, tuple[int, str]], entry: os.DirEntry[str]
) -> None:
    if entry.name.startswith(".") or entry.name.lower() in _OF_THE_SYSTEM:
        return
    if entry.is_dir(follow_symlinks=False):
        folder.skipped.append(NotUploaded(entry.name, "a folder; subfolders are not read"))
        return
    found = _NAME.fullmatch(entry.name)
    if found is None:
        folder.failed.append(NotUploaded(entry.name, NOT_NAMED))
        return
    movie_id, new = int(found[1]), (_changed_at(entry), entry.name)
    if movie_id in changed:
        older, new = sorted((changed[movie_id], new))
        reason = f"older than {printable(new[1])}, which is of movie {movie_id} too"
        folder.skipped.append(NotUploaded(older[1], reason, movie_id))
    changed[movie_id] = new


def _changed_at(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """Return up to max_bytes + 1 of the file's bytes; raises UnreadableSource.

    One byte more than allowed tells the caller that the file is too large. A link is not
    followed and a pipe not waited for.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise unreadable("no_file")
            return file.read(max_bytes + 1)
    except OSError as error:
        raise unreadable("unreadable_file", reason=error.strerror or "") from error


def printable(name: str) -> str:
    """Return a file's name for a terminal, with control characters escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name
    )
