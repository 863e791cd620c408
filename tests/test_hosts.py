"""fly.toml and render.yaml: what they name is there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from flask import Flask

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z_0-9]+)`", (ROOT / "docs/configuration.md").read_text(), re.M)
)


@dataclass(frozen=True)
class Host:
    dockerfile: str
    port: str
    check: str
    volume: str
    grace_s: int
    release: object
    env: dict[str, str]


def fly() -> Host:
    file = tomllib.loads((ROOT / "fly.toml").read_text())
    service = file["http_service"]
    (check,) = service["checks"]
    return Host(
        dockerfile=file["build"]["dockerfile"],
        port=str(service["internal_port"]),
        check=check["path"],
        volume=file["mounts"]["destination"],
        grace_s=file["kill_timeout"],
        release=file.get("deploy"),
        env=file["env"],
    )


def render() -> Host:
    (service,) = yaml.safe_load((ROOT / "render.yaml").read_text())["services"]
    env = {each["key"]: each["value"] for each in service["envVars"]}
    return Host(
        dockerfile=service["dockerfilePath"],
        port=env["PORT"],
        check=service["healthCheckPath"],
        volume=service["disk"]["mountPath"],
        grace_s=service["maxShutdownDelaySeconds"],
        release=service.get("preDeployCommand"),
        env=env,
    )


HOSTS = pytest.mark.parametrize("host", [fly(), render()], ids=["fly", "render"])


@HOSTS
def test_a_host_runs_the_image_as_it_is(host: Host) -> None:
    assert (ROOT / host.dockerfile).samefile(ROOT / "Dockerfile")
    assert f"\nEXPOSE {host.port}\n" in DOCKERFILE
    assert f"\nVOLUME {host.volume}\n" in DOCKERFILE
    assert f"DATA_DIR={host.volume} " in DOCKERFILE
    assert host.env.keys() <= DOCUMENTED


@HOSTS
def test_a_host_asks_an_address_that_answers(app: Flask, host: Host) -> None:
    answer = app.test_client().get(host.check, headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.data[:2]) == (200, b"ok")


@HOSTS
def test_a_host_leaves_the_migration_to_the_image(host: Host) -> None:
    """A release command has a disk of its own, on which it would migrate nothing."""
    assert host.release is None
    assert 'CMD ["scripts/serve"]' in DOCKERFILE
    assert "flask db upgrade" in (ROOT / "scripts/serve").read_text()


@HOSTS
def test_a_host_waits_until_requests_are_finished(host: Host) -> None:
    graceful = re.search(
        r"^graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), re.M
    )
    assert graceful is not None
    assert host.grace_s >= int(graceful[1])
