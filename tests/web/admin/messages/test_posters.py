"""What an editor reads of a poster that cannot be used: every code, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from mozi.errors import SourceError, UnreadableSource
from mozi.posters.fetch import messages
from mozi.posters.fetch.messages import bad_status, unavailable
from mozi.posters.imaging import decode, kinds
from mozi.units import MIB
from mozi.web.admin.messages.posters import FAILURES, KINDS, failure_words
from tests.support import pictures
from tests.web.admin.messages.test_calendar import in_language

LIMIT = 25_000_000


def words(app: Flask, error: SourceError, path: str = "/admin/login") -> str:
    with in_language(app, path):
        return failure_words(error)


def refused(body: bytes) -> UnreadableSource:
    with pytest.raises(UnreadableSource) as caught:
        decode(body, max_pixels=LIMIT)
    return caught.value


def test_every_refusal_of_an_address_has_words() -> None:
    assert set(messages.SENTENCES) <= set(FAILURES)


def test_every_kind_of_file_has_a_name() -> None:
    named = {name for name, *_ in (*kinds.OTHER_PICTURES, *kinds.OTHER_FILES, *kinds.MARKUP)}
    assert named <= set(KINDS)


@pytest.mark.parametrize("name", pictures.HOSTILE)
def test_every_hostile_picture_is_told_in_both_languages(app: Flask, name: str) -> None:
    code, make = pictures.HOSTILE[name]
    error = refused(make())
    hungarian, english = (words(app, error, p) for p in ("/admin/login", "/en/admin/login"))
    assert code in FAILURES
    assert hungarian != english
    assert "%(" not in hungarian + english


def test_too_large_a_file_is_told_with_both_sizes(app: Flask) -> None:
    error = UnreadableSource("too_large", "", bytes=3 * MIB, max_bytes=2 * MIB)
    assert words(app, error) == "A fájl 3 MiB-os; legfeljebb 2 MiB lehet."
    assert words(app, error, "/en/admin/login") == "The file has 3 MiB; at most 2 MiB are accepted."


def test_what_is_no_picture_is_told_by_its_name(app: Flask) -> None:
    assert "hanem PDF-dokumentum" in words(app, refused(pictures.PDF))
    assert "hanem HTML-oldal" in words(app, refused(pictures.HTML))


def test_a_status_is_told_with_its_meaning(app: Flask) -> None:
    assert words(app, bad_status(404)) == "A cím ezt válaszolta: 404 (nincs ott semmi)."
    assert "bajban van a szerver" in words(app, bad_status(502))


def test_figures_that_are_not_remembered_leave_the_english_sentence(app: Flask) -> None:
    error = unavailable("name_not_found", host="example.org")
    assert "example.org nevű" in words(app, error)
    error.data = {}
    assert words(app, error) == "No server called example.org could be found."
