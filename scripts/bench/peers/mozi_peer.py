"""Mozi: one decode, every variant from it."""

from __future__ import annotations

from pathlib import Path

from serving import serve

from mozi.posters.imaging import decode, render
from mozi.posters.recipes import BLURRED, POSTER, THUMB


def build(source: Path, out: Path) -> None:
    decoded = decode(source.read_bytes(), max_pixels=25_000_000)
    for variant in render(decoded, (POSTER, THUMB, BLURRED)):
        (out / f"{variant.recipe.media}.jpg").write_bytes(variant.body)


serve(build)
