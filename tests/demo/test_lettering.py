from __future__ import annotations

import pytest
from PIL import ImageFont

from mozi.demo.lettering import FACES, FONTS, SMALL, set_title


@pytest.mark.parametrize("file", [*(face.file for face in FACES.values()), SMALL])
def test_every_font_knows_the_hungarian_letters(file: str) -> None:
    font = ImageFont.truetype(str(FONTS / file), 40)
    missing = bytes(font.getmask("\u4e00"))
    assert all(bytes(font.getmask(letter)) != missing for letter in "áéíóöőúüűÁÉÍÓÖŐÚÜŰ–’…·")


def test_every_font_is_small_and_its_licence_beside_it() -> None:
    assert all(path.stat().st_size < 100_000 for path in FONTS.glob("*.ttf"))
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_a_title_is_broken_where_it_can_be_largest() -> None:
    setting = set_title("Szigorúan ellenőrzött vonatok", FACES["jost"], height_px=270)
    assert setting.lines == ("Szigorúan", "ellenőrzött", "vonatok")
    assert setting.height_px <= 270


def test_a_short_title_stays_on_one_line() -> None:
    assert set_title("Cápa", FACES["anton"], height_px=270).lines == ("CÁPA",)


def test_a_title_without_end_is_small_but_whole() -> None:
    setting = set_title("szó " * 30, FACES["bodoni"], height_px=270)
    assert " ".join(setting.lines).split() == ["szó"] * 30
