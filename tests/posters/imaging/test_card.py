"""The picture of a shared link."""

from __future__ import annotations

from PIL import Image

from mozi.posters.imaging.card import LIGHT_KEPT, card_of
from mozi.posters.recipes import SHARE

WHITE, RED = (255, 255, 255), (200, 0, 0)


def card(poster: Image.Image) -> Image.Image:
    return card_of(poster, Image.new("RGB", (200, 300), RED), SHARE)


def test_the_poster_stands_whole_in_the_middle_before_the_darker_blur() -> None:
    made = card(Image.new("RGB", (780, 1170), WHITE))
    assert made.size == (1200, 630)
    assert made.getpixel((600, 315)) == WHITE
    assert made.getpixel((600, 50)) == made.getpixel((600, 580)) == WHITE
    dark = (round(200 * LIGHT_KEPT), 0, 0)
    assert made.getpixel((600, 10)) == made.getpixel((10, 315)) == dark


def test_a_small_poster_is_not_enlarged() -> None:
    made = card(Image.new("RGB", (100, 150), WHITE))
    assert made.convert("L").histogram()[255] == 100 * 150
