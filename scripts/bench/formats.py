"""What AVIF and WebP save of the JPEG variants, and what they cost: python -m scripts.bench.formats

Each picture is encoded as the JPEG that Mozi stores, then as WebP and AVIF at the lowest quality
whose likeness (SSIM of brightness) to the unencoded picture is the JPEG's. Then the recipes as
they are. Times are medians of RUNS, one thread.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image

from mozi.posters.imaging.render import encode, encode_avif
from mozi.posters.recipes import AVIF_OF, POSTER, THUMB, Recipe
from scripts.bench.imaging import ssim
from scripts.bench.sources import photograph

RUNS = 3
PHOTOGRAPHS = 3
FORMATS = (("WEBP", {"method": 4}), ("AVIF", {"speed": 8, "max_threads": 1}))
QUALITIES = range(48, 96, 2)


def timed(build: Callable[[], bytes]) -> tuple[bytes, float]:
    """Return what build makes, and its median milliseconds."""
    took_ms = []
    for _ in range(RUNS):
        began = time.perf_counter()
        body = build()
        took_ms.append(1000 * (time.perf_counter() - began))
    return body, statistics.median(took_ms)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return picture as a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def likeness(picture: Image.Image, body: bytes) -> float:
    """Return how like a file is to the picture that it was made of."""
    return ssim(picture, Image.open(BytesIO(body)).convert("RGB"))


def as_like(picture: Image.Image, kind: str, options: Mapping[str, object], wanted: float) -> int:
    """Return the lowest quality at which a file of this kind is as like as wanted."""
    for quality in QUALITIES:
        if likeness(picture, saved(picture, kind, quality=quality, **options)) >= wanted:
            return quality
    return QUALITIES[-1]


def compare(picture: Image.Image, recipe: Recipe) -> str:
    """Return a line of the table: the JPEG, both formats at its likeness, and our AVIF."""
    jpeg, took_ms = timed(lambda: encode(picture, recipe.quality))
    wanted = likeness(picture, jpeg)
    told = [f"{recipe.media:7} jpeg {len(jpeg) / 1000:5.1f} kB {took_ms:4.0f} ms"]
    for kind, options in FORMATS:
        quality = as_like(picture, kind, options, wanted)
        body, took_ms = timed(lambda: saved(picture, kind, quality=quality, **options))  # noqa: B023
        told.append(f"{kind} q{quality} {len(body) / len(jpeg):.2f} x {took_ms:4.0f} ms")
    small = AVIF_OF[recipe.media]
    body, took_ms = timed(lambda: encode_avif(picture, small))
    gain = likeness(picture, body) - wanted
    told.append(
        f"ours q{small.quality} {len(body) / len(jpeg):.2f} x {took_ms:4.0f} ms {gain:+.4f}"
    )
    return " | ".join(told)


def main() -> None:
    """Print the table; files named on the command line come after the photographs."""
    pictures = [photograph(1500, 2250, seed=seed) for seed in range(PHOTOGRAPHS)]
    pictures += [Image.open(name).convert("RGB") for name in sys.argv[1:]]
    for recipe in (THUMB, POSTER):
        size = (recipe.width_px, recipe.height_px)
        for picture in pictures:
            print(compare(picture.resize(size, Image.Resampling.LANCZOS), recipe))  # noqa: T201


if __name__ == "__main__":
    main()
