"""flask work: what it needs; tests/test_jobs.py has the worker itself."""

from __future__ import annotations

import pytest
from flask.testing import FlaskCliRunner

from tests.conftest import MakeApp
from tests.support.servers import free_port


def test_without_redis_it_is_wrong_usage(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["work"])
    assert result.exit_code == 2
    assert "REDIS_URL is not set" in result.stderr


@pytest.mark.parametrize("args", [[], ["--burst"]])
def test_a_redis_that_is_down_ends_it_in_one_line(make_app: MakeApp, args: list[str]) -> None:
    app = make_app(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    result = app.test_cli_runner().invoke(args=["work", *args])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_an_empty_queue_ends_a_burst(make_app: MakeApp, redis_url: str) -> None:
    app = make_app(REDIS_URL=redis_url)
    assert app.test_cli_runner().invoke(args=["work", "--burst"]).exit_code == 0
