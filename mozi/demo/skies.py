"""Motifs of sky, water and weather."""

from __future__ import annotations

import math

from mozi.demo.canvas import HEIGHT, WIDTH, Canvas, polar


def sun(c: Canvas) -> None:
    """A sun cut into stripes that thicken downwards, over a row of towers."""
    c.fade(c.third, c.ground, start=0, end=1100)
    c.disc(500, 520, 360, c.first)
    for row in range(9):
        top = 520 + row * 42
        half = math.sqrt(362**2 - (row * 42) ** 2)
        c.box(500 - half, top, 500 + half, top + 6 + row * 3.4, c.ground)
    skyline(c, base=1050, fill=c.ink)


def skyline(c: Canvas, *, base: float, fill: str) -> None:
    """Towers of random heights from edge to edge, down to the canvas's bottom."""
    left = -20.0
    while left < WIDTH:
        width, height = c.chance.randint(46, 110), c.chance.randint(40, 250)
        c.box(left, base - height, left + width, HEIGHT, fill)
        if c.chance.random() < 0.4:
            mast = left + width / 2
            c.line([(mast, base - height - 60), (mast, base - height)], fill, 5)
        left += width - 2


def ridges(c: Canvas) -> None:
    """Mountains behind mountains, each nearer one darker, under a high sun."""
    c.fade(c.second, c.ground, start=0, end=900)
    c.disc(660, 330, 150, c.first)
    for top, fill in ((560, c.first), (720, c.third), (900, c.ink)):
        c.polygon([(0, HEIGHT), *_ridge(c, top), (WIDTH, HEIGHT)], fill)


def _ridge(c: Canvas, top: float) -> list[tuple[float, float]]:
    points, x, up = [], -60.0, True
    while x < WIDTH + 160:
        points.append((x, top + (0 if up else 130) + c.chance.randint(-60, 60)))
        x, up = x + c.chance.randint(90, 170), not up
    return points


def waves(c: Canvas) -> None:
    """Rows of scales, the old sign of the sea, and a fin between them."""
    c.disc(500, 650, 240, c.first)
    c.polygon([(330, 900), (470, 500), (560, 440), (620, 640), (690, 900)], c.ink)
    for row in range(9):
        y, shift = 880 + row * 80, 80 if row % 2 else 0
        for column in range(-1, 8):
            x = column * 160 + shift
            for radius, fill in ((112, c.third), (84, c.ground), (56, c.third)):
                c.disc(x, y, radius, fill)
            c.disc(x, y, 28, c.second)


def orbits(c: Canvas) -> None:
    """Planets on tilted paths around a star."""
    for _ in range(150):
        c.disc(c.chance.random() * WIDTH, c.chance.random() * HEIGHT, 2.2, c.ink)
    for across in (180, 300, 420, 560):
        c.orbit(500, 560, across, across * 0.82, fill=c.third, width=5)
    c.disc(500, 560, 118, c.second)
    planets = ((180, 0.6, 26), (300, 3.6, 44), (420, 5.5, 70), (560, 2.25, 34))
    for across, angle, radius in planets:
        x, y = polar(500, 560, across, angle)
        c.disc(x, 560 + (y - 560) * 0.82, radius, c.first)
        c.slice(x, 560 + (y - 560) * 0.82, radius, c.third, start=-30, end=150)


def eclipse(c: Canvas) -> None:
    """Three bodies in one line: a rising light behind a dark disc, and the ground below."""
    c.fade(c.third, c.ground, start=0, end=900)
    c.disc(500, 230, 88, c.second)
    c.disc(500, 660, 330, c.first)
    c.disc(500, 730, 330, c.ground)
    c.ring(500, 730, 332, c.ink, 3)
    c.ellipse(500, 1700, 1100, 720, c.third)


