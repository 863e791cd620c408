"""The guard of all messages: each code has a sentence in both languages with the same data."""

from __future__ import annotations

import re

import pytest

from mozi.calendar import messages as of_calendar
from mozi.maintenance import messages as of_storage
from mozi.messages import Message
from mozi.posters import messages as of_posters
from mozi.web.admin.messages import calendar, posters, storage, translate
from tests.web.conftest import PATHS, InLanguage

SUBJECTS = {
    "calendar": (of_calendar.SENTENCES, calendar.TRANSLATIONS),
    "posters": (of_posters.SENTENCES, posters.TRANSLATIONS),
    "storage": (of_storage.SENTENCES, storage.TRANSLATIONS),
}
CODES = [(subject, code) for subject, (english, _) in SUBJECTS.items() for code in english]
# Data that each language says in words of its own.
OWN_WORDS = {
    "reason": "kind",
    "policy": "place",
    "found": "pixels",
    "most": "max_pixels",
    "where": "",
}
# Each language may leave out one of the two.
OPTIONAL = {"forbidden_address": {"kind"}}


class Greeting(Message):
    sentences = {"greeting": "Hello, {name}.", "farewell": "Good-bye."}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_code_has_a_translation_and_no_other_has_one(subject: str) -> None:
    sentences, translations = SUBJECTS[subject]
    assert set(translations) == set(sentences)


@pytest.mark.parametrize("language", PATHS)
@pytest.mark.parametrize(("subject", "code"), CODES)
def test_a_translation_fills_in_what_the_sentence_does(
    in_language: InLanguage, subject: str, code: str, language: str
) -> None:
    sentences, translations = SUBJECTS[subject]
    with in_language(language):
        filled_in = set(re.findall(r"%\((\w+)\)s", str(translations[code])))
    named = set(re.findall(r"{(\w+)", sentences[code]))
    own_words = {OWN_WORDS.get(name, name) for name in named}
    assert filled_in in (named, own_words - {""}, named - OPTIONAL.get(code, set()))


def test_a_message_of_another_release_is_shown_as_it_was_stored(in_language: InLanguage) -> None:
    with in_language("hu"):
        message = Greeting.restored("greeting", "Hello, you.", {})
        assert translate(message, {}) == "Hello, you."
        translations = {"greeting": calendar.TRANSLATIONS["id_taken"]}
        assert translate(message, translations) == "Hello, you."
