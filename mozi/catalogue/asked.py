"""The rows of proposals: what editors are asked about a movie, and what they have declined."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.catalogue.merging import Decided, Json
from mozi.models import Proposal


def propose(session: Session, movie_id: int, name: str, value: Json) -> None:
    """Ask the editors about a value of a field, instead of an earlier one."""
    row = find_proposal(session, movie_id, name)
    if row is None:
        row = Proposal(movie_id=movie_id, field=name)
        session.add(row)
    row.value, row.open, row.laid_at = value, True, clock.now()


def close_proposal(session: Session, movie_id: int, name: str) -> None:
    """Ask no more about a field."""
    row = find_proposal(session, movie_id, name)
    if row is not None and row.open:
        row.open = False


def find_proposal(session: Session, movie_id: int, name: str) -> Proposal | None:
    """Return the row of a movie's field."""
    query = select(Proposal).where(Proposal.movie_id == movie_id, Proposal.field == name)
    return session.scalars(query).first()


def load_decided(session: Session, movie_id: int) -> Decided:
    """Return what editors were asked about a movie, and what they declined."""
    rows = session.scalars(select(Proposal).where(Proposal.movie_id == movie_id)).all()
    return Decided(
        open={row.field: row.value for row in rows if row.open},
        declined={row.field: list(row.declined or ()) for row in rows},
        for_good=frozenset(row.field for row in rows if row.for_good),
    )
