"""Errands: what is asked of the systems outside waits in a few threads, and everything else happens in one.

An errand is a generator. It yields what it wants, and is given what came of it: an :class:`Ask` goes out in a thread, a
:class:`Keep` is kept in one transaction with what other errands keep at that moment, :class:`Together` are errands of its own,
side by side. So the store and the run log have one thread, as if one thing were done after another, and what an errand has
kept is on the disk before its next step is taken.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias, TypeVar

from ..journal.run_log import Kind, RunLog
from ..store import Store

T = TypeVar("T")
_LOOK_UP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ask:
    """Something is asked of a system outside."""

    call: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Keep:
    """Something is kept in the store; ``line`` goes into the run log before that."""

    change: Callable[[], Any]
    line: tuple[Kind, Mapping[str, Any]] | None = None


class Lane(Protocol):
    """What limits how many errands are on their way at once."""

    active: int
    """How many are."""

    @property
    def width(self) -> int:
        """How many may be."""


@dataclass(slots=True)
class Wide:
    """A lane that is always as wide."""

    width: int
    active: int = 0


@dataclass(frozen=True, slots=True)
class Together:
    """Errands side by side, begun in their order as their lane has room. What each gave comes in the same order."""

    errands: Iterator[Errand[Any]]
    lane: Lane


Step: TypeAlias = Ask | Keep | Together
Errand: TypeAlias = Generator[Step, Any, T]


def asked(call: Callable[[], T]) -> Errand[T]:
    """What ``call`` gives, or raises, in a thread that may wait."""
    answer: T = yield Ask(call)
    return answer


def kept(change: Callable[[], T], line: tuple[Kind, Mapping[str, Any]] | None = None) -> Errand[T]:
    """What ``change`` of the store gives, when it is on the disk."""
    given: T = yield Keep(change, line)
    return given


def together(errands: Iterator[Errand[T]], lane: Lane) -> Errand[list[T]]:
    """What each of ``errands`` gives, in their order."""
    given: list[T] = yield Together(errands, lane)
    return given


@dataclass(eq=False, slots=True)
class _Running:
    errand: Errand[Any]
    then: Callable[[Any], None]


@dataclass(eq=False, slots=True)
class _Group:
    """Errands side by side, and the one that waits for them."""

    parent: _Running
    left: Iterator[tuple[int, Errand[Any]]]
    lane: Lane
    given: dict[int, Any] = field(default_factory=dict)
    active: int = 0
    begun: bool = False
    """Whether all of them have been begun."""


class Errands:
    """The errands of a night. All methods are for one thread; ``threads`` 0: what is asked is asked in it."""

    def __init__(self, store: Store, run_log: RunLog | None, *, threads: int) -> None:
        self._store = store
        self._run_log = run_log
        self._threads = threads
        self._begun = False
        self._asked: SimpleQueue[tuple[_Running, Callable[[], Any]] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[_Running, Any, Exception | None]] = SimpleQueue()
        self._keeps: list[tuple[_Running, Keep]] = []
        self._waiting: deque[tuple[_Running, Lane]] = deque()
        """Not begun yet."""
        self._groups: list[_Group] = []
        self._ready: deque[tuple[_Running, Any, Exception | None]] = deque()
        self._left = 0
        self._wake: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in range(self._threads if self._begun else 0):
            self._asked.put(None)

    def woken_by(self, wake: Callable[[], None]) -> None:
        """``wake`` is called, in another thread, when an answer has come: :meth:`turn` has something to do."""
        self._wake = wake

    def start(self, errand: Errand[T], then: Callable[[T], None], lane: Lane | None = None) -> None:
        """Begins ``errand`` when there is room in ``lane``; ``then`` gets what it gives."""
        room = lane or Wide(1)
        self._left += 1

        def ended(given: T) -> None:
            self._left -= 1
            room.active -= 1
            then(given)

        self._waiting.append((_Running(errand, ended), room))
        self.turn()

    def run(self, errand: Errand[T]) -> T:
        """What ``errand`` gives, when it has come to its end. Others go on meanwhile."""
        given: list[T] = []
        self.start(errand, given.append)
        while not given:
            self._wait()
        return given[0]

    def finish(self) -> None:
        """Goes on until every errand has come to its end."""
        while self._left:
            self._wait()

    def _wait(self) -> None:
        try:
            self._ready.append(self._answers.get(timeout=_LOOK_UP_SECONDS))
        except Empty:
            return
        self.turn()

    def turn(self) -> None:
        """Takes the answers that have come, and goes on with their errands until all of them wait again."""
        while True:
            while not self._answers.empty():
                self._ready.append(self._answers.get())
            while self._ready:
                self._go_on(*self._ready.popleft())
            self._admit()
            if self._ready:
                continue
            if not self._keeps:
                return
            self._keep()

    # --- one step ------------------------------------------------------------------------------------------------

    def _go_on(self, running: _Running, given: Any, error: Exception | None) -> None:
        try:
            step = running.errand.send(given) if error is None else running.errand.throw(error)
        except StopIteration as end:
            running.then(end.value)
            return
        if isinstance(step, Keep):
            self._keeps.append((running, step))
        elif isinstance(step, Together):
            self._groups.append(_Group(running, iter(enumerate(step.errands)), step.lane))
        elif self._threads:
            self._begin()
            self._asked.put((running, step.call))
        else:
            self._ready.append((running, *_called(step.call)))

    def _admit(self) -> None:
        """Begins what there is room for: the errands of the group that came first before the others."""
        while self._waiting and self._waiting[0][1].active < self._waiting[0][1].width:
            running, room = self._waiting.popleft()
            room.active += 1
            self._ready.append((running, None, None))
        for group in list(self._groups):
            while not group.begun and group.lane.active < group.lane.width:
                number, errand = next(group.left, (None, None))
                if number is None or errand is None:
                    group.begun = True
                    break
                group.active += 1
                group.lane.active += 1
                self._ready.append((_Running(errand, _ended(group, number)), None, None))
            if group.begun and not group.active:
                self._groups.remove(group)
                self._ready.append((group.parent, [group.given[number] for number in sorted(group.given)], None))

    def _keep(self) -> None:
        """Keeps what waits to be kept, in one transaction, with its lines in the run log written before it.

        Cut off in between, the lines come twice with one key each; the other way round they would be lost.
        """
        waiting, self._keeps = self._keeps, []
        lines = [keep.line for _, keep in waiting if keep.line is not None]
        anchor = None
        if self._run_log is not None and lines:
            anchor = self._run_log.add_all(lines)
        with self._store.together():
            given = [keep.change() for _, keep in waiting]
            if anchor is not None:
                self._store.set_meta(*anchor)
        self._ready += ((running, its, None) for (running, _), its in zip(waiting, given, strict=True))

    # --- the threads ---------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        for place in range(self._threads):
            threading.Thread(target=self._work, name=f"errand-{place + 1}", daemon=True).start()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            running, call = asked
            self._answers.put((running, *_called(call)))
            self._wake()


def _ended(group: _Group, number: int) -> Callable[[Any], None]:
    def ended(given: Any) -> None:
        group.given[number] = given
        group.active -= 1
        group.lane.active -= 1

    return ended


def _called(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001 - handed over to the errand, which knows what to do
        return None, error


__all__ = ["Ask", "Errand", "Errands", "Keep", "Lane", "Together", "Wide", "asked", "kept", "together"]
