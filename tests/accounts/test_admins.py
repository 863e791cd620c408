from __future__ import annotations

from typing import Any

import argon2
import pytest
from flask import Flask

from mozi.accounts import passwords
from mozi.accounts.admins import ensure_admin, find_by_password, find_by_session
from mozi.errors import Busy


@pytest.mark.usefixtures("app")
def test_an_unknown_account_costs_a_check_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Watched(argon2.PasswordHasher):
        def verify(self, known: Any, given: Any) -> Any:
            checked.append(known)
            return super().verify(known, given)

    monkeypatch.setattr(passwords, "_hasher", Watched(time_cost=1, memory_cost=64))
    assert find_by_password("nobody@example.org", "guess") is None
    assert checked[0].startswith("$argon2id$")


@pytest.mark.parametrize("kept", ["", "1", "1.", "1.x", "9999999999.x", "x.y", "-1.x"])
def test_what_no_session_kept_is_nobody(app: Flask, kept: str) -> None:
    ensure_admin("a@example.org", "long enough")
    assert find_by_session(kept) is None


@pytest.mark.usefixtures("app")
def test_only_so_many_passwords_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)
    with passwords._places.hold(passwords.AT_ONCE, wait_s=1), pytest.raises(Busy):
        find_by_password("a@example.org", "guess")
