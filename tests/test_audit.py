"""What is said of pip-audit's answer, and that no answer fails nothing."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from scripts import audit

SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULTY = {"name": "rq", "version": "1.0", "vulns": [{"id": "PYSEC-1"}]}
UNKNOWN = {"name": "limits", "skip_reason": "Dependency not found"}


def test_known_faults_are_named() -> None:
    line, found = audit.in_words([SOUND, FAULTY], "r.txt")
    assert found
    assert "rq 1.0: PYSEC-1" in line


@pytest.mark.parametrize("packages", [None, [], [UNKNOWN]])
def test_without_a_service_it_says_so(packages: list[dict[str, Any]] | None) -> None:
    assert audit.in_words(packages, "r.txt") == (
        "pip-audit has no advisory service here; r.txt was not audited",
        False,
    )


def test_packages_that_could_not_be_looked_up_are_counted() -> None:
    line, found = audit.in_words([SOUND, UNKNOWN], "r.txt")
    assert not found
    assert line.endswith("1 packages of r.txt, 1 could not be looked up")


def test_faults_fail_only_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "audited", lambda _: [FAULTY])
    monkeypatch.delenv("STRICT_AUDIT", raising=False)
    assert audit.main([]) == 0
    monkeypatch.setenv("STRICT_AUDIT", "1")
    assert audit.main([]) == 1


def test_an_audit_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    assert audit.audited("r.txt") is None
