"""Pulling several schools at once while the main thread judges: few threads, and a window that keeps memory small."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")
_LOOK_UP_SECONDS = 0.1


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
    first, so that one school is done while others are still read. Where ``stopped()`` turns
    true it ends at once, without the rest; threads in the middle of a request are left to die with the process. Whenever it
    is awake it does what is to be done ``meanwhile``; ``wake`` is given what wakes it from another thread.
    """
    waiting: queue.PriorityQueue[tuple[int, int, Pulled[T] | None]] = queue.PriorityQueue(max(window, 1))
    numbers, order = iter(range(len(sources))), count()
    lock = threading.Lock()
    over = threading.Event()

    def put(pulled: Pulled[T]) -> bool:
        while not over.is_set():
            try:
                waiting.put((pulled.source, next(order), pulled), timeout=_LOOK_UP_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        while not over.is_set():
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

    def woken() -> None:
        with suppress(queue.Full):  # then it does not sleep
            waiting.put_nowait((-1, next(order), None))

    wake(woken)
    for place in range(min(threads, len(sources))):
        threading.Thread(target=work, name=f"pull-{place + 1}", daemon=True).start()
    left = len(sources)
    try:
        while left and not stopped():
            try:
                pulled = waiting.get(timeout=_LOOK_UP_SECONDS)[2]
            except queue.Empty:
                pulled = None
            meanwhile()
            if pulled is not None:
                left -= isinstance(pulled.item, End)
                yield pulled
    finally:
        over.set()
