"""What a build writes: the original's key, the published set, a failure. Short transactions.

Each is a compare-and-set on what the build began with, so a build that was overtaken, or whose
source was replaced meanwhile, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Update, bindparam, delete, insert, or_, select, update

from mozi import clock
from mozi.database import writing, writing_rows
from mozi.errors import BuildAbandoned, SourceError
from mozi.models import POSTERS, VARIANTS, Poster
from mozi.posters.build.leases import Lease
from mozi.posters.gc.tombstones import refuse_tombstoned
from mozi.posters.queries import LONGEST_PAUSE_S, PosterState
from mozi.posters.recipes import Recipe

NO_FAILURE: dict[str, Any] = {
    "failures": 0,
    "failure_code": None,
    "failure_message": None,
    "failure_data": None,
    "failed_at": None,
    "retry_at": None,
}


# Put together once: see leases.py.
_OWNED = (
    update(POSTERS)
    .where(
        POSTERS.c.movie_id == bindparam("movie"),
        POSTERS.c.source_number == bindparam("number"),
        POSTERS.c.lease_owner == bindparam("owner"),
    )
    .returning(POSTERS.c.movie_id)
)
_KEEP_ORIGINAL = _OWNED.values(original_key=bindparam("original"))
_SHOW = _OWNED.values(
    shown_original_key=bindparam("original"), lease_owner=None, lease_until=None, **NO_FAILURE
)
_ADD_VARIANT = insert(VARIANTS)


@dataclass(frozen=True)
class StoredVariant:
    """A variant that is in the storage but that no page knows of yet. Sizes in pixels, bytes.

    preview: a data address of its few pixels, for the time until it has come.
    """

    recipe: Recipe
    object_key: str
    url: str
    width_px: int
    height_px: int
    size_bytes: int
    preview: str


def record_original(lease: Lease, state: PosterState, key: str) -> None:
    """Remember the stored original of the wanted source: it is never fetched again."""
    with writing_rows() as connection:
        _still_wanted(connection, _KEEP_ORIGINAL, lease, state, original_key=key)
        refuse_tombstoned(connection, [key], stored_from=lease.began_at)


def publish(
    lease: Lease, state: PosterState, *, original_key: str, stored: Sequence[StoredVariant]
) -> None:
    """Make the stored variants the ones that pages link, and give the lease back: one transaction.

    Raises BuildAbandoned, having written nothing, when another source is wanted by now, somebody
    else builds this poster, or a sweep has just deleted what was stored. Variants of an earlier
    source all go at once. state was read under the lease, so its variants are those of the table:
    whoever publishes has it.
    """
    with writing_rows() as connection:
        _still_wanted(connection, _SHOW, lease, state, original_key=original_key)
        keys = [variant.object_key for variant in stored]
        refuse_tombstoned(connection, [original_key, *keys], stored_from=lease.began_at)
        if state.variants:
            _make_room(connection, state, stored)
        connection.execute(_ADD_VARIANT, [_row(state, variant) for variant in stored])


def _make_room(connection: Connection, state: PosterState, stored: Sequence[StoredVariant]) -> None:
    """Drop the variants that stored replaces, and whatever is of an earlier source."""
    built = [variant.recipe.media for variant in stored]
    connection.execute(
        delete(VARIANTS).where(
            VARIANTS.c.movie_id == state.movie_id,
            or_(VARIANTS.c.source_number != state.source_number, VARIANTS.c.media.in_(built)),
        )
    )


def _row(state: PosterState, variant: StoredVariant) -> dict[str, Any]:
    return {
        "movie_id": state.movie_id,
        "media": variant.recipe.media,
        "source_number": state.source_number,
        "recipe_version": variant.recipe.version,
        "object_key": variant.object_key,
        "url": variant.url,
        "width_px": variant.width_px,
        "height_px": variant.height_px,
        "size_bytes": variant.size_bytes,
        "preview": variant.preview,
    }


def _still_wanted(
    connection: Connection,
    statement: Update,
    lease: Lease,
    state: PosterState,
    *,
    original_key: str,
) -> None:
    """Run statement where this build still owns the poster and its source; the row stays locked."""
    now = {"movie": state.movie_id, "number": state.source_number, "owner": lease.owner}
    if connection.execute(statement, {**now, "original": original_key}).first() is None:
        raise BuildAbandoned(f"The source of poster {state.movie_id} was replaced meanwhile.")


def record_failure(state: PosterState, error: SourceError, *, first_pause_s: float) -> None:
    """Remember why the source cannot be used, unless it was replaced or is to be tried again.

    The pause begins at first_pause_s and doubles with each further failure, up to a day.
    """
    unchanged = (
        Poster.movie_id == state.movie_id,
        Poster.source_number == state.source_number,
        Poster.attempt == state.attempt,
    )
    with writing() as session:
        poster = session.scalars(select(Poster).where(*unchanged).with_for_update()).first()
        if poster is None:
            return
        pause_s = min(first_pause_s * 2 ** min(poster.failures, 30), LONGEST_PAUSE_S)
        poster.failures += 1
        poster.failure_code = error.message.code
        poster.failure_message = str(error)
        poster.failure_data = dict(error.message.data)
        poster.failed_at = clock.now()
        poster.retry_at = clock.now() + timedelta(seconds=pause_s)


def try_again(movie_id: int) -> None:
    """Forget the failure, so that the next request builds; an older build cannot bring it back."""
    with writing() as session:
        session.execute(
            update(Poster)
            .where(Poster.movie_id == movie_id)
            .values(attempt=Poster.attempt + 1, **NO_FAILURE)
        )
