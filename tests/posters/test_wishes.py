"""Threads that fulfil wishes: in order, and each wish wherever it comes next."""

from __future__ import annotations

import threading

from mozi.posters.wishes import Wish, WishThreads

PATIENCE_S = 30


def test_a_wish_is_taken_up_again_while_the_thread_that_gave_it_back_still_ends() -> None:
    taken_up_again = threading.Event()
    times: list[int] = []

    def fulfil(wish: Wish) -> None:
        times.append(wish.movie_id)
        if len(times) == 1:
            threads.add(wish, first=True)
            assert taken_up_again.wait(PATIENCE_S)
        else:
            taken_up_again.set()

    threads = WishThreads(fulfil, most=2)
    threads.add(Wish(1))
    assert taken_up_again.wait(PATIENCE_S)
    assert times == [1, 1]
