from __future__ import annotations

import re
from string import Formatter

import pytest
from flask.testing import FlaskClient

from mozi.maintenance.doctor.checks import CHECKS
from mozi.maintenance.doctor.messages import SENTENCES, DoctorMessage
from mozi.web.admin.messages.doctor import NAMES, TRANSLATIONS, doctor_words
from tests.web.admin.conftest import token
from tests.web.conftest import PATHS, InLanguage


def test_each_check_and_each_sentence_has_words() -> None:
    assert set(NAMES) == set(CHECKS)
    assert set(TRANSLATIONS) == set(SENTENCES)


@pytest.mark.parametrize("language", PATHS)
@pytest.mark.parametrize("code", SENTENCES)
def test_a_translation_fills_in_what_the_sentence_does(
    in_language: InLanguage, code: str, language: str
) -> None:
    fields = {field for _, field, _, _ in Formatter().parse(SENTENCES[code]) if field}
    with in_language(language):
        words = doctor_words(DoctorMessage(code, **{name: f"<{name}>" for name in fields}))
    assert set(re.findall("<([a-z]+)>", words)) == fields


def test_the_status_page_shows_what_the_command_does(anna: FlaskClient) -> None:
    form = {"csrf_token": token(anna.get("/admin/status").text)}
    shown = anna.post("/admin/status/examine", data=form).text
    assert "Még egy sem készült. Az üzemeltető állítsa be, hogy a kiszolgálón" in shown
    assert "A SITE_TODAY értéke 2026-11-26" in shown
    assert "Írtunk bele, visszaolvastuk látogatóként" in shown
