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
    ("pixels", "written"),
    [(200_000_000, "200 million"), (25_500_000, "25.5 million"), (25_000_001, "25,000,001")],
)
def test_pixels_are_counted_as_people_write_them(pixels: int, written: str) -> None:
    assert f"has {written} pixels; at most 10 million are" in str(
        too_many_pixels(pixels, 10_000_000, kind="")
    )


def test_a_kind_with_a_lower_limit_is_named() -> None:
    assert str(too_many_pixels(2, 1, kind="WebP")).endswith("accepted in such a WebP file.")


def test_the_figures_stand_in_the_sentence() -> None:
    error = unavailable("timed_out", seconds=10.0)
    assert str(error) == "The file did not arrive within 10 seconds."
    assert error.message.data == {"seconds": 10.0}
