"""A report as JSON: every finding that is not «ikke aktuelt», with everything that explains it."""

from __future__ import annotations

import json
from typing import Any

from ..domain.annual_cycle import CycleStatus
from .items import Act, CaseBlock, Group, Item, ShownAcceptance, Standing
from .model import AuditReport, Problem, Report, SchoolReport
from .owner import own_duties
from .privacy import KINDS, Square, counted
from .sentences import Sentences
from .view import comes_of

SCHEMA_VERSION = "2.4"
"""Raised in its first number when a field goes or changes its meaning, in its second when one comes. The form is
reports/schema/report.schema.json."""


def render(report: Report, language: str | None = None, *, indent: int | None = 2) -> str:
    """``report`` as JSON text ending in a newline."""
    return json.dumps(as_data(report, language), ensure_ascii=False, indent=indent) + "\n"


def as_data(report: Report, language: str | None = None) -> dict[str, Any]:
    """``report`` as plain data: strings, numbers, lists and dictionaries."""
    say = Sentences(report, language)
    document = report.plan.document
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "kind": "audit" if isinstance(report, AuditReport) else "school",
        "title": say.title(),
        "as_of": report.as_of.isoformat(),
        "language": say.words.language,
        "complete": report.complete,
        "plan": document.label,
        "plan_document": {
            "id": document.id,
            "title": document.title,
            "version": document.version,
            "approved": document.approved.isoformat(),
            "next_revision": document.next_revision.isoformat() if document.next_revision is not None else None,
        },
        "headline": say.headline(),
        "warnings": [{"code": w.code.value, "text": say.warning(w), "items": list(w.items)} for w in report.warnings],
        "problems": [problem_data(problem, say) for problem in report.problems],
        "previous_as_of": report.previous_as_of.isoformat() if report.previous_as_of is not None else None,
        "rules": {code: _rule(code, say) for code in _codes(report)},
    }
    if isinstance(report, AuditReport):
        data |= _audit(report, say)
    else:
        data |= {
            "reader": report.reader,
            "school": _school(report),
            "summary": _summary(report),
            "findings": [finding_data(item, say) for item in report.items],
            "cases": [case_data(block, say) for block in report.cases],
            "resolved": _resolved(report, say),
            "annual_cycle": [_cycle(status, say) for status in report.cycle],
            "acceptances": [_acceptance(acceptance) for acceptance in report.acceptances],
        }
    return data


def _audit(report: AuditReport, say: Sentences) -> dict[str, Any]:
    return {
        "schools": [
            {
                **(_school(row.report) or {}),
                "complete": row.report.complete,
                "cases": say.of_school(row, row.cases),
                "standing": {name.value: say.of_school(row, number) for name, number in row.standing.items()},
                "unread": report.numbers.count(row.unread),
                "by_chapter": {name: _cell(squares, report) for name, squares in row.by_chapter.items()},
                "by_rule": {code: _cell((square,), report) for code, square in row.by_rule.items()},
                "annual_cycle": [_cycle(status, say) for status in row.report.cycle],
                "resolved": _resolved(row.report, say),
                "acceptances": [_acceptance(acceptance) for acceptance in row.report.acceptances],
            }
            for row in report.rows
        ],
        "municipality": {
            "annual_cycle": [_cycle(status, say) for status in report.municipality.cycle],
            "resolved": _resolved(report.municipality, say),
        },
        "own_duties": [
            {
                "text": duty.text,
                "cases": list(duty.cases),
                "rule": duty.rule,
                "deadline": duty.deadline.isoformat() if duty.deadline is not None else None,
            }
            for duty in own_duties(report, say)
        ],
        "findings": [finding_data(item, say) for item in report.items],
        "trend": [
            {
                "day": point.day.isoformat(),
                "school": point.school,
                "deviations": counted(str(point.deviations), point.complete),
                "too_late": counted(str(point.too_late), point.complete),
                "unknown": counted(str(point.unknown), point.complete),
                "complete": point.complete,
            }
            for point in report.trend
        ],
    }


def _codes(report: Report) -> list[str]:
    reports = report.reports if isinstance(report, AuditReport) else (report,)
    named = {item.finding.rule for r in reports for item in r.items} | {x.rule for r in reports for x in r.resolved}
    return [code for code in report.rules if code in named] + sorted(named - report.rules.keys())


def _rule(code: str, say: Sentences) -> dict[str, Any]:
    rule = say.rule(code)
    return {
        "title": say.rule_title(code),
        "chapter": rule.chapter if rule is not None else None,
        "remedy": say.remedy(code),
        "quote": say.quote(code) or None,
        "section": say.section(code) or None,
        "law": list(rule.law) if rule is not None else [],
    }


def _school(report: SchoolReport) -> dict[str, Any] | None:
    school = report.school
    return None if school is None else {"organisation_number": school.organisation_number, "name": school.name}


