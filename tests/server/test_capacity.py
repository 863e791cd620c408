"""How much one worker takes on."""

from __future__ import annotations

from mozi.server import capacity
from mozi.units import MIB


def test_the_largest_body_is_the_largest_file_with_its_form() -> None:
    assert capacity.largest_body(20 * MIB) == 20 * MIB + capacity.FORM_BYTES
    assert capacity.largest_body(MIB) == capacity.IMPORT_BYTES + capacity.FORM_BYTES


def test_waits_for_posters_leave_threads_for_pages() -> None:
    assert 0 < capacity.POSTER_WAITERS < capacity.THREADS
