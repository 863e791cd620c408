"""Decodes a file to one small, upright, opaque sRGB picture without metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import get_sampling

from mozi.posters.imaging import colour, kinds
from mozi.posters.imaging.exif import SIDEWAYS
from mozi.posters.imaging.helping import Helper
from mozi.posters.imaging.opening import Opened, only_unreadable, open_picture
from mozi.posters.imaging.planes import CRISP, Extent, Planes, Size, planes_of
from mozi.posters.imaging.sizes import BOX, fitted

STRIP_PIXELS = 2**18
# Whole-pixel boxes first, Lanczos for the rest; from twice the size on, the result looks the same.
GAP = 2
# If the decoder has reduced a JPEG to little more than the wanted size, the last step loses some
# sharpness; below this ratio CRISP gives it back (SSIM + 0.0007 at 1.05 to 1.1, for 4 ms).
SOFT_RATIO = 1.15
# The second value of Pillow's decoderconfig: libjpeg's fast transform, and colour repeated instead
# of smoothed, since it is averaged again at once (1 ms of 10 less; SSIM - 0.0003, and colours are
# half a level of 255 darker).
QUICK = 1
HALVED = 2  # get_sampling's number for 4:2:0


@dataclass(frozen=True)
class Decoded:
    """A picture at the size of the largest recipe; every variant is made from it.

    width_px, height_px: of the upright source; they decide every variant's proportions.
    """

    planes: Planes
    width_px: int
    height_px: int


def decode(body: bytes, *, max_pixels: int, help_by: Helper | None = None) -> Decoded:
    """Return the poster as an upright, opaque sRGB picture without metadata.

    body: the file as stored. Raises UnreadableSource, and nothing else, if it is no accepted
    kind, is cut short or damaged, or has more than max_pixels (width × height, read from the
    header before any pixel). help_by: gives work to a second thread.
    """
    opened = open_picture(body, max_pixels=max_pixels)
    with only_unreadable(body):
        source = opened.upright_size  # as stored, before draft reduces it
        size = fitted(source, BOX)
        lying = size[::-1] if opened.turn in SIDEWAYS else size
        planes = _planes(opened, lying, help_by)
        upright = planes.turned(opened.turn) if opened.turn is not None else planes
        return Decoded(upright, *source)


def _planes(opened: Opened, size: Size, help_by: Helper | None) -> Planes:
    """Return the planes of an opened picture at this size, not yet turned."""
    if opened.kind is not kinds.JPEG:
        return _by_rgb(opened, size, opened.image.size)
    if not (_is_ycc(opened.image) and colour.is_srgb(opened.profile)):
        return _by_rgb(opened, size, _reduced(opened.image, size, opened.image.mode))
    return _by_ycc(opened.image, size, help_by)


def _by_ycc(image: ImageFile, size: Size, help_by: Helper | None) -> Planes:
    """Return the planes of a plain JPEG; its pixels stay in YCbCr."""
    whole, extent = image.size, _reduced(image, size, "YCbCr")
    image.load()
    repeated = extent == whole and get_sampling(image) == HALVED
    planes = planes_of(image, size, extent, repeated=repeated, help_by=help_by)
    soft = extent != whole and 1 < extent[0] / size[0] < SOFT_RATIO
    return Planes(planes.luma.filter(CRISP), planes.chroma) if soft else planes


def _is_ycc(image: ImageFile) -> bool:
    """Return whether a JPEG of three components holds YCbCr, by the rules of libjpeg.

    A JFIF marker says so, else Adobe's transform; without both, components named R, G, B are RGB.
    """
    if image.mode != "RGB":
        return False
    if "jfif" in image.info:
        return True
    if "adobe_transform" in image.info:
        return bool(image.info["adobe_transform"])
    return bytes(component[0] for component in getattr(image, "layer", ())) != b"RGB"


def _reduced(image: ImageFile, size: Size, mode: str) -> Extent:
    """Have a JPEG decoded at a half, quarter or eighth that is no smaller than size.

    Returns how far the picture reaches within the decoded pixels.
    """
    whole, drafted = image.size, image.draft(mode, size)
    if mode == "YCbCr" and image.size == whole:
        image.decoderconfig = (1, QUICK)
    return drafted[1][2:] if drafted else whole


def _by_rgb(opened: Opened, size: Size, extent: Extent) -> Planes:
    """Return the planes of a picture with a profile, transparency or other modes to convert.

    It is converted when it is small; only the reduction goes over every pixel, in strips.
    """
    opened.image.load()
    small, extent = _boxed(opened.image, size, extent)
    fit = small.resize(size, Image.Resampling.LANCZOS, box=(0, 0, *extent))
    return planes_of(colour.to_ycc(colour.to_srgb(fit, opened.profile)), size, size)


def _boxed(image: Image.Image, size: Size, extent: Extent) -> tuple[Image.Image, Extent]:
    """Return image, opaque, averaged over whole pixels to GAP times size, and its extent."""
    boxes = max(1, image.width // (GAP * size[0])), max(1, image.height // (GAP * size[1]))
    if boxes == (1, 1) and _is_plain(image):
        return image, extent
    strips = (_opaque(strip).reduce(boxes) for strip in _strips(image, boxes[1]))
    stacked = _stacked(strips, height=-(-image.height // boxes[1]))
    return stacked, (extent[0] / boxes[0], extent[1] / boxes[1])


def _stacked(strips: Iterator[Image.Image], *, height: int) -> Image.Image:
    """Return strips one below the other, together of this height."""
    first = next(strips)
    whole, top = Image.new(first.mode, (first.width, height)), first.height
    whole.paste(first)
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _strips(image: Image.Image, multiple: int) -> Iterator[Image.Image]:
    """Yield image in strips of about STRIP_PIXELS; each height but the last is a multiple."""
    height = max(1, STRIP_PIXELS // image.width // multiple) * multiple
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(image.height, top + height)))


def _is_plain(picture: Image.Image) -> bool:
    """Return whether picture is L, RGB or CMYK without any transparency."""
    return picture.mode in ("L", "RGB", "CMYK") and not picture.has_transparency_data


def _opaque(picture: Image.Image) -> Image.Image:
    """Return picture as L, RGB or CMYK, on white where it is transparent."""
    if _is_plain(picture):
        return picture
    if picture.mode.startswith("I;16"):
        return _upper_bytes(picture)
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _upper_bytes(picture: Image.Image) -> Image.Image:
    """Return a 16-bit grey picture as L; Pillow's own conversion clips values above 255."""
    upper = 0 if picture.mode.endswith("B") else 1
    return Image.frombytes("L", picture.size, picture.tobytes()[upper::2])
