from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from mozi.database import reading
from mozi.models import Movie, Poster


@pytest.fixture
def _few_films(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test short: the first three films only."""
    loading = import_module("mozi.demo.loading")
    all_films = loading.demo_films
    monkeypatch.setattr(loading, "demo_films", lambda today: all_films(today)[:3])


@pytest.mark.usefixtures("_few_films")
def test_load_demo_fills_the_calendar_and_can_be_run_again(runner: FlaskCliRunner) -> None:
    first = runner.invoke(args=["load-demo"])
    assert (first.exit_code, first.stdout) == (0, "3 films added, 3 posters drawn.\n")
    second = runner.invoke(args=["load-demo"])
    assert (second.exit_code, second.stdout) == (0, "0 films added, 0 posters drawn.\n")
    with reading() as session:
        assert (session.query(Movie).count(), session.query(Poster).count()) == (3, 3)


@pytest.mark.usefixtures("_few_films")
def test_load_demo_goes_on_where_it_was_interrupted(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(import_module("mozi.commands.load_demo"), "add_poster", interrupted)
        assert runner.invoke(args=["load-demo"]).exit_code == 130
    assert runner.invoke(args=["load-demo"]).stdout == "0 films added, 3 posters drawn.\n"
