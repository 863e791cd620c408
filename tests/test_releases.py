"""A release after another on one machine: nothing is refused, and nothing is served by halves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.support.activation import Service
from tests.support.serving import environment, wait_until

ROOT = Path(__file__).parent.parent
FOLDERS = ("mozi", "templates", "static", "translations")
PARTS = (*FOLDERS, "wsgi.py", "gunicorn.conf.py", "pyproject.toml")
MARK = re.compile(r"<!-- template (\w+), program (\w+) -->")


def make_release(site: Path, name: str) -> None:
    """Put a copy of this project there that says in each page whose code and templates made it."""
    folder = site / "releases" / name
    folder.mkdir(parents=True)
    for part in map(ROOT.joinpath, PARTS):
        if part.is_dir():
            shutil.copytree(part, folder / part.name)  # what is compiled already, too
        else:
            shutil.copy(part, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    for template in (folder / "templates").rglob("*.html"):
        mark = f"<!-- template {name}, program {{{{ program }}}} --></body>"
        template.write_text(template.read_text().replace("</body>", mark))
    with (folder / "mozi/settings.py").open("a") as settings:
        settings.write(f'\nRELEASE = "{name}"\n')
    with (folder / "mozi/__init__.py").open("a") as package:
        package.write(TELLING)


TELLING = """
_create_app = create_app


def create_app(settings: Settings | None = None) -> Flask:
    from mozi.settings import RELEASE

    app = _create_app(settings)
    app.jinja_env.globals["program"] = RELEASE
    return app
"""


def lead_to(site: Path, name: str) -> None:
    """Have site/app lead to another release, as scripts/release does it."""
    (site / "app.next").symlink_to(site / "releases" / name)
    (site / "app.next").rename(site / "app")


@dataclass
class Seen:
    """What visitors saw: (template, program) of each page, the longest wait, and failures."""

    pages: list[tuple[str, str]] = field(default_factory=list)
    longest_s: float = 0
    failures: list[object] = field(default_factory=list)

    def look(self, port: int, path: str = "/") -> None:
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
        except (OSError, HTTPException) as error:
            self.failures.append(error)
        else:
            found = MARK.search(body)
            if answer.status == 200 and found:
                self.pages.append((found[1], found[2]))
            else:
                self.failures.append(answer.status)
        finally:
            connection.close()
            self.longest_s = max(self.longest_s, time.monotonic() - began)


@contextmanager
def visitors(port: int, *, count: int) -> Iterator[Seen]:
    """Have so many visitors ask for the front page again and again, each by a new connection."""
    seen, stop = Seen(), threading.Event()

    def visit() -> None:
        while not stop.is_set():
            seen.look(port)

    threads = [threading.Thread(target=visit) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield seen
    stop.set()
    for thread in threads:
        thread.join()


def page_of(port: int, path: str = "/") -> tuple[str, str]:
    seen = Seen()
    seen.look(port, path)
    assert seen.failures == []
    return seen.pages[0]


def children_of(pid: int) -> set[int]:
    return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.fixture
def service(tmp_path: Path, sqlite_template: Path) -> Iterator[Service]:
    """Release "a" at work; "b" beside it."""
    for name in ("a", "b"):
        make_release(tmp_path, name)
    lead_to(tmp_path, "a")
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/mozi.sqlite3")
    env = environment(tmp_path / "data")
    with (tmp_path / "log").open("w") as log, Service(tmp_path, env, log=log) as running:
        assert page_of(running.port) == ("a", "a")
        yield running


def test_no_visitor_is_refused_over_a_restart(service: Service) -> None:
    with visitors(service.port, count=4) as seen:
        time.sleep(0.5)
        lead_to(service.site, "b")
        service.restart()
        wait_until(lambda: ("b", "b") in seen.pages)
        time.sleep(0.5)
    assert seen.failures == []
    assert set(seen.pages) == {("a", "a"), ("b", "b")}


def test_what_runs_stays_the_release_that_was_started(service: Service) -> None:
    master = service.process.pid
    lead_to(service.site, "b")
    assert page_of(service.port, "/admin/login") == ("a", "a")  # a template that is read only now
    before = children_of(master)
    for pid in before:
        os.kill(pid, signal.SIGKILL)  # their successors load the app anew
    wait_until(lambda: len(children_of(master) - before) == len(before))
    assert page_of(service.port) == ("a", "a")
    before = children_of(master)
    os.kill(master, signal.SIGHUP)
    wait_until(lambda: not children_of(master) & before)
    assert page_of(service.port, "/filmek") == ("a", "a")


# scripts/release

PYTHON = """#!/bin/sh
case "$*" in
    -c*) echo "$0" ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""
