"""The Hungarian alphabet's order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mozi.calendar.collation import beginning_of, beginning_range, sort_key

# Each line stands in its right order.
IN_ORDER = {
    "letters of two and three characters follow their first": (
        "cukor", "cuppant", "csak", "dió", "dzadzíki", "dzsem", "ebéd", "guba", "gyerek",
        "lusta", "lyuk", "nulla", "nyár", "suta", "szabó", "tutaj", "tyúk", "zulu", "zsálya",
    ),
    "ö and ü are letters after o and u": ("ostor", "ózon", "ökör", "pap", "utca", "üllő"),
    "length decides only between equals": ("kor", "kór", "kora", "kóra", "kör", "kőr"),
    "length counts at its first difference": ("koros", "kóros", "kórós"),
    "ő is ö at first": ("öböl", "őriz", "örül", "őrült"),
    "a doubled letter counts twice": ("mész", "meszel", "messzi"),
    "gg before a y is gy twice": ("megy", "megye", "meggy", "meggyes"),
    "small letters come first": ("jácint", "Jácint", "jég"),
    "words are compared one by one": ("A kör", "A tanú", "Abigél", "Az ötödik pecsét"),
    "numbers go by value": ("2 Broke Girls", "12 dühös ember", "101 kiskutya", "A tanú"),
    "numbers inside titles, too": ("Rocky", "Rocky 2", "Rocky 10", "Rocky Balboa"),
    "foreign accents differ last": ("Leon", "Léon", "León 2", "Leonard"),
    "foreign letters stand by their like": ("Lak", "Łan", "Lap", "Ők", "Ørsted", "Öt"),
    "other alphabets come after": ("Zsuzsi", "Ωmega", "Солярис", "東京物語"),
}  # fmt: skip


@pytest.mark.parametrize("titles", IN_ORDER.values(), ids=IN_ORDER.keys())
def test_order(titles: tuple[str, ...]) -> None:
    shuffled = random.Random(1).sample(titles, len(titles))
    assert tuple(sorted(shuffled, key=sort_key)) == titles


def test_punctuation_moves_no_title() -> None:
    assert sort_key("„Kontroll”…") == sort_key("Kontroll")
    assert sort_key("Pókember: Nincs hazaút") == sort_key("Pókember – Nincs hazaút")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert sort_key("O\u030bz") == sort_key("Őz")


@pytest.mark.parametrize("title", ["", "…", "🎬", "\x00", "İ", "½", "\u0301"])
def test_any_title_has_a_key(title: str) -> None:
    assert sort_key(title) <= sort_key("Zsiga")


@given(st.text(alphabet="aábccsdzgyoöőszuü 12-AÁ", max_size=12))
def test_a_title_comes_before_its_own_continuation(title: str) -> None:
    assert sort_key(title) < sort_key(f"{title} x")


@pytest.mark.parametrize(
    ("title", "beginning"),
    [
        ("Ábel", "ab"), ("A keresztapa", "a k"), ("Csak mi", "csa"), ("Ószeres", "osz"),
        ("M", None), ("A 7. pecsét", None), ("Wíз", "wi"), ("Wз", None),
    ],
)  # fmt: skip
def test_how_titles_begin(title: str, beginning: str | None) -> None:
    assert beginning_of(sort_key(title)) == beginning


def test_a_beginning_is_a_range_of_sort_keys_in_one_spelling() -> None:
    low, high = beginning_range("a k") or ("", "")
    assert low <= sort_key("A keresztapa") < high <= sort_key("A lámpás")
    for other in ("á k", "a", "abc", "ák", "a7", "", " a"):
        assert beginning_range(other) is None, other
