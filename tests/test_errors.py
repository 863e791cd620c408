"""The family of errors: its drawing, and the status of each branch."""

from __future__ import annotations

import re

from mozi import errors
from mozi.errors import MoziError, RowFault
from mozi.web.errors import STATUS


def tree(error: type[MoziError]) -> dict[str, str]:
    """Return the parent of every error below this one, by name."""
    found = {}
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            found |= {child.__name__: error.__name__, **tree(child)}
    return found


def drawn_tree() -> dict[str, str]:
    """Return the same as the docstring draws it: a level is four characters deep."""
    found, above = {}, {0: "MoziError"}
    for branch, name in re.findall(r"^([│ ]*[├└]── )(\w+)  ", errors.__doc__ or "", re.MULTILINE):
        depth = len(branch) // 4
        found[name], above[depth] = above[depth - 1], name
    return found


def test_the_docstring_draws_the_classes_as_they_are() -> None:
    assert drawn_tree() == tree(MoziError)


def test_every_branch_of_the_family_has_a_status() -> None:
    answered = {error.__name__ for error in STATUS}
    branches = {name for name, above in tree(MoziError).items() if above == "MoziError"}
    assert branches - answered == set()


def test_a_fault_of_a_row_reads_as_a_sentence() -> None:
    fault = RowFault(3, "premiere_date", "is missing", title="Kontroll")
    assert str(fault) == "row 3 (Kontroll): premiere_date is missing"
    assert str(RowFault(0, "", "the file is empty")) == "the file is empty"
