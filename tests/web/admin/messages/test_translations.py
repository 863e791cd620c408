"""The guard of all messages: each code has a sentence in both languages with the same data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mozi.calendar import messages as of_calendar
from mozi.maintenance import messages as of_storage
from mozi.posters import messages as of_posters
from mozi.web.admin.messages import calendar, posters, storage, translate
from tests.web.conftest import PATHS, InLanguage

ROOT = Path(__file__).parents[4]
SUBJECTS = {
    "calendar": (of_calendar.SENTENCES, calendar.TRANSLATIONS),
    "posters": (of_posters.SENTENCES, posters.TRANSLATIONS),
    "storage": (of_storage.SENTENCES, storage.TRANSLATIONS),
}
CODES = [(subject, code) for subject, (english, _) in SUBJECTS.items() for code in english]
# What makes a message of each subject: its first argument is the code.
MAKERS = {
    "calendar": {"CalendarMessage", "InvalidValue", "_reject"},
    "posters": {"PosterMessage", "unavailable", "unreadable"},
    "storage": {"StorageMessage", "_Fault"},
}
# English data that a translation replaces by other data of the message.
OWN_WORDS = {
    "reason": "kind",
    "policy": "place",
    "found": "pixels",
    "most": "max_pixels",
    "where": "",
}
# Data that a translation may leave out.
OPTIONAL = {"forbidden_address": {"kind"}}


def codes_in(path: Path, makers: set[str]) -> Iterator[str]:
    """Yield the codes that a module writes out where it makes messages."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            code = node.args[0]
            if node.func.id in makers and isinstance(code, ast.Constant):
                yield code.value


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_code_that_is_raised_has_a_sentence(subject: str) -> None:
    modules = (ROOT / "mozi").rglob("*.py")
    raised = {code for path in modules for code in codes_in(path, MAKERS[subject])}
    assert len(raised) > 10
    assert raised <= set(SUBJECTS[subject][0])


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
        for code in ("id_taken", "gone"):
            message = of_calendar.CalendarMessage.restored(code, "It was so.", {})
            assert translate(message, calendar.TRANSLATIONS) == "It was so."


def test_english_says_film_and_quotes_are_the_languages_own() -> None:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        found = [(m.id, m.string) for m in read_po(file) if m.id]
    hungarian = [text for ids, _ in found for text in _forms(ids)]
    english = [text.replace("import-movies", "") for _, texts in found for text in _forms(texts)]
    assert len(english) > 500
    assert [text for text in english if re.search(r"\bmovies?\b", text, re.I)] == []
    assert [text for text in hungarian if re.search(r"[\"“]", text)] == []
    assert [text for text in english if "„" in text] == []


def _forms(text: str | Sequence[str]) -> Sequence[str]:
    """Return the text, or the singular and the plural."""
    return [text] if isinstance(text, str) else text
