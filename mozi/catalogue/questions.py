"""What editors are asked: the open proposals, by movie, with both values and who gave ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.editing.history import NO_POSTER, load_poster_snapshots
from mozi.catalogue.changes import find_link
from mozi.catalogue.fields import ours
from mozi.catalogue.merging import CANCELLED, PREMIERE, TMDB_ID, Values
from mozi.catalogue.proposals import count_proposals, slots_of
from mozi.models import HistoryEntry, Movie, PosterVariant, Proposal
from mozi.posters.recipes import THUMB

SHOWN = 50
LOOKED_AT = 200  # history entries of a movie

Change = Row[tuple[str, datetime, dict[str, object]]]


@dataclass(frozen=True)
class Question:
    """A field of a movie. ours, theirs: JSON values; by, at: who gave ours, None if unknown."""

    id: int
    field: str
    ours: object
    theirs: object
    by: str | None
    at: datetime | None


@dataclass(frozen=True)
class AskedMovie:
    """A movie and its questions. thumb_url: of the poster that visitors see."""

    movie_id: int
    title: str
    thumb_url: str | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class QuestionsPage:
    """The oldest movies' questions, and how many there are in all."""

    movies: tuple[AskedMovie, ...]
    count: int

    @property
    def left(self) -> int:
        """Return how many are not on the page."""
        return self.count - sum(len(each.questions) for each in self.movies)


def questions_page(session: Session, today: date) -> QuestionsPage:
    """Return the first SHOWN questions; a movie's stand together."""
    query = select(Proposal).where(Proposal.open).order_by(Proposal.movie_id, Proposal.id)
    rows = session.scalars(query.limit(SHOWN)).all()
    movies = [
        _asked(session, movie_id, list(of_movie), today)
        for movie_id, of_movie in groupby(rows, key=lambda row: row.movie_id)
    ]
    return QuestionsPage(tuple(movies), count_proposals(session))


def _asked(session: Session, movie_id: int, rows: Sequence[Proposal], today: date) -> AskedMovie:
    movie = session.get_one(Movie, movie_id)
    present = _ours(session, movie, [row.field for row in rows], today)
    thumb = session.get(PosterVariant, (movie_id, THUMB.media))
    changes = _changes(session, movie_id)
    questions = []
    for row in rows:
        last = _last_change(changes, row.field)
        who, when = (last.editor, last.edited_at) if last else (None, None)
        questions.append(Question(row.id, row.field, present[row.field], row.value, who, when))
    return AskedMovie(movie_id, movie.title, thumb.url if thumb else None, tuple(questions))


def _ours(session: Session, movie: Movie, names: Sequence[str], today: date) -> Values:
    """Return the movie's values of these fields."""
    link = find_link(session, movie.id)
    told = dict.fromkeys(name for name in names if name != TMDB_ID)
    poster = load_poster_snapshots(session, [movie.id]).get(movie.id, NO_POSTER)
    present = ours(movie, poster, slots_of(movie, link), told, today=today)
    return {**present, TMDB_ID: link.tmdb_id if link else None}


def _changes(session: Session, movie_id: int) -> Sequence[Change]:
    """Return who last changed the movie, when and what, the latest first."""
    query = (
        select(HistoryEntry.editor, HistoryEntry.edited_at, HistoryEntry.changes)
        .where(HistoryEntry.movie_id == movie_id)
        .order_by(HistoryEntry.id.desc())
        .limit(LOOKED_AT)
    )
    return session.execute(query).all()


def _last_change(changes: Sequence[Change], field: str) -> Change | None:
    """Return the last change of the field."""
    names = _history_names(field)
    return next(
        (each for each in changes if names & {name.partition("#")[0] for name in each.changes}),
        None,
    )


def _history_names(field: str) -> set[str]:
    if field.startswith(PREMIERE):
        return {"premiere_date", "date_precision", "kind", "status", "premiere"}
    return {field, {POSTER_URL: "poster", CANCELLED: "status"}.get(field, field)}
