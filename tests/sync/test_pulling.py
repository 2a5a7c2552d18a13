"""Pulling: several sources at once, a window that holds, and an end for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from skolemiljo.sync.pulling import End, pull


def source(*items: int) -> Callable[[], Iterator[int]]:
    return lambda: iter(items)


def test_everything_comes_and_each_source_ends_once_after_its_items() -> None:
    found = list(pull([source(1, 2, 3), source(), source(4)], threads=2))
    for number, items in enumerate([[1, 2, 3], [], [4]]):
        mine = [pulled.item for pulled in found if pulled.source == number]
        assert mine == [*items, End(None)]


def test_a_source_that_breaks_ends_with_its_error_and_the_others_go_on() -> None:
    broken = RuntimeError("x")

    def breaks() -> Iterator[int]:
        yield 1
        raise broken

    found = list(pull([breaks, source(2)]))
    assert [p.item for p in found if p.source == 0] == [1, End(broken)]
    assert [p.item for p in found if p.source == 1] == [2, End(None)]


def test_no_more_than_the_window_is_made_before_it_is_taken() -> None:
    made = 0
    held = threading.Event()

    def many() -> Iterator[int]:
        nonlocal made
        for number in range(1_000):
            made += 1
            if made > 10:
                held.set()
            yield number

    pulled = pull([many], threads=1, window=5)
    next(pulled)
    assert not held.wait(0.3)  # one taken, five wait, one is in the maker's hand
    assert sum(1 for _ in pulled) == 1_000


def test_no_more_sources_are_open_than_there_are_threads() -> None:
    lock = threading.Lock()
    open_now, most = 0, 0

    def one() -> Iterator[int]:
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        yield from range(50)
        with lock:
            open_now -= 1

    assert sum(1 for _ in pull([one] * 9, threads=3, window=4)) == 9 * 51
    assert most <= 3


def test_a_wish_to_stop_ends_it_and_the_threads_leave() -> None:
    before = threading.active_count()
    stop = threading.Event()
    taken = 0
    for _ in pull([source(*range(10_000))] * 3, window=3, stopped=stop.is_set):
        taken += 1
        if taken == 7:
            stop.set()
    assert taken == 7
    for thread in threading.enumerate():
        if thread.name.startswith("pull-"):
            thread.join(5)
    assert threading.active_count() == before


def test_while_enough_waits_the_schools_after_the_first_are_not_read() -> None:
    lock = threading.Lock()
    made = [0, 0, 0]
    begun = threading.Event()

    def one(number: int) -> Callable[[], Iterator[int]]:
        def items() -> Iterator[int]:
            for item in range(100):
                if number:
                    begun.wait(10)
                with lock:
                    made[number] += 1
                yield item
            begun.set()

        return items

    pulled = pull([one(0), one(1), one(2)], threads=3, window=500)
    next(pulled)
    assert begun.wait(10)  # everything of the first waits
    assert {next(pulled).source for _ in range(79)} == {0}
    with lock:
        assert made[0] == 100
        assert max(made[1:]) <= 1  # in the hand
    assert sum(1 for _ in pulled) == 3 * 101 - 80
