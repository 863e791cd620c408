"""The type that a key's ending stands for."""

from __future__ import annotations

import pytest

from mozi.posters.imaging.kinds import AVIF, GIF, JPEG, PNG, WEBP, Kind
from mozi.posters.recipes import OPTIONAL, RECIPES
from mozi.storage import type_of


@pytest.mark.parametrize("kind", [JPEG, PNG, GIF, WEBP, AVIF], ids=lambda kind: kind.name)
def test_the_type_of_an_original_is_its_formats(kind: Kind) -> None:
    assert type_of(f"originals/0123.{kind.extension}") == kind.content_type


def test_the_type_of_a_variant_is_its_recipes() -> None:
    for recipe in (*RECIPES.values(), *OPTIONAL.values()):
        assert type_of(f"posters/7-a.thumb.0.{recipe.extension}") == recipe.content_type


def test_an_unknown_ending_has_no_type_of_its_own() -> None:
    assert type_of("posters/7-a.bmp") == type_of("owner") == "application/octet-stream"
