"""requirements*.txt are what scripts/lock makes of pyproject.toml, for every Python and machine."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.requirements import PYPROJECT, ROOT, applies, asked, pins

FILES = [("requirements.txt", None), ("requirements-dev.txt", "dev")]
OLDEST = "3.11"


def needed_by(requirement: Requirement) -> list[Requirement]:
    """Return what the installed package itself needs here, with the extras that are asked for."""
    needs = [Requirement(text) for text in metadata.requires(requirement.name) or []]
    extras = requirement.extras or {""}
    return [need for need in needs if any(applies(need, extra=extra) for extra in extras)]


def all_needed(requirements: list[Requirement]) -> dict[str, list[Requirement]]:
    """Return every package that these need here, by name, with each demand on its version."""
    found: dict[str, list[Requirement]] = {}
    seen: set[str] = set()
    while requirements:
        requirement = requirements.pop()
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
        if str(requirement) not in seen:
            seen.add(str(requirement))
            requirements += needed_by(requirement)
    return found


def version_of(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


@pytest.mark.parametrize(("name", "group"), FILES)
def test_what_is_pinned_is_what_is_needed(name: str, group: str | None) -> None:
    pinned = {canonicalize_name(pin.name) for pin in pins(name) if applies(pin)}
    assert pinned == set(all_needed(asked(group)))


@pytest.mark.parametrize(("name", "group"), FILES)
def test_every_pin_is_a_version_that_is_allowed(name: str, group: str | None) -> None:
    pinned = {canonicalize_name(pin.name): version_of(pin) for pin in pins(name)}
    refused = [
        f"{demand} but {pinned[package]}"
        for package, demands in all_needed(asked(group)).items()
        for demand in demands
        if not demand.specifier.contains(pinned[package], prereleases=True)
    ]
    assert refused == []


@pytest.mark.parametrize("name", [name for name, _ in FILES])
def test_every_pin_has_hashes_and_no_registry_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    lines = re.findall(r"^[a-z].*\n.*", text, re.MULTILINE)
    assert len(lines) == len(pins(name)) > 20
    shape = r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .+)? \\\n    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lines if not re.fullmatch(shape, line)] == []
    assert [word for word in ("://", "--index", "--find-links", "file:") if word in text] == []


def test_tests_run_on_the_versions_that_serve() -> None:
    serving, testing = ({(pin.name, str(pin.specifier)) for pin in pins(name)} for name, _ in FILES)
    assert serving - testing == set()


def test_no_pin_is_for_one_python_alone() -> None:
    """redis needs async-timeout before 3.11.3 only, and the pin says so."""
    (pin,) = (pin for pin in pins("requirements.txt") if pin.name == "async-timeout")
    assert str(pin.marker) == 'python_full_version < "3.11.3"'


def test_one_oldest_python_everywhere() -> None:
    tool = PYPROJECT["tool"]
    assert PYPROJECT["project"]["requires-python"] == f">={OLDEST}"
    assert tool["mypy"]["python_version"] == OLDEST
    assert tool["ruff"]["target-version"] == f"py{OLDEST.replace('.', '')}"
    assert f"--python-version {OLDEST}" in (ROOT / "scripts/lock").read_text()
