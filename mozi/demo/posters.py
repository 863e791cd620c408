"""Draws each film's poster from a motif, a palette and the title; the bytes are repeatable."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops

from mozi.demo import figures, places, skies, things
from mozi.demo.canvas import HEIGHT, PALETTES, WIDTH, Canvas
from mozi.demo.lettering import FACES, draw_small, draw_title, set_title

QUALITY = 88
GRAIN = 26  # of 255, how far one speck may be from even paper


@dataclass(frozen=True)
class Motif:
    """A motif. draw: fills the canvas and leaves room for the title at the top or the bottom.

    on_ink: the title's background has the lettering's colour, so the letters get the ground's.
    """

    draw: Callable[[Canvas], None]
    title_on_top: bool = False
    centred: bool = True
    on_ink: bool = False


MOTIFS = {
    "angel": Motif(skies.angel),
    "birds": Motif(skies.birds, title_on_top=True, centred=False),
    "blades": Motif(figures.blades, title_on_top=True),
    "cat": Motif(figures.cat),
    "chess": Motif(things.chess, title_on_top=True),
    "citrus": Motif(things.citrus),
    "clock": Motif(things.clock),
    "cup": Motif(things.cup),
    "eclipse": Motif(skies.eclipse),
    "eye": Motif(figures.eye),
    "forest": Motif(places.forest),
    "gears": Motif(things.gears, centred=False),
    "horse": Motif(figures.horse),
    "keys": Motif(things.keys, title_on_top=True),
    "lanes": Motif(places.lanes, title_on_top=True, centred=False),
    "orbits": Motif(skies.orbits),
    "profiles": Motif(figures.profiles, title_on_top=True),
    "rails": Motif(places.rails, title_on_top=True, centred=False),
    "rain": Motif(skies.rain),
    "ridges": Motif(skies.ridges, on_ink=True),
    "road": Motif(places.road, on_ink=True),
    "rose": Motif(things.rose, title_on_top=True),
    "spiral": Motif(figures.spiral),
    "spokes": Motif(skies.spokes),
    "square": Motif(places.square, title_on_top=True, centred=False),
    "stairs": Motif(places.stairs),
    "ship": Motif(things.ship, title_on_top=True),
    "sun": Motif(skies.sun, on_ink=True),
    "tiles": Motif(figures.tiles, title_on_top=True, centred=False),
    "towers": Motif(places.towers),
    "tunnel": Motif(places.tunnel, title_on_top=True),
    "waves": Motif(skies.waves, title_on_top=True),
    "wheel": Motif(things.wheel, centred=False),
    "windows": Motif(places.windows, title_on_top=True, centred=False),
}


@dataclass(frozen=True)
class Design:
    """A poster's parts: names of MOTIFS, PALETTES and FACES, and the credit line."""

    motif: str
    palette: str
    face: str
    credit: str


def draw_poster(title: str, design: Design) -> bytes:
    """Return the poster as a JPEG of 1000 × 1500 pixels."""
    canvas = Canvas(PALETTES[design.palette], title)
    motif = MOTIFS[design.motif]
    motif.draw(canvas)
    _letter(canvas, title, design, motif)
    sheet = _printed(canvas.image.reduce(2), canvas.chance)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


def _letter(canvas: Canvas, title: str, design: Design, motif: Motif) -> None:
    fill = canvas.ground if motif.on_ink else canvas.ink
    setting = set_title(title, FACES[design.face], height_px=270)
    top = 84 if motif.title_on_top else 1375 - setting.height_px
    if motif.title_on_top:
        canvas.box(0, 1384, WIDTH, HEIGHT, canvas.ground)
    draw_title(canvas, setting, top=top, fill=fill, centred=motif.centred)
    draw_small(canvas, design.credit, baseline=1448, fill=fill, centred=motif.centred)


def _printed(sheet: Image.Image, chance: Random) -> Image.Image:
    """Return the sheet with paper grain and darker edges."""
    specks = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), chance.randbytes(WIDTH * HEIGHT // 4))
    grain = specks.resize(sheet.size, Image.Resampling.BILINEAR)
    grain = grain.point([round(128 + (value - 128) * GRAIN / 128) for value in range(256)])
    light = Image.radial_gradient("L").resize(sheet.size, Image.Resampling.BILINEAR)
    light = light.point([255 - max(0, value - 110) // 5 for value in range(256)])
    textured = ImageChops.soft_light(sheet, Image.merge("RGB", [grain] * 3))
    return ImageChops.multiply(textured, Image.merge("RGB", [light] * 3))
