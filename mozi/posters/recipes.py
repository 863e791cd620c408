"""The closed list of variants, each described by a frozen recipe.

The digest of a recipe is part of its variants' keys, so a changed recipe makes new keys. Raise
`version` with every change that should replace the built variants. Pages link those of an older
version until they are replaced; a release that knows an older version never replaces a newer one.

Every variant is a progressive JPEG with 4:2:0 colour and optimised tables: the time is spent once,
the bytes are sent to every visitor. docs/decisions/jpeg-settings.md has the cost of each setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import ClassVar

from mozi.errors import MediaNotFound


@dataclass(frozen=True)
class Recipe:
    """How one variant is made: it fits within width and height, in pixels, and is never enlarged.

    quality: of JPEG, 1 to 95. blur: so strong that no title can be read.
    """

    media: str
    version: int
    width_px: int
    height_px: int
    quality: int
    blur: bool = False

    extension: ClassVar[str] = "jpg"
    content_type: ClassVar[str] = "image/jpeg"

    @cached_property
    def fingerprint(self) -> str:
        """Return every field as text, for the key's digest."""
        return repr(astuple(self))


@dataclass(frozen=True)
class AvifRecipe(Recipe):
    """The same variant in fewer bytes, for browsers that read AVIF (most of them do).

    speed: of the encoder, 0 to 10 (the fastest).
    """

    speed: int = 8

    extension: ClassVar[str] = "avif"
    content_type: ClassVar[str] = "image/avif"


@dataclass(frozen=True)
class CardRecipe(Recipe):
    """The picture of a shared link, of exactly this size: the poster in front of its own blur.

    margin_px: above and below the poster.
    """

    margin_px: int = 40


# Of the three together: the table poster_status keeps one number for all of them.
VERSION = 2

POSTER = Recipe("poster", version=VERSION, width_px=780, height_px=1170, quality=82)
THUMB = Recipe("thumb", version=VERSION, width_px=342, height_px=513, quality=80)
BLURRED = Recipe("blurred", version=VERSION, width_px=200, height_px=300, quality=70, blur=True)

RECIPES: dict[str, Recipe] = {recipe.media: recipe for recipe in (POSTER, THUMB, BLURRED)}

# Extras: built after the three, at idle (posters/extras) or last in a warm-up, and linked then.
# docs/decisions/avif-and-cards.md has what they cost and save.
POSTER_AVIF = AvifRecipe("poster-avif", version=2, width_px=780, height_px=1170, quality=70)
THUMB_AVIF = AvifRecipe("thumb-avif", version=2, width_px=342, height_px=513, quality=66)
SHARE = CardRecipe("share", version=2, width_px=1200, height_px=630, quality=80)

OPTIONAL: dict[str, Recipe] = {r.media: r for r in (THUMB_AVIF, POSTER_AVIF, SHARE)}
AVIF_OF: Mapping[str, AvifRecipe] = {THUMB.media: THUMB_AVIF, POSTER.media: POSTER_AVIF}


def get_recipe(media: str) -> Recipe:
    """Return the recipe of one of the three variants; raises MediaNotFound for any other name."""
    try:
        return RECIPES[media]
    except KeyError as error:
        raise MediaNotFound(media) from error


def get_any_recipe(media: str) -> Recipe:
    """Return the recipe of any variant, optional ones included; raises MediaNotFound."""
    return OPTIONAL.get(media) or get_recipe(media)
