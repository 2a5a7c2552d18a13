"""Schools that are read and judged in processes of their own. Each process opens the source itself, so that no secret is handed over;
what comes back are judgements and what could not be read, and never a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ..adapters.ports import CaseSource
from ..domain.errors import SkolemiljoError
from ..judging import processes
from ..judging.policy import Judging
from .context import Night
from .judge_school import FreshJudgement, judged_case
from .reading import Arrival, Listing, ReadCase, ReadRequest, read_school

Item = Arrival | FreshJudgement | Listing
Read = Callable[[ReadRequest], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class Beside:
    """How many processes there may be, and what each opens first (it can be pickled)."""

    processes: int
    opened: Callable[[], tuple[CaseSource, Judging]]


@contextmanager
def reading(night: Night, wanted: list[ReadRequest], beside: Beside | None) -> Iterator[Read]:
    """What reads a school: in this process, or, where two or more are read whole, each of these in one of its own.

    A process that dies takes nothing with it: its school and those after it are read here. All are gone when this ends.
    """
    here = partial(read_school, night.source)
    number = min(beside.processes if beside is not None else 1, sum(request.every_id for request in wanted))
    if beside is None or number < 2:
        yield here
        return
    pool = processes.beside(number, partial(_begin, beside.opened))

    def read(request: ReadRequest) -> Iterator[Item]:
        if not request.every_id:
            yield from here(request)
            return
        try:
            items, error = pool.submit(_read_and_judged, request, night.as_of).result()
        except BrokenProcessPool:
            if not night.stop():
                night.log.warning("process died", school=request.school)
                yield from here(request)
            return
        yield from items
        if error is not None:
            raise error

    try:
        yield read
    finally:
        processes.stop()
        pool.shutdown(cancel_futures=True)


# --- in each process ---------------------------------------------------------------------------------------------------

_source: CaseSource
_judging: Judging


def _begin(opened: Callable[[], tuple[CaseSource, Judging]]) -> None:
    global _source, _judging
    _source, _judging = opened()


def _read_and_judged(request: ReadRequest, as_of: datetime) -> tuple[list[Item], Exception | None]:
    """All that ``request`` asks for, judged, and the error with which the reading broke off."""
    items: list[Item] = []
    try:
        items.extend(
            judged_case(_judging, as_of, item.case, item.mark) if isinstance(item, ReadCase) else item
            for item in read_school(_source, request)
        )
    except SkolemiljoError as error:
        return items, error
    except Exception as error:  # noqa: BLE001 - handed over to the night, which knows what to do; its words may hold a case
        return items, RuntimeError(type(error).__name__)
    return items, None
