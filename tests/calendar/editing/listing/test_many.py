"""One act on many movies: planned, agreed to, done in parts, and undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from mozi.calendar.editing import batches
from mozi.calendar.editing.batches import Undone, get_batch, undo_batch
from mozi.calendar.editing.changes import lock_movie
from mozi.calendar.editing.history import BROUGHT_BACK
from mozi.calendar.editing.listing.many import Choice, Done, Plan, do, parse_act, plan
from mozi.calendar.editing.trash import delete_movie
from mozi.calendar.fields import FieldValue
from mozi.calendar.messages import InvalidValue
from mozi.database import reading, writing
from mozi.errors import BatchNotFound, PreviewOutdated
from mozi.models import Batch, DateChange, HistoryEntry, Movie, Premiere
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, add_premiere, make_movie, update_movie

EDITOR, WEEK = "anna@example.org", timedelta(7)


def choices(*movie_ids: int) -> list[Choice]:
    """Return the movies with their first premieres."""
    with reading() as session:
        of = select(Premiere.movie_id, Premiere.id).where(Premiere.first)
        first = {row.movie_id: row.id for row in session.execute(of)}
    return [Choice(movie_id, first[movie_id]) for movie_id in movie_ids]


def planned(name: str, value: str, *movie_ids: int) -> tuple[list[Choice], Plan]:
    picked = choices(*movie_ids)
    with reading() as session:
        return picked, plan(session, picked, parse_act(name, value))


def done(name: str, value: str, *movie_ids: int) -> Done:
    picked, shown = planned(name, value, *movie_ids)
    return do(picked, shown.act, agreed=shown.digest, by=EDITOR)


def values(column: str) -> list[object]:
    table = Premiere if hasattr(Premiere, column) and column != "id" else Movie
    with reading() as session:
        return list(session.scalars(select(getattr(table, column)).order_by(table.id)))


@pytest.mark.parametrize(
    ("name", "value", "column", "after"),
    [
        ("days", "7", "premiere_date", [THURSDAY + WEEK] * 3),
        ("days", "−7", "premiere_date", [THURSDAY - WEEK] * 3),
        ("day", "2026-12-24", "premiere_date", [date(2026, 12, 24)] * 3),
        ("cancel", "", "status", ["cancelled"] * 3),
        ("kind", "streaming", "kind", ["streaming"] * 3),
        ("distributor", "Mozinet", "distributor", ["Mozinet"] * 3),
        ("genres", "dráma; krimi", "genres", [("dráma", "krimi")] * 3),
        ("add_genres", "krimi", "genres", [("vígjáték", "krimi")] * 3),
        ("age_rating", "16", "age_rating", ["16"] * 3),
        ("delete", "", "title", []),
    ],
)
@on_both_backends
def test_an_act_changes_all_and_one_undo_all_back(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    column: str,
    after: list[object],
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    ids = [make_movie(title=f"Film {n}", genres=("vígjáték",)) for n in range(3)]
    before = values(column)
    outcome = done(name, value, *ids)
    assert (outcome.movies, outcome.skipped, values(column)) == (3, 0, after)
    assert outcome.batch_id is not None
    with reading() as session:
        of_batch = select(func.count()).where(HistoryEntry.batch_id == outcome.batch_id)
        assert (session.scalar(of_batch), get_batch(session, outcome.batch_id).movies) == (3, 3)
        moves = session.scalar(select(func.count()).select_from(DateChange))
        assert moves == (3 if column == "premiere_date" else 0)
    assert undo_batch(outcome.batch_id, by=EDITOR) == Undone(undone=3, kept=0)
    assert values(column) == before
    with pytest.raises(BatchNotFound):
        undo_batch(outcome.batch_id, by=EDITOR)


def test_the_shown_premiere_moves_and_the_others_stay(app: Flask) -> None:
    movie_id = make_movie()
    other = add_premiere(movie_id, kind="streaming", premiere_date=THURSDAY + WEEK)
    picked = [Choice(movie_id, other)]
    with reading() as session:
        shown = plan(session, picked, parse_act("days", "1"))
    do(picked, shown.act, agreed=shown.digest, by=EDITOR)
    assert values("premiere_date") == [THURSDAY, THURSDAY + WEEK + timedelta(1)]


def test_what_cannot_be_done_is_told_and_left_out(app: Flask) -> None:
    month = make_movie(title="Hónap", date_precision="month")
    equal = make_movie(title="Kettő")
    add_premiere(equal, kind="cinema", premiere_date=THURSDAY + WEEK)
    late = make_movie(title="Késő", premiere_date=date(2200, 12, 31))
    plain = make_movie(title="Sima")
    _, shown = planned("days", "7", month, equal, late, plain)
    refused = {each.title: each.refused.code for each in shown.refused if each.refused}
    assert refused == {
        "Hónap": "no_day",
        "Kettő": "equal_premieres",
        "Késő": "year_out_of_range",
    }
    assert [each.title for each in shown.done] == ["Sima"]
    _, again = planned("day", THURSDAY.isoformat(), month, plain)
    assert [each.title for each in again.done] == ["Hónap"]  # its day is known from then on


@pytest.mark.parametrize("value", ["", "x", "0", "3661", "--7", "1e9"])
def test_a_number_of_days_is_one(value: str) -> None:
    with pytest.raises(InvalidValue):
        parse_act("days", value)


def change(movie_id: int, **values: FieldValue) -> None:
    with writing() as session:
        update_movie(session, lock_movie(session, movie_id), values, by="bea")


def _move(movie_id: int) -> None:
    change(movie_id, premiere_date=THURSDAY + 3 * WEEK)


def _delete(movie_id: int) -> None:
    with writing() as session:
        delete_movie(session, movie_id)


@pytest.mark.parametrize("meanwhile", [_move, _delete])
def test_a_plan_that_another_editor_has_overtaken_is_shown_again(
    app: Flask, meanwhile: Callable[[int], None]
) -> None:
    ids = [make_movie(title="Egy"), make_movie(title="Kettő")]
    picked, shown = planned("days", "7", *ids)
    meanwhile(ids[1])
    with pytest.raises(PreviewOutdated):
        do(picked, shown.act, agreed=shown.digest, by=EDITOR)
    assert values("premiere_date")[0] == THURSDAY


@on_both_backends
def test_what_another_editor_changes_in_between_is_skipped(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make_movie(title="Egy"), make_movie(title="Kettő")]
    picked, shown = planned("days", "7", *ids)
    begin = batches.begin_batch

    def begin_and_move(*given: object, **named: str) -> int:
        _move(ids[1])
        return begin(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("mozi.calendar.editing.listing.many.begin_batch", begin_and_move)
    outcome = do(picked, shown.act, agreed=shown.digest, by=EDITOR)
    assert (outcome.movies, outcome.skipped) == (1, 1)
    assert values("premiere_date") == [THURSDAY + WEEK, THURSDAY + 3 * WEEK]


def test_an_undo_keeps_what_was_changed_since(app: Flask) -> None:
    ids = [make_movie(title=f"Film {n}") for n in range(3)]
    outcome = done("distributor", "Mozinet", *ids)
    change(ids[0], distributor="Cirko")
    change(ids[1], title="Más cím")
    assert outcome.batch_id is not None
    assert undo_batch(outcome.batch_id, by=EDITOR) == Undone(undone=2, kept=1)
    assert values("distributor") == ["Cirko", None, None]
    assert "Más cím" in values("title")


def test_an_undone_deletion_is_in_the_history(app: Flask) -> None:
    movie_id = make_movie()
    outcome = done("delete", "", movie_id)
    assert outcome.batch_id is not None
    undo_batch(outcome.batch_id, by=EDITOR)
    with reading() as session:
        last = select(HistoryEntry.action).order_by(HistoryEntry.id.desc()).limit(1)
        assert session.scalar(last) == BROUGHT_BACK


def test_a_batch_that_changed_nothing_leaves_no_trace(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    movie_id = make_movie()
    picked, shown = planned("cancel", "", movie_id)
    monkeypatch.setattr("mozi.calendar.editing.listing.many._do_part", lambda *_, **__: 0)
    assert do(picked, shown.act, agreed=shown.digest, by=EDITOR) == Done(None, 0, 1)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 0
