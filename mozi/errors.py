"""The errors that Mozi raises on purpose, one class for each way in which a caller reacts.

MoziError
├── SettingsError          the start stops; every fault is printed on a line of its own
├── MovieNotFound          404
├── MediaNotFound          404: an address asks for a variant that is not in the list of recipes
├── FilterNotFound         404: an address filters by what no movie has or can have
├── BadArguments           400: an address of the API asks for what cannot be
├── Moved                  301 to where the page is
├── NoPosterSource         404 for a poster; a page shows the title's tile
├── SourceError            the source's own fault: remembered, left alone for a growing while
│   ├── SourceUnavailable  the bytes could not be had
│   └── UnreadableSource   the bytes are no picture that Mozi accepts; an upload is refused
├── StorageError           ours or the storage's fault: said in the log, never held against a source
│   ├── ObjectNotFound     this key is not there; the caller falls back
│   ├── ForeignStorage     another database has marked it as its own: nothing is deleted there
│   └── NotPublic          visitors could not read it: nothing is published
├── QueueError             the queue of posters to build cannot be used: they are built on demand
├── Busy                   come back in a moment: 503 with Retry-After
├── BuildAbandoned         what was built must not be published any more (lease or source moved on)
├── ImportRejected         rows of an import file that cannot be taken, each with its reason
├── PreviewOutdated        an import would do something else by now: it is looked at once more
└── DraftNotFound          404: no file waits under this name to be imported, or not for long enough
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mozi.messages import Message


class MoziError(Exception):
    """The root of the family; never raised itself."""


class SettingsError(MoziError):
    """Environment variables that cannot be used.

    faults: one sentence each, naming the variable, what it held and what it takes.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class MovieNotFound(MoziError):
    """There is no movie with this id."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"There is no movie {movie_id}.")
        self.movie_id = movie_id


class HistoryEntryNotFound(MoziError):
    """The movie's history holds no such entry that could be undone."""

    def __init__(self, movie_id: int, entry_id: int) -> None:
        super().__init__(
            f"Movie {movie_id} has no entry {entry_id} in its history that changed anything."
        )


class MediaNotFound(MoziError):
    """No recipe has this name."""

    def __init__(self, media: str) -> None:
        super().__init__(f"There is no variant called {media!r}.")
        self.media = media


class FilterNotFound(MoziError):
    """No movie has this, or can have it; name: "kind", "genre" or "age"."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"There is no {name} {value!r} to filter by.")
        self.name = name
        self.value = value


class BadArguments(MoziError):
    """Arguments of an address that cannot be used; faults: the reason by argument."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name} {reason}" for name, reason in faults.items()))
        self.faults = faults


class Moved(MoziError):
    """What is asked for has another address: location, an absolute path."""

    def __init__(self, location: str) -> None:
        super().__init__(f"It is at {location}.")
        self.location = location


class NoPosterSource(MoziError):
    """The movie has neither an upload nor an address that a poster could come from."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"Movie {movie_id} has no poster source.")
        self.movie_id = movie_id


class SourceError(MoziError):
    """A source cannot be used, and that is its own fault.

    message: why, with its code ("http_status", "timed_out", …) and its data as JSON can hold it.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class SourceUnavailable(SourceError):
    """The bytes could not be had: refused, gone, too slow, too large, a forbidden address."""


class UnreadableSource(SourceError):
    """The bytes are none of the accepted formats, are cut short, or have too many pixels."""


class StorageError(MoziError):
    """The storage did not do what was asked, through no fault of the object.

    code: the service's own word for it ("AccessDenied"), "" where there is none.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ObjectNotFound(StorageError):
    """No object has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The storage has no object {key}.")
        self.key = key


class NotPublic(StorageError):
    """An object that visitors must be able to read cannot be read without credentials."""


class ForeignStorage(StorageError):
    """The storage is another database's; owner and us: the two, for people."""

    def __init__(self, owner: str, us: str) -> None:
        super().__init__(
            f"Refused: the storage is marked as another database's ({owner}), and this"
            f" is {us}. If this database has taken its place, say so once: flask prune-posters"
            " --take-over."
        )
        self.owner = owner
        self.us = us


class QueueError(MoziError):
    """The queue in Redis cannot be used, or holds what is none of ours."""


class Busy(MoziError):
    """As much is being done as may be; the same request can succeed a little later.

    retry_after_s: whole seconds after which asking again makes sense.
    """

    def __init__(self, message: str, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BuildAbandoned(MoziError):
    """A build lost its lease, outlived its deadline, or its source was replaced meanwhile."""


class BackupUnusable(MoziError):
    """A backup cannot be used, or not made; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class RowFault:
    """One thing that is wrong with one row of an import file.

    row: counted as a person reads the file, 1 for the first row after a CSV's heading
    or for the first object of a JSON array; 0 where the file as a whole is meant.
    column: "" where the row as a whole is meant. title: of the row, if it could be read.
    """

    row: int
    column: str
    reason: Message
    title: str = ""

    def __str__(self) -> str:
        title = f" ({self.title})" if self.title else ""
        row = f"row {self.row}{title}: " if self.row else ""
        return f"{row}{self.column} {self.reason}" if self.column else f"{row}{self.reason}"


class ImportRejected(MoziError):
    """An import file, or rows of it, cannot be taken; nothing was written."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class PreviewOutdated(MoziError):
    """What was agreed to is not what the import would do by now; nothing was written."""


class DraftNotFound(MoziError):
    """No file waits to be imported under this name, for this admin."""
