"""The breaker on a clock that the test moves: when it opens, who asks meanwhile, when it closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mozi.database.circuit import RETRY_S, TRUSTED_S, Circuit
from tests.support.logs import Said


class Database:
    """A database that answers as the test says, and the clock that passes while it is asked.

    answers: of the probes to come, in order; then it answers. states: whether the circuit was
    open at each probe.
    """

    def __init__(self, *answers: bool) -> None:
        self.coming = list(answers)
        self.now_s = 100.0
        self.slept: list[float] = []
        self.states: list[bool] = []
        self.opened = 0
        self.waiting: list[Callable[[], None]] = []
        self.circuit = Circuit(
            self._answer,
            opened=self._note,
            run=self.waiting.append,
            sleep=self._sleep,
            now=lambda: self.now_s,
        )
        self.circuit.is_on = True

    def _answer(self) -> bool:
        self.states.append(self.circuit.is_open)
        return self.coming.pop(0) if self.coming else True

    def _note(self) -> None:
        self.opened += 1

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds

    def run(self) -> None:
        """Run the probes that were begun, to their end."""
        while self.waiting:
            self.waiting.pop(0)()


def test_a_slow_query_of_a_database_that_answers_opens_nothing() -> None:
    database = Database(True)
    database.circuit.suspect()
    database.run()
    assert (database.opened, database.states, database.circuit.is_open) == (0, [False], False)


def test_the_first_silence_opens_it_and_the_first_answer_closes_it(said: Said) -> None:
    database = Database(False, False, True)
    database.circuit.suspect()
    database.run()
    assert database.states == [False, True, True]
    assert database.slept == [RETRY_S, RETRY_S]
    assert (database.opened, database.circuit.is_open) == (1, False)
    assert said.messages("ERROR") == [
        "The database is silent; requests that need it fail at once until it answers"
    ]
    assert said.messages("WARNING") == ["The database answers again, after 1.0 s"]


def test_all_who_suspect_it_share_one_probe() -> None:
    database = Database()
    for _ in range(100):
        database.circuit.suspect()
    assert len(database.waiting) == 1
    database.run()
    database.circuit.suspect()
    assert database.waiting == []  # it was answered a moment ago
    database.now_s += TRUSTED_S
    database.circuit.suspect()
    assert len(database.waiting) == 1


def test_it_opens_again_at_the_next_silence() -> None:
    database = Database(False, True, False, True)
    for _ in range(2):
        database.circuit.suspect()
        database.run()
        database.now_s += TRUSTED_S
    assert (database.opened, database.circuit.is_open) == (2, False)


def test_a_probe_that_breaks_leaves_it_closed_and_lets_the_next_one_begin() -> None:
    def break_down() -> Iterator[None]:
        raise ZeroDivisionError

    database = Database(False)
    database.circuit._sleep = lambda _: break_down()  # type: ignore[assignment]
    database.circuit._opened = break_down  # type: ignore[assignment]
    database.circuit.suspect()
    with pytest.raises(ZeroDivisionError):
        database.run()
    assert not database.circuit.is_open
    database.now_s += TRUSTED_S
    database.circuit.suspect()
    assert len(database.waiting) == 1


def test_a_command_has_no_probe() -> None:
    database = Database(False)
    database.circuit.is_on = False
    database.circuit.suspect()
    assert database.waiting == []
