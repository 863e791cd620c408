"""The canvas that a demo poster is drawn on, and its palettes.

The demo uses Pillow itself and not posters/imaging: drawing handles no bytes from outside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1000, 1500
# Pillow's shapes have hard edges, so posters are drawn at twice the size and then reduced.
SCALE = 2

Point = tuple[float, float]


@dataclass(frozen=True)
class Palette:
    """A poster's five colours, as #rrggbb: background, lettering, and three for shapes."""

    ground: str
    ink: str
    first: str
    second: str
    third: str


PALETTES = {
    "ember": Palette("#f3e3c3", "#1d1a1f", "#d9381e", "#f2a33a", "#7a1f2b"),
    "lagoon": Palette("#efe6d2", "#0e2a3b", "#1c7c8c", "#f0b64b", "#d8563f"),
    "night": Palette("#12162a", "#f6ecd8", "#eab54c", "#cf4733", "#2f4378"),
    "neon": Palette("#1a1031", "#fbeaf2", "#ff4383", "#2fd3dc", "#5d2fce"),
    "moss": Palette("#e9e2c8", "#1f2a1c", "#5b7f3a", "#dba62b", "#b5482a"),
    "rose": Palette("#f6dcd3", "#2f1622", "#cf3f5d", "#f0906f", "#5d3153"),
    "print": Palette("#ece6da", "#141414", "#c9281c", "#96907f", "#2b2b2b"),
    "ice": Palette("#dbe7ea", "#14233a", "#3e6e9e", "#9dbfd0", "#e0583e"),
    "mustard": Palette("#e9b935", "#1b1b1b", "#c23b22", "#f9edd2", "#2f5d62"),
    "scarlet": Palette("#c9291f", "#f9ecd6", "#19131b", "#f2b33d", "#851518"),
    "teal": Palette("#0f4f4c", "#f5e8cb", "#ea763c", "#f2c14e", "#0a2f30"),
    "violet": Palette("#3b205e", "#f9ead8", "#e8609c", "#f6b24e", "#1e1135"),
    "sand": Palette("#ebd2a3", "#3a2318", "#c4622d", "#8c3b1f", "#4f7c83"),
    "royal": Palette("#1f3f8f", "#f8f0de", "#f4c93b", "#e5482d", "#112355"),
    "meadow": Palette("#f2eedb", "#0d3b2e", "#12805a", "#e8563a", "#f3b83b"),
}


class Canvas:
    """Draws shapes in poster pixels, (0, 0) to (1000, 1500). chance: random, but repeatable."""

    def __init__(self, palette: Palette, seed: str) -> None:
        self.ground, self.ink = palette.ground, palette.ink
        self.first, self.second, self.third = palette.first, palette.second, palette.third
        self.chance = Random(seed)  # noqa: S311 - a picture, not a secret
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), palette.ground)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.draw.rectangle([each * SCALE for each in (left, top, right, bottom)], fill)

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill, round(width * SCALE), joint="curve")

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.ellipse(x, y, radius, radius, fill)

    def ellipse(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        self.draw.ellipse(self._round(x, y, across, down), fill)

    def ring(self, x: float, y: float, radius: float, fill: str, width: float) -> None:
        self.orbit(x, y, radius, radius, fill=fill, width=width)

    def orbit(
        self, x: float, y: float, across: float, down: float, *, fill: str, width: float
    ) -> None:
        corners = self._round(x, y, across, down)
        self.draw.ellipse(corners, outline=fill, width=round(width * SCALE))

    def slice(
        self, x: float, y: float, radius: float, fill: str, *, start: float, end: float
    ) -> None:
        """Draw a slice of a disc; angles in degrees, clockwise from three o'clock."""
        self.draw.pieslice(self._round(x, y, radius, radius), start, end, fill)

    def rays(self, x: float, y: float, count: int, fill: str, *, turn: float = 0) -> None:
        """Draw every second one of 2 × count sectors around (x, y), beyond the canvas's edge."""
        step = math.pi / count
        for each in range(count):
            start = turn + 2 * each * step
            edge = [polar(x, y, 2200, angle) for angle in (start, start + step)]
            self.polygon([(x, y), *edge], fill)

    def fade(self, top: str, bottom: str, *, start: float = 0, end: float = HEIGHT) -> None:
        """Draw a vertical gradient over the whole width."""
        area = (WIDTH * SCALE, round((end - start) * SCALE))
        mask = Image.linear_gradient("L").resize(area, Image.Resampling.BILINEAR)
        blended = Image.composite(Image.new("RGB", area, bottom), Image.new("RGB", area, top), mask)
        self.image.paste(blended, (0, round(start * SCALE)))

    def _round(self, x: float, y: float, across: float, down: float) -> list[float]:
        return [each * SCALE for each in (x - across, y - down, x + across, y + down)]


def polar(x: float, y: float, radius: float, angle: float) -> Point:
    """Return the point at radius and angle (radians, clockwise from three o'clock)."""
    return x + radius * math.cos(angle), y + radius * math.sin(angle)
