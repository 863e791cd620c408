from __future__ import annotations

import csv
import gc
import json
import weakref
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from mozi.calendar.editing.premieres import shown_premieres
from mozi.calendar.importing import run
from mozi.calendar.importing.run import ImportReport, import_file
from mozi.calendar.search import names
from mozi.database import reading, writing
from mozi.errors import Busy, ImportRejected
from mozi.extensions import db
from mozi.models import Movie, MovieName, Poster
from mozi.posters.source import set_source_original
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, make_movie, premiere_of

DAY = str(THURSDAY)
URL = "https://example.org/poster.jpg"


@pytest.fixture
def do_import(app: Flask, tmp_path: Path) -> Any:
    """Return a function that imports dicts as CSV (with the same columns each) or as JSON."""

    def do(*rows: dict[str, Any], form: str = "csv", **options: bool) -> ImportReport:
        path = tmp_path / f"films.{form}"
        with path.open("w", encoding="utf-8", newline="") as file:
            if form == "json":
                json.dump(rows, file)
            else:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        return import_file(path, **options)

    return do


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.inserted, report.updated, report.unchanged


def movies() -> list[Movie]:
    with reading() as session:
        found = list(session.scalars(select(Movie).order_by(Movie.id)))
        session.expunge_all()
        return found


def faults(error: pytest.ExceptionInfo[ImportRejected]) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in error.value.faults]


FULL = {
    "external_id": "hu-1",
    "title": "Kőszívű ember",
    "original_title": "",
    "premiere_date": DAY,
    "synopsis": "Egy mondat.",
    "genres": "dráma;történelmi",
    "runtime_minutes": "116",
    "age_rating": "kn",
    "director": "Várkonyi Zoltán",
    "cast": "Sulyok Mária;Mécs Károly",
    "country": "Magyarország",
    "distributor": "NFI",
    "trailer_url": "https://example.org/trailer",
    "poster_url": URL,
    "kind": "rerelease",
    "date_precision": "day",
    "status": "scheduled",
}


@on_both_backends
def test_a_whole_row_is_inserted(do_import: Any) -> None:
    assert counts(do_import(FULL)) == (1, 0, 0)
    [movie] = movies()
    assert (movie.title, movie.genres) == ("Kőszívű ember", ("dráma", "történelmi"))
    assert (movie.age_rating, movie.runtime_minutes, premiere_of(movie.id).kind) == (
        "KN",
        116,
        "rerelease",
    )
    with reading() as session:
        assert session.get_one(Poster, movie.id).source_url == URL


@on_both_backends
@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_same_file_twice_changes_nothing(do_import: Any, form: str) -> None:
    do_import(FULL, form=form)
    assert counts(do_import(FULL, form=form)) == (0, 0, 1)
    assert [movie.version for movie in movies()] == [1]


@on_both_backends
def test_a_new_value_updates_and_raises_the_version_by_one(do_import: Any) -> None:
    do_import(FULL)
    assert counts(do_import({**FULL, "title": "Szerelem", "runtime_minutes": "84"})) == (0, 1, 0)
    assert [(movie.title, movie.version) for movie in movies()] == [("Szerelem", 2)]


def test_without_external_id_title_and_date_tell_the_movie(do_import: Any) -> None:
    movie_id = make_movie(title="Kontroll", external_id="hu-7")
    report = do_import({"title": "Kontroll", "premiere_date": DAY, "synopsis": "Új."})
    assert counts(report) == (0, 1, 0)
    assert [(movie.id, movie.external_id) for movie in movies()] == [(movie_id, "hu-7")]


def test_the_same_title_on_another_date_is_another_movie(do_import: Any) -> None:
    make_movie(title="Kontroll")
    assert counts(do_import({"title": "Kontroll", "premiere_date": "2027-01-07"})) == (1, 0, 0)


def test_a_row_gives_its_external_id_to_the_movie_that_has_none(do_import: Any) -> None:
    movie_id = make_movie(title="Kontroll")
    do_import({"external_id": "hu-7", "title": "Kontroll", "premiere_date": DAY})
    assert [(movie.id, movie.external_id) for movie in movies()] == [(movie_id, "hu-7")]


