"""Motifs of things."""

from __future__ import annotations

import math

from mozi.demo.canvas import HEIGHT, WIDTH, Canvas, polar


def rose(c: Canvas) -> None:
    """A rose of arcs on a thorny stem."""
    c.line([(500, 640), (516, 900), (486, 1240), (500, 1380)], c.third, 24)
    for y, side in ((940, 1), (1060, -1), (1180, 1)):
        c.polygon([(500, y), (500 + side * 70, y - 34), (500, y + 40)], c.third)
    c.slice(650, 1120, 170, c.third, start=170, end=260)
    c.slice(350, 1250, 170, c.third, start=280, end=370)
    for layer in range(6):
        radius, petals = 265 - layer * 44, 7 - layer
        for petal in range(petals):
            angle = petal * math.tau / petals + layer * 0.7
            heart = polar(500, 690, radius * 0.5, angle)
            c.disc(*heart, radius * 0.56, c.ground)
            c.disc(*heart, radius * 0.56 - 5, (c.first, c.second)[layer % 2])
    c.disc(500, 690, 26, c.ground)


def chess(c: Canvas) -> None:
    """A chessboard that runs to the sea, a king and a shadow on either side."""
    c.disc(500, 650, 220, c.second)
    for row in range(7):
        top, bottom = 840 + row**2 * 13.5, 840 + (row + 1) ** 2 * 13.5
        for column in range(-9, 9):
            a, b = 60 + (top - 840) * 0.3, 60 + (bottom - 840) * 0.3
            corners = [(column * a, top), ((column + 1) * a, top)]
            corners += [((column + 1) * b, bottom), (column * b, bottom)]
            fill = (c.ink, c.ground)[(row + column) % 2]
            c.polygon([(500 + x, y) for x, y in corners], fill)
    _king(c, 300, 1240, 1.0, c.first)
    _king(c, 720, 1100, 0.72, c.third)


def _king(c: Canvas, x: float, foot: float, size: float, fill: str) -> None:
    def shape(*points: tuple[float, float]) -> None:
        c.polygon([(x + dx * size, foot + dy * size) for dx, dy in points], fill)

    c.ellipse(x, foot - 6 * size, 150 * size, 40 * size, fill)
    shape((-120, -20), (120, -20), (64, -330), (-64, -330))
    c.ellipse(x, foot - 336 * size, 108 * size, 28 * size, fill)
    shape((-56, -340), (56, -340), (98, -500), (-98, -500))
    c.ellipse(x, foot - 500 * size, 98 * size, 30 * size, fill)
    shape((-15, -500), (15, -500), (15, -620), (-15, -620))
    shape((-50, -586), (50, -586), (50, -558), (-50, -558))


def keys(c: Canvas) -> None:
    """Piano keys, and notes that jump off them."""
    for each in range(9):
        left = each * 113 - 8
        c.box(left, 840, left + 107, HEIGHT, c.ink)
        c.box(left + 5, 840, left + 102, HEIGHT, c.second if each == 5 else c.ground)
    for each in (0, 1, 3, 4, 5, 7):
        left = each * 113 + 70
        c.box(left, 820, left + 68, 1190, c.ink)
    c.box(0, 800, WIDTH, 846, c.first)
    for x, y, size in ((190, 720, 1.0), (430, 690, 1.3), (800, 700, 1.1), (630, 580, 0.7)):
        c.ellipse(x, y, 52 * size, 40 * size, c.first)
        c.box(x + 38 * size, y - 190 * size, x + 52 * size, y, c.first)
        flag = [(38, -190), (130, -120), (120, -60), (90, -110), (38, -130)]
        c.polygon([(x + dx * size, y + dy * size) for dx, dy in flag], c.first)


def gears(c: Canvas) -> None:
    """Cog wheels that bite into each other, a hat between them."""
    c.box(0, 0, WIDTH, 1080, c.second)
    for x, y, radius, fill, turn in (
        (330, 400, 250, c.ink, 0.0),
        (735, 700, 230, c.first, 0.15),
        (180, 860, 190, c.third, 0.1),
        (880, 250, 140, c.third, 0.0),
    ):
        for tooth in range(14):
            angle = turn + tooth * math.tau / 14
            c.line([(x, y), polar(x, y, radius + 44, angle)], fill, radius * 0.24)
        c.disc(x, y, radius, fill)
        c.disc(x, y, radius * 0.62, c.second)
        c.disc(x, y, radius * 0.42, fill)
        c.disc(x, y, radius * 0.14, c.second)
    c.box(0, 1080, WIDTH, HEIGHT, c.ground)


