"""Threads that fulfil wishes: the most wanted first, and each wherever it comes next."""

from __future__ import annotations

import threading
import time

from mozi.posters.demand.requests import AGE_WORTH, Interest, Wish, WishThreads

PATIENCE_S = 30


def wished(movie_id: int, *, waiting: int = 0, age_s: float = 0) -> Wish:
    wish = Wish(movie_id)
    wish.interest.since -= age_s
    for _ in range(waiting):
        wish.interest.join()
    return wish


def order_of(*wishes: Wish) -> list[int]:
    """Return in which order one thread takes these up, that all wait when it begins."""
    begin, ended, order = threading.Event(), threading.Event(), []

    def fulfil(wish: Wish) -> None:
        assert begin.wait(PATIENCE_S)
        order.append(wish.movie_id)
        if len(order) > len(wishes):
            ended.set()

    threads = WishThreads(fulfil, most=1)
    threads.add(Wish(0))  # holds the thread
    while threads.waiting():
        time.sleep(0.001)
    for wish in wishes:
        threads.add(wish)
    begin.set()
    assert ended.wait(PATIENCE_S)
    return order[1:]


def test_what_most_wait_for_comes_first() -> None:
    assert order_of(wished(1, waiting=1), wished(2, waiting=4), wished(3, waiting=2)) == [2, 3, 1]


def test_what_nobody_waits_for_any_more_comes_last_the_oldest_first() -> None:
    wishes = wished(1, age_s=100), wished(2, waiting=1), wished(3, age_s=200)
    assert order_of(*wishes) == [2, 3, 1]


def test_age_counts_for_visitors_so_that_a_rare_wish_has_its_turn() -> None:
    assert order_of(wished(1, waiting=8), wished(2, waiting=1, age_s=10 / AGE_WORTH)) == [2, 1]


def test_who_waits_no_longer_does_not_count() -> None:
    interest = Interest()
    with interest:
        assert interest.waiting == 1
    assert interest.waiting == 0


def test_a_wish_that_is_taken_back_has_no_turn() -> None:
    begin, seen = threading.Event(), []

    def fulfil(wish: Wish) -> None:
        assert begin.wait(PATIENCE_S)
        seen.append(wish.movie_id)

    threads = WishThreads(fulfil, most=1)
    first, second = Wish(1), Wish(2)
    threads.add(first)
    while threads.waiting():
        time.sleep(0.001)
    threads.add(second)
    assert not threads.take_back(Wish(2))  # an earlier one of the same movie
    assert threads.take_back(second)
    assert not threads.take_back(second)
    assert not threads.take_back(first)  # its turn has come
    begin.set()
    assert threads.waiting() == []


def test_a_wish_is_taken_up_again_while_the_thread_that_gave_it_back_still_ends() -> None:
    taken_up_again = threading.Event()
    times: list[int] = []

    def fulfil(wish: Wish) -> None:
        times.append(wish.movie_id)
        if len(times) == 1:
            threads.add(wish)
            assert taken_up_again.wait(PATIENCE_S)
        else:
            taken_up_again.set()

    threads = WishThreads(fulfil, most=2)
    threads.add(Wish(1))
    assert taken_up_again.wait(PATIENCE_S)
    assert times == [1, 1]
