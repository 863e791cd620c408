"""What becomes of a sent form: saved, refused, or asked about."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mozi.calendar.editing.save import (
    MINE,
    THEIRS,
    EditConflicts,
    PossibleDuplicates,
    Saved,
    SaveRefused,
    ShownForm,
    Submission,
    get_movie_state,
    save_movie,
)
from mozi.calendar.search.names import ensure_names
from mozi.database import reading, writing
from mozi.errors import MovieNotFound
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, movie_of, update_movie


def shown(movie_id: int) -> ShownForm:
    with reading() as session:
        state = get_movie_state(session, movie_id)
    return ShownForm(state.values, state.poster.source_number)


def change(movie_id: int, **values: Any) -> None:
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values, by="bela@example.org")


def save(sent: Submission) -> object:
    ensure_names()
    with writing() as session:
        return save_movie(session, sent, by="anna@example.org")


def test_a_new_movie_is_saved(app: Flask) -> None:
    saved = save(Submission(None, {"title": "Kontroll", "premiere_date": THURSDAY}))
    assert isinstance(saved, Saved)
    assert movie_of(saved.movie_id).title == "Kontroll"


@on_both_backends
def test_a_field_that_only_another_editor_changed_keeps_that_value(app: Flask) -> None:
    movie_id = make_movie(title="Első", distributor="Régi")
    form = shown(movie_id)
    change(movie_id, distributor="Új")
    sent = Submission(movie_id, {"title": "Második", "distributor": "Régi"}, shown=form)
    assert isinstance(save(sent), Saved)
    assert (movie_of(movie_id).title, movie_of(movie_id).distributor) == ("Második", "Új")


def test_a_field_that_two_editors_changed_is_asked_about(app: Flask) -> None:
    movie_id = make_movie(title="Első", distributor="Régi")
    form = shown(movie_id)
    change(movie_id, title="Övé", distributor="Új")
    outcome = save(Submission(movie_id, {"title": "Enyém", "distributor": "Régi"}, shown=form))
    assert isinstance(outcome, EditConflicts)
    [conflict] = outcome.conflicts
    assert (conflict.before, conflict.theirs, conflict.mine) == ("Első", "Övé", "Enyém")
    assert (outcome.changed_by_others, outcome.by) == (("distributor",), "bela@example.org")
    assert movie_of(movie_id).title == "Övé"


@pytest.mark.parametrize(("pick", "title"), [(THEIRS, "Övé"), (MINE, "Enyém")])
def test_the_editors_choice_decides(app: Flask, pick: str, title: str) -> None:
    movie_id = make_movie(title="Első")
    form = shown(movie_id)
    change(movie_id, title="Övé")
    sent = Submission(movie_id, {"title": "Enyém"}, shown=form, picks={"title": pick})
    assert isinstance(save(sent), Saved)
    assert movie_of(movie_id).title == title


def test_another_movies_external_id_is_refused(app: Flask) -> None:
    make_movie(title="Kontroll", external_id="x-1")
    movie_id = make_movie()
    refused = save(Submission(movie_id, {"external_id": "x-1"}))
    assert isinstance(refused, SaveRefused)
    assert refused.faults[0].column == "external_id"
    assert "Kontroll" in str(refused.faults[0].reason)


def test_a_possible_duplicate_is_asked_about_once(app: Flask) -> None:
    other = make_movie(title="Kontroll")
    values = {"title": "kontroll!", "premiere_date": THURSDAY}
    asked = save(Submission(None, values, duplicates_seen=frozenset()))
    assert isinstance(asked, PossibleDuplicates)
    assert [each.id for each in asked.duplicates] == [other]
    assert isinstance(save(Submission(None, values, duplicates_seen=frozenset({other}))), Saved)


def test_a_change_of_other_fields_asks_about_no_duplicates(app: Flask) -> None:
    make_movie(title="Kontroll")
    movie_id = make_movie(title="Kontroll")
    sent = Submission(movie_id, {"synopsis": "Egy mondat."}, duplicates_seen=frozenset())
    assert isinstance(save(sent), Saved)
    sent = Submission(movie_id, {"premiere_date": THURSDAY}, duplicates_seen=frozenset())
    assert isinstance(save(sent), PossibleDuplicates)


def test_a_movie_that_is_gone_is_not_found(app: Flask) -> None:
    with pytest.raises(MovieNotFound):
        save(Submission(7, {"title": "Kontroll"}))
