"""gunicorn.conf.py: a metrics folder for each master; settings that cannot be used."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.forks import Forks
from tests.support.serving import ROOT, Server, environment, gunicorn, serving, wait_until

MEMORY = Path("/dev/shm")  # noqa: S108 # nosec B108
in_memory = pytest.mark.skipif(not MEMORY.is_dir(), reason="the folders are in /dev/shm")


def folders_of(pid: int) -> list[Path]:
    return list(MEMORY.glob(f"mozi-metrics-of-{pid}-*"))


def workers_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def reload(pid: int) -> None:
    before = set(workers_of(pid))
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: len(set(workers_of(pid)) - before) == len(workers_of(pid)) == 2)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def has_metrics(server: Server) -> bool:
    with suppress(OSError):
        status, body = server.ask("/metrics")
        return status == 200 and b"mozi_http_request_seconds" in body
    return False


@in_memory
def test_a_second_master_keeps_its_metrics_when_the_first_one_ends(
    backend_env: dict[str, str], tmp_path: Path
) -> None:
    number, folder = tmp_path / "number", Path(backend_env["DATA_DIR"])
    with serving("--pid", str(number), folder=folder, app="wsgi:app") as server:
        reload(server.process.pid)  # from then on the folder's name is inherited
        os.kill(server.process.pid, signal.SIGUSR2)
        second_number = number.with_suffix(".2")
        wait_until(lambda: second_number.exists() and second_number.read_text().strip().isdigit())
        second = int(second_number.read_text())
        try:
            wait_until(lambda: len(folders_of(second)) == 1 and len(workers_of(second)) == 2)
            server.process.terminate()
            server.process.wait(30)
            assert folders_of(server.process.pid) == []
            wait_until(lambda: has_metrics(server))
            killed = workers_of(second)[0]
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: killed not in workers_of(second) and len(workers_of(second)) == 2)
            assert all(has_metrics(server) for _ in range(10))
        finally:
            with suppress(ProcessLookupError):
                os.kill(second, signal.SIGTERM)
        wait_until(lambda: is_gone(second))
        assert folders_of(second) == []


@in_memory
def test_a_start_removes_what_a_killed_master_left_and_nothing_else(tmp_path: Path) -> None:
    for name in ("killed", "beside", "next"):
        (tmp_path / name).mkdir()
    with (
        serving(folder=tmp_path / "killed") as killed,
        serving(folder=tmp_path / "beside") as other,
    ):
        workers = workers_of(killed.process.pid)
        killed.process.kill()
        killed.process.wait()
        wait_until(lambda: all(map(is_gone, workers)))
        (left,) = folders_of(killed.process.pid)
        with serving(folder=tmp_path / "next"):
            assert not left.exists()
            assert len(folders_of(other.process.pid)) == 1


@in_memory
def test_a_reload_keeps_the_folder(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        before = folders_of(server.process.pid)
        reload(server.process.pid)
        assert folders_of(server.process.pid) == before


@in_memory
def test_an_operators_own_folder_is_used(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with serving(folder=tmp_path, PROMETHEUS_MULTIPROC_DIR=str(own)) as server:
        assert folders_of(server.process.pid) == []
        assert list(own.glob("*.db"))


def test_unusable_settings_stop_gunicorn_with_a_line_each(tmp_path: Path) -> None:
    stopped = subprocess.run(
        [*gunicorn(), "--bind", "127.0.0.1:0", "wsgi:app"],
        cwd=ROOT,
        env=environment(tmp_path, POSTER_MAX_PIXELS="many", SITE_TODAY="tomorrow"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert stopped.returncode == 1
    assert [line.split()[:3] for line in stopped.stderr.splitlines()] == [
        ["SITE_TODAY", "is", "'tomorrow';"],
        ["POSTER_MAX_PIXELS", "is", "'many';"],
    ]


@pytest.mark.parametrize("command", [["db", "upgrade"], ["import-movies", "x.csv"], ["--help"]])
def test_unusable_settings_stop_every_command_with_a_line(
    start: Forks, tmp_path: Path, command: list[str]
) -> None:
    env = environment(tmp_path, DATABASE_URL="mysql://me:secret@host/mozi")
    stopped = start(
        "-m", "flask", *command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, said = stopped.communicate()
    assert stopped.returncode == 1
    assert said.startswith("DATABASE_URL is 'mysql://…@host/mozi'; it takes ")
    assert said.count("\n") == 1
