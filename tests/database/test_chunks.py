"""Long lists in short statements."""

from __future__ import annotations

from mozi.database import IN_LIMIT, in_chunks


def test_chunks_hold_all_values_in_order_and_fit_into_a_statement() -> None:
    values = list(range(2 * IN_LIMIT + 1))
    chunks = list(in_chunks(values))
    assert [len(chunk) for chunk in chunks] == [IN_LIMIT, IN_LIMIT, 1]
    assert [value for chunk in chunks for value in chunk] == values


def test_no_values_are_no_chunk() -> None:
    assert list(in_chunks([])) == []
