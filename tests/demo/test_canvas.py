"""Shapes on a demo poster."""

from __future__ import annotations

import math

import pytest

from mozi.demo.canvas import HEIGHT, PALETTES, SCALE, WIDTH, Canvas, polar

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def canvas() -> Canvas:
    return Canvas(PALETTES["ember"], "seed")


def pixel(canvas: Canvas, x: float, y: float) -> object:
    return canvas.image.getpixel((round(x * SCALE), round(y * SCALE)))


def test_shapes_are_drawn_in_poster_pixels(canvas: Canvas) -> None:
    ground = pixel(canvas, 0, 0)
    canvas.disc(500, 750, 100, "#ff0000")
    canvas.box(0, 1400, WIDTH, HEIGHT, "#0000ff")
    assert (pixel(canvas, 500, 750), pixel(canvas, 590, 750)) == (RED, RED)
    assert (pixel(canvas, 620, 750), pixel(canvas, 999, 1499)) == (ground, BLUE)


def test_a_ring_leaves_its_middle_free(canvas: Canvas) -> None:
    ground = pixel(canvas, 500, 500)
    canvas.ring(500, 500, 100, "#ff0000", 20)
    assert (pixel(canvas, 500, 500), pixel(canvas, 410, 500)) == (ground, RED)


def test_a_fade_goes_from_one_colour_to_the_other(canvas: Canvas) -> None:
    canvas.fade("#ff0000", "#0000ff", start=0, end=1000)
    assert (pixel(canvas, 500, 0), pixel(canvas, 500, 999)) == (RED, BLUE)


def test_chance_repeats_with_its_seed(canvas: Canvas) -> None:
    again, other = (Canvas(PALETTES["ember"], seed) for seed in ("seed", "other"))
    first = canvas.chance.random()
    assert again.chance.random() == first != other.chance.random()


def test_angles_run_clockwise_from_three_o_clock() -> None:
    assert polar(10, 20, 5, math.pi / 2) == pytest.approx((10, 25))
