"""Decides an admin's save of a movie, so that no editor overwrites another one's change unseen.

The form sends back the values that it showed. A field that only another editor has changed since
keeps that editor's value; for a field that both changed, the admin chooses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import MovieChange, lock_movie, save_changes
from mozi.calendar.editing.duplicates import Duplicate, find_duplicates, find_title_by_external_id
from mozi.calendar.editing.history import (
    NO_POSTER,
    POSTER,
    PosterSnapshot,
    last_editor,
    load_poster_snapshots,
)
from mozi.calendar.editing.premieres import PremiereChange, plain_premiere, shown_premieres
from mozi.calendar.editing.repeats import claim_form, give_up_form, record_saved_form
from mozi.calendar.fields import FIELDS, PREMIERE_COLUMNS, FieldFault, FieldValue, Values
from mozi.calendar.messages import CalendarMessage
from mozi.errors import EqualPremieres, MovieNotFound, NoPremiere
from mozi.models import Movie, Premiere
from mozi.posters.focus import Focus, Pointed
from mozi.posters.uploads import StoredUpload

THEIRS, MINE = "theirs", "mine"


@dataclass(frozen=True)
class MovieState:
    """A movie's present values by column, poster_url among them, and its poster.

    The values of each premiere have its id behind: "kind#34"; the plain names are of the one that
    was recorded first.
    """

    movie_id: int
    version: int
    values: Values
    poster: PosterSnapshot


@dataclass(frozen=True)
class ShownForm:
    """What a form showed when it was opened: the values, the source's number and the focus."""

    values: Values
    source_number: int
    focus: Focus | None = None


@dataclass(frozen=True)
class Submission:
    """A sent form. movie_id: None for a new movie.

    values: of premieres as in MovieState, those of a new one with any other word behind. removed:
    the ids of premieres to remove. shown: None skips the check for other editors' changes. picks:
    the editor's choice (THEIRS or MINE) by column of an earlier conflict. duplicates_seen: ids of
    the possible duplicates that the form showed; None skips that check. focus: None where the form
    held none. digest: of the form's key and fields; the same one again saves nothing more.
    """

    movie_id: int | None
    values: Values
    removed: frozenset[str] = frozenset()
    upload: StoredUpload | None = None
    no_poster: bool = False
    shown: ShownForm | None = None
    picks: Mapping[str, str] = field(default_factory=dict)
    focus: Pointed | None = None
    duplicates_seen: frozenset[int] | None = None
    digest: str | None = None

    @property
    def brings_poster(self) -> bool:
        """Return whether the editor uploaded or removed a poster."""
        return self.upload is not None or self.no_poster

    @property
    def new_focus(self) -> Pointed | None:
        """Return the focus if the editor changed it, else None."""
        same = self.focus and self.shown and self.focus.focus == self.shown.focus
        return None if same else self.focus


@dataclass(frozen=True)
class Conflict:
    """A field that two editors changed differently; column is POSTER for the poster itself."""

    column: str
    before: FieldValue
    theirs: FieldValue
    mine: FieldValue


@dataclass(frozen=True)
class Saved:
    """The movie is saved."""

    movie_id: int
    title: str


@dataclass(frozen=True)
class SaveRefused:
    """Nothing is saved: these fields are invalid."""

    faults: tuple[FieldFault, ...]


@dataclass(frozen=True)
class PossibleDuplicates:
    """Nothing is saved yet: these movies may be the same."""

    duplicates: tuple[Duplicate, ...]


@dataclass(frozen=True)
class EditConflicts:
    """Nothing is saved yet: the editor must choose. now: the movie's present state.

    changed_by_others: the columns that only other editors changed; they keep their present
    values. by: the last editor, where there is a history.
    """

    now: MovieState
    conflicts: tuple[Conflict, ...]
    changed_by_others: tuple[str, ...]
    by: str | None


SaveOutcome = Saved | SaveRefused | PossibleDuplicates | EditConflicts


def get_movie_state(session: Session, movie_id: int) -> MovieState:
    """Return the movie's present state; raises MovieNotFound."""
    movie = session.get(Movie, movie_id)
    if movie is None:
        raise MovieNotFound(movie_id)
    return _movie_state(session, movie)


def save_movie(session: Session, sent: Submission, *, by: str) -> SaveOutcome:
    """Save what an editor sent, or return why it is not saved yet.

    A form that was saved before is not saved again: its movie is returned. Raises MovieNotFound,
    and BuildAbandoned where the upload must be stored again.
    """
    if sent.digest is None:
        return _save(session, sent, by=by)
    if movie := session.get(Movie, claim_form(session, sent.digest) or 0):
        return Saved(movie.id, movie.title)
    outcome = _save(session, sent, by=by)
    if isinstance(outcome, Saved):
        record_saved_form(session, sent.digest, outcome.movie_id)
    else:
        give_up_form(session, sent.digest)
    return outcome


