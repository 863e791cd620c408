"""Bytes, processor time and likeness of a poster's JPEG, by the encoder's settings.

    .venv/bin/python -m scripts.bench.jpeg_settings [--runs 5]

The pictures are the bench's photographs as the pipeline has them before it encodes, 780 pixels
wide. Likeness is SSIM of brightness against those pixels.
What was chosen, and why: docs/decisions/jpeg-settings.md.
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path
from statistics import mean, median
from typing import Any

from PIL import Image

from mozi.posters.imaging import decode
from mozi.posters.imaging.sizes import fitted
from mozi.posters.recipes import POSTER, THUMB, Recipe
from scripts.bench.imaging import ssim
from scripts.bench.sources import jpeg_sources

ROOT = Path(__file__).resolve().parents[2]
CHOSEN: dict[str, Any] = {
    "quality": 82,
    "subsampling": "4:2:0",
    "progressive": True,
    "optimize": True,
}
CHANGED: dict[str, dict[str, Any]] = {
    "as chosen": {},
    "baseline, optimised": {"progressive": False},
    "baseline, standard tables": {"progressive": False, "optimize": False},
    "4:2:2": {"subsampling": "4:2:2"},
    "4:4:4": {"subsampling": "4:4:4"},
    **{f"quality {quality}": {"quality": quality} for quality in (70, 75, 80, 85, 90)},
}


def pictures(recipe: Recipe) -> list[Image.Image]:
    """Return every source at this recipe's size, not yet encoded."""
    return [_picture(source.body, recipe) for source in jpeg_sources()]


def _picture(body: bytes, recipe: Recipe) -> Image.Image:
    decoded = decode(body, max_pixels=25_000_000)
    size = fitted((decoded.width_px, decoded.height_px), (recipe.width_px, recipe.height_px))
    return decoded.planes.shrunk(size).joined()


def encoded(picture: Image.Image, options: dict[str, Any], runs: int) -> tuple[bytes, float]:
    """Return the JPEG and the median processor time in milliseconds."""
    taken = []
    for _ in range(runs):
        began, body = time.thread_time(), io.BytesIO()
        picture.save(body, "JPEG", **options)
        taken.append(1000 * (time.thread_time() - began))
    return body.getvalue(), median(taken)


def likeness(picture: Image.Image, body: bytes) -> float:
    """Return the SSIM of what body shows."""
    return float(ssim(picture.getchannel(0), Image.open(io.BytesIO(body)).convert("L")))


def main() -> None:
    """Print a table for the poster and one for the thumb."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for recipe in (POSTER, THUMB):
        made = pictures(recipe)
        print(f"{recipe.media}, {len(made)} photographs".ljust(32) + "   kB      ms    SSIM")
        for name, changes in CHANGED.items():
            options = {**CHOSEN, "quality": recipe.quality, **changes}
            results = [encoded(picture, options, runs) for picture in made]
            kb = mean(len(body) for body, _ in results) / 1000
            ms = mean(each for _, each in results)
            alike = mean(likeness(p, body) for p, (body, _) in zip(made, results, strict=True))
            print(f"  {name:28} {kb:6.1f} {ms:7.2f} {alike:7.4f}")


if __name__ == "__main__":
    main()
