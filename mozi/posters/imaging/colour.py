"""Converts colours: a picture with any profile becomes sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageCms

# A profile this close to sRGB is not applied: a difference of two levels of 255 is invisible.
SRGB_TOLERANCE = 2
# JFIF 1.02, page 3: Y, Cb and Cr from R, G and B. Pillow's own conversion rounds down, so every
# colour becomes half a level darker.
YCC = (
    *(0.299, 0.587, 0.114, 0),
    *(-0.168736, -0.331264, 0.5, 128),
    *(0.5, -0.418688, -0.081312, 128),
)
# Larger ones are press or camera profiles. They are not cached, which also bounds the memory.
MAX_SRGB_PROFILE_BYTES = 64 * 2**10


def to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return picture (L, RGB or CMYK) in sRGB, as L or RGB.

    A broken profile, or one for another mode, counts as none: RGB is then taken as sRGB, and
    CMYK converted without a profile.
    """
    if profile and not (picture.mode == "RGB" and is_srgb(profile)):
        try:
            return _transformed(picture, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def to_ycc(picture: Image.Image) -> Image.Image:
    """Return an RGB picture with the bands Y, Cb and Cr; an L picture unchanged."""
    return picture if picture.mode == "L" else picture.convert("RGB", YCC)


def is_srgb(profile: bytes) -> bool:
    """Return whether profile changes an RGB picture in no visible way; its name does not count."""
    return len(profile) <= MAX_SRGB_PROFILE_BYTES and _changes_little(profile)


@lru_cache(maxsize=32)
def _changes_little(profile: bytes) -> bool:
    """Return whether profile changes 216 probe colours by at most SRGB_TOLERANCE."""
    probe = Image.new("RGB", (216, 1))
    steps = (0, 51, 102, 153, 204, 255)
    probe.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    try:
        after = _transformed(probe, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return True  # a broken profile counts as none, and none means sRGB
    differences = ImageChops.difference(probe, after).split()
    return not any(any(band.histogram()[SRGB_TOLERANCE + 1 :]) for band in differences)


def _transformed(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return picture as RGB in sRGB: relative colorimetric, black to black, as browsers do."""
    after = ImageCms.profileToProfile(
        picture,
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if after is None:
        raise ImageCms.PyCMSError("The profile gave no picture.")
    return after
