"""The picture that stands in for a missing poster."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageStat

from mozi.posters.imaging import placeholder
from mozi.posters.recipes import RECIPES, THUMB, Recipe

ALL = tuple(RECIPES.values())


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.media)
def test_the_placeholder_fills_the_box_with_a_drawing_or_a_backdrop(recipe: Recipe) -> None:
    picture = Image.open(BytesIO(placeholder(recipe)))
    assert (picture.format, picture.size) == ("JPEG", (recipe.width_px, recipe.height_px))
    assert (max(ImageStat.Stat(picture.convert("L")).stddev) > 10) == (not recipe.blur)


def test_the_placeholder_is_drawn_once_and_always_the_same() -> None:
    first = placeholder(THUMB)
    assert placeholder(THUMB) is first
    placeholder.cache_clear()
    assert placeholder(THUMB) == first
