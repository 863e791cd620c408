"""The sentences about invalid values."""

from __future__ import annotations

import string

import pytest

from mozi.calendar.messages import SENTENCES, CalendarMessage, InvalidValue


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_is_made_of_its_data(code: str) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name]
    sentence = str(CalendarMessage(code, **dict.fromkeys(names, "figure")))
    assert sentence.count("figure") == len(names)
    assert "{" not in sentence


def test_an_invalid_value_says_why() -> None:
    error = InvalidValue("too_long", length=301, most=300)
    assert str(error) == "has 301 characters; it takes up to 300"
    assert (error.message.code, error.message.data["most"]) == ("too_long", 300)
