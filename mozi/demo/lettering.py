"""Sets titles as large as their area allows, in fonts that have ő and ű (fonts/OFL.txt)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from PIL import ImageFont

from mozi.demo.canvas import SCALE, WIDTH, Canvas

FONTS = Path(__file__).parent / "fonts"
MARGIN = 80
LONGEST_LINES = 4


@dataclass(frozen=True)
class Face:
    """A typeface and its setting. leading: line height × size; largest: size in poster pixels."""

    file: str
    capitals: bool
    leading: float
    largest: int


FACES = {
    "anton": Face("Anton-Regular.ttf", capitals=True, leading=1.2, largest=250),
    "jost": Face("Jost-ExtraBold.ttf", capitals=False, leading=0.98, largest=190),
    "bodoni": Face("BodoniModa-Bold.ttf", capitals=False, leading=1.0, largest=180),
    "italic": Face("BodoniModa-SemiBoldItalic.ttf", capitals=False, leading=1.0, largest=190),
}
SMALL = "Jost-Medium.ttf"


@lru_cache(maxsize=256)
def _font(file: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        str(FONTS / file), size_px * SCALE, layout_engine=ImageFont.Layout.BASIC
    )


@dataclass(frozen=True)
class Setting:
    """A title broken into lines, with the size at which they fit."""

    lines: tuple[str, ...]
    face: Face
    size_px: int

    @property
    def height_px(self) -> float:
        return self.size_px * self.face.leading * len(self.lines)


def set_title(title: str, face: Face, *, height_px: float) -> Setting:
    """Return the setting with the largest size that fits the margins and height_px."""
    words = (title.upper() if face.capitals else title).split()
    settings = [
        _fitted(lines, face, height_px)
        for count in range(1, min(LONGEST_LINES, len(words)) + 1)
        for lines in _breaks(words, count)
    ]
    return max(settings, key=lambda setting: (setting.size_px, -len(setting.lines)))


def _breaks(words: list[str], count: int) -> list[tuple[str, ...]]:
    cuts = combinations(range(1, len(words)), count - 1)
    edges = [(0, *cut, len(words)) for cut in cuts]
    return [
        tuple(" ".join(words[a:b]) for a, b in zip(edge, edge[1:], strict=False)) for edge in edges
    ]


def _fitted(lines: tuple[str, ...], face: Face, height_px: float) -> Setting:
    trial = _font(face.file, 100)
    widest = max(trial.getlength(line) for line in lines) / SCALE
    by_width = (WIDTH - 2 * MARGIN) / widest * 100
    by_height = height_px / (len(lines) * face.leading)
    return Setting(lines, face, int(min(by_width, by_height, face.largest)))


def draw_title(canvas: Canvas, setting: Setting, *, top: float, fill: str, centred: bool) -> None:
    """Draw the title's lines from top downwards, at the left margin or centred."""
    font = _font(setting.face.file, setting.size_px)
    for number, line in enumerate(setting.lines):
        width = font.getlength(line) / SCALE
        left = (WIDTH - width) / 2 if centred else MARGIN
        baseline = top + setting.size_px * (setting.face.leading * number + 0.9)
        canvas.draw.text((left * SCALE, baseline * SCALE), line, fill, font, anchor="ls")


def draw_small(canvas: Canvas, text: str, *, baseline: float, fill: str, centred: bool) -> None:
    """Draw one line of small, widely spaced capitals."""
    size_px, gap = 25, 4.0
    font = _font(SMALL, size_px)
    widths = [font.getlength(letter) / SCALE + gap for letter in text.upper()]
    left = (WIDTH - sum(widths)) / 2 if centred else MARGIN
    for letter, width in zip(text.upper(), widths, strict=True):
        canvas.draw.text((left * SCALE, baseline * SCALE), letter, fill, font, anchor="ls")
        left += width
