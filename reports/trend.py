"""The trend over the stored nights: week by week and school year by school year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ..domain.calendar import school_year_of
from .model import TrendPoint

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """All schools in one week: the last night of each school in that week, added up."""

    monday: date
    deviations: int
    """those that something can still be done about"""
    too_late: int
    unknown: int
    complete: bool
    """False: not all schools had a whole night in it"""
    nights: bool = True
    """False: no night at all; the numbers are those of the week before"""


@dataclass(frozen=True, slots=True)
class TrendYear:
    """One school year (August to July)."""

    school_year: str
    last: int
    """open deviations in the last week there are numbers of"""
    mean: int
    too_late: int
    """by the end of it"""
    weeks: int


def weekly(points: Iterable[TrendPoint]) -> list[TrendWeek]:
    """One :class:`TrendWeek` for each week from the first night to the last, oldest first.

    A school without a night in a week keeps its last numbers, so that a night that failed does not look like progress.
    """
    by_week: dict[date, dict[str | None, TrendPoint]] = {}
    for point in sorted(points, key=lambda point: point.day):
        monday = point.day - timedelta(days=point.day.weekday())
        by_week.setdefault(monday, {})[point.school] = point
    standing: dict[str | None, TrendPoint] = {}
    weeks: list[TrendWeek] = []
    for monday, found in by_week.items():
        while weeks and weeks[-1].monday + _WEEK < monday:
            weeks.append(replace(weeks[-1], monday=weeks[-1].monday + _WEEK, complete=False, nights=False))
        carried = standing.keys() - found.keys()
        standing |= found
        weeks.append(
            TrendWeek(
                monday,
                sum(point.deviations for point in standing.values()),
                sum(point.too_late for point in standing.values()),
                sum(point.unknown for point in standing.values()),
                not carried and all(point.complete for point in found.values()),
            )
        )
    return weeks


def yearly(points: Iterable[TrendPoint]) -> list[TrendYear]:
    """One :class:`TrendYear` for each school year with numbers, oldest first."""
    by_year: dict[str, list[TrendWeek]] = {}
    for week in weekly(points):
        if week.nights:
            by_year.setdefault(school_year_of(week.monday), []).append(week)
    return [
        TrendYear(
            year,
            weeks[-1].deviations,
            round(sum(w.deviations for w in weeks) / len(weeks)),
            weeks[-1].too_late,
            len(weeks),
        )
        for year, weeks in by_year.items()
    ]
