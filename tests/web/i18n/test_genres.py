from __future__ import annotations

from mozi.web.i18n.genres import genre_name
from tests.web.conftest import InLanguage


def test_a_known_genre_is_translated_and_another_stays(in_language: InLanguage) -> None:
    with in_language("en"):
        assert [genre_name(genre) for genre in ("vígjáték", "gőzpunk")] == ["comedy", "gőzpunk"]
    with in_language("hu"):
        assert genre_name("vígjáték") == "vígjáték"
