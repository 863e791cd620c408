"""Hashes of passwords, what a check costs, and how many run at once."""

from __future__ import annotations

from typing import Any

import argon2
import pytest

from mozi.accounts import passwords
from mozi.accounts.admins import find_by_password
from mozi.accounts.passwords import MAX_LENGTH, hash_password, matches
from mozi.errors import Busy


def test_only_the_password_itself_matches() -> None:
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$")
    assert matches("correct horse", kept)
    assert not matches("Correct horse", kept)


def test_each_hash_has_a_salt_of_its_own() -> None:
    assert hash_password("the same") != hash_password("the same")


def test_a_longer_password_with_the_same_start_does_not_match() -> None:
    kept = hash_password("x" * MAX_LENGTH)
    assert not matches("x" * (MAX_LENGTH + 1), kept)


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$v=19$broken"])
def test_a_broken_hash_matches_nothing(kept: str) -> None:
    assert not matches("anything", kept)


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
