"""A run: what it adds, changes, asks and leaves alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select

from mozi import clock as clock_module
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.editing.trash import delete_movie, ensure_brought_back
from mozi.catalogue.planning import scope_of
from mozi.catalogue.proposals import decide_proposal
from mozi.catalogue.run import FailedFilm, Sync
from mozi.database import reading, writing
from mozi.models import CatalogueMovie, Poster, Premiere, Proposal
from mozi.services import services
from tests.catalogue.conftest import SyncFilms
from tests.conftest import Clock, on_both_backends
from tests.support import tmdb as fake
from tests.support.catalogue import (
    edit,
    everything,
    only_movie,
    premieres_of,
    proposals,
    titles,
    written,
)
from tests.support.factories import THURSDAY, make_movie, movie_of
from tests.support.tmdb import FakeTmdb, film, poster

pytestmark = pytest.mark.usefixtures("clock")
SZERELEM = film(7, "Szerelem", original_title="Love", cinema="2026-12-17")


@on_both_backends
def test_film_is_added_with_all_that_tmdb_says(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(
        film(
            7,
            "Szerelem",
            original_title="Love",
            cinema="2026-12-17",
            streaming="2027-02-01",
            posters=[poster("/hu.jpg")],
        )
    )
    assert sync().counts == {"added": 1, "unchanged": 0}
    movie = movie_of(only_movie())
    assert (movie.title, movie.original_title, movie.external_id) == ("Szerelem", "Love", None)
    assert premieres_of(movie.id) == [
        ("cinema", "2026-12-17", "scheduled"),
        ("streaming", "2027-02-01", "scheduled"),
    ]
    with reading() as session:
        assert (
            session.scalars(select(Poster.source_url)).one() == f"{tmdb.origin}/t/p/original/hu.jpg"
        )
        assert set(session.scalars(select(Premiere.date_source))) == {"catalogue"}


def test_second_run_without_news_writes_nothing(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in range(1, 30)))
    sync()
    with written() as statements:
        assert sync().counts == {"unchanged": 29}
    assert statements == []


def test_films_that_have_not_changed_are_not_fetched(
    tmdb: FakeTmdb, sync: SyncFilms, clock: Clock
) -> None:
    long_ago = clock.now().date() - timedelta(days=9)
    tmdb.add(SZERELEM, film(8, "Kontroll", cinema="2026-12-17"), on=long_ago)
    sync()
    clock.tick(3 * 86_400)
    tmdb.change(8, runtime=111)
    tmdb.hits.clear()
    assert sync().counts == {"changed": 1, "unchanged": 1}
    assert (tmdb.hits["/movie/7"], tmdb.hits["/movie/8"]) == (0, 1)


@pytest.mark.parametrize("days", [150, 400])
def test_films_that_are_stale_are_fetched_again(
    tmdb: FakeTmdb, sync: SyncFilms, clock: Clock, days: int
) -> None:
    tmdb.add(film(7, "Szerelem", cinema="2026-11-20"), on=date(2026, 1, 1))
    sync()
    for _ in range(days // 10):  # a run every ten days, so that no change is missed
        clock.tick(10 * 86_400)
        tmdb.hits.clear()
        sync()
    assert tmdb.hits["/movie/7"] == (1 if days == 150 else 0)
    with reading() as session:
        seen_at = session.scalars(select(CatalogueMovie.seen_at)).one()
    assert clock.now() - seen_at < timedelta(days=150)


def test_films_are_fetched_where_changes_were_missed(
    tmdb: FakeTmdb, sync: SyncFilms, clock: Clock
) -> None:
    tmdb.add(SZERELEM)
    sync()
    clock.tick(20 * 86_400)  # TMDB lists the changes of fourteen days
    tmdb.change(7, on=clock.now().date() - timedelta(days=18), runtime=111)
    assert sync().counts["changed"] == 1


def test_moved_premiere_is_moved(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM)
    sync()
    tmdb.move(7, 3, "2026-12-24")
    assert sync().counts["changed"] == 1
    assert premieres_of(only_movie()) == [("cinema", "2026-12-24", "scheduled")]
    assert proposals() == {}


def test_editors_value_stays_and_the_new_one_is_proposed_once(
    tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    tmdb.add(SZERELEM)
    sync()
    edit(only_movie(), title="Szerelem (1971)", runtime_minutes=90)
    assert sync().counts == {"unchanged": 1}
    tmdb.change(7, runtime=101)
    assert sync().counts == {"unchanged": 1, "proposed": 1}
    assert proposals() == {"runtime_minutes": 101}
    assert sync().counts == {"unchanged": 1}
    movie = movie_of(only_movie())
    assert (movie.title, movie.runtime_minutes) == ("Szerelem (1971)", 90)


def test_editors_date_stays(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM)
    sync()
    edit(only_movie(), premiere_date=date(2026, 12, 18))
    tmdb.move(7, 3, "2026-12-24")
    sync()
    assert premieres_of(only_movie()) == [("cinema", "2026-12-18", "scheduled")]
    assert proposals() == {"premiere:cinema": "2026-12-24"}


def test_editors_premieres_of_other_kinds_stay(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM)
    sync()
    streaming = {"kind": "streaming", "premiere_date": date(2027, 1, 1)}
    edit(only_movie(), premieres=[PremiereChange(None, streaming)])
    tmdb.move(7, 3, "2026-12-24")
    tmdb.move(7, 4, "2027-02-01")
    sync()
    assert premieres_of(only_movie()) == [
        ("cinema", "2026-12-24", "scheduled"),
        ("streaming", "2027-01-01", "scheduled"),
    ]
    assert proposals() == {"premiere:streaming": "2027-02-01"}


def test_removed_date_and_cancelling_are_asked(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(film(7, "Szerelem", cinema="2026-12-17", streaming="2027-02-01"))
    sync()
    tmdb.move(7, 4, None)
    tmdb.change(7, status="Canceled")
    assert sync().counts == {"unchanged": 1, "proposed": 1}
    assert proposals() == {"premiere:streaming": None, "cancelled": True}
    assert len(premieres_of(only_movie())) == 2


def test_past_rerelease_stays_where_another_follows(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(film(7, "Szerelem", releases=[(3, "1971-01-21"), (3, "2026-11-19")]))
    sync()
    tmdb.add(
        film(7, "Szerelem", releases=[(3, "1971-01-21"), (3, "2026-11-19"), (3, "2027-01-21")])
    )
    sync()
    days = ["1971-01-21", "2026-11-19", "2027-01-21"]
    assert [day for _, day, _ in sorted(premieres_of(only_movie()), key=lambda p: p[1])] == days
    assert proposals() == {}


def test_movie_of_the_same_title_close_by_is_matched_and_filled(
    tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    movie_id = make_movie(title="szerelem", premiere_date=date(2026, 12, 10), synopsis="Saját.")
    tmdb.add(SZERELEM)
    assert sync().counts == {"changed": 1, "unchanged": 0, "proposed": 1}
    movie = movie_of(only_movie())
    assert (movie.id, movie.title, movie.synopsis) == (movie_id, "szerelem", "Saját.")
    assert (movie.original_title, movie.runtime_minutes) == ("Love", 100)
    assert proposals() == {
        "title": "Szerelem",
        "synopsis": "Szerelem története.",
        "premiere:cinema": "2026-12-17",
    }


def test_films_of_one_title_stay_two(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM, film(8, "Szerelem", cinema="2026-12-17"))
    assert sync().counts["added"] == 2
    assert titles() == ["Szerelem", "Szerelem"]


def test_uploaded_poster_and_chosen_address_stay(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    films = [film(n, f"Film {n}", cinema="2026-12-17", posters=[poster("/a.jpg")]) for n in (7, 8)]
    tmdb.add(*films)
    sync()
    with writing() as session:
        first, second = session.scalars(select(Poster).order_by(Poster.movie_id)).all()
        first.uploaded, first.original_key = True, "originals/x.jpg"
        second.source_url = "https://example.org/own.jpg"
    for each in (7, 8):
        tmdb.change(each, images={"posters": [poster("/b.jpg")]})
    assert sync().counts["proposed"] == 2
    with reading() as session:
        kept = session.execute(select(Poster.uploaded, Poster.source_url).order_by(Poster.movie_id))
        assert kept.all() == [
            (True, f"{tmdb.origin}/t/p/original/a.jpg"),
            (False, "https://example.org/own.jpg"),
        ]


def test_deleted_movie_is_not_added_again_and_follows_when_it_is_back(
    tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    tmdb.add(SZERELEM)
    sync()
    movie_id = only_movie()
    with writing() as session:
        delete_movie(session, movie_id)
    tmdb.move(7, 3, "2026-12-24")
    sync()
    assert titles() == []
    with writing() as session:
        ensure_brought_back(session, movie_id, by="a@example.org")
    sync()
    assert premieres_of(movie_id) == [("cinema", "2026-12-24", "scheduled")]


def test_gone_film_keeps_its_movie(tmdb: FakeTmdb, sync: SyncFilms, clock: Clock) -> None:
    tmdb.add(SZERELEM)
    sync()
    tmdb.remove(7)
    report = sync()
    assert (report.counts["gone"], report.failed) == (1, [])
    assert titles() == ["Szerelem"]
    clock.tick(86_400)
    assert sync().counts["gone"] == 0


def test_film_that_tmdb_has_merged_is_asked(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM)
    sync()
    tmdb.remove(7)
    tmdb.add(film(70, "Másik", cinema="2025-01-01"))
    tmdb.merged["tt0000007"] = 70
    sync()
    assert proposals() == {"tmdb_id": 70}


def test_film_that_tmdb_has_merged_with_one_of_the_list_is_asked_and_not_added(
    tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    tmdb.add(SZERELEM)
    sync()
    tmdb.remove(7)
    tmdb.add(film(70, "Szerelem", cinema="2026-12-17", imdb_id="tt0000007"))
    tmdb.merged["tt0000007"] = 70
    counts = {"gone": 1, "unchanged": 1, "proposed": 1}
    assert sync(dry_run=True).counts == counts
    assert sync().counts == counts
    assert (proposals(), titles()) == ({"tmdb_id": 70}, ["Szerelem"])
    assert sync().counts == {"unchanged": 2}
    with writing() as session:
        row = session.scalars(select(Proposal)).one()
        decide_proposal(session, row.id, "take", today=THURSDAY, by="a@example.org")
    tmdb.move(70, 3, "2026-12-24")
    assert sync().counts["changed"] == 1
    assert premieres_of(only_movie()) == [("cinema", "2026-12-24", "scheduled")]


def test_film_that_vanishes_between_list_and_fetch_is_no_failure(
    tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    tmdb.add(SZERELEM, film(8, "Kontroll", cinema="2026-12-17"))
    tmdb.faults["/movie/7"] = [fake.status(404, body=b'{"status_code": 34}')]
    report = sync()
    assert (report.counts["gone"], report.counts["added"], report.failed) == (1, 1, [])


def test_pages_that_shift_lose_no_film(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in range(1, 60)))
    tmdb.shifting = 3
    assert sync().counts["added"] == 59


def test_failed_film_is_named_and_the_others_are_added(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM, film(8, "Kontroll", cinema="2026-12-17"))
    tmdb.faults["/movie/7"] = [fake.status(500)] * 4
    report = sync()
    assert [(f.tmdb_id, f.title, f.reason) for f in report.failed] == [
        (7, "Szerelem", "TMDB answered 500.")
    ]
    assert titles() == ["Kontroll"]
    assert sync().counts["added"] == 1


def test_run_ends_where_ten_films_in_a_row_fail(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in range(1, 20)))
    for each in range(1, 20):
        tmdb.faults[f"/movie/{each}"] = [fake.status(500)] * 4
    report = sync()
    assert (len(report.failed), report.stopped_by) == (
        10,
        "10 films in a row failed; the next run goes on.",
    )


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, ["Ma", "Négy hete", "Egy év múlva"]),
        (date(2026, 12, 1), None, ["Egy év múlva"]),
        (None, date(2026, 11, 26), ["Ma", "Négy hete"]),
        (date(2020, 1, 1), date(2026, 10, 31), ["Négy hete", "Öt hete"]),
    ],
)
def test_range(
    tmdb: FakeTmdb, sync: SyncFilms, first: date | None, last: date | None, found: list[str]
) -> None:
    tmdb.add(
        film(1, "Ma", cinema="2026-11-26"),
        film(2, "Négy hete", cinema="2026-10-29"),
        film(3, "Öt hete", cinema="2026-10-22"),
        film(4, "Egy év múlva", streaming="2027-11-26"),
        film(5, "Később", cinema="2027-11-27"),
    )
    sync(first=first, last=last)
    assert titles() == sorted(found)


def test_one_movie_is_looked_at_and_found_by_its_title(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(film(6, "Szerelem", cinema="1971-01-21"), SZERELEM)
    movie_id = make_movie(title="Szerelem", premiere_date=date(2026, 12, 17))
    assert sync(movie_ids=[movie_id]).counts == {"changed": 1, "unchanged": 0}
    assert movie_of(movie_id).original_title == "Love"
    other = make_movie(title="Kontroll", premiere_date=date(2026, 12, 17))
    report = sync(movie_ids=[movie_id, other])
    assert report.counts == {"unchanged": 1, "failed": 1}
    assert [(f.tmdb_id, f.title) for f in report.failed] == [(None, "Kontroll")]
    assert tmdb.hits["/discover/movie"] == 0


def test_dry_run_counts_and_writes_nothing(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    tmdb.add(SZERELEM)
    sync()
    edit(only_movie(), runtime_minutes=90)
    tmdb.change(7, runtime=101, genres=[{"id": 35}])
    tmdb.add(film(8, "Kontroll", cinema="2026-12-17"))
    before = everything()
    with written() as statements:
        counts = sync(dry_run=True).counts
    assert counts == {"added": 1, "changed": 1, "unchanged": 0, "proposed": 1}
    assert (statements, everything()) == ([], before)
    assert sync().counts == counts


def _ten_films_and_an_editor(tmdb: FakeTmdb, sync: SyncFilms) -> None:
    """Lay a state with news of every kind: a new film, changed ones, one that an editor holds."""
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in range(1, 8)))
    sync()
    with reading() as session:
        held = session.scalars(select(CatalogueMovie.movie_id).filter_by(tmdb_id=3)).one()
    edit(held, runtime_minutes=90)
    for number in range(2, 6):
        tmdb.change(number, runtime=110 + number)
    tmdb.move(6, 3, "2026-12-24")
    tmdb.move(7, 4, "2027-02-04")
    tmdb.add(*(film(n, f"Film {n}", cinema="2026-12-17") for n in range(8, 11)))


def test_run_that_is_stopped_after_any_film_and_run_again_is_one_whole_run(
    app: Flask, tmdb: FakeTmdb, sync: SyncFilms
) -> None:
    _ten_films_and_an_editor(tmdb, sync)
    settings = services().settings
    scope = scope_of(clock_module.today(settings), first=None, last=None)
    whole = Sync(settings, scope, dry_run=True).run().counts
    for most in range(1, 11):  # the first run ends after one film, the next one after two, …
        run, done = Sync(settings, scope), count(1)
        run.on_done = lambda run=run, done=done, most=most: next(done) == most and run.stop.set()
        run.run()
    assert (whole["added"], whole["changed"], whole["proposed"]) == (3, 5, 1)
    stopped = everything()
    assert (len(stopped["asked"]), len(stopped["movies"]), len(stopped["links"])) == (1, 10, 10)
    assert sync().counts == {"unchanged": 10}
    assert stopped == everything()


@on_both_backends
def test_two_runs_at_once_write_what_one_does(app: Flask, tmdb: FakeTmdb, sync: SyncFilms) -> None:
    _ten_films_and_an_editor(tmdb, sync)
    settings = services().settings
    scope = scope_of(clock_module.today(settings), first=None, last=None)
    barrier = threading.Barrier(2)

    def run() -> list[FailedFilm]:
        with app.app_context():
            barrier.wait()
            return Sync(settings, scope).run().failed

    with ThreadPoolExecutor(2) as pool:
        failed = [pool.submit(run) for _ in range(2)]
    assert [each.result() for each in failed] == [[], []]
    found = everything()
    assert (len(found["asked"]), len(found["movies"]), len(found["links"])) == (1, 10, 10)
    assert sync().counts["unchanged"] == 10
    assert found == everything()
