"""The log's one line a request."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from mozi.logs.request_lines import RequestLine, RequestLines
from mozi.settings import Settings
from tests.support.serving import wait_until

LINE = RequestLine(1_700_000_000.25, "abc", "GET", "/", "200", 0.0123, "index", 0.5)


def lines(folder: Path, **env: str) -> tuple[RequestLines, io.StringIO]:
    stream = io.StringIO()
    settings = Settings.from_env({"DATA_DIR": str(folder), **env})
    return RequestLines(settings, stream), stream


def test_a_line_is_written_soon_and_by_itself(tmp_path: Path) -> None:
    gathering, stream = lines(tmp_path)
    gathering.add(LINE)
    wait_until(lambda: bool(stream.getvalue()))
    assert stream.getvalue().endswith("250 INFO mozi.requests [abc]: GET / 200 12.3 ms\n")


def test_after_a_pause_lines_are_written_again(tmp_path: Path) -> None:
    gathering, stream = lines(tmp_path)
    for count in (1, 2):
        gathering.add(LINE)
        wait_until(lambda count=count: stream.getvalue().count("\n") == count)


def test_a_json_line_has_a_name_for_everything(tmp_path: Path) -> None:
    gathering, stream = lines(tmp_path, LOG_FORMAT="json")
    gathering.write([LINE])
    line = json.loads(stream.getvalue())
    told = (line["request_id"], line["status"], line["ms"], line["endpoint"], line["queue_ms"])
    assert told == ("abc", 200, 12.3, "index", 500.0)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_address_can_forge_a_line(tmp_path: Path, log_format: str) -> None:
    gathering, stream = lines(tmp_path, LOG_FORMAT=log_format)
    gathering.write([LINE._replace(path="/a\nINFO forged\x1b[2J\xe9")])
    assert stream.getvalue().count("\n") == 1
    assert "GET /a%0AINFO%20forged%1B%5B2J%E9 200" in stream.getvalue()


def test_quiet_logs_gather_nothing(tmp_path: Path) -> None:
    assert not lines(tmp_path, LOG_LEVEL="WARNING")[0].enabled


def test_a_stream_that_is_closed_stops_nothing(tmp_path: Path) -> None:
    gathering, stream = lines(tmp_path)
    stream.close()
    gathering.write([LINE])
