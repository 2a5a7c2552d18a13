"""The times of a story, «3 08:30» or «20m», as times of a case that starts on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from ...domain.calendar import SchoolCalendar
from ...domain.moment import OSLO

_AT = re.compile(r"(\+)?(-?\d+)(?: (\d\d):(\d\d)( fold)?)?")
_AFTER = re.compile(r"(-?\d+)m")


@dataclass(frozen=True, slots=True)
class _When:
    """A time of stories.toml, read: ``days`` from the start (school days unless ``calendar``), or ``minutes`` after."""

    days: int = 0
    calendar: bool = False
    clock: tuple[int, int] | None = None
    fold: int = 0
    minutes: int | None = None


@lru_cache(maxsize=4096)
def _when(spec: str) -> _When:
    if after := _AFTER.fullmatch(spec):
        return _When(minutes=int(after[1]))
    at = _AT.fullmatch(spec)
    if at is None:
        raise ValueError(f"stories.toml: {spec!r} is no time")
    clock = (int(at[3]), int(at[4])) if at[3] else None
    return _When(int(at[2]), bool(at[1]), clock, 1 if at[5] else 0)


@dataclass(frozen=True, slots=True)
class Point:
    """A time as it stands in a case: a date alone, or an instant."""

    day: date
    instant: datetime | None

    @property
    def text(self) -> str:
        """As the case format has it."""
        return self.day.isoformat() if self.instant is None else self.instant.isoformat()

    @property
    def order(self) -> tuple[int, float]:
        """What to compare times of a case by."""
        return self.day.toordinal(), self.instant.timestamp() if self.instant is not None else 0.0

    def later_than(self, as_of: datetime) -> bool:
        """Whether it had not come yet."""
        return self.instant > as_of if self.instant is not None else self.day > as_of.date()


@dataclass(slots=True)
class Clock:
    """Turns the times of a story into times of a case that starts on ``start``."""

    calendar: SchoolCalendar
    start: date
    jitter: int
    _days: dict[tuple[int, bool], date] = field(default_factory=dict)

    def day(self, days: int, calendar_days: bool) -> date:
        """The day so many days after the start."""
        found = self._days.get((days, calendar_days))
        if found is None:
            found = self.start + timedelta(days=days) if calendar_days else self.calendar.add(self.start, days)
            self._days[days, calendar_days] = found
        return found

    def read(self, spec: str, of: Point | None = None) -> Point:
        """The time ``spec``; minutes are counted from ``of``."""
        when = _when(spec)
        if when.minutes is not None:
            if of is None or of.instant is None:
                raise ValueError(f"stories.toml: {spec!r} counts from a step without a time of day")
            # Minutes are counted in real time, so that no night of summer time shifts them.
            instant = (of.instant.astimezone(UTC) + timedelta(minutes=when.minutes)).astimezone(OSLO)
            return Point(instant.date(), instant)
        day = self.day(when.days, when.calendar)
        if when.clock is None:
            return Point(day, None)
        hour, minute = divmod(when.clock[0] * 60 + when.clock[1] + self.jitter, 60)
        return Point(day, datetime(day.year, day.month, day.day, hour, minute, tzinfo=OSLO, fold=when.fold))
