"""The commands of `flask`: each is found, and imported only when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask.testing import FlaskCliRunner

from mozi.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(runner: FlaskCliRunner, name: str) -> None:
    result = runner.invoke(args=[name, "--help"])
    assert result.exit_code == 0
    assert f" {name} " in result.stdout


def test_the_help_lists_them_all(runner: FlaskCliRunner) -> None:
    lines = runner.invoke(args=["--help"]).stdout.splitlines()
    assert set(COMMANDS) <= {line.split()[0] for line in lines if line.startswith("  ")}


def test_a_server_imports_no_command() -> None:
    code = "import sys, mozi; print([m for m in sys.modules if m.startswith('mozi.commands.')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['mozi.commands.endings']"
