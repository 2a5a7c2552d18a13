"""Pulling several schools at once while the main thread judges: few threads, and a window that keeps memory small."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")
_LOOK_UP_SECONDS = 0.1
_AHEAD = 16
"""So many things that wait keep the main thread at work. To read more takes time of the processor from it."""


@dataclass(frozen=True, slots=True)
class End:
    """A source is at its end; ``error`` where it broke off."""

    error: Exception | None


@dataclass(frozen=True, slots=True)
class Pulled(Generic[T]):
    """One thing out of the source number ``source`` (0 first), or that source's end."""

    source: int
    item: T | End


def pull(
    sources: Sequence[Callable[[], Iterator[T]]],
    *,
    threads: int = 4,
    window: int = 200,
    stopped: Callable[[], bool] = lambda: False,
    wake: Callable[[Callable[[], None]], None] = lambda _: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Pulled[T]]:
    """Everything the sources give, as it comes; each source ends with one :class:`End`, also when it broke off.

    At most ``threads`` sources are open at once, and at most ``window`` things wait unjudged; of these the first source's come
    first, and the others wait with theirs while enough waits, so that one school is done while others are still read. Where
    ``stopped()`` turns true it ends at once, without the rest; threads in the middle of a request are left to die with the process.
    Whenever it is awake it does what is to be done ``meanwhile``; ``wake`` is given what wakes it from another thread.
    """
    waiting: list[tuple[int, int, Pulled[T]]] = []
    numbers, order, most = iter(range(len(sources))), count(), max(window, 1)
    first, ended = 0, set[int]()
    lock = threading.Lock()
    room, come = threading.Condition(lock), threading.Condition(lock)
    over = awake = False

    def has_room(source: int) -> bool:
        return over or len(waiting) < (most if source == first else min(_AHEAD, most))

    def put(pulled: Pulled[T]) -> bool:
        with lock:
            room.wait_for(lambda: has_room(pulled.source))
            if over:
                return False
            heappush(waiting, (pulled.source, next(order), pulled))
            come.notify()
            return True

    def work() -> None:
        while not over:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            error: Exception | None = None
            try:
                for item in sources[number]():
                    if not put(Pulled(number, item)):
                        return
            except Exception as broken:  # noqa: BLE001 - handed over to the main thread, which knows what to do
                error = broken
            if not put(Pulled(number, End(error))):
                return

    def something_to_do() -> bool:
        return awake or bool(waiting)

    def woken() -> None:
        nonlocal awake
        with lock:
            awake = True
            come.notify()

    wake(woken)
    for place in range(min(threads, len(sources))):
        threading.Thread(target=work, name=f"pull-{place + 1}", daemon=True).start()
    left = len(sources)
    try:
        while left and not stopped():
            with lock:
                come.wait_for(something_to_do, timeout=_LOOK_UP_SECONDS)
                awake = False
                pulled = heappop(waiting)[2] if waiting else None
                if pulled is not None and isinstance(pulled.item, End):
                    ended.add(pulled.source)
                while first in ended:
                    ended.remove(first)
                    first += 1
                room.notify_all()
            meanwhile()
            if pulled is not None:
                left -= isinstance(pulled.item, End)
                yield pulled
    finally:
        with lock:
            over = True
            room.notify_all()
