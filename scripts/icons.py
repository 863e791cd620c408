"""Draw the manifest's icons and the card of shared links: python scripts/icons.py

The shapes are favicon.svg's. The ticket is drawn at four times the size and made smaller, which
is all the smoothing it needs. A maskable icon fills its square and keeps the ticket within the
middle 80 %, the part that every mask shows (w3.org/TR/appmanifest, "maskable").
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent.parent / "static" / "icons"
FONT = Path(__file__).parent.parent / "mozi" / "demo" / "fonts" / "BodoniModa-Bold.ttf"
OVERSAMPLED = 4
RED, WHITE, STAGE = "#a3213a", "#ffffff", "#17121a"
UNITS = 32  # of favicon.svg's view box
LETTER = (
    (9, 21.5), (9, 10.5), (11.9, 10.5), (16, 16.3), (20.1, 10.5), (23, 10.5), (23, 21.5),
    (20, 21.5), (20, 15.3), (16, 20.8), (12, 15.3), (12, 21.5),
)  # fmt: skip


def draw(size_px: int, *, ground: str | None = None, part: float = 1.0) -> Image.Image:
    """Return the ticket at part of a square of this size, on ground or on nothing."""
    side = size_px * OVERSAMPLED
    picture = Image.new("RGBA", (side, side), ground or (0, 0, 0, 0))
    ticket = _ticket(round(side * part))
    offset = (side - ticket.width) // 2
    picture.alpha_composite(ticket, (offset, offset))
    return picture.resize((size_px, size_px), Image.Resampling.LANCZOS)


def _ticket(side: int) -> Image.Image:
    scale = side / UNITS
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle([at * scale for at in (2, 6, 30, 26)], 2 * scale, fill=RED)
    for x in (2, 30):
        pen.ellipse([at * scale for at in (x - 3, 13, x + 3, 19)], fill=(0, 0, 0, 0))
    pen.polygon([(x * scale, y * scale) for x, y in LETTER], fill=WHITE)
    return picture


def draw_card() -> Image.Image:
    """Return what a shared link shows of pages without a picture of their own (1200 × 630)."""
    card = Image.new("RGBA", (1200, 630), STAGE)
    ticket = draw(420)
    card.alpha_composite(ticket, (90, 105))
    pen = ImageDraw.Draw(card)
    pen.text((570, 315), "Mozi", font=ImageFont.truetype(str(FONT), 230), fill=WHITE, anchor="lm")
    return card


def save(picture: Image.Image, name: str) -> None:
    """Save as a small PNG: 64 colours are more than two shapes and their edges need."""
    colours = picture.quantize(64, method=Image.Quantize.FASTOCTREE)
    colours.save(FOLDER / name, optimize=True)


def main() -> None:
    """Write every icon that templates and the manifest name."""
    FOLDER.mkdir(exist_ok=True)
    for size_px in (192, 512):
        save(draw(size_px), f"icon-{size_px}.png")
    save(draw(512, ground=STAGE, part=0.72), "maskable-512.png")
    save(draw_card(), "card.png")
    save(draw(180, ground=STAGE, part=0.8), "apple-180.png")


if __name__ == "__main__":
    main()
