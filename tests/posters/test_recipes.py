"""The closed list of variants."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from mozi.errors import MediaNotFound
from mozi.posters.recipes import OPTIONAL, RECIPES, SHARE, THUMB, get_any_recipe, get_recipe


def test_the_route_knows_the_three_and_nothing_else() -> None:
    assert [get_recipe(media).media for media in RECIPES] == ["poster", "thumb", "blurred"]
    for media in (*OPTIONAL, "THUMB", "", "original"):
        with pytest.raises(MediaNotFound):
            get_recipe(media)


def test_a_warm_up_knows_the_optional_ones_too() -> None:
    assert get_any_recipe("share") is SHARE
    assert get_any_recipe("thumb") is THUMB
    with pytest.raises(MediaNotFound):
        get_any_recipe("webp")


def test_every_field_of_a_recipe_changes_its_fingerprint() -> None:
    changed = {"media": "other", "blur": True}
    for field in fields(THUMB):
        value = changed.get(field.name, 1)
        assert replace(THUMB, **{field.name: value}).fingerprint != THUMB.fingerprint, field.name
