"""What the metrics count of builds and fetches."""

from __future__ import annotations

import pytest

from mozi.errors import BuildAbandoned, Busy, StorageError
from mozi.posters.build.counting import counted_build, counted_fetch
from mozi.posters.build.stages import Stages
from mozi.posters.messages import unavailable
from mozi.posters.recipes import THUMB
from tests.support.outside import counted


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "built"),
        (StorageError("away"), "failed"),
        (BuildAbandoned("late"), "abandoned"),
        (Busy("full"), "busy"),
    ],
)
def test_a_build_is_counted_by_its_result(error: Exception | None, result: str) -> None:
    def count() -> float:
        return counted("mozi_poster_builds_total", media="thumb", result=result)

    before = count()
    try:
        with counted_build([THUMB], Stages()):
            if error is not None:
                raise error
    except type(error or Exception()):
        pass
    assert count() == before + 1


def test_the_stages_of_a_build_are_observed() -> None:
    stages, name = Stages(), "mozi_poster_build_seconds_count"
    before = counted(name, stage="decode")
    with counted_build([THUMB], stages), stages("decode"):
        pass
    assert counted(name, stage="decode") == before + 1


def test_a_fetch_is_counted_by_the_fault_of_its_source() -> None:
    before = counted("mozi_source_fetches_total", result="empty")
    error = unavailable("empty")
    with pytest.raises(type(error)), counted_fetch():
        raise error
    assert counted("mozi_source_fetches_total", result="empty") == before + 1
