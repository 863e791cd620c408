"""Posters with photographic content, drawn from a seed: what every bench of this folder reads.

Nothing is downloaded, and the same seed gives the same file. A picture is a sum of smooth noise
at every scale (a photograph's spectrum falls with frequency), a light, figures with hard edges,
film grain, and lettering as posters carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFont

LIGHT = ((2, 0.9), (5, 0.5), (11, 0.3))  # (cells across, strength): soft everywhere
DETAIL = ((41, 0.3), (97, 0.25), (229, 0.2), (541, 0.14))  # only where the picture is in focus
GRAIN = 0.03
COLOUR = 0.35  # how much of the noise is colour; the rest is light
SIZES = ((1400, 2100), (1600, 2400), (1800, 2700), (2000, 3000))
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Source:
    """One file of the bench: name, its bytes, and whether it is a plain JPEG (the timed set)."""

    name: str
    body: bytes
    plain_jpeg: bool


def photograph(width_px: int, height_px: int, *, seed: int) -> Image.Image:
    """Return an RGB picture of this size whose detail resembles a film poster's."""
    chance = Random(seed)  # noqa: S311 - drawing, not secrets
    picture = Image.new("RGB", (width_px, height_px), (112, 112, 112))
    for cells, strength in LIGHT:
        picture = _add_noise(picture, chance, cells=cells, strength=strength)
    picture = _add_figures(picture, chance)
    sharp = picture
    for cells, strength in DETAIL:
        sharp = _add_noise(sharp, chance, cells=cells, strength=strength)
    picture = Image.composite(sharp, picture, _focus(picture.size, chance))
    picture = _add_noise(picture, chance, cells=width_px, strength=GRAIN)
    return _add_lettering(picture, chance)


def _noise(size: tuple[int, int], chance: Random, *, cells: int) -> Image.Image:
    """Return RGB noise of this size, smooth between so many cells across."""
    grid = (cells, cells * size[1] // size[0])
    noise = Image.frombytes("RGB", grid, chance.randbytes(grid[0] * grid[1] * 3))
    light = noise.convert("L").convert("RGB")
    return Image.blend(light, noise, COLOUR).resize(size, Image.Resampling.BICUBIC)


def _add_noise(picture: Image.Image, chance: Random, *, cells: int, strength: float) -> Image.Image:
    """Return picture with noise added; strength 1 is the full range."""
    noise = _noise(picture.size, chance, cells=cells)
    noise = noise.point([round(128 + (level - 128) * strength) for level in range(256)] * 3)
    return ImageChops.add(picture, noise, offset=-128)


def _focus(size: tuple[int, int], chance: Random) -> Image.Image:
    """Return a mask: white where the picture is sharp, black where it is out of focus."""
    light = _noise(size, chance, cells=4).convert("L")
    return light.point([max(0, min(255, (level - 118) * 8)) for level in range(256)])


def _add_figures(picture: Image.Image, chance: Random) -> Image.Image:
    """Return picture with overlapping shapes, each lit from one side, that give hard edges."""
    for _ in range(14):
        colour = Image.new("RGB", picture.size, tuple(chance.choices(range(256), k=3)))
        ramp = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270)))
        mask = Image.new("L", picture.size)
        ImageDraw.Draw(mask).polygon(_outline(picture.size, chance), fill=chance.randint(60, 200))
        picture = Image.composite(
            colour, picture, ImageChops.multiply(mask, ramp.resize(picture.size))
        )
    return picture


def _outline(size: tuple[int, int], chance: Random) -> list[tuple[int, int]]:
    """Return the corners of one shape, near one another."""
    centre = chance.randrange(size[0]), chance.randrange(size[1])
    reach = size[0] // chance.choice((3, 5, 12))
    return [
        (centre[0] + chance.randint(-reach, reach), centre[1] + chance.randint(-reach, reach))
        for _ in range(chance.randint(3, 9))
    ]


def _add_lettering(picture: Image.Image, chance: Random) -> Image.Image:
    """Return picture with a title and the block of small credits under it."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for line, (top, part) in enumerate(((0.72, 7), (0.80, 12), (0.86, 30), (0.89, 36), (0.92, 36))):
        text = "".join(chance.choices("ABCDEFGHIJKLMNOPRSTUVZ  ", k=4 + 9 * line))
        font = ImageFont.load_default(size=width // part)
        draw.text((width // 2, height * top), text, font=font, fill="white", anchor="ma")
    return picture


def jpeg(picture: Image.Image, **options: object) -> bytes:
    """Return picture as a JPEG of quality 90, 4:2:0, as distributors send them."""
    return _saved(picture, "JPEG", quality=90, subsampling="4:2:0", **options)


def jpeg_sources(seed: int = 1) -> Iterator[Source]:
    """Yield the timed set: plain JPEGs of 1400 × 2100 to 2000 × 3000."""
    for number, (width, height) in enumerate(SIZES):
        body = jpeg(photograph(width, height, seed=seed + number))
        yield Source(f"{width}x{height}.jpg", body, plain_jpeg=True)


def other_sources(seed: int = 1) -> Iterator[Source]:
    """Yield what also arrives: PNG, WebP, CMYK, turned, progressive, sRGB-tagged."""
    picture = photograph(1500, 2250, seed=seed)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    yield Source("poster.png", _saved(picture, "PNG", compress_level=4), plain_jpeg=False)
    yield Source("poster.webp", _saved(picture, "WEBP", quality=88, method=2), plain_jpeg=False)
    yield Source("cmyk.jpg", jpeg(picture.convert("CMYK")), plain_jpeg=False)
    on_its_side = picture.transpose(Image.Transpose.ROTATE_90)
    yield Source("turned.jpg", jpeg(on_its_side, exif=turned), plain_jpeg=False)
    yield Source("progressive.jpg", jpeg(picture, progressive=True), plain_jpeg=False)
    yield Source("tagged.jpg", jpeg(picture, icc_profile=srgb), plain_jpeg=False)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return picture as a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
