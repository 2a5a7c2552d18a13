"""What one file says of free days, before it is known whose year it makes whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeGuard

from ..domain.calendar import school_year_bounds, school_year_of

_FIRST_YEAR, _LAST_YEAR = 2020, 2060
ONE_DAY = timedelta(days=1)
_AUTUMN, _SPRING = (9, 1), (5, 31)
_SATURDAY = 5


@cache
def public_holidays() -> frozenset[date]:
    """Norway's public holidays 2020–2060. Sundays are not among them (weekends are never school days anyway)."""
    import holidays

    norway = holidays.country_holidays("NO", years=range(_FIRST_YEAR, _LAST_YEAR + 1), include_sundays=False)
    return frozenset(norway)


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """One entry of a file that is taken for ordinary school days, or could not be read."""

    file: str
    words: str
    """The event's own summary."""
    days: str
    """When, as far as it can be told."""
    why: str
    """What is wrong with it; empty: its words say nothing that we know."""


@dataclass
class FreeDays:
    """The free days of one owner (organisation number, or ``None`` = the municipality) in one file."""

    school: str | None
    place: str
    """File name and which part of it, for an error."""
    days: dict[date, str] = field(default_factory=dict)
    """Day → why it is free, in the file's words."""
    years: frozenset[str] = frozenset()
    """The school years that the file covers; other days of it are free without the year being known."""

    def add(self, first: date, after: date, why: str) -> None:
        """Every day from ``first`` up to but not including ``after`` is free."""
        for number in range((after - first).days):
            self.days.setdefault(first + timedelta(days=number), why)

    def covered(self) -> frozenset[str]:
        """The school years with a free weekday from September to May: a summer that reaches into August covers no year."""
        return frozenset(
            year
            for day in self.days
            if day.weekday() < _SATURDAY
            for year in (school_year_of(day),)
            if date(int(year[:4]), *_AUTUMN) <= day <= date(int(year[5:]), *_SPRING)
        )

    def add_summer(self, first_school_day: date | None, last_school_day: date | None) -> None:
        """Free are the days of the school year before its first school day and after its last."""
        if first_school_day is not None:
            self.add(school_year_bounds(school_year_of(first_school_day))[0], first_school_day, "")
        if last_school_day is not None:
            end = school_year_bounds(school_year_of(last_school_day))[1]
            self.add(last_school_day + ONE_DAY, end + ONE_DAY, "")


def is_no_school_day(day: date) -> bool:
    """Whether nobody needs a calendar to know that ``day`` is free: a weekend, or a public holiday."""
    return day.weekday() >= _SATURDAY or day in public_holidays()


def is_day(value: object) -> TypeGuard[date]:
    """Whether ``value`` is a date without a time of day."""
    return isinstance(value, date) and not isinstance(value, datetime)
