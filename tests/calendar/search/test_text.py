"""Words as a search compares them."""

from __future__ import annotations

import pytest

from mozi.calendar.search.text import fold, typos_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Kőszívű – EMBER", "koszivu ember"),
        ("A kőszívű ember", "a koszivu ember"),  # letter and mark apart
        ("Œuvre_Straße", "oeuvre strasse"),
        ("8½", "8 1 2"),
        ("  …! ", ""),
    ],
)
def test_a_text_is_its_words(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_typo_is_an_added_missing_wrong_or_swapped_letter() -> None:
    typos = set(typos_of("cica"))
    assert {"cica", "cca", "ccica", "cika", "icca", "cicai", "1cica"} <= typos
    assert typos.isdisjoint({"caci", "ci", "cicaxx", "kika"})


def test_a_typo_works_both_ways() -> None:
    assert all("vizeses" in typos_of(typo) for typo in ("vizesés"[:-2] + "es", "vizess", "vzieses"))
