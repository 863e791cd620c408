"""Two movies that are one film become one, and are separated again with all that they had."""

from __future__ import annotations

import json
import re
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.calendar.editing.merging import (
    MergeOutdated,
    ensure_back,
    merge_movies,
    preview_merge,
)
from mozi.calendar.editing.restore import history_page
from mozi.calendar.editing.trash import TABLES, UNDO_DAYS, forget_deleted
from mozi.calendar.importing.run import import_file
from mozi.database import reading, writing
from mozi.errors import MovieNotFound, NoPremiere
from mozi.models import DateChange, DeletedMovie, Movie, Poster, Premiere
from tests.conftest import Leap, on_both_backends
from tests.support.factories import (
    THURSDAY,
    add_premiere,
    create_movie,
    make_movie,
    make_variants,
    movie_of,
    premiere_of,
    update_movie,
)

BY = "anna@example.org"
LATER = date(2027, 12, 2)


def merge(kept: int, other: int, *, others_poster: bool = False) -> Movie | MergeOutdated:
    with reading() as session:
        state = preview_merge(session, kept, other).state
    with writing() as session:
        return merge_movies(session, kept, other, state=state, others_poster=others_poster, by=BY)


def separate(movie_id: int) -> str:
    with writing() as session:
        return ensure_back(session, movie_id, by=BY)


def rows_of(movie_id: int) -> dict[str, Any]:
    """Return the movie's rows without what only counts edits."""
    counts = {"version", "changed_at", "source_number", "attempt", "lease_owner", "lease_until"}
    found = {}
    with reading() as session:
        for name, table in TABLES.items():
            owner = table.c.id if name == "movie" else table.c.movie_id
            rows = session.execute(select(table).where(owner == movie_id))
            found[name] = [
                {c: v for c, v in row._mapping.items() if c not in counts} for row in rows
            ]
    return found


def two_movies() -> tuple[int, int]:
    kept = make_movie(
        title="Macskafogó", director=("Ternovszky Béla",), poster_url="https://example.org/1.jpg"
    )
    add_premiere(kept, kind="streaming", premiere_date=date(2027, 2, 1))
    other = make_movie(
        title="Macskafogó",
        premiere_date=LATER,
        kind="rerelease",
        external_id="x-2",
        synopsis="Egy",
        poster_url="https://example.org/2.jpg",
    )
    add_premiere(other, premiere_date=THURSDAY)  # equals the kept movie's
    make_variants(kept)
    make_variants(other, original="1" * 64)
    with writing() as session:
        update_movie(session, session.get_one(Movie, other), {"premiere_date": date(2027, 12, 9)})
    return kept, other


def places(movie_id: int) -> list[tuple[str, date]]:
    with reading() as session:
        query = select(Premiere.kind, Premiere.premiere_date).order_by(Premiere.premiere_date)
        return [tuple(row) for row in session.execute(query.where(Premiere.movie_id == movie_id))]


@on_both_backends
@pytest.mark.parametrize("others_poster", [False, True])
def test_a_merge_takes_all_along_and_separating_gives_all_back(
    app: Flask, *, others_poster: bool
) -> None:
    kept, other = two_movies()
    before = rows_of(kept), rows_of(other)
    merge(kept, other, others_poster=others_poster)
    assert places(kept) == [
        ("cinema", THURSDAY),
        ("streaming", date(2027, 2, 1)),
        ("rerelease", date(2027, 12, 9)),
    ]
    movie = movie_of(kept)
    assert (movie.synopsis, movie.external_id) == ("Egy", "x-2")
    with reading() as session:
        assert session.get(Movie, other) is None
        moves = session.scalars(select(DateChange.old_date).where(DateChange.movie_id == kept))
        assert list(moves) == [LATER]
        source_url = session.get_one(Poster, kept).source_url
        assert source_url == f"https://example.org/{2 if others_poster else 1}.jpg"
        actions = [each.action for each in history_page(session, kept, 1).events]
        assert actions.count("merged") == 2  # of the kept movie, and of the other one
    separate(other)
    after = rows_of(kept), rows_of(other)
    assert after[1] == before[1]
    if not others_poster:
        assert after[0] == before[0]
    assert after[0]["premiere"] == before[0]["premiere"]
    assert after[0]["movie"] == before[0]["movie"]
    assert after[0]["poster"][0]["source_url"] == "https://example.org/1.jpg"


