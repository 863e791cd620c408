"""Pictures of every kind that sources send, and files that only claim to be pictures, in memory.

Sound pictures show `scene`: four quarters of plain colours, so that a test can tell which way up
a picture is and whether its colours are right, whatever its format.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageCms, ImageFilter

Size = tuple[int, int]
Colour = tuple[int, int, int]
Maker = Callable[[], bytes]
Turned = Callable[[int], bytes]

RED, GREEN, BLUE, SAND = (200, 40, 40), (40, 160, 60), (40, 60, 190), (220, 200, 150)
SIZE = (300, 450)
ORIENTATION = 0x0112
TURNS = {  # what a camera held so did to the picture: the opposite of what makes it upright
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(size: Size = SIZE) -> Image.Image:
    """Return red and green above blue and sand, each a quarter of the picture."""
    quarters = Image.new("RGB", (2, 2))
    for place, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), corners(), strict=True):
        quarters.putpixel(place, colour)
    return quarters.resize(size, Image.Resampling.NEAREST)


def corners() -> tuple[Colour, Colour, Colour, Colour]:
    """Return the scene's colours: top left, top right, bottom left, bottom right."""
    return RED, GREEN, BLUE, SAND


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return picture as a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def jpeg(size: Size = SIZE, **options: object) -> bytes:
    """Return a plain JPEG of the scene."""
    return saved(scene(size), "JPEG", **{"quality": 90, **options})


def photo_jpeg(size: Size = (1000, 1500), seed: int = 1) -> bytes:
    """Return a JPEG with detail at every scale, as photographs have."""
    chance, picture = Random(seed), scene(size)
    for cells in (5, 23, 97):
        grid = (cells, cells * 3 // 2)
        noise = Image.frombytes("RGB", grid, chance.randbytes(grid[0] * grid[1] * 3))
        picture = Image.blend(picture, noise.resize(size, Image.Resampling.BICUBIC), 0.3)
    return saved(picture, "JPEG", quality=90)


def turned(orientation: int, size: Size = SIZE) -> tuple[Image.Image, Image.Exif]:
    """Return a picture that is upright only by this EXIF orientation, 1 to 8, and its EXIF."""
    turn, exif = TURNS[orientation], Image.Exif()
    exif[ORIENTATION] = orientation
    return scene(size) if turn is None else scene(size).transpose(turn), exif


def turned_jpeg(orientation: int, size: Size = SIZE) -> bytes:
    """Return a JPEG that is upright only by its EXIF orientation, 1 to 8."""
    stored, exif = turned(orientation, size)
    return saved(stored, "JPEG", quality=90, exif=exif)


def turned_webp(orientation: int) -> bytes:
    """Return a WebP that is upright only by its EXIF orientation."""
    stored, exif = turned(orientation)
    return saved(stored, "WEBP", quality=90, exif=exif.tobytes())


def turned_png(orientation: int) -> bytes:
    """Return a PNG that is upright only by its EXIF orientation."""
    stored, exif = turned(orientation)
    return saved(stored, "PNG", exif=exif)


def turned_avif(orientation: int) -> bytes:
    """Return an AVIF that is upright only by its own orientation properties."""
    stored, exif = turned(orientation)
    return saved(stored, "AVIF", quality=90, exif=exif.tobytes())


def gps_jpeg(mode: str = "RGB") -> bytes:
    """Return a JPEG whose EXIF tells where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "SecretCamera", "Secret Author"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 29.0, 52.0), 3: "E", 4: (19.0, 2.0, 24.0)})
    secrets = {"exif": exif, "comment": b"Secret comment", "xmp": b"<x>Secret</x>"}
    return saved(scene().convert(mode), "JPEG", icc_profile=srgb_profile(), **secrets)


def broken_exif_jpeg() -> bytes:
    """Return a JPEG whose EXIF points beyond its end."""
    return jpeg(exif=b"Exif\0\0II*\0" + struct.pack("<I", 2**31) + b"\xff" * 40)


def warned_exif_jpeg() -> bytes:
    """Return a JPEG whose EXIF promises more than it holds, over which Pillow warns."""
    entry = struct.pack("<HHII", 0x011A, 5, 1, 60_000)
    return jpeg(exif=b"Exif\0\0II*\0" + struct.pack("<IH", 8, 9) + entry)


def alpha_png(mode: str = "RGBA") -> bytes:
    """Return a PNG (RGBA or LA) whose right half is black, but wholly transparent."""
    clear = Image.new(mode, (SIZE[0] // 2, SIZE[1]))
    picture = scene().convert(mode)
    picture.paste(clear, (SIZE[0] // 2, 0))
    return saved(picture, "PNG")


def palette_png() -> bytes:
    """Return a palette PNG whose green quarter is transparent."""
    picture = scene().quantize(4)
    return saved(picture, "PNG", transparency=picture.getpixel((SIZE[0] - 1, 0)))


def keyed_png() -> bytes:
    """Return an RGB PNG in which one colour, that of the green quarter, is transparent."""
    return saved(scene(), "PNG", transparency=GREEN)


def grey16_png(size: Size = SIZE) -> bytes:
    """Return a 16-bit grey PNG: dark above, light below."""
    dark, light = struct.pack(">H", 0x3000) * size[0], struct.pack(">H", 0xD000) * size[0]
    rows = [dark] * (size[1] // 2) + [light] * (size[1] - size[1] // 2)
    return png(size, rows, depth=16, colour=0)


def rgb16_png(size: Size = SIZE) -> bytes:
    """Return a 16-bit RGB PNG of the scene."""
    wide = scene(size).tobytes()
    rows = [wide[start : start + size[0] * 3] for start in range(0, len(wide), size[0] * 3)]
    return png(size, [bytes(b for byte in row for b in (byte, byte)) for row in rows], depth=16)


def png(
    size: Size,
    rows: list[bytes],
    *,
    depth: int = 8,
    colour: int = 2,
    extra: tuple[bytes, ...] = (),
) -> bytes:
    """Return a PNG of these rows; extra: whole chunks after the header (see chunk)."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def plain_png(*extra: bytes) -> bytes:
    """Return a small sandy PNG with these chunks besides."""
    return png((60, 90), [bytes(SAND) * 60] * 90, extra=extra)


def text_bomb_png() -> bytes:
    """Return a PNG with forty texts of 8 MiB each, packed into some 300 kB."""
    packed = zlib.compress(b"a" * 2**23, 9)
    texts = [chunk(b"zTXt", b"Comment\0\0" + packed)] * 20
    texts += [chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed)] * 20
    return plain_png(*texts)


