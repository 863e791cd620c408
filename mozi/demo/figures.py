"""Motifs of people and animals; and plain geometry, which suits any film."""

from __future__ import annotations

import math

from mozi.demo.canvas import HEIGHT, WIDTH, Canvas, polar


def cat(c: Canvas) -> None:
    """A cat's head from the front, all eyes."""
    c.rays(500, 640, 16, c.third)
    c.polygon([(170, 330), (250, 700), (470, 480)], c.ink)
    c.polygon([(830, 330), (750, 700), (530, 480)], c.ink)
    c.ellipse(500, 720, 340, 290, c.ink)
    for x in (365, 635):
        c.ellipse(x, 690, 96, 104, c.second)
        c.ellipse(x, 690, 26, 96, c.ink)
        c.disc(x + 30, 650, 16, c.ground)
    c.polygon([(462, 812), (538, 812), (500, 856)], c.first)
    for dy in (-46, 0, 46):
        for side in (-1, 1):
            start = (500 + side * 130, 856 + dy * 0.4)
            c.line([start, (500 + side * 430, 850 + dy)], c.ground, 6)
    c.box(0, 1090, WIDTH, HEIGHT, c.ground)


def eye(c: Canvas) -> None:
    """One wide eye, its iris full of spokes."""
    lens = [(60.0, 560.0)]
    lens += [(60 + t * 880 / 40, 560 - 330 * math.sin(t * math.pi / 40)) for t in range(41)]
    lens += [(940 - t * 880 / 40, 560 + 300 * math.sin(t * math.pi / 40)) for t in range(41)]
    c.polygon(lens, c.ink)
    c.disc(500, 560, 262, c.first)
    for each in range(36):
        angle = each * math.pi / 18
        c.line([polar(500, 560, 120, angle), polar(500, 560, 250, angle)], c.second, 9)
    c.disc(500, 560, 128, c.ground)
    c.disc(500, 560, 96, c.ink)
    c.disc(570, 470, 46, c.ground)
    for each in range(9):
        x, y = polar(500, 620, 560, -2.3 + each * 0.182)
        c.line([(x, y), polar(500, 620, 490, -2.3 + each * 0.182)], c.third, 22)


def spiral(c: Canvas) -> None:
    """An endless spiral and a person who falls into it."""
    for arm in range(5):
        points = []
        for step in range(150):
            radius = 6 + step**1.42 * 0.66
            points.append(polar(500, 560, radius, step * 0.13 + arm * math.tau / 5))
        c.line(points, (c.first, c.second)[arm % 2], 26)
    c.disc(516, 520, 26, c.ink)
    c.polygon([(480, 548), (548, 540), (560, 650), (476, 656)], c.ink)
    for limb in (
        [(486.0, 560.0), (410, 520)],
        [(544, 552), (620, 500)],
        [(490, 650), (430, 740), (446, 800)],
        [(546, 645), (590, 730), (664, 744)],
    ):
        c.line(limb, c.ink, 24)
    c.box(0, 1090, WIDTH, HEIGHT, c.ground)


def profiles(c: Canvas) -> None:
    """Two faces that share one outline."""
    c.box(0, 420, 500, HEIGHT, c.first)
    c.box(500, 420, WIDTH, HEIGHT, c.second)
    brow = [(380, 420), (392, 560), (372, 640), (390, 700), (318, 830), (372, 856), (356, 900)]
    chin = [(386, 930), (360, 966), (398, 1010), (380, 1090), (470, 1150), (480, 1500)]
    left = [*brow, *chin]
    right = [(WIDTH - x, y) for x, y in reversed(left)]
    c.polygon([*left, *right], c.ground)
    c.disc(300, 690, 26, c.ground)
    c.disc(700, 690, 26, c.ground)
    c.disc(500, 800, 74, c.third)


def tiles(c: Canvas) -> None:
    """Quarter discs and squares in a grid, each turned at random."""
    inks = (c.first, c.second, c.third, c.ink)
    size = 200
    for row in range(5):
        for column in range(5):
            left, top = column * size, 420 + row * size
            back, front = c.chance.sample(inks, 2)
            corner = c.chance.randrange(4)
            x, y = left + size * (corner in (1, 2)), top + size * (corner > 1)
            c.box(left, top, left + size, top + size, c.chance.choice((back, c.ground)))
            c.slice(x, y, size - 1, front, start=corner * 90, end=corner * 90 + 90)
            if c.chance.random() < 0.35:
                c.slice(x, y, size / 2, c.ground, start=corner * 90, end=corner * 90 + 90)
    c.box(0, 420 + 5 * size, WIDTH, HEIGHT, c.ground)


def blades(c: Canvas) -> None:
    """Upright strokes of one hand, like grass, spears or soldiers in a row."""
    c.disc(500, 740, 290, c.first)
    for each in range(27):
        x = 30 + each * 36.5
        top = 600 + abs(13 - each) * 22 + c.chance.randint(-90, 90)
        c.polygon([(x - 13, 1370), (x + 13, 1370), (x + 3, top), (x - 3, top)], c.ink)
        c.disc(x, top, 15, c.second if each % 5 == 2 else c.ink)
    c.box(0, 1290, WIDTH, HEIGHT, c.ground)
    c.box(80, 1290, 920, 1296, c.ink)


def horse(c: Canvas) -> None:
    """A horse's head and mane that turn into flames."""
    for each in range(9):
        angle = -2.5 + each * 0.2
        root, tip = polar(430, 640, 200, angle), polar(430, 640, 430 + each % 3 * 60, angle)
        side = polar(430, 640, 210, angle + 0.3)
        fill = (c.second, c.third, c.first)[each % 3]
        c.polygon([root, tip, side], fill)
        c.line([root, side], fill, 26)
    neck = [(250, 1060), (270, 760), (360, 540), (500, 430), (520, 330), (580, 430)]
    face = [(650, 520), (790, 740), (772, 812), (700, 836), (560, 720), (520, 800), (600, 1060)]
    c.polygon([*neck, *face], c.ink)
    c.disc(590, 540, 20, c.ground)
    c.disc(738, 770, 11, c.ground)
    c.box(0, 1056, WIDTH, HEIGHT, c.ground)
