"""The closed list of variants: what each looks like, as frozen values.

A recipe's digest is part of every key made by it, so a changed recipe makes new keys. Raise
`version` with every change that should replace what is built: variants of an older version
stay linked until then, and a release that knows only an older one never replaces a newer.

Every variant is a progressive JPEG with 4:2:0 colour and optimised tables. The time is spent once,
the bytes with every visitor; docs/decisions/jpeg-settings.md has what each setting costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import ClassVar

from mozi.errors import MediaNotFound


@dataclass(frozen=True)
class Recipe:
    """How one variant is made. Sizes in pixels: the picture fits within, never enlarged.

    quality: JPEG, 1 to 95. blur: whether so blurred that no title can be read.
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
    """A variant once more, in fewer bytes, for the browsers that read AVIF: most of them.

    speed: of the encoder, 0 to 10, the fastest.
    """

    speed: int = 8

    extension: ClassVar[str] = "avif"
    content_type: ClassVar[str] = "image/avif"


@dataclass(frozen=True)
class CardRecipe(Recipe):
    """The picture of a shared link, of just this size: the poster before its own blur.

    margin_px: above and below the poster.
    """

    margin_px: int = 40


POSTER = Recipe("poster", version=2, width_px=780, height_px=1170, quality=82)
THUMB = Recipe("thumb", version=2, width_px=342, height_px=513, quality=80)
BLURRED = Recipe("blurred", version=2, width_px=200, height_px=300, quality=70, blur=True)

RECIPES: dict[str, Recipe] = {recipe.media: recipe for recipe in (POSTER, THUMB, BLURRED)}

# Built only where warm-posters is asked for them by name, after the three, and linked only then:
# docs/decisions/avif-and-cards.md has what they cost and what they save.
POSTER_AVIF = AvifRecipe("poster-avif", version=2, width_px=780, height_px=1170, quality=70)
THUMB_AVIF = AvifRecipe("thumb-avif", version=2, width_px=342, height_px=513, quality=66)
SHARE = CardRecipe("share", version=2, width_px=1200, height_px=630, quality=80)

OPTIONAL: dict[str, Recipe] = {r.media: r for r in (THUMB_AVIF, POSTER_AVIF, SHARE)}
AVIF_OF: Mapping[str, AvifRecipe] = {THUMB.media: THUMB_AVIF, POSTER.media: POSTER_AVIF}


def get_recipe(media: str) -> Recipe:
    """Return the recipe called media; raises MediaNotFound for anything not among the three."""
    try:
        return RECIPES[media]
    except KeyError as error:
        raise MediaNotFound(media) from error


def get_any_recipe(media: str) -> Recipe:
    """Return the recipe called media, one of the optional ones too; raises MediaNotFound."""
    return OPTIONAL.get(media) or get_recipe(media)
