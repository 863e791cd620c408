from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from mozi.accounts.admins import Account, ensure_admin, find_account
from mozi.accounts.sessions import (
    LIFE,
    create_session,
    end_session,
    end_sessions,
    find_session,
)
from mozi.database import reading, writing
from mozi.models import Admin, AdminSession
from tests.conftest import Clock

PASSWORD = "long enough"


@pytest.fixture
def account(app: object) -> Account:
    return make_account("a@example.org")


def make_account(email: str) -> Account:
    ensure_admin(email, PASSWORD)
    account = find_account(email)
    assert account
    return account


def test_a_session_is_known_by_its_token_until_it_ends(account: Account) -> None:
    mine, other = create_session(account), create_session(account)
    assert find_session(mine.token) == mine
    end_session(mine)
    assert find_session(mine.token) is None
    assert find_session(other.token) == other


def test_all_sessions_of_an_admin_end_and_nobody_elses(account: Account) -> None:
    mine = [create_session(account) for _ in range(3)]
    other = create_session(make_account("b@example.org"))
    end_sessions(account.id)
    assert [find_session(each.token) for each in mine] == [None] * 3
    assert find_session(other.token) == other


def test_a_session_lasts_fourteen_days_and_its_row_not_much_longer(
    account: Account, clock: Clock
) -> None:
    old = create_session(account)
    clock.tick(LIFE.total_seconds())
    assert find_session(old.token) == old
    clock.tick(1)
    assert find_session(old.token) is None
    create_session(account)
    with reading() as session:
        assert len(session.scalars(select(AdminSession)).all()) == 1


def test_a_new_password_ends_every_session_and_leaves_no_row(account: Account) -> None:
    mine = create_session(account)
    ensure_admin(account.email, PASSWORD)
    assert find_session(mine.token) is None
    with reading() as session:
        assert session.scalars(select(AdminSession)).all() == []


def test_a_session_that_begins_while_the_password_is_changed_is_none(account: Account) -> None:
    ensure_admin(account.email, "another one")
    assert find_session(create_session(account).token) is None


def test_an_admin_who_is_gone_has_no_session(account: Account) -> None:
    mine = create_session(account)
    with writing() as session:
        session.execute(delete(Admin))
    assert find_session(mine.token) is None


def test_the_database_does_not_hold_what_a_browser_sends(account: Account) -> None:
    mine = create_session(account)
    with reading() as session:
        kept = session.execute(select(AdminSession.id, AdminSession.password_mark)).one()
    assert mine.token not in kept
    assert find_session(kept.id) is None


@pytest.mark.parametrize("kept", ["", "1", "1.0123456789abcdef", "\x00", "x" * 10_000])
def test_what_no_session_kept_is_nobody(account: Account, kept: str) -> None:
    create_session(account)
    assert find_session(kept) is None
