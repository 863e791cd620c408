"""Opens a file: picks its decoder, reads header, orientation and profile, but no pixel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import AvifImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin
from PIL import WebPImagePlugin as WebpImagePlugin
from PIL.ImageFile import ImageFile

from mozi.errors import UnreadableSource
from mozi.posters.imaging import kinds, png
from mozi.posters.imaging.exif import SIDEWAYS, turn_of
from mozi.posters.imaging.kinds import Kind
from mozi.posters.imaging.sizes import is_halved
from mozi.posters.messages import too_many_pixels, unreadable

# Mozi has its own, lower limit; Pillow's is only a warning up to twice its value. Set at import,
# so that no threads race.
Image.MAX_IMAGE_PIXELS = None

# A progressive JPEG has about ten scans. Each goes over the whole picture, however few bytes it
# has, so 20 MB of scans would keep a core busy for minutes.
MAX_JPEG_SCANS = 100
START_OF_SCAN = b"\xff\xda"
# A JPEG of one scan is decoded at a half, a quarter or an eighth, so that a print file of 54
# megapixels takes the memory of 3. It counts a quarter at least: each block is still read.
REDUCED_WEIGHT = 0.25


@dataclass(frozen=True)
class Header:
    """What the header tells. extension: without a dot; sizes in pixels, as stored (not turned).

    cost_px: what decoding takes from the budget of pixels, which is more than the picture has
    for kinds whose decoders need more memory.
    """

    extension: str
    content_type: str
    width_px: int
    height_px: int
    cost_px: int


@dataclass(frozen=True)
class Opened:
    """A file whose header has been read, but no pixel.

    turn: what makes it upright, None if it is. profile: the embedded ICC profile, b"" for none.
    weight: see kinds.Kind.
    """

    kind: Kind
    image: ImageFile
    turn: Image.Transpose | None
    profile: bytes
    weight: float

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return width and height in pixels of the upright picture."""
        width, height = self.image.size
        return (height, width) if self.turn in SIDEWAYS else (width, height)


class _Jpeg(JpegImagePlugin.JpegImageFile):
    """Pillow's JPEG decoder, but it does not read EXIF, since it warns about broken EXIF."""

    def _read_dpi_from_exif(self) -> None:
        """Do nothing: the resolution of a poster is not used."""


def read_header(body: bytes, *, max_pixels: int) -> Header:
    """Return kind and size of the picture in body, from the header alone.

    Raises UnreadableSource if body is no accepted kind, its header is broken, or it has more
    than max_pixels (width × height × weight).
    """
    opened = open_picture(body, max_pixels=max_pixels)
    kind, (width, height) = opened.kind, opened.image.size
    cost = round(width * height * opened.weight)
    return Header(kind.extension, kind.content_type, width, height, cost)


def open_picture(body: bytes, *, max_pixels: int) -> Opened:
    """Open body with the decoder of its kind; raises UnreadableSource."""
    kind = kinds.kind_of(body)
    with only_unreadable(body):
        opened = _OPENERS[kind](body)
        _check_size(opened, max_pixels=max_pixels)
    return opened


@contextmanager
def only_unreadable(body: bytes) -> Iterator[None]:
    """Turn every error of decoding body into UnreadableSource with a sentence for people.

    Broken files make Pillow raise OSError, ValueError, SyntaxError, struct.error, IndexError,
    EOFError, MemoryError and more, and the list grows with each release: hence Exception.
    """
    try:
        yield
    except UnreadableSource:
        raise
    except MemoryError as error:
        raise unreadable("out_of_memory") from error
    except Exception as error:
        if _is_cut_short(body, error):
            raise unreadable("cut_short") from error
        raise unreadable("damaged") from error


def _is_cut_short(body: bytes, error: Exception) -> bool:
    """Return whether decoding failed because the end of the file is missing."""
    if body.startswith(b"RIFF"):
        return int.from_bytes(body[4:8], "little") + 8 > len(body)
    if body.startswith(b"ftyp", 4):
        return _end_of_boxes(body) > len(body)
    return "truncated" in str(error).lower()


