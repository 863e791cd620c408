"""compose.yaml: what its services name is there, and each of them is fenced in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from flask import Flask

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "${MOZI_IMAGE:-mozi}"]
DEPLOY = (ROOT / "docs/deploy.md").read_text()


def test_the_site_alone_runs_without_a_profile() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" not in service] == ["site"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_needs_is_there(name: str) -> None:
    service = SERVICES[name]
    assert service.get("depends_on", {}).keys() <= SERVICES.keys()
    for volume in service.get("volumes", []):
        source, target, *_ = volume.split(":")
        assert source in COMPOSE["volumes"] or (ROOT / source).is_file()
        assert target == "/data" if source == "data" else target.startswith(("/var/", "/etc/"))
    for needed, how in service.get("depends_on", {}).items():
        assert how["condition"] == "service_healthy"
        # What is started only with a profile may be away.
        assert how.get("required", True) == ("profiles" not in SERVICES[needed])
        assert needed == "site" or "healthcheck" in SERVICES[needed]


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_fenced_in_and_keep_everything_in_the_volume(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "data:/data" in service["volumes"]
    assert service["env_file"] == [{"path": ".env", "required": False}]


def test_the_commands_of_the_services_exist(app: Flask) -> None:
    said = " ".join(str(SERVICES[name].get("command", "")) for name in OURS)
    named = set(re.findall(r"flask(?:'?,? '?)([a-z-]+)", said))
    assert named == {"work", "backup", "sync-catalogue", "warm-posters", "check-posters"}
    assert named <= set(app.cli.list_commands(click.Context(app.cli)))


def test_the_guide_names_every_profile() -> None:
    profiles = {each for service in SERVICES.values() for each in service.get("profiles", [])}
    assert profiles == {"services", "backup", "daily"}
    assert [
        each for each in profiles if f"`{each}`" not in DEPLOY and f"={each}" not in DEPLOY
    ] == []


def test_postgresql_is_asked_where_its_clients_ask_it() -> None:
    """While the image makes its first database, a server listens on its socket alone."""
    asked = SERVICES["postgresql"]["healthcheck"]["test"][1].split()
    assert asked[:3] == ["pg_isready", "--host", "127.0.0.1"]