def wheel(c: Canvas) -> None:
    """A bicycle, nearly all of it wheels."""
    c.disc(760, 330, 170, c.second)
    for x in (270, 730):
        c.ring(x, 780, 220, c.ink, 22)
        c.ring(x, 780, 184, c.first, 8)
        for spoke in range(14):
            c.line([(x, 780), polar(x, 780, 200, spoke * math.tau / 14)], c.ink, 4)
    for points in (
        [(270, 780), (400, 520), (650, 520), (470, 780), (270, 780)],
        [(470, 780), (384, 470)],
        [(730, 780), (640, 430), (720, 400)],
    ):
        c.line(points, c.first, 24)
    c.line([(320, 466), (440, 466)], c.ink, 34)
    c.disc(470, 780, 48, c.ink)
    c.box(80, 1000, 920, 1010, c.ink)


def cup(c: Canvas) -> None:
    """A glass, a table and smoke."""
    c.disc(500, 520, 330, c.second)
    for shift in (-70, 0, 70):
        smoke = [(500 + shift + 34 * math.sin(t / 3 + shift), 560 - t * 11) for t in range(34)]
        c.line(smoke, c.ground, 16)
    c.polygon([(300, 580), (700, 580), (630, 900), (370, 900)], c.first)
    c.ellipse(500, 580, 200, 42, c.third)
    c.ring(700, 700, 84, c.first, 32)
    c.ellipse(500, 930, 330, 46, c.ink)
    c.box(0, 960, WIDTH, 990, c.ink)


def clock(c: Canvas) -> None:
    """A clock face without figures."""
    for radius, fill in ((400, c.ink), (372, c.second), (330, c.ground)):
        c.disc(500, 560, radius, fill)
    for each in range(60):
        length = 62 if each % 5 == 0 else 24
        ends = [polar(500, 560, reach, each * math.tau / 60) for reach in (306, 306 - length)]
        c.line(ends, c.ink, 15 if each % 5 == 0 else 6)
    c.slice(500, 560, 216, c.first, start=-90, end=-30)
    c.line([(500, 560), polar(500, 560, 250, -math.pi / 2)], c.ink, 17)
    c.line([(500, 560), polar(500, 560, 180, -math.pi / 6)], c.ink, 25)
    c.disc(500, 560, 34, c.first)


def citrus(c: Canvas) -> None:
    """Half an orange with a leaf."""
    c.line([(560, 170), (600, 90)], c.ink, 20)
    c.slice(730, 215, 190, c.first, start=150, end=240)
    for radius, fill in ((400, c.third), (352, c.ground), (322, c.second)):
        c.disc(500, 590, radius, fill)
    for each in range(10):
        angle = each * math.tau / 10 + 0.2
        c.line([(500, 590), polar(500, 590, 330, angle)], c.ground, 20)
        if each % 3 == 0:
            c.ellipse(*polar(500, 590, 130, angle + 0.31), 14, 20, c.third)
    c.disc(500, 590, 34, c.ground)


def ship(c: Canvas) -> None:
    """An ocean liner, lights in all its windows."""
    c.disc(500, 700, 330, c.first)
    for x in (330, 500, 670):
        c.polygon([(x - 44, 800), (x + 44, 800), (x + 34, 560), (x - 54, 560)], c.third)
        c.box(x - 52, 600, x + 38, 640, c.ground)
    for left, top in ((240, 780), (190, 860), (130, 940)):
        c.box(left, top, WIDTH - left, 1040, c.ground)
        c.box(left, top, WIDTH - left, top + 10, c.ink)
        for x in range(left + 34, WIDTH - left - 20, 46):
            c.box(x, top + 28, x + 22, top + 54, c.second)
    c.polygon([(60, 1020), (940, 1020), (830, 1270), (170, 1270)], c.ink)
    for row in range(5):
        y = 1250 + row * 44
        c.box(0, y, WIDTH, y + 60, (c.third, c.second)[row % 2])
