"""Random histories of a film: whatever TMDB says, no value of an editor's is lost.

The model knows which fields editors hold. A field is an editor's from an edit until somebody takes
TMDB's value; what a run does to such a field is a loss.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.premieres import shown_premieres
from mozi.catalogue.changes import take_film
from mozi.catalogue.proposals import decide_proposal
from mozi.catalogue.reading import Reader, read_film
from mozi.database import writing
from mozi.models import CatalogueMovie, HistoryEntry, Movie, Proposal
from tests.support.factories import THURSDAY, movie_of
from tests.support.tmdb import film

READER = Reader("HU", ("hu",), "https://image.example.org/t/p/", THURSDAY)
FIELDS = ("title", "runtime_minutes", "premiere_date")
VALUES = {
    "title": ("Szerelem", "Szeretet", "Love"),
    "runtime_minutes": (90, 91, 92),
    "premiere_date": tuple(date(2026, 12, 3) + timedelta(days=7 * n) for n in range(3)),
}

edits = st.tuples(
    st.sampled_from(["edit", "import"]),
    st.sampled_from(FIELDS).flatmap(
        lambda field: st.tuples(st.just(field), st.sampled_from(VALUES[field]))
    ),
)
tellings = st.tuples(
    st.just("sync"),
    st.fixed_dictionaries({field: st.sampled_from(VALUES[field]) for field in FIELDS}),
)
answers = st.tuples(
    st.just("answer"), st.sampled_from(["take", "keep", "keep_for_good", "keep_movie"])
)


def told(said: dict[str, Any]) -> Any:
    day = said["premiere_date"].isoformat()
    said_film = film(7, said["title"], cinema=day, runtime=said["runtime_minutes"])
    return read_film(said_film, READER)


def present(movie_id: int) -> dict[str, Any]:
    movie = movie_of(movie_id)
    with writing() as session:
        [premiere] = shown_premieres(session.get_one(Movie, movie_id))
        day = premiere.premiere_date
    return {"title": movie.title, "runtime_minutes": movie.runtime_minutes, "premiere_date": day}


def answer(choice: str) -> str | None:
    """Answer the oldest question, and return the field whose value was taken."""
    with writing() as session:
        row = session.scalars(
            select(Proposal).where(Proposal.open).order_by(Proposal.id).limit(1)
        ).first()
        if row is None:
            return None
        field = "premiere_date" if row.field == "premiere:cinema" else row.field
        decide_proposal(session, row.id, choice, today=THURSDAY, by="b@example.org")
        return field if choice == "take" else None


@pytest.mark.usefixtures("app")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.one_of(edits, tellings, answers), max_size=12))
def test_no_value_of_an_editors_is_lost(app: Flask, history: list[Any]) -> None:
    with writing() as session:
        for table in (Proposal, CatalogueMovie, HistoryEntry, Movie):
            session.execute(delete(table))
    first = {field: VALUES[field][0] for field in FIELDS}
    movie_id = take_film(told(first), today=THURSDAY).movie_id
    assert movie_id is not None
    last, held = dict(first), dict[str, Any]()
    for what, given_ in history:
        if what == "sync":
            take_film(told(given_), today=THURSDAY)
            last = given_
        elif what == "answer":
            if (taken := answer(given_)) is not None:
                held.pop(taken, None)
        else:
            field, value = given_
            with writing() as session:
                movie = session.get_one(Movie, movie_id)
                by = "a@example.org" if what == "edit" else "flask"
                save_changes(session, [MovieChange(movie, {field: value})], by=by)
            held[field] = value
        # Where an editor's value is TMDB's own, the field follows TMDB again.
        held = {field: value for field, value in held.items() if value != last[field]}
        now = present(movie_id)
        assert {field: now[field] for field in held} == held
