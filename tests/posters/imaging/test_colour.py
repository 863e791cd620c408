"""Profiles and colour spaces; test_decode.py compares whole pictures."""

from __future__ import annotations

import pytest
from PIL import Image

from mozi.posters.imaging import colour
from mozi.posters.imaging.colour import is_srgb, to_srgb, to_ycc
from tests.support import pictures


def test_only_a_profile_that_changes_nothing_is_srgb() -> None:
    assert is_srgb(pictures.srgb_profile())
    assert not is_srgb(pictures.swapped_profile())
    assert is_srgb(b"a broken profile")


def test_a_large_profile_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colour, "MAX_SRGB_PROFILE_BYTES", 10)
    assert not is_srgb(pictures.srgb_profile())


def test_a_profile_is_applied() -> None:
    red = Image.new("RGB", (1, 1), (255, 0, 0))
    assert to_srgb(red, pictures.swapped_profile()).getpixel((0, 0)) == (0, 0, 255)
    assert to_srgb(red, pictures.srgb_profile()) is red


@pytest.mark.parametrize("profile", [b"", b"broken", pictures.srgb_profile()])
def test_cmyk_without_a_usable_profile_is_converted_plainly(profile: bytes) -> None:
    cyan = to_srgb(Image.new("CMYK", (1, 1), (255, 0, 0, 0)), profile)
    assert (cyan.mode, cyan.getpixel((0, 0))) == ("RGB", (0, 255, 255))


@pytest.mark.parametrize("level", [0, 1, 100, 254, 255])
def test_grey_in_rgb_keeps_its_level_as_brightness(level: int) -> None:
    assert to_ycc(Image.new("RGB", (1, 1), (level,) * 3)).getpixel((0, 0)) == (level, 128, 128)


def test_a_grey_picture_stays_as_it_is() -> None:
    grey = Image.new("L", (1, 1), 7)
    assert to_ycc(grey) is grey
