"""Each school as a row of the owner's report, and what of it all may leave the owner."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from ..domain.school import School
from ..domain.verdict import Severity
from ..validators.rule import Rule
from .items import Change, Group, Part, Standing
from .model import AuditReport, HeatRow, SchoolReport, WarningCode
from .privacy import Square

_FIELD_OF_GROUP = {
    Group.DEVIATION: "deviations",
    Group.DUE: "due",
    Group.REVIEW: "review",
    Group.UNKNOWN: "unknown",
    Group.ACCEPTED: "accepted",
    Group.MET: "met",
}


def heat_row(school: School, report: SchoolReport, rules: Mapping[str, Rule]) -> HeatRow:
    """The row of ``school``."""
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    of_pupils: dict[str, bool] = defaultdict(bool)
    for item in report.items:
        code = item.finding.rule
        name = "too_late" if item.part is Part.TOO_LATE else _FIELD_OF_GROUP[item.group]
        by_rule[code][name] += 1
        of_pupils[code] |= item.finding.case is not None
    by_chapter: dict[str, list[Square]] = defaultdict(list)
    squares = {}
    for code, counts in by_rule.items():
        squares[code] = Square(**counts, unread=len(report.problems), across_pupils=of_pupils[code])
        rule = rules.get(code)
        by_chapter[rule.chapter if rule is not None else ""].append(squares[code])
    before = report.previous_as_of is not None
    return HeatRow(
        school=school if report.school is None else report.school,
        by_rule=squares,
        by_chapter={name: tuple(found) for name, found in by_chapter.items()},
        report=report,
        standing={standing: report.in_standing(standing) for standing in Standing},
        cases=len(report.cases),
        unread=len(report.unread),
        new=sum(item.change is Change.NEW for item in report.items) if before else None,
        solved=len(report.resolved),
    )


_TOLD_OUTSIDE = frozenset(
    {
        WarningCode.INCOMPLETE,
        WarningCode.UNREAD,
        WarningCode.NOT_CARRIED,
        WarningCode.CRASHED,
        WarningCode.OLD,
        WarningCode.PLAN_REVISION_OVERDUE,
        WarningCode.PLAN_EXPIRED,
        WarningCode.CALENDAR_MISSING,
        WarningCode.PRESENCE_ONLY,
    }
)
"""Warnings about the report as a whole; the others are the owner's own affairs, and count single cases."""


def outward(audit: AuditReport) -> AuditReport:
    """What of ``audit`` may leave the owner: its numbers, and the annual cycle. It holds no case at all, so that no form can
    tell of one. Nor the trend: beside the numbers of today it would show those that are hidden."""
    return replace(
        audit,
        rows=tuple(replace(row, report=_without_cases(row.report)) for row in audit.rows),
        municipality=_without_cases(audit.municipality),
        trend=(),
        warnings=tuple(warning for warning in audit.warnings if warning.code in _TOLD_OUTSIDE),
        problems=tuple(problem for problem in audit.problems if problem.case is None),
        external=True,
    )


def _without_cases(report: SchoolReport) -> SchoolReport:
    return replace(
        report,
        items=tuple(item for item in report.items if item.finding.case is None),
        cases=(),
        not_applicable=0,
        resolved=(),
        warnings=(),
        problems=tuple(replace(p, case=p.case and "?", place="") for p in report.problems),
        acceptances=(),
        _parts={},
    )


def worst_school_first(row: HeatRow) -> tuple[object, ...]:
    """Schools that could not be looked at, then by critical deviations, all deviations, what is unseen, and name."""
    deviations = row.report.group(Group.DEVIATION)
    critical = sum(item.finding.severity is Severity.CRITICAL for item in deviations)
    unknown = len(row.report.group(Group.UNKNOWN)) + len(row.report.problems)
    return not row.report.blind, -critical, -len(deviations), -unknown, row.school.name
