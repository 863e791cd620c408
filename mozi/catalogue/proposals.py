"""The editors' answers to what they are asked; questions.py lists it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import lock_movie, save_changes
from mozi.calendar.editing.premieres import shown_premieres
from mozi.catalogue.asked import find_proposal
from mozi.catalogue.changes import find_link
from mozi.catalogue.fields import Slots, change_of
from mozi.catalogue.merging import ALL_FIELDS, PREMIERE, TMDB_ID
from mozi.errors import ProposalNotFound
from mozi.models import CatalogueMovie, Movie, Proposal

TAKE, KEEP, KEEP_FOR_GOOD, KEEP_MOVIE = CHOICES = ("take", "keep", "keep_for_good", "keep_movie")


def count_proposals(session: Session) -> int:
    """Return the number of open questions."""
    return session.scalar(select(func.count()).select_from(Proposal).where(Proposal.open)) or 0


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
    link = find_link(session, movie.id)
    if row.field == TMDB_ID:
        if link is not None and session.get(CatalogueMovie, row.value) is None:
            link.tmdb_id, link.gone = row.value, False
        return
    slots = slots_of(movie, link)
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


def slots_of(movie: Movie, link: CatalogueMovie | None) -> Slots:
    """Return the premieres that TMDB meant when it was last asked."""
    by_id = {each.id: each for each in shown_premieres(movie)}
    ids = link.premiere_ids if link else {}
    return Slots({kind: by_id[each] for kind, each in ids.items() if each in by_id})
