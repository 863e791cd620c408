"""pyvips with one decode: shrink on load to the poster, the thumb from it, the blur from that."""

from __future__ import annotations

from pathlib import Path

import pyvips
from serving import QUALITIES, SIZES, serve

pyvips.cache_set_max(0)


def build(source: Path, out: Path) -> None:
    width, height = SIZES["poster"]
    loaded = pyvips.Image.thumbnail_buffer(
        source.read_bytes(), width, height=height, size="down"
    ).colourspace("srgb")
    poster = (loaded.flatten(background=255) if loaded.hasalpha() else loaded).copy_memory()
    thumb = _fitted(poster, SIZES["thumb"]).copy_memory()
    small = _fitted(thumb, (50, 75)).gaussblur(2.5)
    blurred = small.resize(
        min(SIZES["blurred"][0] / small.width, SIZES["blurred"][1] / small.height)
    )
    for media, picture in (("poster", poster), ("thumb", thumb), ("blurred", blurred)):
        body = picture.jpegsave_buffer(
            Q=QUALITIES[media],
            optimize_coding=True,
            interlace=True,
            subsample_mode="on",
            keep="none",
        )
        (out / f"{media}.jpg").write_bytes(body)


def _fitted(picture: pyvips.Image, box: tuple[int, int]) -> pyvips.Image:
    return picture.thumbnail_image(box[0], height=box[1], size="down")


serve(build)
