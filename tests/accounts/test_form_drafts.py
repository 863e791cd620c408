"""Form drafts: whose they are, how long they last, and how many there may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from mozi.accounts.admins import ensure_admin, find_account
from mozi.accounts.form_drafts import (
    LIFE,
    MOST_CHARACTERS,
    MOST_DRAFTS,
    FormFields,
    delete_draft,
    find_draft,
    save_draft,
)
from tests.conftest import Clock

FIELDS = FormFields((("title", "Kőszívű ember"), ("genres", "Drama"), ("genres", "War")), True)


def make_admin(email: str) -> int:
    ensure_admin(email, "long enough")
    account = find_account(email)
    assert account
    return account.id


@pytest.fixture
def anna(app: Flask) -> int:
    return make_admin("anna@example.org")


def test_a_draft_comes_back_as_it_was_until_it_is_deleted(anna: int) -> None:
    draft_id = save_draft(anna, FIELDS)
    assert draft_id
    assert find_draft(anna, draft_id) == FIELDS
    delete_draft(anna, draft_id)
    assert find_draft(anna, draft_id) is None


def test_a_draft_is_its_admins_alone(anna: int) -> None:
    bela = make_admin("bela@example.org")
    draft_id = save_draft(anna, FIELDS)
    assert draft_id
    assert find_draft(bela, draft_id) is None
    delete_draft(bela, draft_id)
    assert find_draft(anna, draft_id) == FIELDS


def test_a_draft_lasts_a_day(anna: int, clock: Clock) -> None:
    draft_id = save_draft(anna, FIELDS)
    assert draft_id
    clock.tick(LIFE.total_seconds())
    assert find_draft(anna, draft_id) == FIELDS
    clock.tick(timedelta(seconds=1).total_seconds())
    assert find_draft(anna, draft_id) is None


def test_the_oldest_of_too_many_goes(anna: int, clock: Clock) -> None:
    ids = []
    for _ in range(MOST_DRAFTS + 1):
        ids.append(save_draft(anna, FIELDS))
        clock.tick(1)
    found = [find_draft(anna, draft_id or "") is not None for draft_id in ids]
    assert found == [False] + [True] * MOST_DRAFTS


def test_a_draft_that_is_too_long_or_of_no_admin_is_not_kept(anna: int) -> None:
    longest = FormFields((("title", "x" * (MOST_CHARACTERS - 5)),), False)
    assert save_draft(anna, longest)
    assert save_draft(anna, FormFields((*longest.fields, ("a", "")), False)) is None
    assert save_draft(anna + 100, FIELDS) is None
