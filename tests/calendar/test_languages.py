"""Languages as people and programs write them, and the tags of titles."""

from __future__ import annotations

import pytest

from mozi.calendar.fields import check_fields
from mozi.calendar.languages import title_language


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("angol", "en"), ("Angol nyelvű", "en"), ("ENGLISH", "en"), ("en", "en"), (" EN ", "en")),
        *(
            ("japán", "ja"),
            ("kantoni", "yue"),
            ("cn", "yue"),
            ("norvég", "no"),
            ("filippínó", "fil"),
        ),
        *(("", None), (None, None)),
    ],
)
def test_a_language_is_a_code_or_a_name(written: object, code: str | None) -> None:
    checked = check_fields({"original_language": written})
    assert checked.values == {"original_language": code}


@pytest.mark.parametrize("written", ["angol, francia", "klingonul", "xx", "und", "e", "<b>", 5])
def test_what_is_no_single_language_is_refused(written: object) -> None:
    assert len(check_fields({"original_language": written}).faults) == 1


@pytest.mark.parametrize(
    ("title", "code", "tag"),
    [
        ("The Godfather", "en", "en"),
        ("Shichinin no samurai", "ja", "ja-Latn"),
        ("七人の侍", "ja", "ja"),
        ("Сталкер", "ru", "ru"),
        ("Fa yeung nin wa", "yue", "yue-Latn"),
        ("2046", "yue", "yue"),
    ],
)
def test_a_title_in_other_letters_than_its_language_has_is_a_transcription(
    title: str, code: str, tag: str
) -> None:
    assert title_language(title, code) == tag
