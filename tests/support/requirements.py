"""What pyproject.toml asks for, and what requirements*.txt pin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def asked(group: str | None = None) -> list[Requirement]:
    """Return what the program needs; with a group, also what that group adds."""
    added = [] if group is None else _group(group)
    return [Requirement(text) for text in (*PYPROJECT["project"]["dependencies"], *added)]


def _group(name: str) -> list[str]:
    texts: list[str] = []
    for entry in PYPROJECT["dependency-groups"][name]:
        texts += [entry] if isinstance(entry, str) else _group(entry["include-group"])
    return texts


def pins(name: str) -> list[Requirement]:
    """Return the pins of this file, those for other platforms and Pythons included."""
    found = re.findall(r"^[a-z][^\\\n]*", (ROOT / name).read_text(), re.MULTILINE)
    return [Requirement(line) for line in found]


def applies(requirement: Requirement, *, extra: str = "") -> bool:
    """Return whether pip would install it here, for a package of which `extra` is wanted."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
