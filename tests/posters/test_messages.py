"""The English sentences about a poster's source."""

from __future__ import annotations

import pytest

from mozi.posters.messages import bad_status, too_many_pixels, unavailable


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(404, "nothing there"), (403, "does not let us"), (503, "in trouble"), (204, "not a file")],
)
def test_a_status_is_explained(status: int, meaning: str) -> None:
    error = bad_status(status)
    assert meaning in str(error)
    assert error.message.data == {"status": status}


@pytest.mark.parametrize(
    ("size", "most", "told"),
    [
        ((6000, 9000), 25_000_000, "6000 × 9000 pixels; at most about 4000 × 6000 are"),
        ((1001, 1), 1000, "1001 × 1 pixels; at most about 1000 × 1 are"),
        ((2000, 3000), 1_000_000, "2000 × 3000 pixels; at most about 800 × 1200 are"),
    ],
)
def test_a_size_that_fits_has_the_proportions_of_the_picture(
    size: tuple[int, int], most: int, told: str
) -> None:
    assert told in str(too_many_pixels(size, most, kind=""))


def test_a_kind_with_a_lower_limit_is_named() -> None:
    assert str(too_many_pixels((2, 1), 1, kind="WebP")).endswith("accepted in such a WebP file.")


def test_the_figures_stand_in_the_sentence() -> None:
    error = unavailable("timed_out", seconds=10.0)
    assert str(error) == "The file did not arrive within 10 seconds."
    assert error.message.data == {"seconds": 10.0}