def test_a_movie_of_another_external_id_is_another_movie(do_import: Any) -> None:
    make_movie(title="Kontroll", external_id="hu-7")
    report = do_import({"external_id": "hu-8", "title": "Kontroll", "premiere_date": DAY})
    assert counts(report) == (1, 0, 0)


def test_external_id_wins_over_title_and_date(do_import: Any) -> None:
    renamed = make_movie(title="Régi cím", external_id="hu-1")
    make_movie(title="Kontroll", external_id="hu-2")
    do_import({"external_id": "hu-1", "title": "Kontroll", "premiere_date": DAY})
    assert [(movie.id, movie.title) for movie in movies()][0] == (renamed, "Kontroll")


def test_two_films_of_one_title_and_date_live_by_their_external_ids(do_import: Any) -> None:
    rows = [{"external_id": each, "title": "Rage", "premiere_date": DAY} for each in ("a", "b")]
    assert counts(do_import(*rows)) == (2, 0, 0)
    assert counts(do_import(*rows)) == (0, 0, 2)


def test_only_one_of_two_such_films_takes_the_movie_without_external_id(do_import: Any) -> None:
    make_movie(title="Rage")
    rows = [{"external_id": each, "title": "Rage", "premiere_date": DAY} for each in ("a", "b")]
    assert counts(do_import(*rows)) == (1, 1, 0)


def test_a_row_that_may_mean_two_movies_is_refused(do_import: Any) -> None:
    make_movie(title="Rage", external_id="a")
    make_movie(title="Rage", external_id="b")
    with pytest.raises(ImportRejected, match="2 movies have this title and date"):
        do_import({"title": "Rage", "premiere_date": DAY})


def test_a_row_without_external_id_rather_means_the_movie_without_one(do_import: Any) -> None:
    make_movie(title="Rage", external_id="a")
    plain = make_movie(title="Rage")
    do_import({"title": "Rage", "premiere_date": DAY, "synopsis": "Új."})
    assert [movie.id for movie in movies() if movie.synopsis] == [plain]


def test_absent_columns_keep_and_empty_cells_clear(do_import: Any) -> None:
    do_import(FULL)
    cleared = {"external_id": "hu-1", "title": "Kőszívű ember", "premiere_date": DAY}
    do_import({**cleared, "genres": "", "synopsis": "", "kind": ""})
    [movie] = movies()
    assert (movie.genres, movie.synopsis) == ((), None)
    assert (movie.runtime_minutes, movie.cast[0]) == (116, "Sulyok Mária")


def test_json_null_clears_and_an_absent_key_keeps(do_import: Any) -> None:
    do_import(FULL)
    do_import({"external_id": "hu-1", "runtime_minutes": None}, form="json")
    [movie] = movies()
    assert (movie.runtime_minutes, movie.synopsis) == (None, "Egy mondat.")


def test_a_known_external_id_is_enough_to_update(do_import: Any) -> None:
    do_import(FULL)
    assert counts(do_import({"external_id": "hu-1", "synopsis": "Új."})) == (0, 1, 0)


def test_a_new_movie_needs_title_and_date(do_import: Any) -> None:
    with pytest.raises(ImportRejected) as error:
        do_import({"external_id": "hu-9", "synopsis": "Új."})
    assert faults(error) == [(2, "title"), (2, "premiere_date")]


@pytest.mark.parametrize("column", ["title", "premiere_date"])
def test_title_and_date_cannot_be_cleared(do_import: Any, column: str) -> None:
    do_import(FULL)
    with pytest.raises(ImportRejected, match=f"{column} is needed"):
        do_import({**FULL, column: ""})


@on_both_backends
def test_one_bad_row_keeps_all_rows_out(do_import: Any) -> None:
    with pytest.raises(ImportRejected) as error:
        do_import(FULL, {**FULL, "external_id": "hu-2", "premiere_date": "2026.11"})
    assert faults(error) == [(3, "premiere_date")]
    assert movies() == []


def test_every_fault_of_every_row_is_named(do_import: Any) -> None:
    with pytest.raises(ImportRejected) as error:
        do_import({**FULL, "kind": "opera", "runtime_minutes": "0"}, {**FULL, "title": ""})
    assert faults(error) == [
        (2, "runtime_minutes"),
        (2, "kind"),
        (3, "title"),
    ]


