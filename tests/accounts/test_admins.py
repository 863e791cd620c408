"""Admins: made, found, and known again by their password."""

from __future__ import annotations

import pytest

from mozi.accounts.admins import (
    EMAIL_LENGTH,
    ensure_admin,
    find_account,
    find_by_password,
    is_email,
    mark_of,
)

pytestmark = pytest.mark.usefixtures("app")


def test_an_admin_is_made_once_and_then_gets_a_new_password() -> None:
    assert ensure_admin("a@example.org", "the first one")
    assert not ensure_admin(" A@Example.org ", "the second one")
    assert find_by_password("a@example.org", "the first one") is None
    account = find_by_password("A@EXAMPLE.ORG", "the second one")
    assert account is not None
    assert account == find_account("a@example.org")


def test_another_password_has_another_mark_and_no_mark_is_the_hash() -> None:
    ensure_admin("a@example.org", "long enough")
    before = find_account("a@example.org")
    ensure_admin("a@example.org", "long enough")
    after = find_account("a@example.org")
    assert before is not None
    assert after is not None
    assert before.password_mark != after.password_mark
    assert mark_of(before.password_hash) == before.password_mark not in before.password_hash


def test_an_account_prints_no_hash() -> None:
    ensure_admin("a@example.org", "long enough")
    assert "argon2" not in repr(find_account("a@example.org"))


@pytest.mark.parametrize("email", [
    "", "a", "@example.org", "a@", "a b@example.org", "a@b@c", "a@example.org\x00",
    f"{'a' * EMAIL_LENGTH}@b.c",
])  # fmt: skip
def test_what_is_no_address_is_no_account(email: str) -> None:
    assert not is_email(email)
    assert find_account(email) is None
