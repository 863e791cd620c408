"""Print, in one line, the known vulnerabilities of the pinned packages.

    python -m scripts.audit [requirements.txt]

The exit status is 0 even so: an advisory is newer than the commit, and must not fail the tests
of an old one. STRICT_AUDIT=1 makes it 1. An advisory service that cannot be reached, or that
knows none of the packages, is named in the line and is no failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

AUDIT_S = 60
COMMAND = ("-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "--timeout", "5")


def main(arguments: Sequence[str]) -> int:
    """Audit a file of pinned requirements, print the line, and return the exit status."""
    requirements = arguments[0] if arguments else "requirements.txt"
    line, found = in_words(audited(requirements), requirements)
    sys.stderr.write(f"mozi: {line}\n")
    return 1 if found and os.environ.get("STRICT_AUDIT") == "1" else 0


def audited(requirements: str) -> list[dict[str, Any]] | None:
    """Return pip-audit's result for each package; None where it could not ask."""
    command = [sys.executable, *COMMAND, "--format", "json", "-r", requirements]
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=AUDIT_S, check=False
        )
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return packages


def in_words(packages: Sequence[dict[str, Any]] | None, requirements: str) -> tuple[str, bool]:
    """Return the line to print, and whether a vulnerability is known."""
    asked = [package for package in packages or () if "vulns" in package]
    if not asked:
        return f"pip-audit has no advisory service here; {requirements} was not audited", False
    known = [
        f"{package['name']} {package['version']}: {fault['id']}"
        for package in asked
        for fault in package["vulns"]
    ]
    if known:
        return f"pip-audit knows faults of {requirements}: {'; '.join(known)}", True
    unknown = len(packages or ()) - len(asked)
    without = f", {unknown} could not be looked up" if unknown else ""
    return (
        f"pip-audit knows no fault of the {len(asked)} packages of {requirements}{without}",
        False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
