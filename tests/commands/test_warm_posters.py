"""flask warm-posters, as an operator runs it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import termios
import threading
import time
from collections.abc import Iterator
from datetime import date
from select import select
from subprocess import PIPE
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event, update

from mozi.commands import progress
from mozi.database import database_now, writing
from mozi.errors import StorageError
from mozi.extensions import db
from mozi.models import Poster
from mozi.posters.build.leases import take_lease
from mozi.posters.gc.ownership import MARK
from mozi.posters.keys import original_key
from mozi.posters.queries import get_poster
from mozi.services import Services
from tests.conftest import Clock, MakeApp, on_both_backends
from tests.support.factories import make_jpeg, make_movie, make_variants
from tests.support.forks import Forked, Forks
from tests.support.origin import Origin
from tests.support.outside import everything_stored


@pytest.fixture
def movies(app: Flask, origin: Origin) -> list[int]:
    """Six movies with a poster each, all on one host."""
    return [movie_with_poster(origin, number) for number in range(6)]


def movie_with_poster(origin: Origin, number: int, **changes: Any) -> int:
    path = f"/{number}.jpg"
    origin.serve(path, make_jpeg(number))
    return make_movie(title=f"Film {number}", poster_url=origin.url(path), **changes)


def warm(runner: FlaskCliRunner, *args: str) -> tuple[Result, dict[str, Any]]:
    result: Result = runner.invoke(args=["warm-posters", "--json", *args])
    assert result.stdout, (result.stderr, result.exception)
    return result, json.loads(result.stdout)


@on_both_backends
def test_it_builds_every_missing_variant_from_one_fetch_a_movie(
    runner: FlaskCliRunner, movies: list[int], origin: Origin
) -> None:
    result, said = warm(runner)
    assert result.exit_code == 0
    assert set(said) == {"movies", "built", "present", "failed", "seconds"}
    assert (said["movies"], said["built"], said["present"], said["failed"]) == (6, 18, 0, [])
    assert set(origin.hits.values()) == {1}
    assert not any(get_poster(movie).missing() for movie in movies)


def all_of(movies: list[int]) -> set[str]:
    """Return what is stored once these are built: the mark, an original and three variants each."""
    states = [get_poster(movie) for movie in movies]
    variants = {built.object_key for state in states for built in state.variants.values()}
    originals = {original_key(make_jpeg(number), "jpg") for number in range(len(movies))}
    assert (len(variants), len(originals)) == (3 * len(movies), len(movies))
    return {MARK, *originals, *variants}


@on_both_backends
def test_it_stores_three_variants_and_an_original_a_movie_and_nothing_else(
    runner: FlaskCliRunner, movies: list[int], origin: Origin, backend_env: dict[str, str]
) -> None:
    origin.serve("/broken.jpg", make_jpeg()[:2000])
    make_movie(poster_url=origin.url("/broken.jpg"))
    warm(runner)
    assert everything_stored(backend_env) == all_of(movies)
    warm(runner, "--rebuild")
    assert everything_stored(backend_env) == all_of(movies)


def test_a_second_run_does_nothing_in_a_handful_of_queries_and_asks_no_storage(
    runner: FlaskCliRunner,
    movies: list[int],
    app_services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warm(runner)
    for name in ("put", "get", "exists", "list"):
        monkeypatch.setattr(
            app_services.storage, name, lambda *_, **__: pytest.fail("storage asked")
        )
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    _, said = warm(runner)
    assert (said["built"], said["present"]) == (0, 18)
    assert len(statements) <= 4


def test_only_the_named_media_is_built(runner: FlaskCliRunner, movies: list[int]) -> None:
    _, said = warm(runner, "--media", "thumb")
    assert said["built"] == 6
    assert set(get_poster(movies[0]).variants) == {"thumb"}


def test_only_the_named_movie_is_built(runner: FlaskCliRunner, movies: list[int]) -> None:
    _, said = warm(runner, "--movie", str(movies[2]), "--movie", str(movies[3]))
    assert (said["movies"], said["built"]) == (2, 6)


def test_only_premieres_between_the_dates_are_built(runner: FlaskCliRunner, origin: Origin) -> None:
    dates = [date(2026, 11, day) for day in (1, 2, 3, 4)]
    ids = [movie_with_poster(origin, n, premiere_date=d) for n, d in enumerate(dates)]
    _, said = warm(runner, "--from", "2026-11-02", "--to", "2026-11-03")
    assert said["movies"] == 2
    assert [bool(get_poster(movie).variants) for movie in ids] == [False, True, True, False]


def test_what_the_index_shows_comes_first(
    runner: FlaskCliRunner, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = [date(2020, 1, 1), date(2026, 12, 3), date(2025, 1, 1), date(2026, 11, 26)]
    ids = [movie_with_poster(origin, n, premiere_date=d) for n, d in enumerate(dates)]
    order: list[int] = []
    pipeline = "mozi.posters.build.pipeline.PosterPipeline.build"
    monkeypatch.setattr(pipeline, lambda self, movie_id, **_: order.append(movie_id) or NOTHING)
    warm(runner, "--workers", "1")
    assert order == [ids[3], ids[1], ids[2], ids[0]]


NOTHING = type("Nothing", (), {"built": (), "present": ()})()


def test_a_dry_run_says_what_there_is_and_does_nothing(
    runner: FlaskCliRunner, movies: list[int], origin: Origin
) -> None:
    result = runner.invoke(args=["warm-posters", "--dry-run"])
    assert result.stdout == "6 of 6 movies miss variants; nothing was built.\n"
    assert not origin.hits


def test_a_failure_is_named_with_title_and_reason(
    runner: FlaskCliRunner, movies: list[int], origin: Origin
) -> None:
    origin.serve("/3.jpg", b"", status=404)
    result, said = warm(runner)
    assert result.exit_code == 1
    (failed,) = said["failed"]
    assert (failed["movie_id"], failed["title"]) == (movies[3], "Film 3")
    assert "404" in failed["reason"]
    assert "Film 3" in result.stderr
    assert said["built"] == 15


def test_a_failed_source_is_left_alone_unless_it_is_asked_for(
    runner: FlaskCliRunner, movies: list[int], origin: Origin, clock: Clock
) -> None:
    origin.serve("/3.jpg", b"", status=404)
    warm(runner)
    origin.serve("/3.jpg", make_jpeg())
    assert warm(runner)[1]["failed"] != []
    assert warm(runner, "--retry-failed")[1]["built"] == 3
    assert origin.hits["/3.jpg"] == 2


def test_an_unknown_movie_and_one_without_a_source_are_failures(runner: FlaskCliRunner) -> None:
    bare = make_movie(title="Árva")
    result, said = warm(runner, "--movie", "99", "--movie", str(bare))
    assert result.exit_code == 1
    assert {failed["movie_id"] for failed in said["failed"]} == {99, bare}
    assert "99: There is no movie 99." in result.stderr.splitlines()


@pytest.mark.parametrize(
    "args",
    [
        ["--media", "huge"],
        ["--from", "soon"],
        ["--from", "2026-12-02", "--to", "2026-12-01"],
        ["--workers", "0"],
    ],
)
def test_wrong_usage_ends_with_two(runner: FlaskCliRunner, args: list[str]) -> None:
    assert runner.invoke(args=["warm-posters", *args]).exit_code == 2


def test_the_help_names_the_options_as_the_documentation_does(runner: FlaskCliRunner) -> None:
    said = runner.invoke(args=["warm-posters", "--help"]).stdout
    assert re.findall(r"--(?:from|to|movie) \S+", said) == [
        "--movie ID",
        "--from DATE",
        "--to DATE",
    ]


def test_a_rebuild_stores_again_over_the_same_keys(
    runner: FlaskCliRunner, movies: list[int], app_services: Services
) -> None:
    warm(runner)
    before = {stored.key for stored in app_services.storage.list("")}
    victim = get_poster(movies[0]).variants["thumb"].object_key
    app_services.storage.delete(victim)
    _, said = warm(runner, "--rebuild")
    assert (said["built"], said["present"]) == (18, 0)
    assert {stored.key for stored in app_services.storage.list("")} == before


def test_no_host_is_asked_for_more_than_two_posters_at_once(
    runner: FlaskCliRunner, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most = [0], [0]

    def build(self: Any, movie_id: int, **_: Any) -> Any:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1
        return NOTHING

    monkeypatch.setattr("mozi.posters.build.pipeline.PosterPipeline.build", build)
    for number in range(8):
        make_movie(title=f"Film {number}", poster_url="https://one.example/a.jpg")
    warm(runner, "--workers", "8")
    assert most == [2]


def test_one_slow_host_does_not_hold_up_the_others(
    runner: FlaskCliRunner, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[int] = []
    all_fast = threading.Event()

    def build(self: Any, movie_id: int, **_: Any) -> Any:
        if movie_id <= 4:
            assert all_fast.wait(30)
        order.append(movie_id)
        if {5, 6, 7, 8} <= set(order):
            all_fast.set()
        return NOTHING

    monkeypatch.setattr("mozi.posters.build.pipeline.PosterPipeline.build", build)
    for number in range(8):
        host = "slow" if number < 4 else f"fast{number}"
        make_movie(title=f"Film {number}", poster_url=f"https://{host}.example/a.jpg")
    warm(runner, "--workers", "3")
    assert set(order[:4]) == {5, 6, 7, 8}


def test_a_storage_that_is_down_ends_the_run_early(
    runner: FlaskCliRunner, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(self: Any, movie_id: int, **_: Any) -> Any:
        raise StorageError("The storage does not answer.")

    monkeypatch.setattr("mozi.posters.build.pipeline.PosterPipeline.build", build)
    for number in range(100):
        make_movie(title=f"Film {number}", poster_url=f"https://{number}.example/a.jpg")
    result, said = warm(runner, "--workers", "2")
    assert result.exit_code == 1
    assert 20 <= len(said["failed"]) < 30
    assert "Stopped: " in result.stderr


def test_a_poster_that_is_built_elsewhere_is_looked_at_again(
    runner: FlaskCliRunner, movies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take_lease(movies[0])
    with writing() as session:
        soon = database_now() + 1
        session.execute(
            update(Poster).where(Poster.lease_owner.is_not(None)).values(lease_until=soon)
        )
    result, said = warm(runner)
    assert (result.exit_code, said["built"]) == (0, 18)


def test_progress_is_a_line_a_minute_where_nobody_looks_on(
    runner: FlaskCliRunner, movies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0)
    result, _ = warm(runner)
    lines = [line for line in result.stderr.splitlines() if "a second" in line]
    assert re.fullmatch(r"6 of 6 movies, [\d.]+ a second, 0 min left", lines[-1])


@pytest.fixture
def env(backend_env: dict[str, str]) -> dict[str, str]:
    more = {"POSTER_ALLOW_PRIVATE_SOURCES": "1", "SITE_TODAY": "2026-11-26"}
    return {**os.environ, **backend_env, **more}


def started(start: Forks, env: dict[str, str], *args: str, **how: Any) -> Forked:
    pipes = {"stdout": PIPE, "stderr": PIPE, **how}
    return start("-m", "flask", "warm-posters", "--json", *args, env=env, **pipes)


def built_so_far(movies: list[int]) -> int:
    return sum(bool(get_poster(movie).variants) for movie in movies)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_hand_and_the_next_run_goes_on(
    runner: FlaskCliRunner,
    start: Forks,
    env: dict[str, str],
    origin: Origin,
    number: signal.Signals,
) -> None:
    movies = [movie_with_poster(origin, n) for n in range(30)]
    for n in range(30):
        origin.serve(f"/{n}.jpg", make_jpeg(n), delay_s=0.1)
    process = started(start, env, "--workers", "2")
    while not built_so_far(movies):
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the next run builds the remaining posters" in err
    done = json.loads(out)["built"] // 3
    assert 0 < done < 30
    assert warm(runner)[1]["built"] == 3 * (30 - done)
    assert set(origin.hits.values()) == {1}


@on_both_backends
def test_two_at_once_share_the_work_and_fetch_nothing_twice(
    app: Flask, start: Forks, env: dict[str, str], origin: Origin
) -> None:
    movies = [movie_with_poster(origin, n) for n in range(24)]
    for n in range(24):
        origin.serve(f"/{n}.jpg", make_jpeg(n), delay_s=0.05)
    both = [started(start, env), started(start, env)]
    said = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(one["built"] for one in said) == 3 * len(movies)
    assert set(origin.hits.values()) == {1}
    assert everything_stored(env) == all_of(movies)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    termios.tcsetwinsize(ends[1], (24, 80))
    yield ends
    for end in ends:
        os.close(end)


def test_a_terminal_gets_a_bar(
    start: Forks, env: dict[str, str], movies: list[int], terminal: tuple[int, int]
) -> None:
    ours, theirs = terminal
    process = started(start, env, stderr=theirs)
    process.communicate(timeout=30)
    seen = ""
    while select([ours], [], [], 0.2)[0]:
        seen += os.read(ours, 100_000).decode()
    assert "6/6" in seen
    assert "movies/s" in seen


def test_the_variants_that_are_there_are_left_alone(
    runner: FlaskCliRunner, movies: list[int], origin: Origin
) -> None:
    make_variants(movies[0])
    _, said = warm(runner)
    assert (said["built"], said["present"]) == (15, 3)
    assert "/0.jpg" not in origin.hits


def test_optional_variants_are_counted_where_they_are_asked_for(
    runner: FlaskCliRunner, movies: list[int], origin: Origin
) -> None:
    warm(runner)
    _, said = warm(runner, "--media", "thumb-avif", "--media", "share")
    assert (said["movies"], said["built"], said["present"]) == (6, 12, 0)
    _, again = warm(runner, "--media", "thumb-avif")
    assert (again["built"], again["present"]) == (0, 6)
    _, said = warm(runner)
    assert (said["built"], said["present"]) == (0, 18)
    assert set(origin.hits.values()) == {1}


def test_avif_and_cards_are_built_last_by_default(make_app: MakeApp, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg())
    app = make_app(POSTER_EXTRAS="1")
    with app.app_context():
        make_movie(poster_url=origin.url("/a.jpg"))
        bad = make_movie(poster_url=origin.url("/missing.jpg"))
    done = json.loads(app.test_cli_runner().invoke(args=["warm-posters", "--json"]).stdout)
    assert (done["built"], done["present"], origin.hits["/a.jpg"]) == (6, 0, 1)
    assert [failed["movie_id"] for failed in done["failed"]] == [bad]  # once, not for each step
