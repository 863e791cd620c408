"""Three variants of a poster: how fast, how like, how large, next to plain Pillow.

    python -m scripts.bench.imaging [--runs 5]

Plain Pillow opens the file and, for each variant, resizes the whole picture and encodes it with
the same settings; its blur comes after resizing. Both take turns on one core. Likeness is SSIM of
brightness against a Lanczos reduction of the whole picture.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from math import prod
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from mozi.posters.imaging import decode, render
from mozi.posters.recipes import BLURRED, POSTER, THUMB, Recipe
from scripts.bench.sources import Source, jpeg_sources, other_sources

HERE = Path(__file__).resolve().parent
RECIPES = (POSTER, THUMB, BLURRED)
MAX_PIXELS = 25_000_000
PLAIN_BLUR_RADIUS = 10
WINDOW_RADIUS, WINDOW_SIGMA = 5, 1.5  # Wang et al., Image Quality Assessment, 2004
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Build = Callable[[bytes], list[bytes]]


@dataclass(frozen=True)
class Line:
    """What was measured of one source: seconds by us and plainly, SSIM gained, bytes by bytes."""

    name: str
    ours_s: float
    plain_s: float
    ssim: tuple[float, ...]
    bytes_ratio: tuple[float, ...]


def ours(body: bytes) -> list[bytes]:
    """Return the variants as Mozi makes them."""
    return [variant.body for variant in render(decode(body, max_pixels=MAX_PIXELS), RECIPES)]


def plain(body: bytes) -> list[bytes]:
    """Return the variants as a plain use of Pillow makes them."""
    picture = opened(body)
    return [encoded(reduced(picture, recipe), recipe) for recipe in RECIPES]


def opened(body: bytes) -> Image.Image:
    """Return the whole picture, upright, as RGB."""
    return ImageOps.exif_transpose(Image.open(BytesIO(body)).convert("RGB"))


def reduced(picture: Image.Image, recipe: Recipe) -> Image.Image:
    """Return picture reduced for a recipe, from full size, by Lanczos."""
    scale = min(recipe.width_px / picture.width, recipe.height_px / picture.height, 1)
    size = round(picture.width * scale), round(picture.height * scale)
    small = picture.resize(size, Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(PLAIN_BLUR_RADIUS)) if recipe.blur else small


def encoded(picture: Image.Image, recipe: Recipe) -> bytes:
    """Return picture as a JPEG with the settings of Mozi's variants."""
    file = BytesIO()
    options = {"subsampling": "4:2:0", "progressive": True, "optimize": True}
    picture.save(file, "JPEG", quality=recipe.quality, **options)
    return file.getvalue()


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return the structural similarity of the brightness of two pictures of one size."""
    a, b = (np.asarray(picture.convert("L"), np.float64) for picture in (one, other))
    mean_a, mean_b = _smooth(a), _smooth(b)
    spread_a, spread_b = _smooth(a * a) - mean_a**2, _smooth(b * b) - mean_b**2
    common = _smooth(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + C1) * (2 * common + C2)
    return float((alike / ((mean_a**2 + mean_b**2 + C1) * (spread_a + spread_b + C2))).mean())


def _smooth(values: np.ndarray) -> np.ndarray:
    """Return the Gaussian mean around each value, without the rim."""
    reach = np.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1)
    weights = np.exp(-(reach**2) / (2 * WINDOW_SIGMA**2))
    weights /= weights.sum()
    rim = 2 * WINDOW_RADIUS
    rows = sum(w * values[i : values.shape[0] - rim + i] for i, w in enumerate(weights))
    smooth: np.ndarray = sum(
        w * rows[:, i : rows.shape[1] - rim + i] for i, w in enumerate(weights)
    )
    return smooth


def interleaved(body: bytes, builds: tuple[Build, ...], runs: int) -> list[float]:
    """Return the median seconds of each build, which take turns."""
    seconds: list[list[float]] = [[] for _ in builds]
    for _ in range(runs):
        for build, taken in zip(builds, seconds, strict=True):
            start = time.perf_counter()
            build(body)
            taken.append(time.perf_counter() - start)
    return [median(taken) for taken in seconds]


def measure(source: Source, runs: int) -> Line:
    """Return what there is to say of one source."""
    mine, theirs = ours(source.body), plain(source.body)
    ours_s, plain_s = interleaved(source.body, (ours, plain), runs)
    gained = tuple(_gained(source.body, *each) for each in zip(RECIPES, mine, theirs, strict=True))
    sizes = tuple(len(a) / len(b) for a, b in zip(mine, theirs, strict=True))
    return Line(source.name, ours_s, plain_s, gained, sizes)


def _gained(body: bytes, recipe: Recipe, mine: bytes, theirs: bytes) -> float:
    """Return by how much our variant is more like a careful reduction than the plain one."""
    careful = reduced(opened(body), recipe)
    first, second = (Image.open(BytesIO(variant)) for variant in (mine, theirs))
    return ssim(careful, first) - ssim(careful, second)


def peak_over_idle_mib(source: Source) -> float:
    """Return the memory that a process needs for one build of source, beyond having it."""
    run = subprocess.run(  # noqa: S603 - this very script
        [sys.executable, __file__, "--peak"], input=source.body, capture_output=True, check=True
    )
    return float(run.stdout)


def print_peak() -> None:
    """Print by how many MiB building the variants of standard input raises this process's peak."""
    body = sys.stdin.buffer.read()
    before = _status_kib("VmRSS")
    ours(body)
    print((_status_kib("VmHWM") - before) / 1024)  # noqa: T201


def _status_kib(field: str) -> int:
    """Return a figure of this process: VmRSS is its memory, VmHWM the most that it ever was."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def show(line: Line, peak_mib: float) -> None:
    """Print a line of the table."""
    liked = " ".join(f"{gain:+.4f}" for gain in line.ssim)
    sizes = " ".join(f"{ratio:.3f}" for ratio in line.bytes_ratio)
    rates = f"{1 / line.ours_s:6.1f} {1 / line.plain_s:6.1f} {line.plain_s / line.ours_s:5.2f}x"
    print(f"{line.name:16} {rates}  {liked}  {sizes}  {peak_mib:6.1f}")  # noqa: T201


def main() -> None:
    """Print the table: posters a second, SSIM and bytes by variant, MiB over idle."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        return print_peak()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    lines = []
    print("source             ours  plain   gain  SSIM of three, more     bytes of three     MiB")  # noqa: T201
    for source in (*jpeg_sources(), *other_sources()):
        line = measure(source, options.runs)
        show(line, peak_over_idle_mib(source))
        lines += [line] if source.plain_jpeg else []
    gain = prod(line.plain_s / line.ours_s for line in lines) ** (1 / len(lines))
    rate = prod(1 / line.ours_s for line in lines) ** (1 / len(lines))
    print(f"plain JPEGs: {rate:.1f} posters/s, {gain:.2f} x plain Pillow (geometric means)")  # noqa: T201
    return None


if __name__ == "__main__":
    main()
