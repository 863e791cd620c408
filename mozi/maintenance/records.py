"""The records of stored objects: reads them in chunks, and corrects those that are wrong.

Each chunk starts after the last row of the one before, not at an OFFSET, so all chunks cost the
same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mozi.database import reading, writing
from mozi.models import POSTERS, VARIANTS
from mozi.posters.build.leases import release_lease, take_lease
from mozi.storage import Storage

CHUNK = 500
ORIGINAL = "original"


@dataclass(frozen=True)
class Record:
    """A row that refers to an object. media: a variant's, or ORIGINAL, which has no url."""

    movie_id: int
    media: str
    key: str
    url: str | None = None
    uploaded: bool = False

    def __str__(self) -> str:
        return f"{self.media} of movie {self.movie_id}"


def records() -> Iterator[list[Record]]:
    """Yield all records in chunks: first the variants, then the originals."""
    yield from _variants()
    yield from _originals()


def _variants() -> Iterator[list[Record]]:
    place = tuple_(VARIANTS.c.movie_id, VARIANTS.c.media)
    columns = (VARIANTS.c.movie_id, VARIANTS.c.media, VARIANTS.c.object_key, VARIANTS.c.url)
    query = select(*columns).order_by(*columns[:2]).limit(CHUNK)
    rows = _rows(query)
    while rows:
        yield [Record(*row) for row in rows]
        rows = _rows(query.where(place > (rows[-1].movie_id, rows[-1].media)))


def _originals() -> Iterator[list[Record]]:
    names = ("movie_id", "original_key", "shown_original_key", "uploaded")
    columns = [POSTERS.c[name] for name in names]
    kept = or_(POSTERS.c.original_key.is_not(None), POSTERS.c.shown_original_key.is_not(None))
    query = select(*columns).where(kept).order_by(POSTERS.c.movie_id).limit(CHUNK)
    rows = _rows(query)
    while rows:
        yield [record for row in rows for record in _originals_of(row)]
        rows = _rows(query.where(POSTERS.c.movie_id > rows[-1].movie_id))


def _rows(query: Any) -> Sequence[Any]:
    with reading() as session:
        return session.execute(query).all()


def _originals_of(row: Any) -> Iterator[Record]:
    for key in dict.fromkeys((row.original_key, row.shown_original_key)):
        if key is not None:
            uploaded = row.uploaded and key == row.original_key
            yield Record(row.movie_id, ORIGINAL, key, uploaded=uploaded)


def rewrite_url(record: Record, url: str) -> bool:
    """Set a variant's address; return False if the row has changed since it was read."""
    with writing() as session:
        changed = session.execute(_of(record, update(VARIANTS).values(url=url)))
        return bool(changed.first())


def forget(record: Record, storage: Storage) -> bool:
    """Delete a record whose object is gone; return False if the poster is being built.

    The poster's lease keeps a build from storing the object at the same time; under it the
    object is looked for once more. A build that holds the lease stores what is missing itself.
    """
    lease = take_lease(record.movie_id)
    if lease is None and _has_poster(record.movie_id):
        return False
    try:
        if storage.exists(record.key):
            return True
        with writing() as session:
            _forget(session, record)
        return True
    finally:
        if lease is not None:
            release_lease(lease)


def _has_poster(movie_id: int) -> bool:
    with reading() as session:
        found = select(POSTERS.c.movie_id).where(POSTERS.c.movie_id == movie_id)
        return session.execute(found).first() is not None


def _forget(session: Session, record: Record) -> None:
    """Delete the record, so that the variant is built again or the original fetched again."""
    if record.media != ORIGINAL:
        session.execute(_of(record, delete(VARIANTS)))
        return
    for column, cleared in (
        (POSTERS.c.original_key, {"original_key": None, "uploaded": False}),
        (POSTERS.c.shown_original_key, {"shown_original_key": None}),
    ):
        of_movie = (POSTERS.c.movie_id == record.movie_id, column == record.key)
        session.execute(update(POSTERS).where(*of_movie).values(**cleared))


def _of(record: Record, statement: Any) -> Any:
    """Limit the statement to the variant's row as it was read."""
    return statement.where(
        VARIANTS.c.movie_id == record.movie_id,
        VARIANTS.c.media == record.media,
        VARIANTS.c.object_key == record.key,
        VARIANTS.c.url == record.url,
    ).returning(VARIANTS.c.movie_id)
