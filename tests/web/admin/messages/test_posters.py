"""What an editor reads of a poster that cannot be used."""

from __future__ import annotations

import pytest

from mozi.errors import SourceError, UnreadableSource
from mozi.posters.imaging import decode, kinds
from mozi.posters.messages import PosterMessage, bad_status, unavailable
from mozi.posters.uploads import too_large
from mozi.units import MIB
from mozi.web.admin.messages.posters import KINDS, TRANSLATIONS, poster_words
from tests.support import pictures
from tests.web.conftest import InLanguage

LIMIT = 25_000_000


def words(in_language: InLanguage, error: SourceError, language: str = "hu") -> str:
    with in_language(language):
        return poster_words(error.message)


def refused(body: bytes) -> UnreadableSource:
    with pytest.raises(UnreadableSource) as caught:
        decode(body, max_pixels=LIMIT)
    return caught.value


def test_every_kind_of_file_has_a_name() -> None:
    named = {name for name, *_ in (*kinds.OTHER_PICTURES, *kinds.OTHER_FILES, *kinds.MARKUP)}
    assert named <= set(KINDS)


@pytest.mark.parametrize("name", pictures.HOSTILE)
def test_every_hostile_picture_is_told_in_both_languages(
    in_language: InLanguage, name: str
) -> None:
    code, make = pictures.HOSTILE[name]
    error = refused(make())
    hungarian, english = (words(in_language, error, language) for language in ("hu", "en"))
    assert code in TRANSLATIONS
    assert hungarian != english
    assert "%(" not in hungarian + english


def test_too_large_a_file_is_told_with_both_sizes(in_language: InLanguage) -> None:
    error = too_large(3 * MIB, max_bytes=2 * MIB)
    assert words(in_language, error) == "A fájl 3 MiB-os; legfeljebb 2 MiB lehet."
    english = "The file has 3 MiB; at most 2 MiB are accepted."
    assert words(in_language, error, "en") == english


def test_what_is_no_picture_is_told_by_its_name(in_language: InLanguage) -> None:
    assert "hanem PDF-dokumentum" in words(in_language, refused(pictures.PDF))
    assert "hanem HTML-oldal" in words(in_language, refused(pictures.HTML))


def test_a_status_is_told_with_its_meaning(in_language: InLanguage) -> None:
    not_found = "A szerver válasza: 404 (nincs ott semmi)."
    assert words(in_language, bad_status(404)) == not_found
    assert "bajban van a szerver" in words(in_language, bad_status(502))


def test_a_port_is_a_name_and_counts_are_counts(in_language: InLanguage) -> None:
    assert "(6379)" in words(in_language, unavailable("forbidden_port", port=6379))
    told = words(in_language, refused(pictures.pixel_bomb_png()))
    assert "20000 × 10000 képpontos; legfeljebb kb. 7000 × 3500 lehet" in told


def test_figures_that_are_not_remembered_leave_the_english_sentence(
    in_language: InLanguage,
) -> None:
    error = unavailable("name_not_found", host="example.org")
    assert "example.org nevű" in words(in_language, error)
    sentence = "No server called example.org could be found."
    with in_language("hu"):
        message = PosterMessage.restored("name_not_found", sentence, {})
        assert poster_words(message) == sentence