def _save(session: Session, sent: Submission, *, by: str) -> SaveOutcome:
    movie = None if sent.movie_id is None else lock_movie(session, sent.movie_id)
    values = sent.values
    if movie is not None and sent.shown is not None:
        now = _movie_state(session, movie)
        if _is_gone(sent, now):
            return SaveRefused((FieldFault("premiere_date", CalendarMessage("premiere_gone")),))
        conflicts = _conflicts(sent, sent.shown, now)
        if conflicts:
            theirs = _changed_by_others(sent, sent.shown, now)
            return EditConflicts(now, tuple(conflicts), theirs, last_editor(session, movie.id))
        values = _changed_values(sent, sent.shown)
    if movie is not None and _named_premieres(values) - _known(movie).keys():
        return SaveRefused((FieldFault("premiere_date", CalendarMessage("premiere_gone")),))
    external_id = values.get("external_id")
    if title := find_title_by_external_id(session, external_id, but=sent.movie_id):
        return SaveRefused((FieldFault("external_id", CalendarMessage("id_taken", title=title)),))
    if duplicates := _unseen_duplicates(session, sent, values):
        return PossibleDuplicates(duplicates)
    no_poster_pick = sent.picks.get(POSTER) == THEIRS
    change = MovieChange(
        movie,
        {column: value for column, value in values.items() if "#" not in column},
        premieres=_premiere_changes(movie, values, sent.removed),
        upload=None if no_poster_pick else sent.upload,
        no_poster=sent.no_poster and not no_poster_pick,
        focus=sent.new_focus,
    )
    try:
        with session.begin_nested():  # a refused save leaves nothing that was written before
            [saved] = save_changes(session, [change], by=by)
    except EqualPremieres:
        return SaveRefused((FieldFault("premiere_date", CalendarMessage("equal_premieres")),))
    except NoPremiere:
        return SaveRefused((FieldFault("premiere_date", CalendarMessage("no_premiere")),))
    return Saved(saved.id, saved.title)


def _movie_state(session: Session, movie: Movie) -> MovieState:
    poster = load_poster_snapshots(session, [movie.id]).get(movie.id, NO_POSTER)
    premiere = plain_premiere(movie)
    own = {
        column: getattr(premiere if column in PREMIERE_COLUMNS else movie, column)
        for column in FIELDS
        if column != "poster_url"
    }
    of_premieres = {
        f"{column}#{each.id}": getattr(each, column)
        for each in shown_premieres(movie)
        for column in PREMIERE_COLUMNS
    }
    values = {**own, "poster_url": poster.source_url, **of_premieres}
    return MovieState(movie.id, movie.version, values, poster)


def _is_gone(sent: Submission, now: MovieState) -> bool:
    """Return whether the editor changed a premiere that another editor removed meanwhile."""
    shown = sent.shown.values if sent.shown else {}
    return any(
        column in shown and column not in now.values and value != shown[column]
        for column, value in sent.values.items()
    )


def _premiere_changes(
    movie: Movie | None, values: Values, removed: frozenset[str]
) -> list[PremiereChange]:
    known = _known(movie) if movie else {}
    named: defaultdict[str, dict[str, FieldValue]] = defaultdict(dict)
    for name, value in values.items():
        column, _hash, premiere = name.partition("#")
        if premiere:
            named[premiere][column] = value
    return [
        PremiereChange(known.get(which), named[which], removed=which in removed)
        for which in [*named, *(removed - named.keys())]
        if which in known or named[which].get("premiere_date") and which not in removed
    ]


def _known(movie: Movie) -> dict[str, Premiere]:
    return {str(each.id): each for each in shown_premieres(movie)}


def _named_premieres(values: Values) -> set[str]:
    """Return the ids of known premieres in the names of values."""
    ids = (name.partition("#")[2] for name in values)
    return {premiere for premiere in ids if premiere.isdecimal()}


def _conflicts(sent: Submission, shown: ShownForm, now: MovieState) -> list[Conflict]:
    found = [
        Conflict(column, shown.values[column], now.values[column], value)
        for column, value in sent.values.items()
        if column in shown.values
        and column in now.values
        and value not in (shown.values[column], now.values[column])
        and now.values[column] != shown.values[column]
    ]
    if sent.brings_poster and now.poster.source_number != shown.source_number:
        found.append(Conflict(POSTER, None, now.poster.kind, "upload" if sent.upload else None))
    return [each for each in found if sent.picks.get(each.column) not in (THEIRS, MINE)]


def _changed_by_others(sent: Submission, shown: ShownForm, now: MovieState) -> tuple[str, ...]:
    return tuple(
        column
        for column, value in sent.values.items()
        if column in now.values and value == shown.values.get(column, value) != now.values[column]
    )


def _changed_values(sent: Submission, shown: ShownForm) -> Values:
    """Return the values to write: those that the editor changed, except picks of THEIRS."""
    return {
        column: value
        for column, value in sent.values.items()
        if sent.picks.get(column) != THEIRS
        and (column not in shown.values or value != shown.values[column])
    }


def _any_date(values: Values) -> FieldValue:
    """Return the date of the premiere that values name, of several the first one's."""
    dates = (value for name, value in values.items() if name.startswith("premiere_date"))
    return next(dates, None)


def _unseen_duplicates(session: Session, sent: Submission, values: Values) -> tuple[Duplicate, ...]:
    """Return the possible duplicates that the editor has not seen yet.

    Of a known movie only what changed is looked at: other titles, another date, another poster.
    """
    if sent.duplicates_seen is None:
        return ()
    day, key = _any_date(values), sent.upload.key if sent.upload else None
    titles = {column: values[column] for column in ("title", "original_title") if column in values}
    if sent.movie_id is not None:
        if not (titles or day or key):
            return ()
        now = get_movie_state(session, sent.movie_id).values
        titled = {column: now[column] for column in ("title", "original_title")} | titles
        day = day or now["premiere_date"]
    else:
        titled = titles
    found = find_duplicates(
        session,
        titled.get("title"),
        day,
        original_title=titled.get("original_title"),
        original_key=key,
        but=sent.movie_id,
    )
    alike = [each for each in found if each.near or each.same_poster or (each.named and titles)]
    return () if {each.id for each in alike} <= sent.duplicates_seen else tuple(alike)
