"""Plain Pillow: open, one resize a variant, the blur after resizing."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageFilter, ImageOps
from serving import QUALITIES, SIZES, serve


def build(source: Path, out: Path) -> None:
    with Image.open(source) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    for media, box in SIZES.items():
        scale = min(box[0] / picture.width, box[1] / picture.height, 1)
        size = round(picture.width * scale), round(picture.height * scale)
        variant = picture.resize(size, Image.Resampling.LANCZOS)
        if media == "blurred":
            variant = variant.filter(ImageFilter.GaussianBlur(10))
        options = {"subsampling": "4:2:0", "progressive": True, "optimize": True}
        variant.save(out / f"{media}.jpg", "JPEG", quality=QUALITIES[media], **options)


serve(build)