def _end_of_boxes(body: bytes) -> int:
    """Return where the last box of an AVIF ends by the boxes' own lengths (ISO 14496-12, 4.2)."""
    end = 0
    while end + 8 <= len(body) and (length := int.from_bytes(body[end : end + 4], "big")) >= 8:
        end += length
    return end


def _check_size(opened: Opened, *, max_pixels: int) -> None:
    """Raise UnreadableSource if the picture has no pixels or too many."""
    width, height = opened.image.size
    most = int(max_pixels / opened.weight)
    if width * height < 1:
        raise unreadable("damaged")
    if width * height > most:
        named = opened.kind.name if opened.weight > 1 else ""
        raise too_many_pixels((width, height), most, kind=named)


def _open_jpeg(body: bytes) -> Opened:
    image = _Jpeg(BytesIO(body))
    one_scan, halved = _is_one_scan(image, body), is_halved(image.size)
    if not one_scan and body.count(START_OF_SCAN) > MAX_JPEG_SCANS:
        raise unreadable("too_many_scans")
    image.decodermaxblock = len(body)  # in one piece: no joining of blocks
    weight = _weight_of_scans(image) if not one_scan else REDUCED_WEIGHT if halved else 1
    return _opened(kinds.JPEG, image, weight)


def _weight_of_scans(image: _Jpeg) -> float:
    """Return the weight of a JPEG of several scans: its coefficients are kept, 2 bytes each."""
    sampled = [across * down for _, across, down, _ in image.layer]
    samples = sum(sampled) / max(sampled)  # 1.5 of 4:2:0, 3 of 4:4:4, 4 of CMYK
    return max(1.0, (1 + 2 * samples) / kinds.PIXEL_BYTES)


def _is_one_scan(image: _Jpeg, body: bytes) -> bool:
    """Return whether a JPEG's first scan has all: libjpeg then reads no other (T.81, B.2.3)."""
    if image.info.get("progressive") or image.fp is None:
        return False
    length = 6 + 2 * len(image.layer)
    header = START_OF_SCAN + length.to_bytes(2, "big")
    return body.startswith(header, image.fp.tell() - len(header) + 2 - length)


def _open_png(body: bytes) -> Opened:
    parts = png.take_apart(body)
    image = PngImagePlugin.PngImageFile(BytesIO(parts.picture))
    return Opened(kinds.PNG, image, turn_of(parts.exif), parts.profile, kinds.PNG.weight)


def _open_gif(body: bytes) -> Opened:
    image = GifImagePlugin.GifImageFile(BytesIO(body))
    return Opened(kinds.GIF, image, None, b"", kinds.GIF.weight)


def _open_webp(body: bytes) -> Opened:
    return _opened(kinds.WEBP, WebpImagePlugin.WebPImageFile(BytesIO(body)))


def _open_avif(body: bytes) -> Opened:
    """Open an AVIF without its EXIF item, which Pillow parses on opening and can fail on.

    Only the file's own properties (irot, imir) tell its orientation.
    """
    boxes, mark, data = body.partition(b"mdat")
    plain = b"".join((boxes.replace(b"Exif", b"none"), mark, data))
    return _opened(kinds.AVIF, AvifImagePlugin.AvifImageFile(BytesIO(plain)))


def _opened(kind: Kind, image: ImageFile, weight: float | None = None) -> Opened:
    """Return image with the orientation and the profile that Pillow found in its file."""
    exif, profile = image.info.get("exif"), image.info.get("icc_profile")
    return Opened(kind, image, turn_of(exif or b""), profile or b"", weight or kind.weight)


_OPENERS = {
    kinds.JPEG: _open_jpeg,
    kinds.PNG: _open_png,
    kinds.GIF: _open_gif,
    kinds.WEBP: _open_webp,
    kinds.AVIF: _open_avif,
}
