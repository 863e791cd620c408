from __future__ import annotations

from typing import Any

import argon2
import pytest

from mozi.accounts import passwords
from mozi.accounts.admins import find_by_password
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


@pytest.mark.usefixtures("app")
def test_only_so_many_passwords_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)
    with passwords._places.hold(passwords.AT_ONCE, wait_s=1), pytest.raises(Busy):
        find_by_password("a@example.org", "guess")
