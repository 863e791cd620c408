"""Draws the picture of a shared link: the whole poster in front of its own blur, without words.

Sites that show cards ask for 1200 × 630 (1.91:1). Some crop it to its middle square; the poster
stands inside that.
"""

from __future__ import annotations

from PIL import Image

from mozi.posters.imaging.sizes import fitted
from mozi.posters.recipes import CardRecipe

LIGHT_KEPT = 0.6  # of the blur, so that the poster stands out


def card_of(poster: Image.Image, blur: Image.Image, recipe: CardRecipe) -> Image.Image:
    """Return the card, RGB; poster and blur: L, RGB or YCbCr. Only the blur is enlarged."""
    card = _covering(blur.convert("RGB"), (recipe.width_px, recipe.height_px))
    card = card.point([round(level * LIGHT_KEPT) for level in range(256)] * 3)
    box = (recipe.width_px - 2 * recipe.margin_px, recipe.height_px - 2 * recipe.margin_px)
    small = poster.convert("RGB").resize(fitted(poster.size, box), Image.Resampling.LANCZOS)
    card.paste(small, ((card.width - small.width) // 2, (card.height - small.height) // 2))
    return card


def _covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture resized and cropped around its middle to exactly this size."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    box = (left, top, left + width, top + height)
    return picture.resize(size, Image.Resampling.BICUBIC, box=box)
