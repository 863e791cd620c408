"""Draws the placeholder for a poster that is not there: a cinema ticket in the dark.

The ticket is drawn at four times the size and reduced, so that its edges are smooth. It has no
words, and so no language. A backdrop is the dark alone, since headings stand in front of it.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

from PIL import Image, ImageDraw

from mozi.posters.imaging.render import encode
from mozi.posters.recipes import Recipe

SUPERSAMPLING = 4
NIGHT, DUSK = (22, 24, 31), (40, 43, 54)
PAPER = (112, 106, 98)
STAR_RADII = (10.5, 4.2)  # of its points and of the corners between them


@lru_cache(maxsize=16)
def placeholder(recipe: Recipe) -> bytes:
    """Return a JPEG of the recipe's full size; always the same bytes."""
    size = recipe.width_px, recipe.height_px
    picture = _wall(size)
    if not recipe.blur:
        ticket = _ticket(size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
        picture.paste(PAPER, mask=ticket.resize(size, Image.Resampling.BOX))
    return encode(picture, recipe.quality)


def _wall(size: tuple[int, int]) -> Image.Image:
    """Return a dark wall, a little lighter towards the middle."""
    distance = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    dusk, night = Image.new("RGB", size, DUSK), Image.new("RGB", size, NIGHT)
    return Image.composite(night, dusk, distance)


def _ticket(width: int, height: int) -> Image.Image:
    """Return a mask: a ticket across the middle, notched at both ends, perforated, with a star."""
    mask = Image.new("L", (width, height))
    draw, unit, x, y = ImageDraw.Draw(mask), width / 100, width / 2, height / 2
    left, right = x - 29 * unit, x + 29 * unit
    draw.rounded_rectangle((left, y - 16 * unit, right, y + 16 * unit), radius=3 * unit, fill=255)
    for end in (left, right):
        draw.circle((end, y), 5 * unit, fill=0)
    for step in range(-3, 4):
        draw.circle((x + 14 * unit, y + step * 4.2 * unit), 0.9 * unit, fill=0)
    draw.polygon(_star(x - 5 * unit, y + unit, unit), fill=0)
    return mask


def _star(x: float, y: float, unit: float) -> list[tuple[float, float]]:
    """Return the corners of a star of five points, some 20 units across."""
    corners = []
    for step in range(10):
        radius, angle = STAR_RADII[step % 2] * unit, step * pi / 5
        corners.append((x + radius * sin(angle), y - radius * cos(angle)))
    return corners
