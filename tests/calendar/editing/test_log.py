"""The log of all changes: in order, filtered, with batches as one line, and undone one by one."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.calendar.editing import log
from mozi.calendar.editing.batches import undo_batch
from mozi.calendar.editing.changes import lock_movie
from mozi.calendar.editing.log import BRING_BACK, UNDO, LogPage, editors, log_page
from mozi.calendar.editing.trash import delete_movie
from mozi.calendar.editing.undoing import undo_entry
from mozi.database import reading, writing
from mozi.errors import HistoryEntryNotFound
from tests.calendar.editing.listing.test_many import EDITOR, done
from tests.conftest import on_both_backends
from tests.support import factories
from tests.support.factories import movie_of

OTHER = "bela@example.org"


def add(title: str, **values: object) -> int:
    given = {"title": title, "premiere_date": factories.THURSDAY, **values}
    with writing() as session:
        return factories.create_movie(session, given, by=EDITOR).id  # type: ignore[arg-type]


def change(movie_id: int, *, by: str = EDITOR, **values: object) -> None:
    with writing() as session:
        movie = lock_movie(session, movie_id)
        factories.update_movie(session, movie, values, by=by)  # type: ignore[arg-type]


def page(**asked: object) -> LogPage:
    with reading() as session:
        return log_page(session, **asked)  # type: ignore[arg-type]


def told(shown: LogPage) -> list[tuple[object, ...]]:
    return [
        ("batch", each.batch.movies, each.undo)
        if each.batch
        else (each.title, each.event.action if each.event else None, each.undo)
        for each in shown.items
    ]


@on_both_backends
def test_changes_of_all_movies_are_listed_and_a_batch_is_one_line(app: Flask) -> None:
    a, b = add(title="A"), add(title="B")
    change(a, by=OTHER, synopsis="Egy")
    batch = done("distributor", "Mozinet", a, b).batch_id
    change(a, by=OTHER, synopsis="Kettő")
    with writing() as session:
        delete_movie(session, b, by=EDITOR)
    assert told(page()) == [
        ("B", "deleted", BRING_BACK),
        ("A", "updated", UNDO),
        ("batch", 2, UNDO),
        ("A", "updated", None),
        ("B", "created", None),
        ("A", "created", None),
    ]
    assert told(page(editor=OTHER)) == [("A", "updated", UNDO), ("A", "updated", None)]
    assert [each[:2] for each in told(page(batch_id=batch))] == [("B", "updated"), ("A", "updated")]
    with reading() as session:
        assert set(editors(session)) >= {EDITOR, OTHER}
    assert batch is not None
    undo_batch(batch, by=OTHER)
    assert [i.batch.undone_by for i in page().items if i.batch] == [OTHER]
    assert [i.undo for i in page().items if i.batch] == [None]


def test_pages_follow_each_other_without_a_gap(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PAGE_LENGTH", 2)
    ids = [add(title=f"Film {number}") for number in range(3)]
    done("cancel", "", *ids)
    change(ids[0], synopsis="Egy")
    seen, before = [], log.LATEST
    while True:
        shown = page(before=before)
        seen += [item.place for item in shown.items]
        if shown.next is None:
            break
        before = shown.next
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


@on_both_backends
def test_undoing_one_change_leaves_the_later_ones(app: Flask) -> None:
    movie_id = add(title="A", synopsis="Egy")
    change(movie_id, synopsis="Kettő")
    entry = page().items[0].place
    change(movie_id, distributor="Mozinet")
    with writing() as session:
        assert undo_entry(session, entry, by=EDITOR) == (movie_id, "A")
    movie = movie_of(movie_id)
    assert (movie.synopsis, movie.distributor) == ("Egy", "Mozinet")
    with writing() as session, pytest.raises(HistoryEntryNotFound):
        undo_entry(session, entry, by=EDITOR)
