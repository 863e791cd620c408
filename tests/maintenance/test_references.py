"""References and the moments at which they were dropped, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import JSON, text

from mozi.database import database_now, reading, writing
from mozi.extensions import db
from mozi.maintenance.references import COLUMNS, all_references, referred_to, retired_at
from mozi.models import DeletedMovie, HistoryEntry, Movie, Poster, PosterVariant
from tests.conftest import on_both_backends
from tests.support.factories import make_movie, make_variants

ORIGINAL = f"originals/{'a' * 64}.jpg"
SHOWN = f"originals/{'b' * 64}.jpg"

KEY_COLUMNS = [column.property.columns[0] for column in COLUMNS]
# Columns with such a name or of such a type that refer to no object, or that say so of themselves.
NO_REFERENCES = {
    "movie_name.sort_key", "retired_object.object_key", "doomed_object.object_key",
    "edit.changes", "poster.failure_data", "typed_form.fields",
    "note.data", "known_headings.columns", "import_draft.choices",
    *("catalogue_movie.base", "catalogue_movie.premiere_ids"),
    *("proposal.declined", "proposal.value"),
    *("batch.what", "followed_list.movies", "followed_list.people", "passkey.public_key"),
}  # fmt: skip


def references(*keys: str) -> set[str]:
    with reading() as session:
        return referred_to(session, keys)


def dropped(*keys: str) -> set[str]:
    with reading() as session:
        now = session.scalar(database_now())
        moments = retired_at(session, keys)
    assert now is not None
    assert all(now - 60 < moment <= now for moment in moments.values())
    return set(moments)


def run(statement: str) -> None:
    with writing() as session:
        session.execute(text(statement))


def make_poster() -> int:
    movie_id = make_movie(poster_url="https://example.org/a.jpg")
    with writing() as session:
        poster = session.get_one(Poster, movie_id)
        poster.original_key, poster.shown_original_key = ORIGINAL, SHOWN
    return movie_id


def key_of(movie_id: int, media: str) -> str:
    with reading() as session:
        return session.get_one(PosterVariant, (movie_id, media)).object_key


def keep_for_undo(movie_id: int, *keys: str) -> None:
    variants = [{"media": "thumb", "object_key": key} for key in keys[1:]]
    rows = {"movie": {"id": movie_id}, "poster": {"original_key": keys[0]}, "variants": variants}
    with writing() as session:
        session.add(DeletedMovie(
            movie_id=movie_id, title="Film", premiere_date=date(2026, 1, 1), deleted_by="a@b.c",
            rows=rows,
        ))  # fmt: skip


def add_edit(movie_id: int) -> None:
    with writing() as session:
        session.add(HistoryEntry(
            movie_id=movie_id, editor="a@b.c", action="poster", version=1,
            old_original_key=ORIGINAL, old_thumb_key="posters/1-a.thumb.0.jpg",
        ))  # fmt: skip


@on_both_backends
def test_what_rows_history_and_undo_name_is_referred_to(app: Flask) -> None:
    movie_id = make_poster()
    make_variants(movie_id)
    add_edit(movie_id)
    undo = (f"originals/{'c' * 64}.png", "posters/2-b.thumb.1.jpg")
    keep_for_undo(2, *undo)
    known = {key_of(movie_id, "thumb"), ORIGINAL, SHOWN, "posters/1-a.thumb.0.jpg", *undo}
    assert references(*known, "posters/9-none.thumb.0.jpg", "movie") == known
    with reading() as session:
        every = list(all_references(session))
    assert len(every) == len(set(every))
    assert known < set(every)


def test_every_column_that_may_hold_a_key_is_a_reference_or_known_as_none() -> None:
    columns = {
        f"{table}.{column.name}"
        for table, model in db.metadata.tables.items()
        for column in model.columns
        if column.name.endswith(("key", "keys", "object")) or isinstance(column.type, JSON)
    }
    references = {str(column) for column in KEY_COLUMNS}
    assert columns == references | {"deleted_movie.rows"} | NO_REFERENCES


def test_a_trigger_notes_when_a_reference_is_dropped(app: Flask) -> None:
    query = text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    with reading() as session:
        triggers = session.execute(query).all()
    for column in KEY_COLUMNS:
        sql = [row.sql for row in triggers if row.tbl_name == column.table.name]
        for event in ("DELETE", "UPDATE"):
            assert any(f" AFTER {event} " in s and f"OLD.{column.name}" in s for s in sql), column


@on_both_backends
def test_nothing_is_referred_to_in_an_empty_database(app: Flask) -> None:
    assert references() == set()
    assert references(ORIGINAL) == set()


@on_both_backends
@pytest.mark.parametrize("statement", [
    "DELETE FROM poster_variant",
    "UPDATE poster_variant SET object_key = object_key || 'x'",
    "DELETE FROM movie",
    "DELETE FROM poster_variant WHERE media = 'thumb'",
])  # fmt: skip
def test_whoever_drops_a_variant_it_is_noted(app: Flask, statement: str) -> None:
    movie_id = make_poster()
    make_variants(movie_id)
    thumb = key_of(movie_id, "thumb")
    assert dropped(thumb) == set()
    run(statement)
    assert dropped(thumb) == {thumb}


@on_both_backends
@pytest.mark.parametrize("statement", [
    "UPDATE poster SET original_key = NULL, shown_original_key = 'x'",
    "DELETE FROM poster",
    "DELETE FROM movie",
])  # fmt: skip
def test_whoever_drops_an_original_it_is_noted(app: Flask, statement: str) -> None:
    make_poster()
    run(statement)
    assert dropped(ORIGINAL, SHOWN) == {ORIGINAL, SHOWN}


@on_both_backends
def test_a_lease_or_the_same_key_again_drops_nothing(app: Flask) -> None:
    make_poster()
    run("UPDATE poster SET lease_owner = 'x', original_key = original_key")
    assert dropped(ORIGINAL, SHOWN) == set()


@on_both_backends
def test_history_and_undo_drop_what_they_kept_when_they_go(app: Flask) -> None:
    add_edit(1)
    undo = (f"originals/{'c' * 64}.png", "posters/2-b.thumb.1.jpg")
    keep_for_undo(2, *undo)
    run("DELETE FROM edit")
    run("DELETE FROM deleted_movie")
    assert dropped(ORIGINAL, *undo) == {ORIGINAL, *undo}


@on_both_backends
def test_a_movie_deleted_by_the_session_drops_its_variants(app: Flask) -> None:
    movie_id = make_poster()
    make_variants(movie_id)
    thumb = key_of(movie_id, "thumb")
    with writing() as session:
        session.delete(session.get_one(Movie, movie_id))
    assert dropped(thumb, ORIGINAL) == {thumb, ORIGINAL}


def test_a_rollback_drops_nothing(app: Flask) -> None:
    make_poster()
    with writing() as session:
        session.execute(text("DELETE FROM movie"))
        session.rollback()
    assert dropped(ORIGINAL) == set()
