"""A picture as a JPEG holds it: separate planes, brightness at full size and colour at half.

Planes make the building of variants fast. Colour has a quarter of the pixels, and a cheap filter
is enough for it, since neither the eye nor 4:2:0 keeps more. A plain JPEG needs no conversion at
all between its source's bytes and its variants'.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageFilter

from mozi.posters.imaging.helping import Helper, beside

Size = tuple[int, int]
Extent = tuple[float, float]
BANDS = 4
BICUBIC_RATIO = 1.6
BOX_RATIO = 1.6
# Restores the sharpness that a filter took.
CRISP = ImageFilter.Kernel((3, 3), (0, -8, 0, -8, 288, -8, 0, -8, 0), scale=256)


@dataclass(frozen=True)
class Planes:
    """luma: mode L. chroma: Cb and Cr, mode L, half as wide and high (rounded up); () for grey."""

    luma: Image.Image
    chroma: tuple[Image.Image, ...]

    def turned(self, turn: Image.Transpose) -> Planes:
        """Return the planes turned or mirrored."""
        chroma = tuple(plane.transpose(turn) for plane in self.chroma)
        return Planes(self.luma.transpose(turn), chroma)

    def shrunk(self, size: Size) -> Planes:
        """Return the planes reduced to this size, which is at most their own."""
        chroma = tuple(_resized(plane, half(size), plane.size) for plane in self.chroma)
        return Planes(_reduced(self.luma, size), chroma)

    def joined(self) -> Image.Image:
        """Return one picture: L if it is grey, else YCbCr with each colour pixel repeated 2 × 2.

        The encoder's 4:2:0 averages exactly those four again.
        """
        if not self.chroma:
            return self.luma
        return Image.merge("YCbCr", (self.luma, *map(self._doubled, self.chroma)))

    def _doubled(self, plane: Image.Image) -> Image.Image:
        """Return a plane of colour at the size of the brightness."""
        double = (plane.width * 2, plane.height * 2)
        grown = plane.resize(double, Image.Resampling.NEAREST)
        return grown if double == self.luma.size else grown.crop((0, 0, *self.luma.size))


def half(size: Size) -> Size:
    """Return half of size, rounded up, as JPEG's 4:2:0 does."""
    return (size[0] + 1) // 2, (size[1] + 1) // 2


def planes_of(
    picture: Image.Image,
    size: Size,
    extent: Extent,
    *,
    repeated: bool = False,
    help_by: Helper | None = None,
) -> Planes:
    """Return the planes of a picture (L, or bands of YCbCr) at this size, at most its own.

    extent: how far the picture reaches within its pixels, since a decoder that reduces rounds
    up. repeated: each colour pixel is there 2 × 2 times. help_by: resizes colour in a second
    thread, beside brightness.
    """
    grey = picture.mode == "L"
    chroma = beside(
        lambda: () if grey else _chroma(picture, half(size), extent, repeated=repeated),
        None if grey else help_by,
    )
    resample = _resampling(extent[0] / size[0])
    luma = shrink(picture if grey else picture.getchannel(0), size, extent, resample)
    luma.info.clear()  # a comment would be saved again
    return Planes(luma, chroma())


def _resampling(ratio: float) -> Image.Resampling:
    """Return the filter for a source's brightness: Lanczos, or bicubic where it is as good.

    At ratios of 1.8 and 1.9 bicubic costs 0.0008 of SSIM and saves 2.4 ms of 47. At 1.3 it would
    cost 0.0015, and for the thumb with its small letters 0.003 (see _reduced).
    """
    return Image.Resampling.BICUBIC if ratio >= BICUBIC_RATIO else Image.Resampling.LANCZOS


def _chroma(
    picture: Image.Image, size: Size, extent: Extent, *, repeated: bool
) -> tuple[Image.Image, ...]:
    """Return Cb and Cr of a YCbCr picture: averaged over whole pixels, then resized.

    Of repeated colour one pixel of four is picked (1400 × 2100: 4.5 ms in all, not 6).
    """
    if repeated:
        parts, small = (2, 2), picture.resize(half(picture.size), Image.Resampling.NEAREST)
    else:
        parts = max(2, int(extent[0] / size[0])), max(2, int(extent[1] / size[1]))
        small = picture.reduce(parts)
    reach = min(small.width, extent[0] / parts[0]), min(small.height, extent[1] / parts[1])
    return tuple(_resized(small.getchannel(band), size, reach) for band in (1, 2))


def _reduced(luma: Image.Image, size: Size) -> Image.Image:
    """Return brightness at a size that can be much smaller than its own.

    Bicubic with CRISP is as good as Lanczos (SSIM within 0.0003 for the thumb of a poster) and
    faster: the support of a resize grows with the ratio, that of CRISP does not.
    """
    resample = _resampling(luma.width / size[0])
    reduced = shrink(luma, size, luma.size, resample)
    return reduced.filter(CRISP) if resample is Image.Resampling.BICUBIC else reduced


def shrink(
    plane: Image.Image, size: Size, extent: Extent, resample: Image.Resampling
) -> Image.Image:
    """Return a plane at this size, resized first in height, then in width."""
    if plane.size == size == extent:
        return plane
    flat = _with_height(plane, size[1], extent[1], resample)
    return _with_width(flat, size[0], extent[0], resample)


def _with_height(
    plane: Image.Image, height: int, extent: float, resample: Image.Resampling
) -> Image.Image:
    """Return a plane at another height.

    Columns do not mix here, so the plane's four quarters, from left to right, can be the four
    bands of one picture. Pillow resizes four bands twice as fast as four times the pixels
    (1400 × 2100 to 780 × 1170 by Lanczos, both ways: 10 ms, not 16).
    """
    part = -(-plane.width // BANDS)
    quarters = [plane.crop((x, 0, x + part, plane.height)) for x in range(0, BANDS * part, part)]
    bands = Image.merge("CMYK", quarters)
    bands = bands.resize((part, height), resample, box=(0, 0, part, extent))
    return _laid_out(bands, (plane.width, height), step=(part, 0))


def _with_width(
    plane: Image.Image, width: int, extent: float, resample: Image.Resampling
) -> Image.Image:
    """Return a plane at another width; as in _with_height, with quarters from top to bottom."""
    part = -(-plane.height // BANDS)
    quarters = [plane.crop((0, y, plane.width, y + part)) for y in range(0, BANDS * part, part)]
    bands = Image.merge("CMYK", quarters)
    bands = bands.resize((width, part), resample, box=(0, 0, extent, part))
    return _laid_out(bands, (width, plane.height), step=(0, part))


def _laid_out(bands: Image.Image, size: Size, *, step: Size) -> Image.Image:
    """Return a plane of this size, with each band pasted one step after the one before."""
    plane = Image.new("L", size)
    for number, band in enumerate(bands.split()):
        plane.paste(band, (number * step[0], number * step[1]))
    return plane


def _resized(plane: Image.Image, size: Size, extent: Extent) -> Image.Image:
    """Return a plane of colour at this size; near its own size a box filter would shift it."""
    near = extent[0] < BOX_RATIO * size[0] or extent[1] < BOX_RATIO * size[1]
    resample = Image.Resampling.HAMMING if near else Image.Resampling.BOX
    return plane.resize(size, resample, box=(0, 0, *extent))
