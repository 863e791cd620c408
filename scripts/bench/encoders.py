"""JPEG encoders at the product's sizes: processor time, bytes, likeness by two measures.

    .venv/bin/pip install pyjpegli mozjpeg-lossless-optimization ssimulacra2
    .venv/bin/python -m scripts.bench.encoders [--pictures 10]

The same planes go to each encoder. Times are one thread's processor time, the least of five;
likeness is SSIM of brightness, SSIMULACRA2 (which knows colour and grain), and the mean square
error of the colour planes. Each row is a mean over the pictures.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean

import numpy as np
from PIL import Image

from mozi.posters.imaging import decode
from mozi.posters.imaging.render import encode
from mozi.posters.imaging.sizes import fitted
from mozi.posters.recipes import POSTER, THUMB, Recipe
from scripts.bench.imaging import MAX_PIXELS, ssim
from scripts.bench.sources import jpeg_sources

try:
    import mozjpeg_lossless_optimization as mozjpeg
    import pyjpegli
    from ssimulacra2 import compute_ssimulacra2
except ImportError as error:
    raise SystemExit(f"{error}: see this bench's first lines for what to install") from error

RUNS = 5
Encode = Callable[[Image.Image, int], bytes]


@dataclass(frozen=True)
class Seen:
    """One picture by one encoder. colour_error: mean square, of both colour planes."""

    ms: float
    kb: float
    ssim: float
    ssimulacra2: float
    colour_error: float


def baseline(picture: Image.Image, quality: int) -> bytes:
    """Return a JPEG that is not progressive, with optimised tables."""
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return body.getvalue()


def jpegli(picture: Image.Image, quality: int) -> bytes:
    """Return jpegli's JPEG; it takes RGB alone, so the planes are converted and joined first."""
    pixels = picture.convert("RGB")
    return bytes(pyjpegli.encode(pixels.tobytes(), *pixels.size, quality))


def optimised(picture: Image.Image, quality: int) -> bytes:
    """Return the progressive JPEG whose scans mozjpeg has chosen, without loss."""
    return bytes(mozjpeg.optimize(baseline(picture, quality)))


def encoders(recipe: Recipe) -> Iterator[tuple[str, Encode, int]]:
    """Yield each encoder's name, what it does, and the quality that it is asked for."""
    ours = recipe.quality
    yield "libjpeg-turbo, progressive", encode, ours
    yield "libjpeg-turbo, baseline", baseline, ours
    yield "mozjpeg's scans", optimised, ours
    for quality in range(ours - 2, ours + 6, 2):
        yield "jpegli", jpegli, quality


def measure(picture: Image.Image, made_by: Encode, quality: int) -> Seen:
    """Encode a picture in YCbCr, and compare what comes out with it."""
    times = []
    for _ in range(RUNS):
        began = time.thread_time()
        body = made_by(picture, quality)
        times.append(time.thread_time() - began)
    made = Image.open(io.BytesIO(body)).convert("YCbCr")
    colours = [np.asarray(each, dtype=float)[..., 1:] for each in (picture, made)]
    return Seen(
        1000 * min(times),
        len(body) / 1000,
        ssim(picture.convert("RGB"), made.convert("RGB")),
        _ssimulacra2(picture, made),
        float(np.mean((colours[0] - colours[1]) ** 2)),
    )


def _ssimulacra2(one: Image.Image, other: Image.Image) -> float:
    with tempfile.TemporaryDirectory(prefix="mozi-bench-") as folder:
        paths = [str(Path(folder, name)) for name in ("one.png", "other.png")]
        for picture, path in zip((one, other), paths, strict=True):
            picture.convert("RGB").save(path, compress_level=1)
        return float(compute_ssimulacra2(*paths))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=10)
    options = parser.parse_args()
    decoded = [
        decode(source.body, max_pixels=MAX_PIXELS)
        for source in islice(jpeg_sources(), options.pictures)
    ]
    for recipe in (POSTER, THUMB):
        box = (recipe.width_px, recipe.height_px)
        pictures = [
            each.planes.shrunk(fitted((each.width_px, each.height_px), box)).joined()
            for each in decoded
        ]
        for name, made_by, quality in encoders(recipe):
            seen = [measure(picture, made_by, quality) for picture in pictures]
            print(
                f"{recipe.media:7} {name:28} q{quality}"
                f" {mean(s.ms for s in seen):6.1f} ms {mean(s.kb for s in seen):7.1f} kB"
                f"   SSIM {mean(s.ssim for s in seen):.4f}"
                f"   SSIMULACRA2 {mean(s.ssimulacra2 for s in seen):5.2f}"
                f"   colour {mean(s.colour_error for s in seen):.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
