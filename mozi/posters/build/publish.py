"""Writes what a build has: the original's key, the published variants, a failure.

Each function is one short transaction that compares and sets: if another build has taken over,
or the source was replaced, nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Update, bindparam, delete, insert, or_, select, update

from mozi import clock
from mozi.database import writing, writing_rows
from mozi.errors import BuildAbandoned, SourceError
from mozi.models import POSTERS, VARIANTS, Poster
from mozi.posters.build.leases import Lease
from mozi.posters.gc.tombstones import refuse_tombstoned
from mozi.posters.queries import LONGEST_PAUSE_S, BuiltVariant, PosterState
from mozi.posters.recipes import Recipe

NO_FAILURE: dict[str, Any] = {
    "failures": 0,
    "failure_code": None,
    "failure_message": None,
    "failure_data": None,
    "failed_at": None,
    "retry_at": None,
}

# Compiled once: see leases.py.
_OWNED = (
    update(POSTERS)
    .where(
        POSTERS.c.movie_id == bindparam("movie"),
        POSTERS.c.source_number == bindparam("number"),
        POSTERS.c.lease_owner == bindparam("owner"),
    )
    .returning(POSTERS.c.movie_id)
)
_SET_ORIGINAL = _OWNED.values(original_key=bindparam("original"))
_PUBLISH_AND_RELEASE = _OWNED.values(
    original_key=bindparam("original"),
    shown_original_key=bindparam("original"),
    lease_owner=None,
    lease_until=None,
    **NO_FAILURE,
)
_ADD_VARIANT = insert(VARIANTS)


@dataclass(frozen=True)
class StoredVariant:
    """A variant that is stored but not published. Sizes in pixels and bytes.

    preview: a data URL of a tiny picture that pages show until the variant has loaded.
    """

    recipe: Recipe
    object_key: str
    url: str
    width_px: int
    height_px: int
    size_bytes: int
    preview: str


def record_original(lease: Lease, state: PosterState, key: str) -> None:
    """Record the stored original of the wanted source, so that it is never fetched again.

    For a build whose variants are not published; publishing records it, too.
    """
    with writing_rows() as connection:
        _update_owned(connection, _SET_ORIGINAL, lease, state, original_key=key)
        refuse_tombstoned(connection, [key], stored_from=lease.began_at)


def publish_and_release(
    lease: Lease, state: PosterState, *, original_key: str, stored: Sequence[StoredVariant]
) -> PosterState:
    """Publish the stored variants, record the original, release the lease; return the new state.

    From the commit on pages link these variants; all variants of an earlier source go. state:
    as read under the lease, so that its variants are those of the table. Raises BuildAbandoned
    and writes nothing if the source was replaced, another build holds the lease, or pruning may
    have deleted one of the objects.
    """
    with writing_rows() as connection:
        _update_owned(connection, _PUBLISH_AND_RELEASE, lease, state, original_key=original_key)
        keys = [variant.object_key for variant in stored]
        refuse_tombstoned(connection, [original_key, *keys], stored_from=lease.began_at)
        if state.variants:
            _delete_replaced(connection, state, stored)
        connection.execute(_ADD_VARIANT, [_row(state, variant) for variant in stored])
    return _published(state, original_key, stored)


def _published(
    state: PosterState, original_key: str, stored: Sequence[StoredVariant]
) -> PosterState:
    """Return the state as the transaction has left it, without another query."""
    kept = {v.media: v for v in state.variants.values() if v.source_number == state.source_number}
    new = {
        each.recipe.media: BuiltVariant(
            media=each.recipe.media,
            source_number=state.source_number,
            recipe_version=each.recipe.version,
            object_key=each.object_key,
            url=each.url,
        )
        for each in stored
    }
    return replace(
        state, original_key=original_key, failure=None, leased=False, variants={**kept, **new}
    )


def _delete_replaced(
    connection: Connection, state: PosterState, stored: Sequence[StoredVariant]
) -> None:
    """Delete the rows of the variants that stored replaces, and those of an earlier source."""
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


def _update_owned(
    connection: Connection,
    statement: Update,
    lease: Lease,
    state: PosterState,
    *,
    original_key: str,
) -> None:
    """Run statement if the lease and the source are still those of this build; lock the row."""
    now = {"movie": state.movie_id, "number": state.source_number, "owner": lease.owner}
    if connection.execute(statement, {**now, "original": original_key}).first() is None:
        raise BuildAbandoned(f"The source of poster {state.movie_id} was replaced meanwhile.")


def record_failure(state: PosterState, error: SourceError, *, first_pause_s: float) -> None:
    """Record why the source failed, unless it was replaced or an admin asked for another try.

    The first pause is first_pause_s; each further failure doubles it, up to a day.
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
    """Forget the failure, so that the next request builds.

    The raised attempt keeps a build that already runs from recording it again.
    """
    with writing() as session:
        session.execute(
            update(Poster)
            .where(Poster.movie_id == movie_id)
            .values(attempt=Poster.attempt + 1, **NO_FAILURE)
        )
