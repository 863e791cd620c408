"""The web application of an earlier release, as a process of its own on the test's database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

# Run in the earlier release's folder: asks its application for each line, and prints the answer.
ASKING = """
import json, os, sys
from mozi import create_app
from mozi.settings import Settings

app = create_app(Settings.from_env(os.environ))
app.config["WTF_CSRF_ENABLED"] = False
client = app.test_client()
for line in sys.stdin:
    answer = client.open(**json.loads(line))
    print(json.dumps([answer.status_code, answer.get_data(as_text=True)]), flush=True)
"""


@dataclass(frozen=True)
class ReleaseBefore:
    process: subprocess.Popen[str]

    def ask(self, path: str, **options: Any) -> tuple[int, str]:
        """Return status and body; options are those of the test client."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({"path": path, **options}), file=self.process.stdin, flush=True)
        status, body = json.loads(self.process.stdout.readline())
        return status, body

    def see(self, path: str) -> str:
        """Return the page, which must be there."""
        status, body = self.ask(path)
        assert status == 200, (path, status)
        return body


@contextmanager
def release_before(commit: str, folder: Path, env: Mapping[str, str]) -> Iterator[ReleaseBefore]:
    """Give the commit's application; skip where the clone is without its history."""
    archived = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=False
    )
    if archived.returncode != 0:
        pytest.skip("the clone has no history")
    _unpack(archived.stdout, folder)
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **_credentials(), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield ReleaseBefore(process)
        assert process.stdin
        process.stdin.close()


def _unpack(archive: bytes, folder: Path) -> None:
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)


def _credentials() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
