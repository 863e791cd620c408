"""The scripts' own logic, with an interpreter that only notes what it was asked for."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
NAMES = ("dev", "lint", "lock", "release", "run", "test", "translations")
SCRIPTS = [f"scripts/{name}" for name in NAMES]


def bash(commands: str, *, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run commands as a script does that has sourced virtualenv.sh, in folder."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"source {ROOT}/scripts/virtualenv.sh\n{commands}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with pinned requirements and a .venv whose python notes its arguments."""
    (tmp_path / "requirements.txt").write_text("flask==3\n")
    interpreter = tmp_path / ".venv/bin/python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text('#!/bin/sh\necho "$@" >> asked\nexit ${PIP_STATUS:-0}\n')
    interpreter.chmod(0o755)
    return tmp_path


def installs(project: Path) -> int:
    asked = project / "asked"
    return asked.read_text().count("install") if asked.exists() else 0


def test_the_same_requirements_are_installed_once(project: Path) -> None:
    for _ in range(2):
        assert bash("install requirements.txt", folder=project).returncode == 0
    assert installs(project) == 1


def test_changed_requirements_are_installed_again(project: Path) -> None:
    bash("install requirements.txt", folder=project)
    (project / "requirements.txt").write_text("flask==4\n")
    bash("install requirements.txt", folder=project)
    assert installs(project) == 2


def test_an_install_that_failed_is_said_and_done_again(project: Path) -> None:
    failed = bash("install requirements.txt", folder=project, PIP_STATUS="1")
    assert failed.returncode == 1
    assert "could not be installed" in failed.stderr
    assert bash("install requirements.txt", folder=project).returncode == 0
    assert installs(project) == 2


def test_a_virtual_environment_that_works_is_kept(project: Path) -> None:
    kept = bash("make_virtualenv", folder=project)
    assert (kept.returncode, kept.stderr) == (0, "")


def test_without_a_new_enough_python_one_line_says_so(tmp_path: Path) -> None:
    refused = bash("make_virtualenv", folder=tmp_path, PYTHON="false")
    assert refused.returncode == 1
    assert refused.stderr.startswith("mozi: no Python 3.11 or newer found")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("name", [*SCRIPTS, ".ci/run"])
def test_scripts_parse_and_stop_at_the_first_failure(name: str) -> None:
    script = ROOT / name
    assert os.access(script, os.X_OK)
    assert "\nset -euo pipefail\n" in script.read_text()
    subprocess.run(["bash", "-n", script], check=True)


@pytest.fixture
def runnable(project: Path) -> Path:
    """A project whose scripts find programs that only write where the real ones do."""
    (project / "scripts").mkdir()
    for name in ("dev", "run", "start.sh", "virtualenv.sh"):
        shutil.copy(ROOT / "scripts" / name, project / "scripts")
    for name in ("templates", "static", "translations"):
        (project / name).mkdir()
    writes = {
        "python": "",
        "flask": "mkdir -p $D/media; : >$D/mozi.sqlite3; echo $* >asked",
        "gunicorn": ": >$D/new; echo ${WEB_CONCURRENCY-unset} >asked",
    }
    for name, writing in writes.items():
        program = project / ".venv/bin" / name
        program.write_text(f"#!/bin/sh\nD=${{DATA_DIR:-instance}}\n{writing}\n")
        program.chmod(0o755)
    return project


def run(project: Path, name: str = "run", **env: str) -> str:
    """Return what the script says."""
    command, env = [project / "scripts" / name], {"PATH": os.environ["PATH"], **env}
    done = subprocess.run(command, env=env, check=True, timeout=20, stderr=subprocess.PIPE)
    return done.stderr.decode()


def modes(folder: Path) -> set[str]:
    inside = [folder, *folder.rglob("*")]
    return {stat.filemode(path.stat().st_mode) for path in inside}


def test_what_scripts_run_keeps_is_its_users_alone(runnable: Path) -> None:
    run(runnable)
    assert modes(runnable / "instance") == {"drwx------", "-rw-------"}


def test_what_an_earlier_scripts_run_left_open_is_closed(runnable: Path) -> None:
    kept = runnable / "instance/media/originals/1.jpg"
    kept.parent.mkdir(parents=True)
    for path in (kept, runnable / "instance/mozi.sqlite3", runnable / "instance/secret_key"):
        path.touch(mode=0o644)
    run(runnable)
    assert modes(runnable / "instance") == {"drwx------", "-rw-------"}


def test_other_things_in_a_shared_data_folder_are_left_alone(
    runnable: Path, tmp_path: Path
) -> None:
    other = tmp_path / "shared/others.txt"
    other.parent.mkdir()
    other.touch(mode=0o644)
    run(runnable, DATA_DIR=str(other.parent))
    assert stat.filemode(other.stat().st_mode) == "-rw-r--r--"


def test_an_empty_number_of_workers_is_the_default(runnable: Path) -> None:
    run(runnable, WEB_CONCURRENCY="")
    assert (runnable / "asked").read_text() == "unset\n"


def test_scripts_dev_prints_its_own_address(runnable: Path) -> None:
    assert "http://127.0.0.1:8000/" in run(runnable)
    assert "http://127.0.0.1:8001/" in run(runnable, "dev")
    assert "http://127.0.0.1:8123/" in run(runnable, "dev", PORT="8123")


def test_scripts_dev_starts_again_when_a_template_changes(runnable: Path) -> None:
    (runnable / "templates/admin").mkdir()
    for name in ("templates/index.html", "templates/admin/form.html", "static/site.css"):
        (runnable / name).touch()
    run(runnable, "dev")
    asked = (runnable / "asked").read_text().split()
    assert {"run", "--debug"} < set(asked)
    assert sorted(asked[-1].split(":")) == [
        "static/site.css",
        "templates/admin/form.html",
        "templates/index.html",
    ]


def test_the_commit_hook_runs_the_linters() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["entry"] for repo in hooks for hook in repo["hooks"]] == ["scripts/lint"]


def test_heroku_is_told_what_to_run_and_of_its_one_proxy() -> None:
    assert (ROOT / "Procfile").read_text().splitlines() == [
        "release: flask db upgrade",
        "web: gunicorn wsgi:app",
        "worker: flask work",
    ]
    assert json.loads((ROOT / "app.json").read_text())["env"]["TRUSTED_PROXY_HOPS"]["value"] == "1"