def test_skip_bad_takes_the_good_rows_and_names_the_others(do_import: Any) -> None:
    report = do_import(FULL, {**FULL, "external_id": "x", "age_rating": "14"}, skip_bad=True)
    assert counts(report) == (1, 0, 0)
    assert str(report.refused[0]) == (
        "row 3 (Kőszívű ember): age_rating is '14'; it takes one of KN, 6, 12, 16, 18, X"
    )


def test_an_unknown_column_is_refused_even_with_skip_bad(do_import: Any) -> None:
    with pytest.raises(ImportRejected, match="did you mean title"):
        do_import({**FULL, "titel": "x"}, skip_bad=True)


def test_a_dry_run_writes_nothing(do_import: Any) -> None:
    assert counts(do_import(FULL, dry_run=True)) == (1, 0, 0)
    assert movies() == []


REPEATED = {"title": "Kontroll", "premiere_date": DAY}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({**REPEATED, "external_id": "a"}, {**REPEATED, "external_id": "a", "title": "Más"}),
        ({**REPEATED, "external_id": "a"}, {**REPEATED, "external_id": ""}),
        ({**REPEATED, "external_id": ""}, {**REPEATED, "external_id": ""}),
    ],
)
def test_rows_that_mean_the_same_movie_name_each_other(
    do_import: Any, first: dict[str, str], second: dict[str, str]
) -> None:
    report = do_import(first, second, skip_bad=True)
    assert counts(report) == (0, 0, 0)
    assert [(fault.row, fault.reason[-5:]) for fault in report.refused] == [
        (2, "row 3"),
        (3, "row 2"),
    ]


def test_rows_that_find_the_same_movie_are_refused(do_import: Any) -> None:
    make_movie(title="Kontroll", external_id="a")
    by_id = {**REPEATED, "external_id": "a", "title": "Új cím"}
    with pytest.raises(ImportRejected, match="row 3 .*the same premiere as row 2"):
        do_import(by_id, {**REPEATED, "external_id": ""})


def test_an_unchanged_poster_address_does_not_replace_an_upload(do_import: Any) -> None:
    do_import(FULL)
    [movie] = movies()
    with writing() as session:
        set_source_original(session, movie.id, "originals/a.jpg")
    assert counts(do_import(FULL)) == (0, 0, 1)
    with reading() as session:
        assert session.get_one(Poster, movie.id).uploaded


@on_both_backends
def test_a_new_poster_address_alone_updates_but_leaves_the_version(do_import: Any) -> None:
    do_import(FULL)
    assert counts(do_import({**FULL, "poster_url": f"{URL}?2"})) == (0, 1, 0)
    [movie] = movies()
    with reading() as session:
        assert session.get_one(Poster, movie.id).source_url == f"{URL}?2"
    assert movie.version == 1


def test_a_new_movie_whose_external_id_is_blank_has_none(do_import: Any) -> None:
    do_import({**REPEATED, "external_id": ""}, {**REPEATED, "title": "Más", "external_id": ""})
    assert [movie.external_id for movie in movies()] == [None, None]


def test_rows_are_looked_up_together(do_import: Any) -> None:
    rows = [{**FULL, "external_id": f"x{each}", "title": f"Film {each}"} for each in range(400)]
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    do_import(*rows)
    do_import(*rows)
    assert (
        len([each for each in statements if each.startswith("SELECT")]) <= 11
    )  # 2: unnamed, 1: merged


def test_an_import_fills_in_all_names(do_import: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "AFTER_BULK_AT_ONCE", 2)
    do_import(*({"title": f"Film {each}", "premiere_date": DAY} for each in range(5)))
    with reading() as session:
        assert not session.scalars(select(MovieName).where(MovieName.sort_key.is_(None))).all()


@on_both_backends
def test_more_rows_than_a_statement_has_parameters_are_matched(do_import: Any) -> None:
    rows = [{"title": f"Film {each}", "premiere_date": DAY} for each in range(1200)]
    assert counts(do_import(*rows)) == (1200, 0, 0)
    assert counts(do_import(*rows)) == (0, 0, 1200)


