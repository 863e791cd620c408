"""The picture that a shared link shows: the poster, whole, before its own blur. No words.

1200 × 630 is what those who show cards ask for (1.91:1); some crop it to its middle square, in
which the poster stands.
"""

from __future__ import annotations

from PIL import Image

from mozi.posters.imaging.decode import fitted
from mozi.posters.recipes import CardRecipe

LIGHT_KEPT = 0.6  # of the blur, so that the poster stands out before it


def card_of(poster: Image.Image, blur: Image.Image, recipe: CardRecipe) -> Image.Image:
    """Return the card, RGB; poster and blur: L, RGB or YCbCr. Nothing is enlarged but the blur."""
    card = _covering(blur.convert("RGB"), (recipe.width_px, recipe.height_px))
    card = card.point([round(level * LIGHT_KEPT) for level in range(256)] * 3)
    box = (recipe.width_px - 2 * recipe.margin_px, recipe.height_px - 2 * recipe.margin_px)
    small = poster.convert("RGB").resize(fitted(poster.size, box), Image.Resampling.LANCZOS)
    card.paste(small, ((card.width - small.width) // 2, (card.height - small.height) // 2))
    return card


def _covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the middle of a picture, as large as covers this size."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    box = (left, top, left + width, top + height)
    return picture.resize(size, Image.Resampling.BICUBIC, box=box)
