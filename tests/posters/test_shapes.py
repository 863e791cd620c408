"""What is told of a picture's size and shape."""

from __future__ import annotations

import pytest

from mozi.posters.shapes import warnings_of


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        ((342, 513), []),
        ((341, 512), ["small"]),
        ((342, 400), ["cropped"]),
        ((700, 1000), []),  # a B1 sheet
        ((2480, 3508), []),  # A4
        ((750, 1000), ["cropped"]),
        ((600, 1000), ["cropped"]),
        ((1000, 1000), ["cropped"]),
        ((300, 200), ["small", "cropped"]),
        ((1, 1), ["small", "cropped"]),
    ],
)
def test_only_what_an_editor_should_change_is_told(size: tuple[int, int], codes: list[str]) -> None:
    assert [message.code for message in warnings_of(size)] == codes