@on_both_backends
def test_a_premiere_that_moved_after_the_merge_goes_back_as_it_is_now(app: Flask) -> None:
    kept, other = make_movie(), make_movie(premiere_date=LATER)
    merge(kept, other)
    with writing() as session:
        premiere = session.scalars(select(Premiere).where(Premiere.premiere_date == LATER)).one()
        premiere.status = "cancelled"
    separate(other)
    with reading() as session:
        [back] = session.scalars(select(Premiere).where(Premiere.movie_id == other))
        assert (back.status, back.first) == ("cancelled", True)
    assert places(kept) == [("cinema", THURSDAY)]


@on_both_backends
def test_calendars_and_feed_readers_keep_each_event(client: FlaskClient, leap: Leap) -> None:
    kept, other = make_movie(title="Vuk"), make_movie(title="Vuk!", premiere_date=LATER)
    further = add_premiere(other, kind="streaming", premiere_date=date(2028, 2, 3))
    for synopsis in ("Egy", "Kettő", "Három"):
        with writing() as session:
            update_movie(session, session.get_one(Movie, other), {"synopsis": synopsis})
    before, news = sequences(client, kept) | sequences(client, other), guids(client)
    assert before.keys() == {f"film-{kept}", f"film-{other}", f"film-{other}-{further}"}
    merge(kept, other)
    leap(4)
    merged = sequences(client, kept)
    assert merged.keys() == before.keys()
    assert all(merged[uid] > before[uid] for uid in (f"film-{other}", f"film-{other}-{further}"))
    assert guids(client) == news
    separate(other)
    leap(4)
    after = sequences(client, kept) | sequences(client, other)
    assert after.keys() == before.keys()
    assert all(after[uid] >= merged[uid] for uid in before)


def sequences(client: FlaskClient, movie_id: int) -> dict[str, int]:
    """Return the sequence of each event of the movie by its UID without the host."""
    calendar = client.get(f"/film/{movie_id}.ics", follow_redirects=True).text
    events = re.findall(r"UID:(\S+)@.*?SEQUENCE:(\d+)", calendar.replace("\r\n ", ""), re.DOTALL)
    return {uid: int(sequence) for uid, sequence in events}


def guids(client: FlaskClient) -> set[str]:
    return set(re.findall(r"<guid[^>]*>([^<]+)<", client.get("/rss.xml").text))


def test_an_equal_premiere_s_details_come_along(app: Flask) -> None:
    kept, other = make_movie(), make_movie(note="4K", language_version="both")
    merge(kept, other)
    assert (premiere_of(kept).note, premiere_of(kept).language_version) == ("4K", "both")
    separate(other)
    assert (premiere_of(other).note, premiere_of(other).language_version) == ("4K", "both")


def test_neither_movie_is_left_without_a_premiere(app: Flask) -> None:
    kept, other = make_movie(), make_movie(premiere_date=LATER)
    merge(kept, other)
    with writing() as session:
        first = session.scalars(select(Premiere).where(Premiere.premiere_date == THURSDAY)).one()
        first.removed_at = first.added_at
    with pytest.raises(NoPremiere):
        separate(other)
    assert len(places(kept)) == 2


@pytest.mark.parametrize("changed", ["kept", "other"])
def test_what_changed_since_the_question_is_asked_again(app: Flask, changed: str) -> None:
    ids = {"kept": make_movie(), "other": make_movie(premiere_date=LATER)}
    with reading() as session:
        state = preview_merge(session, ids["kept"], ids["other"]).state
    add_premiere(ids[changed], kind="streaming", premiere_date=date(2027, 3, 3))
    with writing() as session:
        outcome = merge_movies(session, *ids.values(), state=state, others_poster=False, by=BY)
        assert isinstance(outcome, MergeOutdated)
    assert movie_of(ids["other"])


