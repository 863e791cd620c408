"""Several processes read the index while one writes: no answer is older than is promised."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

from flask import Flask

from mozi.database import writing
from mozi.models import Movie
from tests.conftest import on_both_backends
from tests.support.factories import make_movie
from tests.support.forks import Forked, Forks

COALESCE_S = 0.3
PROMISED_S = COALESCE_S + 1.0
A_RENDER_S = 1.5  # on a machine that does other work beside the test
LASTS_S = 4.0
READ = """
import json, re, sys, time
from concurrent.futures import ThreadPoolExecutor
from mozi import create_app
app = create_app()
until = time.time() + float(sys.argv[1])
def read(_):
    client, seen = app.test_client(), []
    while time.time() < until:
        began = time.time()
        seen.append((began, int(re.search(r"Version (\\d+)<", client.get("/").text)[1])))
        time.sleep(0.01)
    return seen
with ThreadPoolExecutor(3) as threads:
    print(json.dumps([answer for seen in threads.map(read, range(3)) for answer in seen]))
"""


def reader(start: Forks, env: dict[str, str], output: Path) -> Forked:
    """Read in a process of its own; what it saw is in output when it ends."""
    more = {"PAGE_CACHE_COALESCE_SECONDS": str(COALESCE_S), "LOG_LEVEL": "ERROR"}
    env = {**os.environ, **env, **more, "SITE_TODAY": "2026-11-26"}
    with output.open("wb") as file:
        return start("-c", READ, str(LASTS_S), env=env, stdout=file)


def write_versions(movie_id: int, readers: Iterable[Forked]) -> list[tuple[float, int]]:
    """Change the movie's title until all have read; return when each version was committed."""
    commits = [(time.time(), 0)]
    while any(one.poll() is None for one in readers):
        version = len(commits)
        with writing() as session:
            session.get_one(Movie, movie_id).title = f"Version {version}"
        commits.append((time.time(), version))
        time.sleep(0.07)
    return commits


def newest_due(commits: list[tuple[float, int]], began: float) -> int:
    """Return the newest version that an answer must show that begins then."""
    due = [version for committed, version in commits if committed + PROMISED_S + A_RENDER_S < began]
    return due[-1] if due else 0


@on_both_backends
def test_no_answer_is_older_than_promised(
    app: Flask, start: Forks, backend_env: dict[str, str], tmp_path: Path
) -> None:
    movie = make_movie(title="Version 0")
    outputs = [tmp_path / name for name in ("first", "second")]
    readers = [reader(start, backend_env, output) for output in outputs]
    commits = write_versions(movie, readers)
    answers = [answer for output in outputs for answer in json.loads(output.read_text())]
    late = [(began, seen) for began, seen in answers if seen < newest_due(commits, began)]
    assert late == []
    assert len(answers) > 300
    assert len({seen for _, seen in answers}) > 3
