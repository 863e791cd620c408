"""Makes the bytes of the variants from one decoded picture.

The chain is always the same: the decoded picture, the thumb from its pixels, the blur from the
thumb's. Only the encoding of variants that are not needed is left out, so a variant's bytes do
not depend on which others were missing.
"""

from __future__ import annotations

import io
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from tempfile import TemporaryFile
from typing import IO

from PIL import Image, ImageFilter

from mozi.posters.imaging.card import card_of
from mozi.posters.imaging.decode import Decoded
from mozi.posters.imaging.helping import Helper, beside
from mozi.posters.imaging.planes import Planes, Size, half
from mozi.posters.imaging.sizes import fitted
from mozi.posters.recipes import BLURRED, POSTER, THUMB, AvifRecipe, CardRecipe, Recipe

# At a quarter of its size (about 50 × 75 pixels) a blur costs almost nothing, and enlarged it looks
# like one at full size. 2.5 pixels there are 10 of 200; the letters of a title are 20 high.
BLUR_PART = 4
BLUR_RADIUS = 2.5

# A page shows this until the poster has loaded. As WebP at quality 50 these pixels take 97 bytes on
# average (126 at most in the demo); GIF takes 159, PNG 330, AVIF 353.
PREVIEW_PX = (8, 12)
PREVIEW_QUALITY = 50


Sharp = Callable[[Size], Planes]
Made = tuple[bytes, Size]


@dataclass(frozen=True)
class Rendered:
    """A variant. body: in sRGB, without metadata. preview: see preview_of."""

    recipe: Recipe
    body: bytes
    width_px: int
    height_px: int
    preview: str


def render(
    decoded: Decoded,
    recipes: Sequence[Recipe],
    *,
    help_by: Helper | None = None,
    take: Callable[[Rendered], None] = lambda rendered: None,
) -> tuple[Rendered, ...]:
    """Return the variants of decoded by these recipes, in their order.

    help_by: gives work to a second thread, so that two variants are encoded at once. take: gets
    each variant as soon as it is made, in the thread that made it. The same source and recipe
    give the same bytes in every thread and process.
    """
    sharp = cache(partial(_sharp, decoded))
    preview = cache(lambda: preview_of(sharp(_size(decoded, THUMB))))
    left, made = iter(recipes), dict[Recipe, Rendered]()

    def work() -> None:
        for recipe in left:  # the threads share one iterator
            body, size = _made(decoded, recipe, sharp=sharp)
            made[recipe] = Rendered(recipe, body, *size, preview())
            take(made[recipe])

    helping = beside(work, help_by if len(recipes) > 1 else None)
    work()
    helping()
    return tuple(made[recipe] for recipe in recipes)


def preview_of(planes: Planes) -> str:
    """Return a data URL of the picture in 8 × 12 pixels: about 150 characters, at most 300."""
    chroma = tuple(plane.resize(half(PREVIEW_PX), Image.Resampling.BOX) for plane in planes.chroma)
    small = Planes(planes.luma.resize(PREVIEW_PX, Image.Resampling.BOX), chroma)
    body = io.BytesIO()
    small.joined().convert("RGB").save(body, "WEBP", quality=PREVIEW_QUALITY)
    return f"data:image/webp;base64,{b64encode(body.getvalue()).decode()}"


def encode(picture: Image.Image, quality: int) -> bytes:
    """Return picture (L, RGB or YCbCr) as a JPEG with the settings of recipes.py."""
    with _scratch_file() as file:
        picture.save(
            file, "JPEG", quality=quality, subsampling="4:2:0", progressive=True, optimize=True
        )
        file.seek(0)
        return file.read()


def encode_avif(picture: Image.Image, recipe: AvifRecipe) -> bytes:
    """Return picture (L, RGB or YCbCr) as AVIF; one thread gives the same bytes every time."""
    with _scratch_file() as file:
        picture.convert("RGB").save(
            file,
            "AVIF",
            quality=recipe.quality,
            speed=recipe.speed,
            subsampling="4:2:0",
            max_threads=1,
        )
        file.seek(0)
        return file.read()


def _scratch_file() -> IO[bytes]:
    """Return an empty file, in memory on Linux.

    It is a real file, since Pillow releases the interpreter lock only when it encodes to a file
    descriptor: with BytesIO two threads encode no faster than one.
    """
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("mozi-jpeg"), "w+b")
    return TemporaryFile()


def _made(decoded: Decoded, recipe: Recipe, *, sharp: Sharp) -> Made:
    """Return the body and the size of the variant of decoded by this recipe."""
    if isinstance(recipe, CardRecipe):
        return _card(decoded, recipe, sharp), (recipe.width_px, recipe.height_px)
    size = _size(decoded, recipe)
    planes = _blurred(sharp(_size(decoded, THUMB)), size) if recipe.blur else sharp(size)
    body = (
        encode_avif(planes.joined(), recipe)
        if isinstance(recipe, AvifRecipe)
        else encode(planes.joined(), recipe.quality)
    )
    return body, planes.luma.size


def _card(decoded: Decoded, recipe: CardRecipe, sharp: Sharp) -> bytes:
    """Return the picture of a shared link."""
    poster, thumb = (sharp(_size(decoded, of)) for of in (POSTER, THUMB))
    blur = _blurred(thumb, _size(decoded, BLURRED))
    return encode(card_of(poster.joined(), blur.joined(), recipe), recipe.quality)


def _size(decoded: Decoded, recipe: Recipe) -> Size:
    """Return the size of a variant."""
    return fitted((decoded.width_px, decoded.height_px), (recipe.width_px, recipe.height_px))


def _sharp(decoded: Decoded, size: Size) -> Planes:
    """Return the planes of a variant of this size that is not blurred."""
    return decoded.planes.shrunk(size)


def _blurred(planes: Planes, size: Size) -> Planes:
    """Return planes at this size, blurred so that no title can be read; computed small."""
    chroma = tuple(_soft(plane, half(size), BLUR_PART // 2) for plane in planes.chroma)
    return Planes(_soft(planes.luma, size, BLUR_PART), chroma)


def _soft(plane: Image.Image, size: Size, part: int) -> Image.Image:
    """Return a plane at this size, blurred at 1/part of it and enlarged again."""
    small = plane.resize((max(1, size[0] // part), max(1, size[1] // part)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(BLUR_RADIUS))
    return soft.resize(size, Image.Resampling.BICUBIC)
