"""What a line of the log holds."""

from __future__ import annotations

import json
import logging
import sys

from mozi.logs import JsonFormatter, WithRequestId, event, gunicorn_logging, request_id
from mozi.settings import Settings


def line_of(**event_of: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "mozi.x", "levelname": "INFO", **event_of})
    WithRequestId().filter(record)
    parsed: dict[str, object] = json.loads(JsonFormatter().format(record))
    return parsed


def test_a_json_line_has_the_requests_id_and_the_events_fields() -> None:
    token = request_id.set("abc")
    said = event("poster 7: built", movie_id=7)
    try:
        line = line_of(msg=said["msg"], **said["extra"])
    finally:
        request_id.reset(token)
    assert (line["request_id"], line["movie_id"]) == ("abc", 7)
    assert line["message"] == "poster 7: built"


def test_outside_of_a_request_the_id_is_a_dash() -> None:
    assert line_of(msg="x")["request_id"] == "-"


def test_an_error_is_one_line_with_its_traceback() -> None:
    try:
        raise ValueError("árvíztűrő\ntükörfúrógép")
    except ValueError:
        line = line_of(msg="x", exc_info=sys.exc_info())
    assert "ValueError: árvíztűrő" in str(line["error"])


def test_gunicorns_own_lines_become_json_where_mozis_are(tmp_path: object) -> None:
    settings = {"DATA_DIR": str(tmp_path)}
    assert gunicorn_logging(Settings.from_env(settings)) == {}
    as_json = gunicorn_logging(Settings.from_env({**settings, "LOG_FORMAT": "json"}))
    assert as_json["loggers"]["gunicorn.error"]["handlers"] == ["mozi"]
    assert as_json["loggers"]["gunicorn.access"]["handlers"] == []
