"""The sizes that pictures are decoded to."""

from __future__ import annotations

from mozi.posters.recipes import RECIPES

Size = tuple[int, int]

# The largest recipe; no variant needs more pixels.
BOX = (
    max(recipe.width_px for recipe in RECIPES.values()),
    max(recipe.height_px for recipe in RECIPES.values()),
)


def fitted(size: Size, box: Size) -> Size:
    """Return size within box: never enlarged, proportions kept, at least one pixel each way."""
    scale = min(box[0] / size[0], box[1] / size[1], 1)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def is_halved(size: Size) -> bool:
    """Return whether a JPEG of this size is decoded at a half of it at most, whichever way up."""
    small = (fitted(size, BOX), fitted(size[::-1], BOX)[::-1])
    return all(size[0] >= 2 * width and size[1] >= 2 * height for width, height in small)
