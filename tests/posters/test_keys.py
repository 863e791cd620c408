"""Slugs, object keys and addresses."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mozi.calendar.search.names import person_slug
from mozi.posters.keys import (
    original_digest,
    original_key,
    poster_path,
    sha256_of,
    slug_of,
    variant_key,
)
from mozi.posters.recipes import THUMB, THUMB_AVIF, Recipe

BODY = b"a picture"


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Kőszívű ember", "koszivu-ember"), ("Árvíztűrő!", "arvizturo"), ("…", "film"), ("", "film")],
)
def test_a_slug_is_plain_ascii_and_never_empty(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_slug_is_the_same_where_another_transliteration_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "unidecode", SimpleNamespace(unidecode=lambda text: "other"))
    assert (slug_of("Kőszívű ember"), person_slug("Őze Áron")) == ("koszivu-ember", "oze-aron")


def test_a_long_title_is_cut_between_words() -> None:
    slug = slug_of("hosszú " * 20)
    assert len(slug) <= 60
    assert set(slug.split("-")) == {"hosszu"}


def test_an_original_is_named_by_its_bytes() -> None:
    key = original_key(BODY, "png")
    assert key == f"originals/{sha256_of(BODY)}.png"
    assert original_digest(key) == sha256_of(BODY)


def key_of(recipe: Recipe, *, original: str = "0" * 64) -> str:
    return variant_key(7, "a-tanu", recipe, original=original)


def test_a_variant_has_movie_slug_media_and_digest_in_its_key() -> None:
    start, _, rest = key_of(THUMB).partition(".thumb.")
    digest, _, ending = rest.partition(".")
    assert (start, len(digest), ending) == ("posters/7-a-tanu", 32, "jpg")
    assert key_of(THUMB_AVIF).endswith(".avif")


def test_another_original_or_recipe_makes_another_key() -> None:
    recipes = [THUMB, replace(THUMB, version=99), replace(THUMB, quality=1)]
    keys = {key_of(each) for each in recipes} | {key_of(THUMB, original="1" * 64)}
    assert len(keys) == 4
    assert key_of(THUMB) == key_of(replace(THUMB))


def test_the_keys_of_what_is_stored_stay_as_they_are() -> None:
    """A change here means that every poster of every site is built again."""
    assert key_of(THUMB) == "posters/7-a-tanu.thumb.5c4f9a5ed291ce7f1158f5a92024561b.jpg"


def test_the_address_of_a_poster() -> None:
    assert poster_path(7, "a-tanu", "thumb") == "/poster/7-a-tanu.thumb.jpg"
