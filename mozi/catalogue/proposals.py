"""What editors are asked: the list of open proposals, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL, lock_movie, save_changes
from mozi.calendar.editing.history import NO_POSTER, load_poster_snapshots
from mozi.calendar.editing.premieres import shown_premieres
from mozi.catalogue.changes import find_proposal
from mozi.catalogue.fields import Slots, change_of, ours
from mozi.catalogue.merging import ALL_FIELDS, PREMIERE, TMDB_ID, Json
from mozi.errors import ProposalNotFound
from mozi.models import CatalogueMovie, HistoryEntry, Movie, Proposal

TAKE, KEEP, KEEP_FOR_GOOD, KEEP_MOVIE = CHOICES = ("take", "keep", "keep_for_good", "keep_movie")
SHOWN = 50
LOOKED_AT = 200  # history entries of a movie


@dataclass(frozen=True)
class ProposalShown:
    """A question. ours, theirs: JSON values; by, at: who gave ours, None where unknown."""

    id: int
    movie_id: int
    title: str
    field: str
    ours: Json
    theirs: Json
    by: str | None
    at: datetime | None
    laid_at: datetime


@dataclass(frozen=True)
class ProposalsPage:
    """The oldest questions, and how many there are."""

    proposals: tuple[ProposalShown, ...]
    count: int


def count_proposals(session: Session) -> int:
    """Return the number of open questions."""
    return session.scalar(select(func.count()).select_from(Proposal).where(Proposal.open)) or 0


def proposals_page(session: Session, today: date) -> ProposalsPage:
    """Return the questions that waited longest; a movie's stand together."""
    query = select(Proposal).where(Proposal.open).order_by(Proposal.movie_id, Proposal.id)
    rows = session.scalars(query.limit(SHOWN)).all()
    shown = [_shown(session, row, today) for row in rows]
    return ProposalsPage(tuple(shown), count_proposals(session))


def decide_proposal(
    session: Session, proposal_id: int, choice: str, *, today: date, by: str
) -> str:
    """Do what an editor chose, and return the movie's title.

    TAKE writes the value; KEEP declines it; KEEP_FOR_GOOD each later one of the field, and
    KEEP_MOVIE of the movie. Raises ProposalNotFound where it was answered meanwhile.
    """
    row = session.get(Proposal, proposal_id)
    if row is None or not row.open:
        raise ProposalNotFound(proposal_id)
    movie = lock_movie(session, row.movie_id)
    session.refresh(row)
    if not row.open:
        raise ProposalNotFound(proposal_id)
    title = movie.title
    if choice == TAKE:
        _take(session, movie, row, today, by)
    else:
        row.declined = [*(row.declined or ()), row.value]
        row.for_good = row.for_good or choice == KEEP_FOR_GOOD
    row.open = False
    if choice == KEEP_MOVIE:
        _keep_movie(session, movie.id)
    return title


def _take(session: Session, movie: Movie, row: Proposal, today: date, by: str) -> None:
    link = _link_of(session, movie.id)
    if row.field == TMDB_ID:
        if link is not None:
            link.tmdb_id, link.gone = row.value, False
        return
    slots = _slots(movie, link)
    save_changes(session, [change_of(movie, slots, {row.field: row.value}, today=today)], by=by)
    if link is not None and row.field.startswith(PREMIERE) and row.value is not None:
        kind = row.field.removeprefix(PREMIERE)
        day = date.fromisoformat(row.value)
        same = (p for p in shown_premieres(movie) if (p.kind, p.premiere_date) == (kind, day))
        if (taken := next(same, None)) is not None:
            link.premiere_ids = {**link.premiere_ids, kind: taken.id}


def _keep_movie(session: Session, movie_id: int) -> None:
    """Ask no more about any field of the movie."""
    row = find_proposal(session, movie_id, ALL_FIELDS)
    if row is None:
        session.add(Proposal(movie_id=movie_id, field=ALL_FIELDS, for_good=True))
    else:
        row.for_good = True
    open_ = select(Proposal).where(Proposal.movie_id == movie_id, Proposal.open)
    for each in session.scalars(open_):
        each.open = False


def _link_of(session: Session, movie_id: int) -> CatalogueMovie | None:
    query = select(CatalogueMovie).where(CatalogueMovie.movie_id == movie_id)
    return session.scalars(query.order_by(CatalogueMovie.gone)).first()


def _slots(movie: Movie, link: CatalogueMovie | None) -> Slots:
    by_id = {each.id: each for each in shown_premieres(movie)}
    ids = link.premiere_ids if link else {}
    return Slots({kind: by_id[each] for kind, each in ids.items() if each in by_id})


def _shown(session: Session, row: Proposal, today: date) -> ProposalShown:
    movie = session.get_one(Movie, row.movie_id)
    link = _link_of(session, movie.id)
    if row.field == TMDB_ID:
        mine: Json = link.tmdb_id if link else None
    else:
        poster = load_poster_snapshots(session, [movie.id]).get(movie.id, NO_POSTER)
        present = ours(movie, poster, _slots(movie, link), {row.field: None}, today=today)
        mine = present[row.field]
    last = _last_change(session, row)
    return ProposalShown(
        id=row.id,
        movie_id=movie.id,
        title=movie.title,
        field=row.field,
        ours=mine,
        theirs=row.value,
        by=last.editor if last else None,
        at=last.edited_at if last else None,
        laid_at=row.laid_at,
    )


def _last_change(session: Session, row: Proposal) -> Row[tuple[str, datetime]] | None:
    """Return who last changed the field, and when."""
    names = _history_names(row.field)
    query = (
        select(HistoryEntry.editor, HistoryEntry.edited_at, HistoryEntry.changes)
        .where(HistoryEntry.movie_id == row.movie_id)
        .order_by(HistoryEntry.id.desc())
        .limit(LOOKED_AT)
    )
    for entry in session.execute(query):
        if {name.partition("#")[0] for name in entry.changes} & set(names):
            return entry
    return None


def _history_names(field: str) -> Sequence[str]:
    if field.startswith(PREMIERE):
        return ("premiere_date", "date_precision", "kind", "status", "premiere")
    return (field, "poster") if field == POSTER_URL else (field, "status")
