"""School days and local dates: which days the school is open, and how days are counted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from .fault_words import marked

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(4096)
def school_year_of(day: date) -> str:
    """The school year (1 August – 31 July) that ``day`` lies in, as ``2026-2027``."""
    year = day.year if day.month >= 8 else day.year - 1
    return f"{year}-{year + 1}"


def school_year_bounds(school_year: str) -> tuple[date, date]:
    """First and last day of a ``school_year`` such as ``2026-2027``. Raises ``ValueError`` on any other form."""
    first, _dash, last = school_year.partition("-")
    if not (first.isdigit() and last.isdigit() and len(first) == 4 and int(last) == int(first) + 1):
        raise ValueError(marked("må være et skoleår som 2026-2027"))
    return date(int(first), 8, 1), date(int(last), 7, 31)


@dataclass(frozen=True)
class SchoolCalendar:
    """When a school is open.

    ``holidays``: public holidays. ``free_days``: the local skolerute (free days, planning days, vacations).
    ``known_years``: school years whose skolerute is known; in any other year only weekends and public holidays count,
    and :meth:`covers` says so. Both sets are needed for whole years; nothing here computes Easter.
    """

    holidays: frozenset[date] = frozenset()
    free_days: frozenset[date] = frozenset()
    known_years: frozenset[str] = frozenset()
    why: Mapping[date, str] = field(default_factory=dict, repr=False, compare=False)
    """Why a day of the skolerute is free, in its own words. Nothing is judged by it."""
    _open_days: dict[int, list[date]] = field(default_factory=dict, repr=False, compare=False)

    def is_school_day(self, day: date) -> bool:
        """Whether the school is open for pupils on ``day``."""
        return day.weekday() < _SATURDAY and day not in self.holidays and day not in self.free_days

    def covers(self, day: date) -> bool:
        """Whether the local skolerute is known for the school year of ``day``."""
        return school_year_of(day) in self.known_years

    def covers_span(self, first: date, last: date) -> bool:
        """Whether the local skolerute is known for every school year from ``first`` to ``last``."""
        return school_year_of(first) in self.known_years and school_year_of(last) in self.known_years

    def on_or_after(self, day: date) -> date:
        """``day`` if it is a school day, else the next one."""
        return self._nth(day, 0)

    def next_after(self, day: date) -> date:
        """The first school day after ``day``."""
        return self._nth(day + _ONE_DAY, 0)

    def add(self, day: date, school_days: int) -> date:
        """The school day that is ``school_days`` school days after ``day`` (0 = ``day`` itself, school day or not)."""
        if school_days < 0:
            raise ValueError("school_days must not be negative")
        return day if school_days == 0 else self._nth(day + _ONE_DAY, school_days - 1)

    def between(self, first: date, last: date) -> int:
        """How many school days lie after ``first`` up to and including ``last`` (0 when ``last`` is not later)."""
        if last <= first:
            return 0
        total = 0
        for year in range(first.year, last.year + 1):
            days = self._year(year)
            total += bisect_right(days, last) - bisect_right(days, first)
        return total

    def _nth(self, day: date, skip: int) -> date:
        """The school day number ``skip`` (from 0) on or after ``day``."""
        year = day.year
        while True:
            days = self._year(year)
            index = bisect_left(days, day) + skip
            if index < len(days):
                return days[index]
            skip -= len(days) - bisect_left(days, day)
            year += 1
            day = date(year, 1, 1)
            if year > 2400:  # a calendar without a single school day would never end
                raise ValueError("no school day found: the calendar has none")

    def _year(self, year: int) -> list[date]:
        if year not in self._open_days:
            first = date(year, 1, 1)
            length = (date(year + 1, 1, 1) - first).days
            every_day = (first + timedelta(days=n) for n in range(length))
            self._open_days[year] = [day for day in every_day if self.is_school_day(day)]
        return self._open_days[year]
