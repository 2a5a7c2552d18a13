"""The trend over the stored nights: week by week and school year by school year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ..domain.calendar import school_year_of
from .model import TrendPoint


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """All schools in one week: the last night of each school in that week, added up."""

    monday: date
    deviations: int
    unknown: int
    complete: bool


@dataclass(frozen=True, slots=True)
class TrendYear:
    """One school year (August to July)."""

    school_year: str
    last: int
    """deviations in the last week there are numbers of"""
    mean: int
    weeks: int


def weekly(points: Iterable[TrendPoint]) -> list[TrendWeek]:
    """One :class:`TrendWeek` for each week with numbers, oldest first.

    A school without a night in a week keeps its last numbers, so that a night that failed does not look like progress.
    """
    by_week: dict[date, dict[str | None, TrendPoint]] = {}
    for point in sorted(points, key=lambda point: point.day):
        monday = point.day - timedelta(days=point.day.weekday())
        by_week.setdefault(monday, {})[point.school] = point
    standing: dict[str | None, TrendPoint] = {}
    weeks = []
    for monday, found in by_week.items():
        carried = standing.keys() - found.keys()
        standing |= found
        weeks.append(
            TrendWeek(
                monday,
                sum(point.deviations for point in standing.values()),
                sum(point.unknown for point in standing.values()),
                not carried and all(point.complete for point in found.values()),
            )
        )
    return weeks


def yearly(points: Iterable[TrendPoint]) -> list[TrendYear]:
    """One :class:`TrendYear` for each school year with numbers, oldest first."""
    by_year: dict[str, list[TrendWeek]] = {}
    for week in weekly(points):
        by_year.setdefault(school_year_of(week.monday), []).append(week)
    return [
        TrendYear(year, weeks[-1].deviations, round(sum(w.deviations for w in weeks) / len(weeks)), len(weeks))
        for year, weeks in by_year.items()
    ]