def test_another_writer_in_between_is_looked_at_again(
    do_import: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = []

    def save_once_beaten(*given: Any, **named: Any) -> Any:
        saves.append(given)
        if len(saves) == 1:
            raise IntegrityError("INSERT", {}, Exception("unique"))
        return importing_save(*given, **named)

    importing_save = run.save_changes
    monkeypatch.setattr(run, "save_changes", save_once_beaten)
    assert counts(do_import(FULL)) == (1, 0, 0)


def test_a_writer_who_always_comes_first_leaves_one_plain_sentence(
    do_import: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always_beaten(*given: Any, **named: Any) -> None:
        raise IntegrityError("INSERT", {}, Exception("unique"))

    monkeypatch.setattr(run, "save_changes", always_beaten)
    with pytest.raises(Busy, match="nothing was written"):
        do_import(FULL)


@on_both_backends
def test_written_movies_leave_memory_and_the_parts_are_one_transaction(
    do_import: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WRITTEN_AT_ONCE", 2)
    alive: list[int] = []
    save, known = run.save_changes, weakref.WeakSet[Movie]()

    def watched(*given: Any, **options: Any) -> list[Movie]:
        gc.collect()  # a movie and its premieres refer to each other
        alive.append(len(known))
        if broken and len(alive) == 3:
            raise ImportRejected([])
        saved = save(*given, **options)
        known.update(saved)
        return saved

    monkeypatch.setattr(run, "save_changes", watched)
    rows = [{"title": f"Film {n}", "premiere_date": DAY, "poster_url": URL} for n in range(6)]
    broken = True
    with pytest.raises(ImportRejected):
        do_import(*rows)
    assert movies() == []
    broken = False
    alive.clear()
    report = do_import(*rows)
    assert (counts(report), len(report.new_sources)) == ((6, 0, 0), 6)
    assert max(alive) <= 2


def premieres(movie_id: int) -> list[tuple[str, str]]:
    with reading() as session:
        shown = shown_premieres(session.get_one(Movie, movie_id))
        return sorted((each.premiere_date.isoformat(), each.kind) for each in shown)


CINEMA = {"external_id": "a", "title": "Kontroll", "premiere_date": DAY, "kind": "cinema"}
STREAMING = {**CINEMA, "premiere_date": "2027-02-04", "kind": "streaming"}
BOTH = [(DAY, "cinema"), ("2027-02-04", "streaming")]


@on_both_backends
def test_rows_of_one_film_are_its_premieres(do_import: Any) -> None:
    do_import(CINEMA, STREAMING)
    [movie] = movies()
    assert premieres(movie.id) == BOTH
    assert counts(do_import(CINEMA, STREAMING)) == (0, 0, 2)
    assert counts(do_import(STREAMING)) == (0, 0, 1)
    with pytest.raises(ImportRejected, match="same as in row"):
        do_import(CINEMA, CINEMA)


def test_a_row_means_the_premiere_of_its_precision(do_import: Any) -> None:
    row = {"external_id": "k", "title": "Kontroll", "premiere_date": "2026-12-01"}
    rows = [{**row, "date_precision": precision} for precision in ("month", "day")]
    assert counts(do_import(*rows)) == (2, 0, 0)
    assert counts(do_import(*reversed(rows))) == (0, 0, 2)


@pytest.mark.parametrize(("rows", "then"), [
    ([{**CINEMA, "premiere_date": "2026-12-10"}], [("2026-12-10", "cinema"), BOTH[1]]),
    ([{**STREAMING, "premiere_date": "2027-03-04"}], [BOTH[0], ("2027-03-04", "streaming")]),
    ([CINEMA, {**CINEMA, "premiere_date": "2027-01-07"}],
     [BOTH[0], ("2027-01-07", "cinema"), BOTH[1]]),
    ([{**CINEMA, "premiere_date": "2031-12-04", "kind": "rerelease"}],
     [*BOTH, ("2031-12-04", "rerelease")]),
    ([{"external_id": "a", "premiere_date": "2026-12-10"}], [("2026-12-10", "cinema"), BOTH[1]]),
    ([{"external_id": "a", "premiere_date": "2027-02-04", "status": "cancelled"}], BOTH),
    ([{"external_id": "a", "synopsis": "Új."}], BOTH),
])  # fmt: skip
def test_a_row_means_the_premiere_of_its_kind(
    do_import: Any, rows: list[dict[str, str]], then: list[tuple[str, str]]
) -> None:
    do_import(CINEMA, STREAMING)
    do_import(*rows)
    [movie] = movies()
    assert premieres(movie.id) == then
