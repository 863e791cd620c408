"""The merge: what is taken, what is asked, what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from mozi.catalogue.merging import Decided, Merge, merge

NOTHING = Merge({}, {}, frozenset())
TAKEN = Merge({"f": "new"}, {}, frozenset())
ASKED = Merge({}, {"f": "new"}, frozenset())


@pytest.mark.parametrize(
    ("ours", "base", "new", "expected"),
    [
        ("old", "old", "new", TAKEN),
        (None, None, "new", TAKEN),
        ([], None, "new", TAKEN),  # an empty list is as absent as None
        ("old", "old", None, Merge({"f": None}, {}, frozenset())),
        ("mine", "old", "new", ASKED),
        ("mine", None, "new", ASKED),  # the first meeting
        (None, "old", "new", ASKED),  # an editor cleared it
        ("mine", "old", "old", NOTHING),
        ("mine", "new", "new", NOTHING),
        ("new", "old", "new", NOTHING),
        (None, "old", None, NOTHING),
        ("mine", "old", None, Merge({}, {"f": None}, frozenset())),
    ],
)
def test_merge_of_a_field(ours: Any, base: Any, new: Any, expected: Merge) -> None:
    assert merge({"f": ours}, {"f": base}, {"f": new}) == expected


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        (Decided(open={"f": "new"}), NOTHING),
        (Decided(open={"f": "newer"}), ASKED),
        (Decided(declined={"f": ["new"]}), NOTHING),
        (Decided(declined={"f": ["newer"]}), ASKED),
        (Decided(declined={"g": ["new"]}), ASKED),
        (Decided(for_good=frozenset({"f"})), NOTHING),
        (Decided(for_good=frozenset({"*"})), NOTHING),
        (Decided(for_good=frozenset({"g"})), ASKED),
        (Decided({"f": "newer"}, {"f": ["new"]}), Merge({}, {}, frozenset({"f"}))),
    ],
)
def test_what_was_decided_is_not_asked_again(decided: Decided, expected: Merge) -> None:
    assert merge({"f": "mine"}, {"f": "old"}, {"f": "new"}, decided) == expected


@pytest.mark.parametrize("ours", ["new", "old"])
def test_question_that_has_answered_itself_is_withdrawn(ours: str) -> None:
    decided = Decided(open={"f": "asked"})
    assert merge({"f": ours}, {"f": "old"}, {"f": "new"}, decided).withdrawn == {"f"}


@pytest.mark.parametrize(
    ("name", "old", "new", "asks"),
    [
        ("premiere:cinema", "2026-12-17", "2026-12-24", False),
        ("premiere:cinema", None, "2026-12-24", False),
        ("premiere:cinema", "2026-12-17", None, True),
        ("cancelled", None, True, True),
        ("cancelled", True, None, True),
        ("tmdb_id", 1, 2, True),
    ],
)
def test_no_machine_cancels_merges_or_takes_a_premiere_away(
    name: str, old: Any, new: Any, asks: bool
) -> None:
    merged = merge({name: old}, {name: old}, {name: new})
    assert (name in merged.proposed, name in merged.taken) == (asks, not asks)


def test_kept_for_good_does_not_stop_what_still_follows_the_catalogue() -> None:
    decided = Decided(for_good=frozenset({"*"}))
    assert merge({"f": "old"}, {"f": "old"}, {"f": "new"}, decided) == TAKEN