# Notes what it was asked for, and which release was at work; MIGRATES: the status of a migration.
SYSTEMD = """#!/bin/sh
echo "${0##*/} $* | $(basename "$(readlink "$SITE/app")")" >> "$SITE/asked"
case "$0" in *systemd-run) exit "${MIGRATES:-0}" ;; esac
"""


@dataclass
class Machine:
    """A site with the clone `source`, and programs that only note what they were asked for."""

    site: Path

    def git(self, *args: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        command = ["git", "-C", str(self.site / "source"), *identity, *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> str:
        """Make a commit, and return its name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Another")
        return self.git("rev-parse", "--short=12", "HEAD")

    def release(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.site}/bin:{os.environ['PATH']}"
        own = {"SITE": str(self.site), "UNITS": str(self.site / "units"), "PYTHON": "fake-python"}
        return subprocess.run(
            [self.site / "source/scripts/release", *args],
            env={"PATH": path, **own, **env},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def asked(self) -> list[str]:
        return (self.site / "asked").read_text().splitlines()

    @property
    def at_work(self) -> str:
        return (self.site / "app").resolve().name


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    source = tmp_path / "source"
    for folder in ("scripts", "docs/systemd"):
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (source / "requirements.txt").write_text("")
    for folder in ("bin", "units"):
        (tmp_path / folder).mkdir()
    programs = {"fake-python": PYTHON, "systemd-run": SYSTEMD, "systemctl": SYSTEMD}
    for name, text in programs.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    made = Machine(tmp_path)
    made.git("init", "--quiet")
    return made


def test_a_release_is_migrated_before_the_old_one_is_stopped(machine: Machine) -> None:
    first = machine.commit()
    assert machine.release().returncode == 0
    second = machine.commit()
    assert machine.release().returncode == 0
    migrating, reloading, restarting, workers = machine.asked[-4:]
    assert f"releases/{second}/.venv/bin/flask db upgrade | {first}" in migrating
    assert reloading == f"systemctl daemon-reload | {second}"
    assert restarting == f"systemctl restart mozi.service | {second}"
    assert workers.startswith("systemctl try-restart mozi-worker@*.service")
    assert (machine.site / "units/mozi.socket").exists()


def test_a_migration_that_fails_leaves_all_as_it_was(machine: Machine) -> None:
    first = machine.commit()
    machine.release()
    before = machine.asked
    machine.commit()
    assert machine.release(MIGRATES="1").returncode == 1
    assert machine.at_work == first
    assert len(machine.asked) == len(before) + 1  # the migration alone


def test_a_release_of_before_is_used_as_it_is(machine: Machine) -> None:
    first = machine.commit()
    machine.release()
    machine.commit()
    machine.release()
    back = machine.release(first)
    assert (back.returncode, machine.at_work) == (0, first)
    assert "unpacking" not in back.stderr


def test_three_releases_are_kept_and_the_one_at_work_is_among_them(machine: Machine) -> None:
    made = []
    for _ in range(4):
        made.append(machine.commit())
        machine.release()
        time.sleep(0.01)
    assert {path.name for path in (machine.site / "releases").iterdir()} == set(made[1:])
    assert machine.at_work == made[-1]


def test_a_commit_that_is_none_is_told(machine: Machine) -> None:
    machine.commit()
    refused = machine.release("nonsense")
    assert (refused.returncode, refused.stderr) == (1, "mozi: no commit nonsense\n")
