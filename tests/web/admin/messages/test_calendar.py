from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from mozi.calendar.fields import COLUMNS, check_fields
from mozi.calendar.messages import SENTENCES
from mozi.web.admin.messages.calendar import COLUMN_NAMES, REASONS, reason_words


@contextmanager
def in_language(app: Flask, path: str) -> Iterator[None]:
    """Do the block as a request for path would."""
    with app.test_request_context(path):
        app.preprocess_request()
        yield


def test_every_reason_and_every_column_has_words() -> None:
    assert set(REASONS) == set(SENTENCES)
    assert tuple(COLUMN_NAMES) == COLUMNS


@pytest.mark.parametrize("path", ["/admin/login", "/en/admin/login"])
@pytest.mark.parametrize("code", SENTENCES)
def test_the_words_use_no_figure_that_the_sentence_lacks(app: Flask, code: str, path: str) -> None:
    figures = set(re.findall(r"{(\w+)}", SENTENCES[code]))
    with in_language(app, path):
        assert set(re.findall(r"%\((\w+)\)s", str(REASONS[code]))) == figures


def test_a_wrong_field_is_told_in_both_languages(app: Flask) -> None:
    [fault] = check_fields({"premiere_date": "26.11.2026"}).faults
    with in_language(app, "/admin/login"):
        words = "'26.11.2026' helyett ÉÉÉÉ-HH-NN kell, például 2026-11-26."
        assert reason_words(fault.reason) == words
    with in_language(app, "/en/admin/login"):
        assert "YYYY-MM-DD" in reason_words(fault.reason)
