"""How a deadline was counted stands beside it: from what, how many school days, and which days were free and why."""

from __future__ import annotations

from datetime import date

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.verdict import Reading, Verdict
from skolemiljo.plans.calendars import Calendars
from skolemiljo.plans.skolerute import FreeDays
from skolemiljo.reports.counting import counted
from skolemiljo.reports.report_language import Words

from .conftest import MakeFinding

FREE = {
    date(2026, 2, 23): "vinterferie",
    date(2026, 2, 24): "vinterferie",
    date(2026, 3, 13): "planleggingsdag",
}
CALENDAR = Calendars([FreeDays(None, "skoleruta", FREE, frozenset({"2025-2026"}))])(None)


@pytest.mark.parametrize(
    ("first", "last", "reading", "told"),
    [
        (date(2026, 3, 9), date(2026, 3, 17), Reading.SCHOOL_DAY, "5 skoledager, regnet fra man. 9. mars; fri 13. mars (planleggingsdag)"),
        (date(2026, 2, 20), date(2026, 2, 26), Reading.SCHOOL_DAY, "2 skoledager, regnet fra fre. 20. feb.; fri 23.–24. feb. (vinterferie)"),
        (date(2026, 4, 30), date(2026, 5, 4), Reading.SCHOOL_DAY, "1 skoledag, regnet fra tor. 30. apr.; fri 1. mai (helligdag)"),
        (date(2026, 3, 16), date(2026, 3, 18), Reading.SCHOOL_DAY, "2 skoledager, regnet fra man. 16. mars"),
        (date(2026, 3, 16), date(2026, 3, 17), Reading.CALENDAR_DAY, "regnet i kalenderdager fra man. 16. mars"),
        (date(2026, 3, 16), date(2026, 3, 16), Reading.SCHOOL_DAY, "regnet fra samme dag"),
    ],
)  # fmt: skip
def test_the_days_are_told(make_finding: MakeFinding, first: date, last: date, reading: Reading, told: str) -> None:
    finding = make_finding("VA-08", "2026-030", Verdict.DUE, deadline=last, counted_from=first, reading=reading)
    assert counted(finding, CALENDAR, Words("nb")) == told


def test_without_a_calendar_no_day_is_told_as_free(make_finding: MakeFinding) -> None:
    its = {"counted_from": date(2026, 3, 9), "deadline": date(2026, 3, 17), "reading": Reading.SCHOOL_DAY}
    finding = make_finding("VA-08", "2026-030", Verdict.DUE, **its)
    assert counted(finding, None, Words("nn")) == "rekna i skoledagar frå må. 9. mars"
    assert counted(finding, SchoolCalendar(), Words("nn")) == "6 skoledagar, rekna frå må. 9. mars"
