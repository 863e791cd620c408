"""How app and server agree that a request waits without a thread."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from mozi.server.parking import MAY_PARK, PARKED, WAITED_FOR, Parked, park


def test_a_parked_request_says_what_it_waits_for() -> None:
    environ: dict[str, Any] = {MAY_PARK: True}
    done: Future[None] = Future()
    assert park(environ, "a build", done, most_s=5)
    assert environ[PARKED] == Parked(done, 5)
    assert environ[WAITED_FOR] == "a build"


@pytest.mark.parametrize(
    "environ", [{}, {MAY_PARK: False}, {MAY_PARK: True, WAITED_FOR: "a build"}], ids=str
)
def test_no_request_is_parked_without_a_place_or_twice(environ: dict[str, Any]) -> None:
    assert not park(environ, "a build", Future(), most_s=5)
    assert PARKED not in environ


def test_what_is_done_already_is_not_waited_for() -> None:
    done: Future[None] = Future()
    done.set_result(None)
    assert not park({MAY_PARK: True}, "a build", done, most_s=5)
