"""Motifs of places: towns, rooms, roads, woods."""

from __future__ import annotations

from mozi.demo.canvas import HEIGHT, WIDTH, Canvas


def towers(c: Canvas) -> None:
    """Lit windows in towers that rise behind each other, and beams of light over them."""
    for x in (120, 500, 860):
        c.polygon([(500, 1100), (x - 70, 0), (x + 70, 0)], c.third)
    for base, fill, light in ((300, c.first, c.ground), (500, c.ink, c.second)):
        for left in range(-40 if base == 300 else 20, WIDTH, 180):
            top = base + c.chance.randint(0, 230)
            c.box(left, top, left + 120, HEIGHT, fill)
            _windows(c, left, top, light)
    c.box(0, 1060, WIDTH, HEIGHT, c.ground)


def _windows(c: Canvas, left: float, top: float, fill: str) -> None:
    for row in range(14):
        for column in range(3):
            if c.chance.random() < 0.55:
                x, y = left + 16 + column * 32, top + 26 + row * 44
                c.box(x, y, x + 20, y + 26, fill)


def tunnel(c: Canvas) -> None:
    """Arches behind arches; at the far end a person stands in the light."""
    fills = (c.third, c.ground, c.first, c.ground, c.second)
    for each in range(9):
        half, top = 470 - each * 48, 470 + each * 46
        c.disc(500, top + half, half, fills[each % 5])
        c.box(500 - half, top + half, 500 + half, 1370, fills[each % 5])
    c.box(446, 940, 554, 1370, c.ink)
    c.disc(500, 940, 54, c.ink)
    c.disc(500, 1080, 22, c.ground)
    c.polygon([(474, 1110), (526, 1110), (534, 1270), (466, 1270)], c.ground)
    c.box(0, 1290, WIDTH, HEIGHT, c.ground)


def stairs(c: Canvas) -> None:
    """A flight of stairs, and a shadow with long fingers that climbs them."""
    c.disc(690, 620, 320, c.second)
    for step in range(8):
        left, top = step * 125, 1020 - step * 70
        c.box(left, top, WIDTH, HEIGHT, (c.first, c.third)[step % 2])
    c.ellipse(560, 545, 58, 76, c.ink)
    c.polygon([(505, 610), (615, 610), (645, 1090), (455, 1090)], c.ink)
    c.line([(535, 660), (690, 690), (800, 560)], c.ink, 32)
    for dx, dy in ((-26, -96), (8, -112), (42, -100), (74, -70)):
        c.line([(800, 560), (800 + dx, 560 + dy)], c.ink, 11)
    c.box(0, 1090, WIDTH, HEIGHT, c.third)


def windows(c: Canvas) -> None:
    """The back of a house at night: most windows dark, some lit, one with a person in it."""
    lit = set(c.chance.sample([each for each in range(20) if each != 9], 6))
    for each in range(20):
        left, top = 90 + each % 4 * 216, 430 + each // 4 * 190
        fill = c.second if each in lit else c.first if each == 9 else c.third
        c.box(left, top, left + 172, top + 146, fill)
        c.box(left + 83, top, left + 89, top + 146, c.ground)
        if each == 9:
            c.disc(left + 86, top + 66, 30, c.ground)
            c.slice(left + 86, top + 158, 66, c.ground, start=180, end=360)
            c.box(left, top + 146, left + 172, top + 190, c.ground)


def road(c: Canvas) -> None:
    """A straight road to the horizon, telegraph poles beside it, a low sun at its end."""
    c.fade(c.second, c.ground, start=0, end=720)
    c.disc(500, 700, 190, c.first)
    c.box(0, 700, WIDTH, HEIGHT, c.third)
    c.polygon([(488, 700), (512, 700), (880, 1090), (120, 1090)], c.ink)
    c.box(0, 1086, WIDTH, HEIGHT, c.ink)
    for top, bottom in ((730, 746), (775, 805), (850, 905), (980, 1075)):
        a, b = (top - 700) / 22, (bottom - 700) / 22
        c.polygon([(500 - a, top), (500 + a, top), (500 + b, bottom), (500 - b, bottom)], c.ground)
    for near in (1.0, 0.56, 0.31, 0.17, 0.09):
        _pole(c, 500 + 470 * near, near)


