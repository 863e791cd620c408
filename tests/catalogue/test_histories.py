"""Random histories of a film: whatever TMDB says, no value of an editor's is lost.

The model knows which fields editors hold. A field is an editor's from an edit until somebody takes
TMDB's value; what a run does to such a field is a loss. HISTORIES=10000 runs so many of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from mozi.calendar.editing.changes import MovieChange, save_changes
from mozi.calendar.editing.history import NO_POSTER, load_poster_snapshots
from mozi.calendar.editing.premieres import PremiereChange, shown_premieres
from mozi.catalogue.changes import take_film
from mozi.catalogue.proposals import decide_proposal
from mozi.catalogue.tmdb.films import Reader
from mozi.catalogue.tmdb.reading import read_film
from mozi.database import reading, writing
from mozi.models import CatalogueMovie, HistoryEntry, Movie, Poster, Proposal
from tests.support.factories import THURSDAY
from tests.support.tmdb import film, poster, release

BASE = "https://image.example.org/t/p/"
READER = Reader("HU", ("hu",), BASE, THURSDAY)
PREMIERES = ("cinema", "streaming", "rerelease")
DAYS = {
    "cinema": ("2026-12-03", "2026-12-10", "2026-12-17"),
    "streaming": (None, "2027-02-04", "2027-02-11"),
    "rerelease": (None, "2027-09-02", "2027-09-09"),
}
VALUES: Mapping[str, tuple[Any, ...]] = {
    "title": ("Szerelem", "Szeretet", "Love"),
    "original_title": ("Amour", "Liebe", "Amore"),
    "synopsis": (None, "Egy.", "Kettő."),
    "genres": (("dráma",), ("horror",), ("western", "dráma")),
    "director": ((), ("Makk Károly",), ("Gothár Péter",)),
    "cast": ((), ("Törőcsik Mari",), ("Darvas Iván", "Törőcsik Mari")),
    "country": ((), ("Magyarország",), ("Franciaország",)),
    "runtime_minutes": (None, 90, 91),
    "year": (None, 2025, 2026),
    "original_language": (None, "fr", "yue"),
    "age_rating": (None, "12", "16"),
    "trailer_url": tuple(f"https://www.youtube.com/watch?v=abcdef{n}" for n in range(3)),
    "poster_url": (None, f"{BASE}original/a.jpg", f"{BASE}original/b.jpg"),
    **DAYS,
}
GENRES = {"dráma": 18, "horror": 27, "western": 37}
COUNTRIES = {"Magyarország": "HU", "Franciaország": "FR"}


def histories_of(names: list[str]) -> st.SearchStrategy[list[Any]]:
    """Return histories of these fields: few of them, so that edits and news meet."""
    values = st.sampled_from(names).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
    )
    edits = st.tuples(st.sampled_from(["edit", "import"]), values)
    news = st.tuples(st.just("sync"), st.lists(values, max_size=4), st.booleans())
    choices = st.sampled_from(["take", "take", "keep", "keep_for_good", "keep_movie"])
    return st.lists(
        st.one_of(edits, news, st.tuples(st.just("answer"), choices)), min_size=3, max_size=14
    )


fields = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True)


def told(said: Mapping[str, Any], *, cancelled: bool) -> Any:
    mark = said["age_rating"] or ""
    days = [(3, said["cinema"]), (4, said["streaming"]), (3, said["rerelease"])]
    picture = (said["poster_url"] or "").removeprefix(f"{BASE}original")
    texts = {"title": said["title"], "overview": said["synopsis"]}
    places = [release(type_, day, mark) for type_, day in days if day]
    crew = [{"name": name, "job": "Director"} for name in said["director"]]
    cast = [{"name": name, "order": n} for n, name in enumerate(said["cast"])]
    trailer = {"site": "YouTube", "type": "Trailer", "key": said["trailer_url"][-7:]}
    return read_film(
        film(
            7,
            said["title"],
            original_title=said["original_title"],
            runtime=said["runtime_minutes"],
            release_date=f"{said['year']}-05-20" if said["year"] else "",
            original_language={"yue": "cn"}.get(
                said["original_language"], said["original_language"]
            ),
            status="Canceled" if cancelled else "Released",
            genres=[{"id": GENRES[name]} for name in said["genres"]],
            production_countries=[{"iso_3166_1": COUNTRIES[name]} for name in said["country"]],
            translations={"translations": [{"iso_3166_1": "HU", "iso_639_1": "hu", "data": texts}]},
            credits={"crew": crew, "cast": cast},
            videos={"results": [trailer]},
            images={"posters": [poster(picture)] if picture else []},
            release_dates={"results": [{"iso_3166_1": "HU", "release_dates": places}]},
        ),
        READER,
    )


def present(movie_id: int) -> tuple[dict[str, Any], list[str]]:
    """Return the movie's values, and the kinds of its cancelled premieres."""
    with reading() as session:
        movie = session.get_one(Movie, movie_id)
        shown = shown_premieres(movie)
        own = {name: getattr(movie, name, None) for name in VALUES if name not in PREMIERES}
        posters = load_poster_snapshots(session, [movie_id])
        days = {p.kind: p.premiere_date.isoformat() for p in shown}
        cancelled = sorted(p.kind for p in shown if p.status == "cancelled")
    address = posters.get(movie_id, NO_POSTER).source_url
    return {**own, "poster_url": address, **{k: days.get(k) for k in PREMIERES}}, cancelled


