from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.gunicorn_check import install

ROOT = Path(__file__).parent.parent
START = """
import os, site, sys
sys.orig_argv = sys.argv[2:]
site.addsitedir(sys.argv[1])
int(os.environ.get("WEB_CONCURRENCY", 1))
"""


def start(folder: Path, *argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Start a Python that the check is installed in, and do what gunicorn does on its import."""
    install(str(folder))
    return subprocess.run(
        [sys.executable, "-c", START, str(folder), *argv],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_gunicorn_ends_with_a_line_for_each_setting(tmp_path: Path) -> None:
    ended = start(tmp_path, "python", "/x/bin/gunicorn", WEB_CONCURRENCY="abc", PORT="x")
    assert ended.returncode == 1
    assert [line.split()[:3] for line in ended.stderr.splitlines()] == [
        ["WEB_CONCURRENCY", "is", "'abc';"],
        ["PORT", "is", "'x';"],
    ]


@pytest.mark.parametrize("held", ["", " ", "3"])
def test_gunicorn_starts_where_the_number_is_one_or_empty(tmp_path: Path, held: str) -> None:
    ended = start(tmp_path, "python", "-m", "gunicorn", WEB_CONCURRENCY=held)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_other_programs_are_left_alone(tmp_path: Path) -> None:
    ended = start(tmp_path, "python", "flask", WEB_CONCURRENCY="abc")
    assert "ValueError" in ended.stderr