def profile_bomb_png() -> bytes:
    """Return a PNG whose profile unpacks to 64 MiB."""
    return plain_png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(2**26), 9)))


def broken_profile_png() -> bytes:
    """Return a PNG whose packed profile cannot be unpacked."""
    return plain_png(chunk(b"iCCP", b"icc\0\0not deflated"))


@cache
def pixel_bomb_png(size: Size = (20_000, 10_000)) -> bytes:
    """Return a PNG of 200 million pixels, 1 bit each, in some 25 kB."""
    packer, row = zlib.compressobj(9), bytes(1 + size[0] // 8)
    packed = b"".join(packer.compress(row * 100) for _ in range(size[1] // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def thin_png(size: Size = (1, 20_000)) -> bytes:
    """Return a PNG one pixel wide (or high)."""
    return saved(Image.new("RGB", size, BLUE), "PNG")


def print_jpeg(size: Size = (6000, 9000), **options: object) -> bytes:
    """Return a JPEG of the size that printers get."""
    return saved(Image.new("RGB", size, BLUE), "JPEG", **options)


def cmyk_jpeg(**options: object) -> bytes:
    """Return a CMYK JPEG of the scene, without a profile unless one is given."""
    return saved(scene().convert("CMYK"), "JPEG", quality=95, **options)


def rgb_jpeg() -> bytes:
    """Return a JPEG that holds RGB as it is (Adobe's transform 0) rather than YCbCr."""
    return saved(scene(), "JPEG", quality=95, keep_rgb=True)


def grey_jpeg() -> bytes:
    """Return a JPEG of one component."""
    return saved(scene().convert("L"), "JPEG", quality=90)


def animated(kind: str) -> bytes:
    """Return an animation (GIF, WEBP, AVIF or PNG): the scene first, black afterwards."""
    black = Image.new("RGB", SIZE)
    return saved(scene(), kind, save_all=True, append_images=[black, black], duration=100)


def many_scans_jpeg(scans: int = 5000) -> bytes:
    """Return a progressive JPEG whose last scan is repeated again and again."""
    body = jpeg(progressive=True)
    last = body[body.rindex(b"\xff\xda") : -2]
    return body[:-2] + last * scans + b"\xff\xd9"


def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB itself."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """Return an RGB profile in which red and blue have changed places."""
    profile = bytearray(srgb_profile())
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * 20, 12)}
    red, blue = tags[b"rXYZ"] + 4, tags[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = (
        profile[blue : blue + 8],
        profile[red : red + 8],
    )
    return bytes(profile)


def cmyk_profile() -> bytes:
    """Return a CMYK profile by which every ink is white, except black, which is black (ICC.1).

    Nothing like a press, and so a proof that the profile rather than a formula was used.
    """
    grid = [(65535, 32768, 32768), (0, 32768, 32768)]  # Lab of paper and of black ink
    clut = b"".join(struct.pack(">3H", *grid[number % 2]) for number in range(16))
    identity = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    tables = struct.pack(">2H", 0, 65535)
    lut = b"mft2" + bytes(4) + bytes((4, 3, 2, 0)) + identity + struct.pack(">2H", 2, 2)
    lut += tables * 4 + clut + tables * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    head = struct.pack(">I4sI4s4s4s", 0, b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += bytes(12) + b"acsp" + bytes(28) + white[8:] + bytes(48)
    start = 128 + 4 + 12 * 2
    table = struct.pack(">I4sII4sII", 2, b"A2B0", start + 20, len(lut), b"wtpt", start, 20)
    profile = head + table + white + lut
    return struct.pack(">I", len(profile)) + profile[4:]


HTML = b"<!DOCTYPE html>\n<html><head><title>Not here</title></head><body>404</body></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
TEXT = b"The poster is not available.\n"

SOUND: dict[str, Maker] = {
    "jpeg": jpeg,
    "progressive jpeg": lambda: jpeg(progressive=True),
    "photograph": photo_jpeg,
    "rgb jpeg": rgb_jpeg,
    "grey jpeg": grey_jpeg,
    "cmyk jpeg": cmyk_jpeg,
    "cmyk jpeg with a profile": lambda: cmyk_jpeg(icc_profile=cmyk_profile()),
    "jpeg with sRGB": lambda: jpeg(icc_profile=srgb_profile()),
    "jpeg with another profile": lambda: jpeg(icc_profile=swapped_profile()),
    "jpeg with a broken profile": lambda: jpeg(icc_profile=b"\0not a profile" * 20),
    "cmyk jpeg with a broken profile": lambda: cmyk_jpeg(icc_profile=b"\0broken" * 30),
    "cmyk jpeg with an rgb profile": lambda: cmyk_jpeg(icc_profile=swapped_profile()),
    "jpeg with gps": gps_jpeg,
    "jpeg with broken exif": broken_exif_jpeg,
    "jpeg with lying exif": warned_exif_jpeg,
    "png with alpha": alpha_png,
    "grey png with alpha": lambda: alpha_png("LA"),
    "palette png": palette_png,
    "png with a transparent colour": keyed_png,
    "one-bit png": lambda: saved(scene().convert("1"), "PNG"),
    "16-bit grey png": grey16_png,
    "16-bit rgb png": rgb16_png,
    "png with text bombs": text_bomb_png,
    "png with a profile bomb": profile_bomb_png,
    "png with a broken profile": broken_profile_png,
    "png with a broken animation": lambda: plain_png(chunk(b"acTL", bytes(8))),
    "animated png": lambda: animated("PNG"),
    "tall and thin": thin_png,
    "wide and flat": lambda: thin_png((20_000, 1)),
    "one pixel": lambda: thin_png((1, 1)),
    "webp": lambda: saved(scene(), "WEBP", quality=90),
    "webp without loss, with alpha": lambda: saved(scene().convert("RGBA"), "WEBP", lossless=True),
    "animated webp": lambda: animated("WEBP"),
    "webp with broken exif": lambda: saved(scene(), "WEBP", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "avif": lambda: saved(scene(), "AVIF", quality=90),
    "animated avif": lambda: animated("AVIF"),
    "gif": lambda: saved(scene(), "GIF"),
    "animated gif": lambda: animated("GIF"),
}

HOSTILE: dict[str, tuple[str, Maker]] = {
    "nothing": ("empty", lambda: b""),
    "html": ("not_a_picture", lambda: HTML),
    "svg": ("not_a_picture", lambda: SVG),
    "eps": ("not_a_picture", lambda: EPS),
    "pdf": ("not_a_picture", lambda: PDF),
    "text": ("not_a_picture", lambda: TEXT),
    "noise": ("not_a_picture", lambda: bytes(range(128, 256))),
    "tiff": ("format_not_accepted", lambda: saved(scene(), "TIFF")),
    "bmp": ("format_not_accepted", lambda: saved(scene(), "BMP")),
    "pixel bomb": ("too_many_pixels", pixel_bomb_png),
    "scan bomb": ("too_many_scans", many_scans_jpeg),
    "half a jpeg": ("cut_short", lambda: cut(photo_jpeg())),
    "half a png": ("cut_short", lambda: cut(saved(scene(), "PNG"))),
    "half a webp": ("cut_short", lambda: cut(saved(scene(), "WEBP"))),
    "half a gif": ("cut_short", lambda: cut(saved(noise(), "GIF"))),
    "half an avif": ("cut_short", lambda: cut(saved(noise(), "AVIF"))),
    "a png of nothing": ("damaged", lambda: png((0, 0), [])),
    "a jpeg's first bytes": ("damaged", lambda: b"\xff\xd8\xff\xe0" + bytes(40)),
    "a webp's first bytes": ("damaged", lambda: b"RIFF\x10\0\0\0WEBPVP8 " + bytes(60)),
    "an avif's first bytes": ("damaged", lambda: b"\0\0\0\x18ftypavif" + bytes(80)),
}


def noise(size: Size = SIZE) -> Image.Image:
    """Return a picture that does not compress well, so that half its file lacks pixels."""
    grain = Image.frombytes("RGB", size, Random(2).randbytes(size[0] * size[1] * 3))
    return grain.filter(ImageFilter.BoxBlur(1))


def cut(body: bytes) -> bytes:
    """Return the first half of body."""
    return body[: len(body) // 2]