@on_both_backends
def test_two_editors_merge_each_into_the_other_and_one_wins(app: Flask) -> None:
    ids = make_movie(), make_movie(premiere_date=LATER)
    outcomes: list[object] = []

    def run(kept: int, other: int, state: str) -> None:
        with app.app_context():
            try:
                with writing() as session:
                    merge_movies(session, kept, other, state=state, others_poster=False, by=BY)
                outcomes.append("merged")
            except MovieNotFound:
                outcomes.append("gone")

    with reading() as session:
        states = [preview_merge(session, *pair).state for pair in (ids, ids[::-1])]
    pairs = [(*ids, states[0]), (*ids[::-1], states[1])]
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["gone", "merged"]
    with reading() as session:
        [left] = session.scalars(select(Movie.id))
    assert len(places(left)) == 2


def test_every_address_of_a_merged_movie_leads_to_the_other_for_good(
    client: FlaskClient, leap: Leap
) -> None:
    last = make_movie(title="Vuk", poster_url="https://example.org/a.jpg")
    middle = make_movie(title="Vuk 2", premiere_date=LATER)
    first = make_movie(title="Vuk régi", premiere_date=date(2027, 6, 3))
    addresses = {
        "/film/{}-{}": "/film/{}-vuk",
        "/en/film/{}-{}": "/en/film/{}-vuk",
        "/film/{}-{}.ics": "/film/{}-vuk.ics",
        "/en/film/{}-{}.ics": "/en/film/{}-vuk.ics",
        "/poster/{}-{}.thumb.jpg": "/poster/{}-vuk.thumb.jpg",
    }
    for _ in range(2):  # the second answer comes from the page cache
        assert client.get(f"/film/{first}-vuk-regi").status_code == 200
    merge(middle, first)
    merge(last, middle)
    leap(4)
    with writing() as session:
        for trash in session.scalars(select(DeletedMovie)):
            trash.deleted_at -= timedelta(days=UNDO_DAYS + 9)
        session.flush()
        forget_deleted(session)
    for old, new in addresses.items():
        answer = client.get(old.format(first, "vuk-regi"))
        assert (answer.status_code, answer.location) == (301, new.format(last))
    found = client.get(f"/api/v1/movies?ids={first},{middle}").json
    assert [each["id"] for each in found["movies"]] == [last]
    with pytest.raises(MovieNotFound):
        separate(first)
    with writing() as session:
        new = create_movie(session, {"title": "Új", "premiere_date": THURSDAY})
        assert new.id > first  # no new film gets the old address


def test_a_merge_changes_exactly_the_pages_that_show_the_film(
    client: FlaskClient, leap: Leap
) -> None:
    kept = make_movie(title="Vuk", premiere_date=THURSDAY)
    other = make_movie(title="Vuk", premiere_date=LATER)
    make_movie(title="Más", premiere_date=date(2029, 1, 4))
    paths = ("/premierek/2029/01", "/premierek/2027/12", f"/film/{kept}-vuk")
    for _ in range(2):
        for path in paths:
            client.get(path)
    merge(kept, other)
    leap(4)
    states = [client.get(path).headers["Cache-Status"] for path in paths]
    assert states == ["mozi; hit", *["mozi; fwd=miss; stored"] * 2]


def test_a_file_that_names_the_merged_movie_still_changes_nothing(
    app: Flask, tmp_path: Path
) -> None:
    def do() -> None:
        path.write_text(json.dumps(rows))
        import_file(path)

    path = tmp_path / "films.json"
    rows = [
        {"external_id": "a", "title": "Vuk", "premiere_date": "2026-11-26", "kind": "cinema"},
        {"external_id": "b", "title": "Vuk!", "premiere_date": "2027-12-02", "kind": "rerelease"},
        {"external_id": "b", "title": "Vuk!", "premiere_date": "2026-11-26", "kind": "cinema"},
    ]
    do()
    with reading() as session:
        kept, other = session.scalars(select(Movie.id).order_by(Movie.external_id))
    merge(kept, other)
    before = rows_of(kept)
    do()
    assert rows_of(kept) == before
    rows[1]["premiere_date"] = "2027-12-09"
    do()
    assert places(kept) == [("cinema", THURSDAY), ("rerelease", date(2027, 12, 9))]