def _summary(report: SchoolReport) -> dict[str, int | None]:
    """In numbers. Where not all could be looked at, nobody knows a zero: it is ``None``, and another number may be higher."""
    numbers = {
        "cases": len(report.cases),
        "cases_needing_something_today": report.cases_today,
        "closed_cases_lacking_something": len(report.closed_cases),
        "open_cases": len(report.open_cases),
        **{f"cases_{standing.value}": len(report.standing(standing)) for standing in Standing},
        "annual_cycle_today": report.cycle_today,
        "soon": len(report.soon),
        **{group.value: len(report.group(group)) for group in Group},
        "not_applicable": report.not_applicable,
    }
    return {
        **{name: number or (None if report.problems else 0) for name, number in numbers.items()},
        "unread": len(report.unread),
    }


def problem_data(problem: Problem, say: Sentences) -> dict[str, Any]:
    """A case, or a school, that could not be looked at."""
    return {"school": problem.school, "case": problem.case, "kind": problem.kind, "text": say.problem(problem)}


def finding_data(item: Item, say: Sentences) -> dict[str, Any]:
    """A finding, with all that explains it."""
    finding = item.finding
    return {
        "rule": finding.rule,
        "slug": finding.slug,
        "school": finding.school,
        "case": finding.case,
        "scope": finding.scope,
        "part": item.part.value,
        "verdict": finding.verdict.value,
        "reason": finding.reason.value if finding.reason is not None else None,
        "question": say.question(item) or None,
        "comes_of": say.comes_of(item) or None,
        "deadline": finding.deadline.isoformat() if finding.deadline is not None else None,
        "asks_after": finding.asks_after.isoformat() if finding.asks_after is not None else None,
        "days_left": item.days if finding.deadline is not None else None,
        "counted_from": finding.counted_from.isoformat() if finding.counted_from is not None else None,
        "reading": finding.reading.value if finding.reading is not None else None,
        "evidence": list(finding.evidence),
        "remarks": [
            {
                "code": remark.code.value,
                "day": remark.day.isoformat() if remark.day is not None else None,
                "number": remark.number,
                "text": say.words.remark(remark),
            }
            for remark in finding.remarks
        ],
        "changes_at": finding.changes_at.isoformat() if finding.changes_at is not None else None,
        "severity": finding.severity.value,
        "basis": finding.basis.value,
        "role": finding.role.value,
        "plan": finding.plan,
        "state": finding.state,
        "change": item.change.value if item.change is not None else None,
        "was": item.was.value if item.was is not None else None,
        "acceptance": _acceptance(item.acceptance) if item.acceptance is not None else None,
    }


def case_data(block: CaseBlock, say: Sentences) -> dict[str, Any]:
    """Where a case stands, and what it needs next."""
    return {
        "case": block.case,
        "closed": block.closed,
        "standing": block.standing.value,
        "last_act": block.last_act.isoformat() if block.last_act is not None else None,
        "needs_today": block.needs_today and not block.closed,
        "next_deadline": block.next_deadline.isoformat() if block.next_deadline is not None else None,
        "asks_after": block.asks_after.isoformat() if block.asks_after is not None else None,
        "next_step": _act(block.next, say) if block.next is not None else None,
        "remaining": [_act(act, say) for act in block.acts[1:]],
        **{group.value: block.counts.get(group, 0) for group in Group},
        "not_applicable": block.not_applicable,
    }


def _act(act: Act, say: Sentences) -> dict[str, Any]:
    deadline = act.first.finding.deadline
    return {
        "rule": act.rule,
        "part": act.part.value,
        "scopes": [item.finding.scope for item in act.items],
        "deadline": deadline.isoformat() if deadline is not None else None,
        "to_do": say.what(act.first),
        "comes_of": comes_of(act, say) or None,
    }


def _resolved(report: SchoolReport, say: Sentences) -> list[dict[str, Any]]:
    return [
        {
            "rule": resolved.rule,
            "case": resolved.case or None,
            "scope": resolved.scope,
            "was": resolved.was.value,
            "now": resolved.now.value if resolved.now is not None else None,
            "text": say.resolved(resolved),
        }
        for resolved in report.resolved
    ]


def _cycle(status: CycleStatus, say: Sentences) -> dict[str, Any]:
    return {
        "school_year": status.school_year,
        "items": [
            {
                "item": item.item,
                "scope": item.scope,
                "title": say.rule_title(item.item),
                "state": item.state.value,
                "due": item.due.isoformat() if item.due is not None else None,
                "evidence": list(item.evidence),
                "law": list(item.law),
                "role": item.role.value,
            }
            for item in status.items
        ],
    }


def _acceptance(acceptance: ShownAcceptance) -> dict[str, Any]:
    return {
        "school": acceptance.school,
        "case": acceptance.case,
        "rule": acceptance.rule,
        "scope": acceptance.scope,
        "reason": acceptance.reason,
        "role": acceptance.role,
        "until": acceptance.until.isoformat() if acceptance.until is not None else None,
        "state": acceptance.state.value,
    }


def _cell(squares: tuple[Square, ...], report: AuditReport) -> dict[str, Any]:
    """Numbers as text, because outside the owner's view small ones across pupils are ``*``."""
    whole = not any(square.unread for square in squares)

    def number(kind: str) -> str:
        return counted(report.numbers.total((getattr(one, kind), one.across_pupils) for one in squares), whole)

    return {"checked": any(square.checked for square in squares), **{kind: number(kind) for kind in KINDS}}
