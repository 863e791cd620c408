from __future__ import annotations

import io

import pytest
from PIL import Image

from mozi.demo.posters import MOTIFS, Design, draw_poster


def drawn(title: str = "Űrpiknik", motif: str = "sun", palette: str = "ember") -> bytes:
    return draw_poster(title, Design(motif, palette, "jost", "Fábri Zoltán · 1956"))


@pytest.mark.parametrize("motif", MOTIFS)
def test_every_motif_makes_a_whole_poster(motif: str) -> None:
    body = drawn(motif=motif)
    with Image.open(io.BytesIO(body), formats=["JPEG"]) as image:
        image.load()
        assert (image.size, image.mode) == ((1000, 1500), "RGB")
        colours = image.resize((40, 60)).getcolors(2400)
    assert colours is not None
    assert len(colours) > 20
    assert len(body) < 500_000


def test_the_same_film_has_the_same_bytes() -> None:
    assert drawn(motif="rain") == drawn(motif="rain")


def test_another_title_is_another_poster() -> None:
    assert drawn("Szerelem") != drawn("Kontroll")
