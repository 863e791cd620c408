"""Whatever the bytes are, read_header and decode raise UnreadableSource or give a picture."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from subprocess import PIPE

import pytest
from PIL import Image, ImageFile, JpegImagePlugin

from mozi.errors import UnreadableSource
from mozi.messages import Message
from mozi.posters.imaging import decode, read_header
from mozi.units import MIB
from tests.support import pictures
from tests.support.forks import Forks

LIMIT = 25_000_000
SENTENCE = re.compile(r"[A-Z].+\.")


def refusal(body: bytes, *, max_pixels: int = LIMIT) -> Message:
    with pytest.raises(UnreadableSource) as caught:
        decode(body, max_pixels=max_pixels)
    return caught.value.message


@pytest.mark.parametrize("name", pictures.HOSTILE)
def test_each_fault_has_a_code_and_a_sentence(name: str) -> None:
    code, make = pictures.HOSTILE[name]
    error = refusal(make())
    assert error.code == code
    assert SENTENCE.fullmatch(str(error))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (pictures.HTML, "an HTML page"),
        (pictures.SVG, "an SVG drawing"),
        (pictures.EPS, "an EPS (PostScript) file"),
        (pictures.PDF, "a PDF document"),
        (pictures.TEXT, "text"),
    ],
)
def test_a_file_that_is_no_picture_is_named(body: bytes, name: str) -> None:
    assert f"This is {name};" in str(refusal(body))


def test_the_size_of_a_picture_of_too_many_pixels_is_told() -> None:
    error = refusal(pictures.pixel_bomb_png())
    told = "The picture has 20000 × 10000 pixels; at most about 7000 × 3500 are accepted."
    assert str(error) == told
    sides = {"width_px": 20_000, "height_px": 10_000}
    assert error.data == {**sides, "most_width_px": 7000, "most_height_px": 3500}


def test_exactly_as_many_pixels_as_allowed_are_accepted() -> None:
    assert decode(pictures.thin_png((1000, 1)), max_pixels=1000).width_px == 1000


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    assert refusal(pictures.jpeg((400, 300)), max_pixels=119_999).code == "too_many_pixels"


def test_a_limit_above_that_of_pillow_holds_as_well() -> None:
    assert read_header(pictures.pixel_bomb_png(), max_pixels=200_000_000).width_px == 20_000


def test_running_out_of_memory_has_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(self: object) -> None:
        raise MemoryError

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load_prepare", no_memory)
    assert refusal(pictures.jpeg()).code == "out_of_memory"


def test_the_settings_of_pillow_stay_as_they_are() -> None:
    for _, make in pictures.HOSTILE.values():
        refusal(make())
    assert (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS) == (False, None)


FUZZED = {
    "jpeg": lambda: pictures.jpeg((40, 60), icc_profile=pictures.swapped_profile()),
    "progressive jpeg": lambda: pictures.jpeg((40, 60), progressive=True),
    "turned jpeg": lambda: pictures.turned_jpeg(6, (40, 60)),
    "cmyk jpeg": lambda: pictures.cmyk_jpeg(icc_profile=pictures.cmyk_profile()),
    "palette png": pictures.palette_png,
    "turned png": lambda: pictures.turned_png(6),
    "16-bit png": lambda: pictures.rgb16_png((40, 60)),
    "gif": lambda: pictures.animated("GIF"),
    "webp": lambda: pictures.turned_webp(6),
    "animated webp": lambda: pictures.animated("WEBP"),
    "avif": lambda: pictures.turned_avif(6),
}


@pytest.mark.parametrize("name", FUZZED)
def test_flipped_and_missing_bytes_raise_nothing_else(name: str) -> None:
    body, chance = FUZZED[name](), Random(name)
    for _ in range(120):
        with suppress(UnreadableSource):
            decode(broken(body, chance), max_pixels=1_000_000)


def broken(body: bytes, chance: Random) -> bytes:
    """Return body cut somewhere in its second half, some bytes of its beginning changed."""
    changed = bytearray(body[: chance.randint(len(body) // 2, len(body))])
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(min(len(changed), 700))] = chance.randrange(256)
    return bytes(changed)


PEAK = """
import sys
from mozi.posters.imaging import decode, read_header, render
from mozi.posters.recipes import RECIPES

def kib(field):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if field in line)

body = open(sys.argv[1], "rb").read()
read_header(body, max_pixels=25_000_000)
before = kib("VmRSS")
render(decode(body, max_pixels=25_000_000), list(RECIPES.values()))
print(kib("VmHWM") - before)
"""


def heavy_cmyk() -> bytes:
    """A progressive JPEG whose coefficients libjpeg has to keep, all of them, for four inks."""
    picture = pictures.scene((3726, 3726)).convert("CMYK")
    return pictures.saved(picture, "JPEG", subsampling=0, progressive=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "make",
    [
        heavy_cmyk,
        pictures.print_jpeg,
        lambda: pictures.saved(pictures.scene((5000, 5000)).convert("RGBA"), "PNG"),
        lambda: pictures.saved(pictures.scene((2738, 2738)), "WEBP", method=0),
        lambda: pictures.saved(pictures.scene((3162, 3162)), "AVIF", speed=10),
        pictures.text_bomb_png,
        pictures.profile_bomb_png,
    ],
    ids=["cmyk", "print", "rgba", "webp", "avif", "texts", "profile"],
)
def test_the_heaviest_pictures_fit_into_a_small_machine(
    start: Forks, tmp_path: Path, make: pictures.Maker
) -> None:
    file = tmp_path / "picture"
    file.write_bytes(make())
    run = start("-c", PEAK, str(file), env=os.environ, stdout=PIPE)
    peak_kib, _ = run.communicate()
    assert int(peak_kib) * 1024 < 122 * MIB
