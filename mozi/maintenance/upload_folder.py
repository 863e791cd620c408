"""An old site's upload folder: which file is which movie's poster. Reads names and files only."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from mozi.posters.messages import unreadable

# "7.jpg", "7-kontroll.jpg"; the content decides what it is, not the ending.
_NAME = re.compile(r"0*([1-9][0-9]{0,8})(-.*)?\.[^.]+", re.DOTALL)
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
NOT_NAMED = "its name does not begin with a movie's id, as in 7.jpg or 7-kontroll.jpg"


@dataclass(frozen=True)
class Left:
    """A file that is not taken, and why; movie_id: None where its name tells none."""

    file: str
    reason: str
    movie_id: int | None = None

    def __str__(self) -> str:
        return f"{printable(self.file)}: {self.reason}"


@dataclass
class Folder:
    """What a folder holds: one file a movie; skipped: nothing wrong; failed: look at it."""

    files: dict[int, str] = field(default_factory=dict)
    skipped: list[Left] = field(default_factory=list)
    failed: list[Left] = field(default_factory=list)


def read_folder(path: Path) -> Folder:
    """Return what the folder holds; of several files of one movie the newest is taken.

    Subfolders are not entered and links not followed. Raises OSError.
    """
    folder, changed = Folder(), dict[int, tuple[int, str]]()
    with os.scandir(path) as entries:
        for entry in entries:
            _sort_in(folder, changed, entry)
    folder.files = {movie_id: changed[movie_id][1] for movie_id in sorted(changed)}
    return folder


def _sort_in(folder: Folder, changed: dict[int, tuple[int, str]], entry: os.DirEntry[str]) -> None:
    if entry.name.startswith(".") or entry.name.lower() in _OF_THE_SYSTEM:
        return
    if entry.is_dir(follow_symlinks=False):
        folder.skipped.append(Left(entry.name, "a folder, which is not looked into"))
        return
    found = _NAME.fullmatch(entry.name)
    if found is None:
        folder.failed.append(Left(entry.name, NOT_NAMED))
        return
    movie_id, new = int(found[1]), (_changed_at(entry), entry.name)
    if movie_id in changed:
        older, new = sorted((changed[movie_id], new))
        reason = f"an older one of movie {movie_id} than {printable(new[1])}"
        folder.skipped.append(Left(older[1], reason, movie_id))
    changed[movie_id] = new


def _changed_at(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """Return the file's bytes; raises UnreadableSource where it is no file or too large.

    Opened so that neither a link nor a pipe can lead astray or be waited for.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise unreadable("no_file")
            return file.read(max_bytes + 1)  # one more than allowed tells that it is too large
    except OSError as error:
        raise unreadable("unreadable_file", reason=error.strerror or "") from error


def printable(name: str) -> str:
    """Return a file's name for a terminal: whatever could steer one is spelt out."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name
    )