def rain(c: Canvas) -> None:
    """Slanting rain, and a person under an umbrella."""
    for _ in range(210):
        x, y = c.chance.randint(-200, WIDTH), c.chance.randint(-60, 1040)
        length = c.chance.randint(60, 190)
        fill = c.chance.choice((c.second, c.third))
        c.line([(x, y), (x + length * 0.34, y + length)], fill, c.chance.choice((3, 5, 7)))
    c.slice(520, 640, 250, c.first, start=180, end=360)
    for x in (353, 520, 687):
        c.slice(x, 640, 83, c.ground, start=180, end=360)
    c.line([(520, 380), (520, 900)], c.ink, 9)
    c.disc(500, 690, 46, c.ink)
    c.polygon([(440, 750), (560, 750), (610, 1010), (390, 1010)], c.ink)
    c.box(440, 1000, 478, 1090, c.ink)
    c.box(522, 1000, 560, 1090, c.ink)
    c.box(0, 1086, WIDTH, HEIGHT, c.ground)
    c.box(80, 1086, 920, 1092, c.ink)


def birds(c: Canvas) -> None:
    """Birds that gather on wires, and more of them on the wing."""
    c.disc(640, 640, 230, c.first)
    for wire in (860, 1010, 1160):
        c.line([(0, wire), (500, wire + 26), (WIDTH, wire - 10)], c.ink, 5)
        for x in range(c.chance.randint(30, 110), WIDTH, c.chance.randint(84, 130)):
            _sitting(c, x, wire + 10 - abs(x - 500) / 40)
    for _ in range(26):
        x, y = c.chance.randint(60, 940), c.chance.randint(440, 820)
        _flying(c, x, y, c.chance.uniform(0.5, 1.5))


def _sitting(c: Canvas, x: float, y: float) -> None:
    c.ellipse(x, y - 26, 19, 30, c.ink)
    c.disc(x + 6, y - 58, 15, c.ink)
    c.polygon([(x + 16, y - 64), (x + 36, y - 56), (x + 16, y - 50)], c.ink)
    c.polygon([(x - 12, y - 14), (x - 26, y + 34), (x + 6, y - 4)], c.ink)


def _flying(c: Canvas, x: float, y: float, size: float) -> None:
    wings = [(-52, -24), (-22, -22), (0, 0), (22, -22), (52, -24), (22, -8), (0, 16), (-22, -8)]
    c.polygon([(x + dx * size, y + dy * size) for dx, dy in wings], c.ink)


def angel(c: Canvas) -> None:
    """A pair of wings above a divided town."""
    c.fade(c.third, c.ground, start=0, end=1000)
    for side in (-1, 1):
        for feather in range(11):
            tip = polar(500, 470, 470 - feather * 26, -0.9 + feather * 0.17)
            root = polar(500, 470, 60, feather * 0.12)
            end = (500 + side * (tip[0] - 500), tip[1])
            start = (500 + side * (root[0] - 500), root[1])
            fill = (c.ink, c.second)[feather % 2]
            c.line([start, end], fill, 40 - feather * 1.6)
            c.disc(*end, 20 - feather * 0.8, fill)
    c.disc(500, 330, 62, c.first)
    c.polygon([(440, 410), (560, 410), (600, 760), (500, 830), (400, 760)], c.first)
    skyline(c, base=1060, fill=c.third)
    c.box(0, 1070, WIDTH, HEIGHT, c.ground)


def spokes(c: Canvas) -> None:
    """A merry-go-round from below: rays, and seats on chains that fly outwards."""
    c.rays(500, 560, 12, c.second)
    for seat in range(12):
        angle = seat * math.pi / 6 + 0.13
        x, y = polar(500, 560, 440, angle)
        c.line([(500, 560), (x, y)], c.ink, 5)
        c.disc(x, y, 44, (c.first, c.third)[seat % 2])
        c.disc(x, y, 16, c.ground)
    for radius, fill in ((190, c.ink), (158, c.first), (108, c.ground), (52, c.ink)):
        c.disc(500, 560, radius, fill)
    c.box(0, 1090, WIDTH, HEIGHT, c.ground)
