"""Files that wait for an admin's import."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.accounts.admins import ensure_admin
from mozi.calendar.importing import drafts
from mozi.calendar.importing.drafts import KEPT_AN_ADMIN, create_draft, find_drafts, get_draft
from mozi.database import reading
from mozi.errors import DraftNotFound, ImportRejected
from mozi.models import Admin
from tests.conftest import Clock

BODY = b"title,premiere_date\nKontroll,2026-11-26\n"


def admin(email: str = "anna@example.org") -> int:
    ensure_admin(email, "correct horse battery")
    with reading() as session:
        return session.query(Admin.id).filter_by(email=email).one()[0]


def create(admin_id: int, name: str = "films.csv", body: bytes = BODY) -> str:
    return create_draft(admin_id, name, body, max_bytes=10_000)


def names(admin_id: int) -> list[str]:
    return [draft.name for draft in find_drafts(admin_id)]


def test_a_draft_is_read_as_it_was_sent(app: Flask) -> None:
    anna = admin()
    draft, sheet = get_draft(anna, create(anna))
    [(number, cells)] = sheet.lines
    assert (draft.name, number, cells[0]) == ("films.csv", 2, "Kontroll")


def test_an_admin_has_a_few_drafts_the_newest(app: Flask, clock: Clock) -> None:
    anna = admin()
    for number in range(KEPT_AN_ADMIN + 1):
        create(anna, f"{number}.csv")
        clock.tick(1)
    assert names(anna) == ["3.csv", "2.csv", "1.csv"]


def test_a_draft_is_its_admins_alone(app: Flask) -> None:
    anna, bela = admin(), admin("bela@example.org")
    draft_id = create(anna)
    drafts.delete_draft(bela, draft_id)
    assert (names(anna), names(bela)) == (["films.csv"], [])
    with pytest.raises(DraftNotFound):
        get_draft(bela, draft_id)
    drafts.delete_draft(anna, draft_id)
    assert names(anna) == []


def test_a_draft_lives_for_a_day(app: Flask, clock: Clock) -> None:
    anna = admin()
    draft_id = create(anna)
    clock.tick(drafts.LIFE.total_seconds() + 1)
    with pytest.raises(DraftNotFound):
        get_draft(anna, draft_id)


@pytest.mark.parametrize("body", [b"", b"\x89PNG\0", bytes(10_001)])
def test_an_invalid_file_is_not_stored(app: Flask, body: bytes) -> None:
    anna = admin()
    with pytest.raises(ImportRejected):
        create(anna, body=body)
    assert names(anna) == []
