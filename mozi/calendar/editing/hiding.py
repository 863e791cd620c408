"""Hidden movies: saved whole, but on no page yet; published by an editor, or on a day.

The trash's table keeps the rows of a hidden movie, so that no page, feed, search or program can
show it by mistake. It stays there until it is published or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.changes import lock_movie
from mozi.calendar.editing.history import HIDDEN, PUBLISHED
from mozi.calendar.editing.save import Saved, SaveOutcome, Submission, save_movie
from mozi.calendar.editing.trash import bring_back, put_into_trash
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import DeletedMovie, Movie, Premiere

FORM = "form"  # beside the tables in a hidden movie's rows


@dataclass(frozen=True)
class Hidden:
    """A hidden movie. publish_on: the day on which it is published; None: when an editor says."""

    movie_id: int
    title: str
    premiere_date: date
    hidden_at: datetime
    hidden_by: str
    publish_on: date | None


@dataclass(frozen=True)
class Wish:
    """What an editor wants of a form. publish: show the movie now, else it is hidden.

    added: called with a movie that was just added.
    """

    publish: bool = True
    publish_on: date | None = None
    added: Callable[[Session, int], None] = field(default=lambda session, movie_id: None)


def save(session: Session, sent: Submission, wish: Wish, *, by: str) -> SaveOutcome:
    """Save what an editor sent: a movie that pages show, or one that is hidden before or after.

    Raises as save_movie() does. Where nothing is saved, a hidden movie stays as it was.
    """
    was = find_hidden(session, sent.movie_id) if sent.movie_id is not None else None
    with session.begin_nested() as point:
        if was is not None:
            bring_back(session, was.movie_id, by=by, action=PUBLISHED if wish.publish else None)
            session.flush()
        outcome = save_movie(session, sent, by=by)
        if (twice := _saved_before(session, sent)) is not None:
            point.rollback()
            return twice
        if isinstance(outcome, Saved):
            _go_on(session, outcome.movie_id, sent, wish, by=by, was=was)
        elif was is not None:
            point.rollback()
    return outcome


def _go_on(
    session: Session, movie_id: int, sent: Submission, wish: Wish, *, by: str, was: Hidden | None
) -> None:
    if sent.movie_id is None:
        wish.added(session, movie_id)
    if not wish.publish:
        action = None if was else HIDDEN
        hide(session, movie_id, publish_on=wish.publish_on, by=by, action=action)
        _remember_form(session, movie_id, sent)
    elif was is not None:
        _count_as_new(session, movie_id)


def _remember_form(session: Session, movie_id: int, sent: Submission) -> None:
    """Keep the form's digest with the hidden movie: the row of repeats.py went with the movie."""
    kept = session.get_one(DeletedMovie, movie_id)
    kept.rows = {**kept.rows, FORM: sent.digest}
    session.flush()


def _saved_before(session: Session, sent: Submission) -> Saved | None:
    """Return the hidden movie that the same form of a new movie has made before."""
    if sent.movie_id is not None or sent.digest is None:
        return None
    same = DeletedMovie.rows[FORM].as_string() == sent.digest
    kept = session.scalars(select(DeletedMovie).where(DeletedMovie.hidden, same)).first()
    return Saved(kept.movie_id, kept.title) if kept else None


def hide(
    session: Session,
    movie_id: int,
    *,
    by: str,
    publish_on: date | None = None,
    action: str | None = HIDDEN,
) -> None:
    """Take the movie from all pages until it is published. action: the history's word."""
    put_into_trash(session, [lock_movie(session, movie_id)], by=by, action=action)
    session.flush()
    kept = session.get_one(DeletedMovie, movie_id)
    kept.hidden, kept.publish_on = True, publish_on
    session.flush()


def publish(session: Session, movie_id: int, *, by: str) -> str:
    """Put the hidden movie on the pages and return its title; raises MovieNotFound."""
    if find_hidden(session, movie_id) is None:
        raise MovieNotFound(movie_id)
    title = bring_back(session, movie_id, by=by, action=PUBLISHED)
    session.flush()
    _count_as_new(session, movie_id)
    return title


def _count_as_new(session: Session, movie_id: int) -> None:
    """Let feeds and crawlers see the movie as one that was added now."""
    now = clock.now()
    for table, key in ((Movie, Movie.id), (Premiere, Premiere.movie_id)):
        new = {"added_at": now, "changed_at": now}
        session.execute(update(table).where(key == movie_id).values(new))


def discard(session: Session, movie_id: int, *, by: str) -> str:
    """Put the hidden movie into the trash and return its title; raises MovieNotFound."""
    kept = session.get(DeletedMovie, movie_id)
    if kept is None or not kept.hidden:
        raise MovieNotFound(movie_id)
    kept.hidden, kept.deleted_at, kept.deleted_by = False, clock.now(), by
    return kept.title


def publish_due(today: date) -> list[int]:
    """Publish the movies whose day has come, each in a transaction, and return them."""
    due = (DeletedMovie.hidden, DeletedMovie.publish_on <= today)
    with reading() as session:
        found = session.scalars(select(DeletedMovie.movie_id).where(*due)).all()
    return [movie_id for movie_id in found if _publish_if_hidden(movie_id)]


def _publish_if_hidden(movie_id: int) -> bool:
    """Publish the movie; False where another process did so at the same moment."""
    with writing() as session:
        locked = select(DeletedMovie).where(DeletedMovie.movie_id == movie_id, DeletedMovie.hidden)
        kept = session.scalars(locked.with_for_update()).first()
        if kept is None:
            return False
        publish(session, movie_id, by=kept.deleted_by)
        return True


def find_hidden(session: Session, movie_id: int) -> Hidden | None:
    """Return the hidden movie."""
    of_movie = _HIDDEN.where(DeletedMovie.movie_id == movie_id)
    found = session.execute(of_movie).first()
    return Hidden(*found) if found else None


def hidden_movies(session: Session) -> tuple[Hidden, ...]:
    """Return all hidden movies: first those that have a day, in the order of these."""
    in_order = (DeletedMovie.publish_on.is_(None), DeletedMovie.publish_on, DeletedMovie.movie_id)
    return tuple(Hidden(*found) for found in session.execute(_HIDDEN.order_by(*in_order)))


_HIDDEN = select(
    *(DeletedMovie.movie_id, DeletedMovie.title, DeletedMovie.premiere_date),
    *(DeletedMovie.deleted_at, DeletedMovie.deleted_by, DeletedMovie.publish_on),
).where(DeletedMovie.hidden)


@contextmanager
def as_published(movie_id: int) -> Iterator[Session]:
    """Give a session that sees the hidden movie as if it were published; nothing is kept.

    Raises MovieNotFound.
    """
    with writing() as session:
        if find_hidden(session, movie_id) is None:
            raise MovieNotFound(movie_id)
        bring_back(session, movie_id, action=None)
        session.flush()
        yield session
        session.rollback()


def find_original_key(session: Session, movie_id: int) -> str | None:
    """Return the key of the hidden movie's poster as it was uploaded."""
    kept = session.get(DeletedMovie, movie_id)
    posters = kept.rows.get("poster", ()) if kept and kept.hidden else ()
    return next((row["original_key"] for row in posters), None)
