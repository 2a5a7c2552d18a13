"""When something that is written ahead of time in a case becomes known: from then on it must be judged again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..domain.base import Frozen
from ..domain.case import Case
from ..domain.moment import Moment, start_of


def next_news(case: Case, as_of: datetime) -> datetime | None:
    """The first moment after ``as_of`` (zone-aware) at which an entry of ``case`` becomes known; ``None`` = none does.

    The engine leaves out what is dated later than ``as_of`` (a meeting next week, a clock that is fast). Nobody will
    touch the case when that time comes, so the run must remember to look.
    """
    return min((at for moment in _moments(case) if (at := _known_from(moment)) > as_of), default=None)


def changes_at(case: Case, as_of: datetime, by_time: datetime | None) -> datetime | None:
    """The earlier of what time alone changes (``by_time``) and of :func:`next_news`."""
    return min((at for at in (by_time, next_news(case, as_of)) if at is not None), default=None)


def _known_from(moment: Moment) -> datetime:
    return moment.instant if moment.instant is not None else start_of(moment.day)


def _moments(value: Frozen) -> Iterator[Moment]:
    for inner in value.__dict__.values():
        if type(inner) is Moment:
            yield inner
        elif isinstance(inner, Frozen):
            yield from _moments(inner)
        elif type(inner) is tuple:
            for item in inner:
                if isinstance(item, Frozen):
                    yield from _moments(item)
