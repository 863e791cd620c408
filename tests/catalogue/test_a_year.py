"""A calendar that fills itself: from an empty installation through a year of TMDB's changes."""

from __future__ import annotations

import json
import random
import re
import shutil
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import event, func, select

from mozi.catalogue.tmdb.client import Tmdb
from mozi.database import reading
from mozi.extensions import db
from mozi.models import CatalogueMovie, HistoryEntry, Poster
from tests.catalogue.conftest import SyncFilms
from tests.conftest import Clock, Leap, on_both_backends
from tests.support.catalogue import edit, everything, premieres_of, titles, written
from tests.support.factories import make_jpeg, movie_of
from tests.support.tmdb import FakeTmdb, film, poster

pytestmark = pytest.mark.usefixtures("clock")


def run(runner: FlaskCliRunner, command: str) -> dict[str, Any]:
    result = runner.invoke(args=[command, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@on_both_backends
def test_an_empty_installation_becomes_a_calendar_with_posters_by_two_commands(
    tmdb: FakeTmdb,
    client: FlaskClient,
    runner: FlaskCliRunner,
    leap: Leap,
) -> None:
    for number in range(1, 7):
        tmdb.pictures[f"{number}.jpg"] = make_jpeg(number, width_px=800, height_px=1200)
        day = date(2026, 11, 26) + timedelta(days=number)
        tmdb.add(
            film(number, f"Film {number}", cinema=str(day), posters=[poster(f"/{number}.jpg")])
        )
    assert "Film 1" not in client.get("/").text
    assert run(runner, "sync-catalogue")["added"] == 6
    assert run(runner, "warm-posters")["failed"] == []
    leap(10)
    page = client.get("/").text
    thumbs = re.findall(r'<img class="poster" src="([^"]+)"', page)
    assert len(thumbs) >= 6
    assert not [address for address in thumbs if "/thumb" in address or "/t/p/" in address]

    # A second run without news: no write but that it ran, no render, no poster fetched.
    fetched = {path: count for path, count in tmdb.hits.items() if path.startswith("/t/p/")}
    renders = counted(client)
    with written() as statements:
        assert run(runner, "sync-catalogue")["unchanged"] == 6
    assert [each.split(" SET ")[0] for each in statements] == ["UPDATE note"]
    assert run(runner, "warm-posters")["built"] == 0
    leap(10)
    assert client.get("/").text == page
    assert counted(client) == renders
    assert fetched == {path: n for path, n in tmdb.hits.items() if path.startswith("/t/p/")}


def counted(client: FlaskClient) -> list[str]:
    """Return how many pages were rendered, and why cached ones were not enough."""
    said = client.get("/metrics").text.splitlines()
    names = ("mozi_page_render_seconds_count", "mozi_page_cache_resets_total")
    return [each for each in said if each.startswith(names)]


EDITS: tuple[dict[str, Any], ...] = (
    {"title": "A mi címünk"},
    {"synopsis": "A mi szövegünk."},
    {"runtime_minutes": 999},
    {"premiere_date": date(2027, 3, 4)},
    {"director": ("Szabó István",), "cast": ("Cserhalmi György",)},
    {"genres": ("háborús",), "country": ("Magyarország",)},
    {"age_rating": "16", "trailer_url": "https://www.youtube.com/watch?v=abcdefg"},
    {"original_title": "Our Title"},
    {"poster_url": "https://example.org/own.jpg"},
    {"synopsis": None},
)


def change_some(tmdb: FakeTmdb, chance: random.Random, films: int) -> None:
    """Change a third of the films as volunteers do: every field, dates back and forth, removals."""
    for number in chance.sample(range(1, films + 1), films // 3):
        if number not in tmdb.films:
            continue
        word, path = chance.randrange(10**6), f"/{chance.randrange(10**6)}.jpg"
        tmdb.change(
            number,
            original_title=f"Original {word}",
            runtime=chance.randrange(60, 200),
            status=chance.choice(["Released", "Canceled"]),
            genres=[{"id": chance.choice([18, 35, 27])}],
            production_countries=[{"iso_3166_1": chance.choice(["US", "FR", "JP"])}],
            credits={
                "crew": [{"name": f"Rendező {word}", "job": "Director"}],
                "cast": [{"name": f"Színész {word}", "order": 0}],
            },
            videos={"results": [{"site": "YouTube", "type": "Trailer", "key": f"key{word:06}"}]},
            images={"posters": [poster(path)] if word % 3 else []},
            translations={"translations": [texts(f"Cím {word}", f"Szöveg {word}.")]},
        )
        day = date(2026, 11, 26) + timedelta(days=chance.randrange(400))
        tmdb.move(number, chance.choice([3, 4]), chance.choice([str(day), str(day), None]))


def texts(title: str, overview: str) -> dict[str, Any]:
    data = {"title": title, "overview": overview}
    return {"iso_3166_1": "HU", "iso_639_1": "hu", "data": data}


def held(movie_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a movie has now in the fields that an editor has changed."""
    movie = movie_of(movie_id)
    found = {name: getattr(movie, name, None) for name in values}
    if "premiere_date" in values:
        found["premiere_date"] = {k: d for k, d, _ in premieres_of(movie_id)}["cinema"]
    if "poster_url" in values:
        with reading() as session:
            found["poster_url"] = session.get_one(Poster, movie_id).source_url
    return found


def test_an_hour_of_corrections_survives_a_year_of_changes(
    tmdb: FakeTmdb, sync: SyncFilms, clock: Clock
) -> None:
    chance, films = random.Random(18), 20
    for number in range(1, films + 1):
        day = date(2026, 11, 26) + timedelta(days=10 * number)
        tmdb.add(film(number, f"Film {number}", cinema=str(day), posters=[poster("/a.jpg")]))
    assert sync().counts["added"] == films
    ids = linked()
    edited = {ids[number]: EDITS[number % len(EDITS)] for number in range(1, 16)}
    for movie_id, values in edited.items():
        edit(movie_id, **values)
    before = {movie_id: held(movie_id, values) for movie_id, values in edited.items()}
    for fortnight in range(26):
        change_some(tmdb, chance, films)
        if fortnight in (12, 20):
            tmdb.remove(fortnight)
        clock.tick(14 * 86_400 - 1)
        report = sync()
        assert (report.failed, report.stopped_by) == ([], None)
    assert {movie_id: held(movie_id, values) for movie_id, values in edited.items()} == before
    assert len(titles()) == films  # nothing was deleted
    with reading() as session:
        by = select(HistoryEntry.movie_id, func.count()).where(HistoryEntry.editor == "TMDB")
        changed = dict(session.execute(by.group_by(HistoryEntry.movie_id)).all())
    assert min(changed.get(each, 0) for each in ids.values()) >= 3  # the year was no idle one


def linked() -> dict[int, int]:
    with reading() as session:
        rows = session.execute(select(CatalogueMovie.tmdb_id, CatalogueMovie.movie_id))
        return dict(rows.all())


class Killed(BaseException):
    """The process ends here."""


def run_until(step: int, sync: SyncFilms) -> bool:
    """Run, killed before its so-manieth request, statement or commit; return whether it was."""
    left = count(step, -1)

    def go_on(*_: Any) -> None:
        if next(left) == 1:
            raise Killed

    send, places = Tmdb._once, ("before_cursor_execute", "commit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tmdb, "_once", lambda tmdb, url: (go_on(), send(tmdb, url))[1])
        for each in places:
            event.listen(db.engine, each, go_on)
        try:
            sync(first=date(2026, 12, 1), last=date(2026, 12, 31))
        except Killed:
            return True
        finally:
            for each in places:
                event.remove(db.engine, each, go_on)
    return False


def test_a_run_killed_at_any_step_and_run_again_is_one_whole_run(
    app: Flask, tmdb: FakeTmdb, sync: SyncFilms, tmp_path: Path
) -> None:
    tmdb.add(*(film(n, f"Film {n}", cinema=f"2026-12-1{n}") for n in (1, 2)))
    sync()
    edit(linked()[1], runtime_minutes=90)
    for number in (1, 2):
        tmdb.change(number, runtime=110 + number)
    tmdb.move(2, 3, "2026-12-24")
    tmdb.add(film(3, "Film 3", cinema="2026-12-03", posters=[poster("/3.jpg")]))
    database, begun = Path(db.engine.url.database or ""), tmp_path / "begun.sqlite3"
    db.engine.dispose()
    shutil.copy(database, begun)
    assert not run_until(10**6, sync)
    whole = everything()
    for step in count(1):
        db.engine.dispose()
        shutil.copy(begun, database)
        if not run_until(step, sync):
            break
        assert not run_until(10**6, sync)
        assert everything() == whole, step
    assert step > 30
    assert (len(whole["movies"]), len(whole["asked"])) == (3, 1)
