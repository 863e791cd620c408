"""A movie as an admin's form shows and saves it; nobody's change is overwritten unseen.

The form brings back what it showed. Whatever somebody else changed since, the editor is told:
a field that only the other changed stays theirs, one that both changed is chosen by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, Values, save_changes
from mozi.calendar.editing.duplicates import Duplicate, find_duplicates
from mozi.calendar.editing.history import (
    NO_POSTER,
    POSTER,
    PosterState,
    last_editor,
    load_poster_states,
)
from mozi.calendar.fields import COLUMNS, FieldFault, FieldValue
from mozi.calendar.messages import CalendarMessage
from mozi.errors import MovieNotFound
from mozi.models import Movie
from mozi.posters.focus import Focus, Pointed
from mozi.posters.uploads import StoredUpload

THEIRS, MINE = "theirs", "mine"


@dataclass(frozen=True)
class MovieState:
    """A movie as it stands: its values by column, poster_url among them, and its poster."""

    movie_id: int
    version: int
    values: Values
    poster: PosterState


@dataclass(frozen=True)
class ShownForm:
    """What a form showed when it was opened: the values, the poster's number and its focus."""

    values: Values
    source_number: int
    focus: Focus | None = None


@dataclass(frozen=True)
class Submission:
    """What an editor sends. movie_id: None for a new movie.

    shown: None skips the look at what others changed meanwhile. picks: THEIRS or MINE by
    column, for what was asked. duplicates_seen: ids of the movies that the editor was shown as
    possibly the same; None skips that look. focus: None where the form held none.
    """

    movie_id: int | None
    values: Values
    upload: StoredUpload | None = None
    no_poster: bool = False
    shown: ShownForm | None = None
    picks: Mapping[str, str] = field(default_factory=dict)
    focus: Pointed | None = None
    duplicates_seen: frozenset[int] | None = None

    @property
    def brings_poster(self) -> bool:
        """Return whether the editor gave or took away a picture, beside the address."""
        return self.upload is not None or self.no_poster

    @property
    def new_focus(self) -> Pointed | None:
        """Return the focus that the editor chose; one that the form showed is nobody's choice."""
        same = self.focus and self.shown and self.focus.focus == self.shown.focus
        return None if same else self.focus


@dataclass(frozen=True)
class Conflict:
    """A field that two editors gave different values; POSTER: both gave the movie a poster."""

    column: str
    before: FieldValue
    theirs: FieldValue
    mine: FieldValue


@dataclass(frozen=True)
class Saved:
    """It is written."""

    movie_id: int
    title: str


@dataclass(frozen=True)
class SaveRefused:
    """Nothing is written: these fields cannot be taken."""

    faults: tuple[FieldFault, ...]


@dataclass(frozen=True)
class PossibleDuplicates:
    """Nothing is written yet: these movies may be the same."""

    duplicates: tuple[Duplicate, ...]


@dataclass(frozen=True)
class EditConflicts:
    """Nothing is written yet. now: as the movie stands; conflicts: what the editor must choose.

    taken: the columns that only somebody else changed; they stay as they are now. by: who saved
    last, where the history knows.
    """

    now: MovieState
    conflicts: tuple[Conflict, ...]
    taken: tuple[str, ...]
    by: str | None


Outcome = Saved | SaveRefused | PossibleDuplicates | EditConflicts


def get_movie_state(session: Session, movie_id: int) -> MovieState:
    """Return the movie as it stands; raises MovieNotFound."""
    movie = session.get(Movie, movie_id)
    if movie is None:
        raise MovieNotFound(movie_id)
    return _movie_state(session, movie)


