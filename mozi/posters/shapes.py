"""What an editor should know of a picture's size and shape before it becomes a poster."""

from __future__ import annotations

from mozi.posters.messages import PosterMessage
from mozi.posters.recipes import RECIPES

THUMB = RECIPES["thumb"]
# A B1 sheet (700 × 1000 mm) is 5 % wider than 2:3, a sheet of A format 6 %; 3:4 is 12.5 % wider.
FAR = 0.1


def warnings_of(size: tuple[int, int]) -> tuple[PosterMessage, ...]:
    """Return what is wrong with an upright picture of this size, in pixels; () if nothing is."""
    small = (PosterMessage("small", **_figures(size)),) if _is_small(size) else ()
    cropped = (PosterMessage("cropped", **_figures(size)),) if is_cropped(size) else ()
    return small + cropped


def is_cropped(size: tuple[int, int]) -> bool:
    """Return whether a card, which is 2:3, shows clearly less than the whole picture."""
    wider = (size[0] / size[1]) / (THUMB.width_px / THUMB.height_px)
    return max(wider, 1 / wider) > 1 + FAR


def _is_small(size: tuple[int, int]) -> bool:
    return size[0] < THUMB.width_px and size[1] < THUMB.height_px


def _figures(size: tuple[int, int]) -> dict[str, int]:
    return {"width_px": size[0], "height_px": size[1]}