def _pole(c: Canvas, x: float, near: float) -> None:
    c.box(x - 9 * near, 700 - 420 * near, x + 9 * near, 700 + 300 * near, c.ink)
    c.box(x - 70 * near, 700 - 380 * near, x + 70 * near, 700 - 366 * near, c.ink)


def rails(c: Canvas) -> None:
    """Rails that meet far off, and a signal."""
    c.disc(320, 640, 190, c.first)
    c.box(0, 800, WIDTH, HEIGHT, c.third)
    for sleeper in range(13):
        y = 812 + sleeper**2 * 4.4
        half = 26 + (y - 800) * 0.72
        c.box(500 - half, y, 500 + half, y + 4 + sleeper * 2.2, c.ground)
    for side in (-1, 1):
        c.polygon(
            [
                (500 + side * 12, 800),
                (500 + side * 20, 800),
                (500 + side * 420, HEIGHT),
                (500 + side * 352, HEIGHT),
            ],
            c.ink,
        )
    c.box(770, 470, 788, 1000, c.ink)
    c.polygon([(540, 430), (780, 500), (780, 548), (540, 478)], c.second)
    c.disc(779, 470, 40, c.ink)
    c.disc(779, 470, 22, c.first)


def forest(c: Canvas) -> None:
    """Trunks, the nearer the darker, with light and a small person between them."""
    c.fade(c.second, c.ground, start=200, end=1100)
    c.disc(500, 640, 170, c.ground)
    for fill, count, widths in (
        (c.first, 9, (18, 40)),
        (c.third, 7, (34, 62)),
        (c.ink, 4, (70, 110)),
    ):
        for each in range(count):
            x = (each + c.chance.uniform(0.1, 0.9)) * WIDTH / count
            width = c.chance.randint(*widths)
            if not 420 < x < 580:
                lean = c.chance.randint(-26, 26)
                foot = [(x + width, 1080), (x, 1080)]
                c.polygon([(x + lean, -10), (x + lean + width * 0.8, -10), *foot], fill)
    c.disc(500, 838, 25, c.ink)
    c.polygon([(470, 870), (530, 870), (548, 1080), (452, 1080)], c.ink)
    c.box(0, 1076, WIDTH, HEIGHT, c.ground)


def square(c: Canvas) -> None:
    """A square from above at dusk: tram lines, a clock, people and their long shadows."""
    c.box(0, 420, WIDTH, HEIGHT, c.second)
    for offset in (0, 46, 210, 256):
        c.line([(-40, 640 + offset), (1040, 1130 + offset)], c.ink, 9)
    for _ in range(34):
        x, y = c.chance.randint(40, 960), c.chance.randint(470, 1330)
        c.line([(x, y), (x + 74, y - 34)], c.third, 17)
        c.disc(x, y, 19, c.chance.choice((c.ink, c.first, c.ground)))
    c.disc(690, 660, 156, c.ink)
    c.disc(690, 660, 136, c.ground)
    c.line([(690, 560), (690, 660), (760, 700)], c.first, 17)


def lanes(c: Canvas) -> None:
    """Running lanes in a bend, a runner in each."""
    fills = (c.first, c.second, c.third, c.first, c.second, c.third)
    for lane, fill in enumerate(fills):
        c.disc(1000, 1480, 1010 - lane * 125, fill)
        c.ring(1000, 1480, 1010 - lane * 125, c.ground, 8)
    c.disc(1000, 1480, 1010 - 6 * 125, c.ground)
    for x, y in ((300, 880), (270, 1120), (512, 920), (600, 1150), (760, 960)):
        _runner(c, x, y)


def _runner(c: Canvas, x: float, y: float) -> None:
    def limb(*points: tuple[float, float]) -> None:
        c.line([(x + dx, y + dy) for dx, dy in points], c.ink, 22)

    c.disc(x + 26, y - 104, 25, c.ink)
    limb((14, -72), (-8, 10), (46, 52), (30, 118))
    limb((-8, 6), (-44, 58), (-104, 60))
    limb((12, -62), (56, -26), (92, -58))
    limb((8, -62), (-44, -42), (-52, 6))
