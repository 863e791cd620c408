from __future__ import annotations

from mozi.calendar.fields import COLUMNS, check_fields
from mozi.web.admin.messages.calendar import COLUMN_NAMES, calendar_words
from tests.web.conftest import InLanguage


def test_every_column_has_a_name() -> None:
    assert tuple(COLUMN_NAMES) == COLUMNS


def test_a_wrong_field_is_told_in_both_languages(in_language: InLanguage) -> None:
    [fault] = check_fields({"premiere_date": "26.11.2026"}).faults
    with in_language("hu"):
        words = "„26.11.2026” helyett ÉÉÉÉ-HH-NN kell, például 2026-11-26."
        assert calendar_words(fault.reason) == words
    with in_language("en"):
        assert "YYYY-MM-DD" in calendar_words(fault.reason)
