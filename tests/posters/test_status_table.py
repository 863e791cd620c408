"""The table poster_status, which triggers keep: right after every kind of write."""

from __future__ import annotations

import random
from datetime import date, timedelta
from importlib import import_module

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from mozi.database import reading, writing
from mozi.extensions import db
from mozi.models import VARIANTS, Movie, Poster, PosterStatus, PosterVariant
from mozi.posters.recipes import RECIPES, VERSION
from mozi.posters.source import clear_source, set_source_original, set_source_url
from mozi.posters.status import (
    FAILED,
    LATEST,
    NONE,
    READY,
    WAITING,
    movies_in,
    numbers_of,
    state_of,
)
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, make_variants

MIGRATION = import_module("migrations.versions.0012_poster_status")


def test_the_migration_counts_the_three_variants_of_one_version() -> None:
    assert set(MIGRATION.MEDIA) == set(RECIPES)
    assert {recipe.version for recipe in RECIPES.values()} == {VERSION}


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (0, NONE),
        (1, WAITING),
        (VERSION, WAITING),
        (VERSION + 1, READY),
        (VERSION + 2, READY),
        (-1, FAILED),
        (-VERSION, FAILED),
        (-VERSION - 1, READY),
    ],
)
def test_a_number_means_a_state(number: int, state: str) -> None:
    assert state_of(number) == state
    assert state == READY or number in numbers_of(state)


def kept() -> dict[int, tuple[int, date]]:
    with reading() as session:
        rows = session.execute(
            select(PosterStatus.movie_id, PosterStatus.state, PosterStatus.premiere_date)
        )
        return {movie_id: (state, day) for movie_id, state, day in rows}


def counted() -> dict[int, tuple[int, date]]:
    """Return what the rows of the table should be, counted in Python."""
    found = {}
    with reading() as session:
        for movie in session.scalars(select(Movie)):
            poster = session.get(Poster, movie.id)
            variants = session.scalars(
                select(PosterVariant).where(PosterVariant.movie_id == movie.id)
            )
            number = 0
            if poster and (poster.source_url or poster.original_key):
                built = [
                    v.recipe_version
                    for v in variants
                    if v.source_number == poster.source_number and v.media in RECIPES
                ]
                number = 1 + (min(built) if len(built) == len(RECIPES) else 0)
                number = -number if poster.failure_code else number
            found[movie.id] = (number, max(p.premiere_date for p in movie.premieres))
    return found


@on_both_backends
def test_the_table_follows_every_kind_of_write(app: Flask) -> None:
    chance = random.Random(16)
    ids = [make_movie(title=f"Film {n}") for n in range(6)]

    def by_hand(statement: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(statement), {"id": chance.choice(ids)})

    def set_url() -> None:
        with writing() as session:
            set_source_url(session, chance.choice(ids), f"https://e.example/{chance.random()}")

    def upload() -> None:
        with writing() as session:
            set_source_original(session, chance.choice(ids), f"originals/{chance.random()}.jpg")

    def clear() -> None:
        with writing() as session:
            clear_source(session, chance.choice(ids))

    def build() -> None:
        movie_id = chance.choice(ids)
        with writing() as session:
            session.execute(delete(VARIANTS).where(VARIANTS.c.movie_id == movie_id))
        make_variants(movie_id, *chance.sample([*RECIPES, "share"], chance.randint(2, 4)))

    def move() -> None:
        with writing() as session:
            movie = session.get_one(Movie, chance.choice(ids))
            movie.premieres[0].premiere_date = THURSDAY + timedelta(days=chance.randint(-900, 900))

    writes = [
        *(set_url, upload, clear, build, build, build, move),
        lambda: by_hand("UPDATE poster SET failure_code = 'x' WHERE movie_id = :id"),
        lambda: by_hand("UPDATE poster SET failure_code = NULL WHERE movie_id = :id"),
        lambda: by_hand("UPDATE poster_variant SET recipe_version = 1 WHERE movie_id = :id"),
        lambda: by_hand("UPDATE poster_variant SET source_number = 9 WHERE movie_id = :id"),
        lambda: by_hand("DELETE FROM poster WHERE movie_id = :id"),
        lambda: by_hand("UPDATE premiere SET premiere_date = '2020-02-29' WHERE movie_id = :id"),
    ]
    seen = set()
    for _ in range(120):
        write = chance.choice(writes)
        write()
        assert kept() == counted(), write
        seen |= {number for number, _ in kept().values()}
    assert seen >= {0, 1, VERSION + 1, -1}
    by_hand("DELETE FROM movie WHERE id = :id")
    assert kept() == counted()


@on_both_backends
def test_movies_in_a_state_come_in_order_and_by_parts(app: Flask) -> None:
    ids = [
        make_movie(poster_url="https://e.example/a", premiere_date=THURSDAY - timedelta(days=n % 3))
        for n in range(7)
    ]
    make_variants(ids[3])
    make_variants(ids[4])
    with writing() as session:  # built by an older recipe: it waits, too
        session.execute(
            update(VARIANTS).where(VARIANTS.c.movie_id == ids[4]).values(recipe_version=1)
        )
    latest = [ids[6], ids[0], ids[4], ids[1], ids[5], ids[2]]
    with reading() as session:
        for offset in range(7):
            query = movies_in(WAITING, *LATEST, limit=2, offset=offset)
            assert list(session.scalars(query)) == latest[offset : offset + 2]


def test_movies_in_a_state_are_read_from_an_index(app: Flask) -> None:
    orders = [LATEST, ("premiere_date", "movie_id"), ("-movie_id",)]
    for query in (movies_in(state, *o, limit=9) for o in orders for state in (WAITING, NONE)):
        sql = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        with db.engine.connect() as connection:
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
        reads = [step for step in plan if "poster_status" in step]
        assert reads
        assert all("USING COVERING INDEX" in step or "USING INDEX" in step for step in reads), plan