def save_movie(session: Session, sent: Submission, *, by: str) -> Outcome:
    """Write what an editor sends, or return why it is not written yet.

    Raises MovieNotFound, and BuildAbandoned where an upload must be stored again.
    """
    movie = _locked(session, sent.movie_id)
    values = sent.values
    if movie is not None and sent.shown is not None:
        now = _movie_state(session, movie)
        conflicts = _conflicts(sent, sent.shown, now)
        if conflicts:
            taken = _only_theirs(sent, sent.shown, now)
            return EditConflicts(now, tuple(conflicts), taken, last_editor(session, movie.id))
        values = _merged(sent, sent.shown, now)
    if faults := _taken_id(session, movie, values):
        return SaveRefused(faults)
    if duplicates := _unseen_duplicates(session, sent, values):
        return PossibleDuplicates(duplicates)
    no_poster_pick = sent.picks.get(POSTER) == THEIRS
    change = MovieChange(
        movie,
        values,
        upload=None if no_poster_pick else sent.upload,
        no_poster=sent.no_poster and not no_poster_pick,
        focus=sent.new_focus,
    )
    [saved] = save_changes(session, [change], by=by)
    return Saved(saved.id, saved.title)


def _locked(session: Session, movie_id: int | None) -> Movie | None:
    """Return the movie as it stands, locked until the commit; None for a new one."""
    if movie_id is None:
        return None
    movie = session.scalars(select(Movie).where(Movie.id == movie_id).with_for_update()).first()
    if movie is None:
        raise MovieNotFound(movie_id)
    return movie


def _movie_state(session: Session, movie: Movie) -> MovieState:
    poster = load_poster_states(session, [movie.id]).get(movie.id, NO_POSTER)
    own = {column: getattr(movie, column) for column in COLUMNS if column != "poster_url"}
    return MovieState(movie.id, movie.version, {**own, "poster_url": poster.source_url}, poster)


def _conflicts(sent: Submission, shown: ShownForm, now: MovieState) -> list[Conflict]:
    found = [
        Conflict(column, shown.values[column], now.values[column], value)
        for column, value in sent.values.items()
        if column in shown.values
        and value not in (shown.values[column], now.values[column])
        and now.values[column] != shown.values[column]
    ]
    if sent.brings_poster and now.poster.source_number != shown.source_number:
        found.append(Conflict(POSTER, None, now.poster.kind, "upload" if sent.upload else None))
    return [each for each in found if sent.picks.get(each.column) not in (THEIRS, MINE)]


def _only_theirs(sent: Submission, shown: ShownForm, now: MovieState) -> tuple[str, ...]:
    return tuple(
        column
        for column, value in sent.values.items()
        if value == shown.values.get(column, value) != now.values[column]
    )


def _merged(sent: Submission, shown: ShownForm, now: MovieState) -> Values:
    """Return the values to write: what only somebody else changed stays, a choice is obeyed."""
    return {
        column: value
        for column, value in sent.values.items()
        if sent.picks.get(column) != THEIRS
        and (column not in shown.values or value != shown.values[column])
    }


def _taken_id(session: Session, movie: Movie | None, values: Values) -> tuple[FieldFault, ...]:
    external_id = values.get("external_id")
    if external_id is None:
        return ()
    query = select(Movie.id, Movie.title).where(Movie.external_id == external_id)
    other = session.execute(query).first()
    if other is None or (movie is not None and other.id == movie.id):
        return ()
    return (FieldFault("external_id", CalendarMessage("id_taken", title=other.title)),)


def _unseen_duplicates(session: Session, sent: Submission, values: Values) -> tuple[Duplicate, ...]:
    if sent.duplicates_seen is None:
        return ()
    asked = {"title", "premiere_date"} & set(values) or sent.movie_id is None
    title, day = values.get("title"), values.get("premiere_date")
    key = sent.upload.key if sent.upload else None
    if sent.movie_id is not None and (not asked or title is None or day is None):
        now = get_movie_state(session, sent.movie_id).values
        title, day = title or now["title"], day or now["premiere_date"]
        if not asked and key is None:
            return ()
    duplicates = find_duplicates(session, title, day, original_key=key, but=sent.movie_id)
    alike = [duplicate for duplicate in duplicates if duplicate.near or duplicate.same_poster]
    return () if {duplicate.id for duplicate in alike} <= sent.duplicates_seen else tuple(alike)
