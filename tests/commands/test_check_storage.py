"""flask check-storage, as an operator runs it."""

from __future__ import annotations

import json

from flask.testing import FlaskCliRunner

from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import MakeApp, on_both_backends


@on_both_backends
def test_a_storage_in_order_passes(runner: FlaskCliRunner, storage: Storage) -> None:
    result = runner.invoke(args=["check-storage", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert (said["ok"], said["faults"]) == (True, [])
    assert "read by visitors" in said["passed"]
    assert list(storage.list("")) == []


def test_in_words_it_is_one_line(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["check-storage"])
    assert result.stdout.startswith("The storage is in order: stored privately, ")
    assert result.stdout.count("\n") == 1


def test_a_fault_is_one_line_on_standard_error_and_exit_one(make_app: MakeApp, s3_url: str) -> None:
    s3 = {"S3_BUCKET": "nobodys-bucket", "S3_ENDPOINT_URL": s3_url, "SECRET_KEY": "x" * 32}
    result = make_app(**s3).test_cli_runner().invoke(args=["check-storage", "--json"])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert json.loads(result.stdout)["faults"] == [result.stderr.strip()]


def test_originals_on_disk_are_served_to_nobody(
    runner: FlaskCliRunner, app_services: Services
) -> None:
    said = json.loads(runner.invoke(args=["check-storage", "--json"]).stdout)
    assert "originals are private" in said["passed"]
