"""The closed list of variants: what each looks like, as frozen values.

A recipe's digest is part of every key made by it, so a changed recipe makes new keys. Raise
`version` with every change that should replace what is built: variants of an older version
stay linked until then, and a release that knows only an older one never replaces a newer.

Every variant is a progressive JPEG with 4:2:0 colour and optimised tables. Measured on a poster of
780 × 1170 at quality 82: 167 kB and 3 ms as a baseline JPEG with standard tables, 165 kB and 7 ms
with optimised ones, 159 kB and 13 ms progressive. The time is spent once, the bytes with every
visitor, who also sees the whole picture early. Quality: 75 gives 131 kB, 80 150, 82 159, 85 176 and
90 222; the steep part begins above 82. A thumb is mostly shown smaller than it is, and a blur has
no detail to lose.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

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

    @property
    def fingerprint(self) -> str:
        """Return every field as text, for the key's digest."""
        return repr(astuple(self))


POSTER = Recipe("poster", version=1, width_px=780, height_px=1170, quality=82)
THUMB = Recipe("thumb", version=1, width_px=342, height_px=513, quality=80)
BLURRED = Recipe("blurred", version=1, width_px=200, height_px=300, quality=70, blur=True)

RECIPES: dict[str, Recipe] = {recipe.media: recipe for recipe in (POSTER, THUMB, BLURRED)}


def get_recipe(media: str) -> Recipe:
    """Return the recipe called media; raises MediaNotFound for anything not in the list."""
    try:
        return RECIPES[media]
    except KeyError as error:
        raise MediaNotFound(media) from error
