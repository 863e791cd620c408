"""The picture that stands where a poster cannot be had: a cinema ticket in the dark.

Drawn at four times the size and reduced, so that edges are smooth. It has no words, and so no
language.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

from PIL import Image, ImageDraw

from mozi.posters.imaging.render import encode
from mozi.posters.recipes import Recipe

SUPERSAMPLING = 4
NIGHT, DUSK = (22, 24, 31), (40, 43, 54)
PAPER, HOLE = (112, 106, 98), (31, 33, 42)
STAR_RADII = (10.5, 4.2)  # of its points and of the corners between them


@lru_cache(maxsize=16)
def placeholder(recipe: Recipe) -> bytes:
    """Return a JPEG that fills the recipe's whole box; the same bytes every time."""
    size = recipe.width_px, recipe.height_px
    large = _ground(size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
    _draw_ticket(large)
    return encode(large.resize(size, Image.Resampling.LANCZOS), recipe.quality)


def _ground(width: int, height: int) -> Image.Image:
    """Return a dark wall, a little lighter towards the middle."""
    glow = Image.radial_gradient("L").resize((width, height), Image.Resampling.BICUBIC)
    return Image.composite(
        Image.new("RGB", (width, height), NIGHT), Image.new("RGB", (width, height), DUSK), glow
    )


def _draw_ticket(picture: Image.Image) -> None:
    """Draw a ticket across the middle: bitten at both ends, perforated, with a star on it."""
    draw, unit = ImageDraw.Draw(picture), picture.width / 100
    middle_x, middle_y = picture.width / 2, picture.height / 2
    left, right = middle_x - 29 * unit, middle_x + 29 * unit
    top, bottom = middle_y - 16 * unit, middle_y + 16 * unit
    draw.rounded_rectangle((left, top, right, bottom), radius=3 * unit, fill=PAPER)
    for x in (left, right):
        draw.circle((x, middle_y), 5 * unit, fill=HOLE)
    for step in range(-3, 4):
        draw.circle((middle_x + 14 * unit, middle_y + step * 4.2 * unit), 0.9 * unit, fill=HOLE)
    _draw_star(draw, (middle_x - 5 * unit, middle_y + unit), unit)


def _draw_star(draw: ImageDraw.ImageDraw, centre: tuple[float, float], unit: float) -> None:
    """Draw a star of five points, some 20 units across."""
    corners = []
    for step in range(10):
        radius, angle = STAR_RADII[step % 2] * unit, step * pi / 5
        corners.append((centre[0] + radius * sin(angle), centre[1] - radius * cos(angle)))
    draw.polygon(corners, fill=HOLE)
