"""Codes of the tables and moved dates in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from mozi.vocabulary import AGE_RATINGS, DATE_PRECISIONS, KINDS, STATUSES
from mozi.web.i18n.words import (
    AGE_NAMES,
    KIND_NAMES,
    PRECISION_NAMES,
    STATUS_NAMES,
    age_name,
    country_name,
    kind_name,
    move_words,
)
from tests.web.conftest import InLanguage

TODAY = date(2026, 11, 26)


@dataclass(frozen=True)
class Before:
    old_date: date | None
    old_precision: str | None


def test_every_code_has_a_name() -> None:
    names = (KIND_NAMES, PRECISION_NAMES, STATUS_NAMES, AGE_NAMES)
    assert [tuple(each) for each in names] == [KINDS, DATE_PRECISIONS, STATUSES, AGE_RATINGS]


def test_names_are_in_the_language_of_the_request(in_language: InLanguage) -> None:
    with in_language("hu"):
        assert (kind_name("rerelease"), age_name("X")) == ("újra a mozikban", "csak felnőtteknek")
    with in_language("en"):
        assert (kind_name("rerelease"), age_name("X")) == ("back in cinemas", "adults only")


@pytest.mark.parametrize(
    ("before", "day", "precision", "words"),
    [
        (Before(None, None), TODAY, "day", ""),
        (Before(date(2026, 11, 19), "day"), TODAY, "day", "elhalasztva: november 19. → 26."),
        (Before(date(2026, 12, 3), "day"), TODAY, "day", "előrehozva: december 3. → november 26."),
        (Before(TODAY, "day"), date(2027, 1, 1), "month", "elhalasztva, eredetileg: nov. 26."),
        (Before(date(2026, 11, 1), "month"), TODAY, "day", "kitűzve: nov. 26."),
        (Before(date(2026, 1, 1), "year"), TODAY, "month", "új dátum: 2026. november"),
    ],
)
def test_a_move_is_told_by_what_was_known_before_and_now(
    in_language: InLanguage, before: Before, day: date, precision: str, words: str
) -> None:
    with in_language("hu"):
        assert move_words(before, day, precision, today=TODAY) == words


@pytest.mark.parametrize(
    ("country", "english"),
    [
        ("Magyarország", "Hungary"), ("USA", "United States"), ("Dél-Korea", "South Korea"),
        ("Csehszlovákia", "Czechoslovakia"), ("Atlantisz", "Atlantisz"),
    ],
)  # fmt: skip
def test_a_country_is_named_in_the_pages_language(
    in_language: InLanguage, country: str, english: str
) -> None:
    with in_language("hu"):
        assert country_name(country) == country
    with in_language("en"):
        assert country_name(country) == english
