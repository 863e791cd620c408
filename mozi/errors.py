"""The errors that Mozi raises on purpose: one class for each way in which a caller reacts.

MoziError
├── SettingsError          the start stops; each fault is printed on a line of its own
├── MovieNotFound          404
├── EqualPremieres         422: a movie would have one premiere twice
├── NoPremiere             422: a movie would be left without a premiere
├── HistoryEntryNotFound   404: the history has no such entry to restore
├── BatchNotFound          404: no such change of many films can be undone any more
├── PersonNotFound         404: no film names such a person
├── ListNotFound           404: no list has this token
├── MediaNotFound          404: the address asks for a variant that has no recipe
├── FilterNotFound         404: the address filters by a value that no movie has
├── BadArguments           400: the API cannot use an argument
├── Moved                  301 to the right address
├── NoPosterSource         404 for a poster; a page shows the title's tile
├── SourceError            the source's own fault: recorded, and retried after a growing pause
│   ├── SourceUnavailable  the bytes did not arrive
│   └── UnreadableSource   the bytes are no picture that Mozi accepts; an upload is refused
├── StorageError           our fault or the storage's: logged, never recorded against a source
│   ├── ObjectNotFound     the key has no object; the caller falls back
│   ├── NotPublic          visitors could not read the object: nothing is published
│   └── ForeignStorage     another database has marked the storage: nothing is deleted there
├── QueueError             the build queue cannot be used: posters are built on demand
├── CatalogueError         TMDB cannot be used now: a run ends with this line
│   ├── CatalogueRefused   TMDB refuses the token
│   ├── CatalogueFailed    one answer did not come: that film is named as failed
│   │   └── CatalogueHasNone   TMDB answered, and has no such film
│   └── CatalogueGone      TMDB has no such film any more
├── ProposalNotFound       404: the question was answered, or withdrawn, meanwhile
├── Busy                   503 with Retry-After
├── BuildAbandoned         a build lost its lease or its source was replaced: no publishing
├── CopyRefused            a database cannot be copied there; the command says why
├── BackupUnusable         a backup cannot be made or restored; the command says why
├── ImportRejected         rows of an import file cannot be taken; each has its reason
├── PreviewOutdated        the import would now do something else: the admin sees it again
├── ImportStopped          the admin gave the running import up; nothing was written
└── DraftNotFound          404: the uploaded import file is unknown or too old
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mozi.messages import Message


class MoziError(Exception):
    """The base class; never raised itself."""


class SettingsError(MoziError):
    """Environment variables that cannot be used.

    faults: one sentence each, with the variable, what it held and what it takes.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class MovieNotFound(MoziError):
    """There is no movie with this id."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"There is no movie {movie_id}.")
        self.movie_id = movie_id


class EqualPremieres(MoziError):
    """A movie would have two premieres of one kind, date and precision."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title!r} would have the same premiere twice.")


class NoPremiere(MoziError):
    """A movie would be left without a premiere."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title!r} needs a premiere.")


class HistoryEntryNotFound(MoziError):
    """The movie's history has no such entry, or the entry changed nothing."""

    def __init__(self, movie_id: int, entry_id: int) -> None:
        super().__init__(
            f"Movie {movie_id} has no entry {entry_id} in its history that changed anything."
        )


class BatchNotFound(MoziError):
    """There is no such batch, or it is too old to be undone."""

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"There is no batch {batch_id} that can be undone.")


class PersonNotFound(MoziError):
    """No film names such a person."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"No film names a person {slug!r}.")


class ListNotFound(MoziError):
    """No list has this token, or it was forgotten."""

    def __init__(self) -> None:
        super().__init__("No list has this token.")


class MediaNotFound(MoziError):
    """No recipe has this name."""

    def __init__(self, media: str) -> None:
        super().__init__(f"There is no variant called {media!r}.")


class FilterNotFound(MoziError):
    """No movie has this value; name: "kind", "genre" or "age"."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"There is no {name} {value!r} to filter by.")
        self.name = name
        self.value = value


class BadArguments(MoziError):
    """The API cannot use these arguments; faults: the reason by argument."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name} {reason}" for name, reason in faults.items()))
        self.faults = faults


class Moved(MoziError):
    """The page has another address; location: an absolute path."""

    def __init__(self, location: str) -> None:
        super().__init__(f"It is at {location}.")
        self.location = location


class NoPosterSource(MoziError):
    """The movie has neither an upload nor a poster address."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"Movie {movie_id} has no poster source.")


class SourceError(MoziError):
    """The source cannot be used, by its own fault; message: the reason, with code and data."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class SourceUnavailable(SourceError):
    """The bytes did not arrive: refused, gone, too slow, too large, a forbidden address."""


class UnreadableSource(SourceError):
    """The bytes have no accepted format, are cut short, or have too many pixels."""


class StorageError(MoziError):
    """The storage failed. code: its own word for the reason ("AccessDenied"), or ""."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ObjectNotFound(StorageError):
    """No object has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The storage has no object {key}.")
        self.key = key


class NotPublic(StorageError):
    """The object is stored, but it cannot be read without credentials."""


class ForeignStorage(StorageError):
    """The storage belongs to another database; owner and us: the two, as text for people."""

    def __init__(self, owner: str, us: str) -> None:
        super().__init__(
            f"Refused: the storage is marked as another database's ({owner}), and this"
            f" is {us}. If this database has replaced it, run once: flask prune-posters"
            " --take-over."
        )


class QueueError(MoziError):
    """The queue in Redis cannot be used, or holds something that Mozi did not put there."""


class CatalogueError(MoziError):
    """TMDB cannot be used; the message is a sentence for operators."""


class CatalogueRefused(CatalogueError):
    """TMDB refuses the token, or asks to wait for very long."""


class CatalogueFailed(CatalogueError):
    """A request got no usable answer, however often it was tried."""


class CatalogueHasNone(CatalogueFailed):
    """The catalogue answered, and has no film of this title at that time."""


class CatalogueGone(CatalogueError):
    """TMDB has removed the film, or merged it with another (404 with status_code 34)."""


class ProposalNotFound(MoziError):
    """The question is no longer open."""

    def __init__(self, proposal_id: int) -> None:
        super().__init__(f"There is no open proposal {proposal_id}.")


class Busy(MoziError):
    """The limit of simultaneous work is reached; retry_after_s: when to try again."""

    def __init__(self, message: str, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BuildAbandoned(MoziError):
    """The build lost its lease, passed its deadline, or its source was replaced meanwhile."""


class CopyRefused(MoziError):
    """The database cannot be copied to the target; the message says why."""


class BackupUnusable(MoziError):
    """A backup cannot be made or restored; the message is the end of a sentence."""


@dataclass(frozen=True)
class RowFault:
    """One fault of one row of an import file.

    row: as a spreadsheet numbers it, a heading has 1; of a JSON array the first object has 1;
    0: the fault is the file's. column: "": the fault is the whole row's. title: the row's, if
    it could be read.
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
    """The import file, or some of its rows, cannot be taken; nothing was written."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class PreviewOutdated(MoziError):
    """The import would no longer do what the admin agreed to; nothing was written."""


class ImportStopped(MoziError):
    """The admin gave up the import that was running; nothing was written."""


class DraftNotFound(MoziError):
    """This admin has no import file waiting under this id."""