def answer(choice: str) -> str | None:
    """Answer the oldest question, and return the field whose value was taken."""
    with writing() as session:
        query = select(Proposal).where(Proposal.open).order_by(Proposal.id).limit(1)
        row = session.scalars(query).first()
        if row is None:
            return None
        decide_proposal(session, row.id, choice, today=THURSDAY, by="b@example.org")
        return row.field.removeprefix("premiere:") if choice == "take" else None


def edit(movie_id: int, name: str, value: Any, *, by: str) -> bool:
    """Change a field as an editor or an import does; False where there is nothing to change."""
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        if name not in PREMIERES:
            save_changes(session, [MovieChange(movie, {name: value})], by=by)
            return True
        known = next((p for p in shown_premieres(movie) if p.kind == name), None)
        if value is None and (known is None or len(shown_premieres(movie)) == 1):
            return False
        values = {"kind": name, "premiere_date": value and date.fromisoformat(value)}
        change = PremiereChange(known, values if value else {}, removed=value is None)
        save_changes(session, [MovieChange(movie, {}, [change])], by=by)
        return True


@pytest.mark.usefixtures("app")
@settings(
    max_examples=int(os.environ.get("HISTORIES", "60")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fields.flatmap(histories_of))
def test_no_value_of_an_editors_is_lost(app: Flask, history: list[Any]) -> None:
    with writing() as session:
        for table in (Proposal, CatalogueMovie, HistoryEntry, Poster, Movie):
            session.execute(delete(table))
    last = {name: known[1] for name, known in VALUES.items()}
    movie_id = take_film(told(last, cancelled=False), today=THURSDAY).movie_id
    assert movie_id is not None
    held: dict[str, Any] = {}
    for what, *given_ in history:
        _, cancelled = present(movie_id)
        if what == "sync":
            last = {**last, **dict(given_[0])}
            take_film(told(last, cancelled=given_[1]), today=THURSDAY)
            assert present(movie_id)[1] == cancelled  # a machine cancels nothing
        elif what == "answer":
            if (taken := answer(given_[0])) is not None:
                held.pop(taken, None)
        else:
            [(name, value)] = given_
            if edit(movie_id, name, value, by="a@example.org" if what == "edit" else "flask"):
                held[name] = value
        # Where an editor's value is TMDB's own, the field follows TMDB again.
        held = {name: value for name, value in held.items() if value != last[name]}
        now, _ = present(movie_id)
        assert {name: now[name] for name in held} == held
