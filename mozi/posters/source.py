"""Sets the wanted source of a poster: an address or an upload. Pages keep the old set meanwhile.

A new source only raises the poster's source_number; pages link the old variants until the new
ones are published. Nothing here writes a movie's row, so a movie's version never moves.

Every new source is set here, so the signal new_sources is sent from here; create_app connects it
to the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blinker import Signal
from flask import current_app
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from mozi.database import in_chunks
from mozi.database.bulk import insert_many
from mozi.errors import MovieNotFound
from mozi.models import POSTERS, Movie, Poster, PosterVariant
from mozi.posters.build.publish import NO_FAILURE

new_sources = Signal()
"""The app sends it with movie_ids after the commit of their new sources."""

_CHANGED = "mozi_new_sources"


def set_source_url(session: Session, movie_id: int, url: str | None) -> bool:
    """Make url the source of the movie's poster; return whether it changed.

    url: None for no address. The address that was given last changes nothing, even after an
    upload has replaced it. A new address replaces an upload; None keeps an upload. Raises
    MovieNotFound.
    """
    return set_source_urls(session, {movie_id: url}) == 1


def set_source_urls(session: Session, urls: Mapping[int, str | None]) -> int:
    """Call set_source_url for each movie id, in a few queries; return how many changed."""
    changed = 0
    for chunk in in_chunks(sorted(urls)):
        posters = _locked(session, chunk)
        new = [each for each in chunk if _set_one(session, posters, each, urls[each])]
        _signal_at_commit(session, [each for each in new if urls[each] is not None])
        changed += len(new)
    session.flush()
    return changed


def add_source_urls(session: Session, urls: Mapping[int, str]) -> None:
    """Give new movies, by id, their posters' addresses; the movies have no poster yet."""
    if urls:
        rows = [{"movie_id": movie_id, "source_url": url} for movie_id, url in urls.items()]
        insert_many(session, POSTERS, rows)
        _signal_at_commit(session, urls)


def set_source_original(session: Session, movie_id: int, original_key: str) -> None:
    """Make the upload stored under original_key the poster's source; keep its address.

    The same upload changes nothing the second time. Raises MovieNotFound.
    """
    poster = _locked(session, [movie_id]).get(movie_id)
    if poster is None:
        session.add(Poster(movie_id=movie_id, uploaded=True, original_key=original_key))
    elif not (poster.uploaded and poster.original_key == original_key):
        _start_afresh(poster, original_key=original_key)
    _signal_at_commit(session, [movie_id])
    session.flush()


def clear_source(session: Session, movie_id: int) -> None:
    """Take the movie's poster away: its address, its upload and its variants' rows.

    Raises MovieNotFound.
    """
    poster = _locked(session, [movie_id]).get(movie_id)
    if poster is not None and (poster.source_url or poster.original_key):
        poster.uploaded = False
        _forget_address(session, poster)
        session.flush()


def restore_source(
    session: Session, movie_id: int, *, url: str | None, original_key: str | None, uploaded: bool
) -> None:
    """Make an earlier poster the wanted one; with its stored original it needs no fetch.

    Raises MovieNotFound.
    """
    poster = _locked(session, [movie_id]).get(movie_id)
    if poster is None:
        poster = Poster(movie_id=movie_id)
        session.add(poster)
        session.flush()
    if url is None and original_key is None:
        poster.uploaded = False
        _forget_address(session, poster)
    else:
        poster.source_url = url
        _start_afresh(poster, original_key=original_key)
        poster.uploaded = uploaded
    session.flush()
    _signal_at_commit(session, [movie_id])


def changed_sources(session: Session) -> frozenset[int]:
    """Return the movies that new_sources will name when this session is committed."""
    return frozenset(session.info.get(_CHANGED, ()))


def _signal_at_commit(session: Session, movie_ids: Iterable[int]) -> None:
    """Send new_sources when the session is committed, once for all of its movies."""
    changed: dict[int, None] = session.info.setdefault(_CHANGED, {})
    if not changed:
        event.listen(session, "after_commit", _send, once=True)
    changed.update(dict.fromkeys(movie_ids))


def _send(session: Session) -> None:
    movie_ids = tuple(session.info.pop(_CHANGED, ()))
    if movie_ids:
        new_sources.send(current_app._get_current_object(), movie_ids=movie_ids)  # type: ignore[attr-defined]


def _locked(session: Session, movie_ids: Iterable[int]) -> dict[int, Poster]:
    """Return the present posters of these movies, locked until the commit.

    The movies are locked too, or two writers would both insert a movie's first poster. (SQLite
    has no row locks and needs none: it has one writer at a time.)
    """
    movie_ids = list(movie_ids)
    movies = select(Movie.id).where(Movie.id.in_(movie_ids)).order_by(Movie.id)
    known = set(session.scalars(movies.with_for_update(key_share=True)))
    for movie_id in movie_ids:
        if movie_id not in known:
            raise MovieNotFound(movie_id)
    posters = select(Poster).where(Poster.movie_id.in_(movie_ids)).order_by(Poster.movie_id)
    fresh = posters.with_for_update().execution_options(populate_existing=True)
    return {poster.movie_id: poster for poster in session.scalars(fresh)}


def _set_one(
    session: Session, posters: Mapping[int, Poster], movie_id: int, url: str | None
) -> bool:
    poster = posters.get(movie_id)
    if url == (poster.source_url if poster else None):
        return False
    if poster is None:
        session.add(Poster(movie_id=movie_id, source_url=url))
    elif url is not None:
        poster.source_url = url
        _start_afresh(poster, original_key=None)
    else:
        _forget_address(session, poster)
    return True


def _forget_address(session: Session, poster: Poster) -> None:
    """Forget the address; without an upload, pages show no poster any more."""
    poster.source_url = None
    if poster.uploaded:
        return
    _start_afresh(poster, original_key=None)
    poster.shown_original_key = None
    session.execute(delete(PosterVariant).where(PosterVariant.movie_id == poster.movie_id))


def _start_afresh(poster: Poster, *, original_key: str | None) -> None:
    """Count a new source; builds and failures of the earlier one can no longer write anything."""
    poster.uploaded = original_key is not None
    poster.original_key = original_key
    poster.source_number += 1
    poster.focus_x = poster.focus_y = None
    poster.attempt += 1
    for column, cleared in NO_FAILURE.items():
        setattr(poster, column, cleared)
