"""Findings as rows and back, how they stand, and how they stood before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import Connection, Table, and_, delete, or_, select

from ..domain.verdict import Assessment, Finding, Remark, Verdict
from .statements import add, parts
from .tables import MUNICIPALITY, cases, changes, findings

_FINDINGS = TypeAdapter(tuple[Finding, ...], config=ConfigDict(hide_input_in_errors=True))
_REMARKS = TypeAdapter(tuple[Remark, ...])
_COLUMNS = (
    "slug",
    "verdict",
    "reason",
    "question",
    "deadline",
    "asks_after",
    "counted_from",
    "reading",
    "changes_at",
    "severity",
    "basis",
    "role",
    "plan",
    "state",
)
Verdicts = dict[tuple[str, str, str], str]
"""Verdict by rule, scope and school."""


def replace_with(connection: Connection, judged: Mapping[str, Assessment], where: Any) -> dict[str, Verdicts]:
    """Puts the findings of ``judged`` (by subject) in the place of those that ``where`` tells of, and gives how these stood."""
    stood = _verdicts(connection, where)
    connection.execute(delete(findings).where(where))
    rows = [
        _row(finding, subject, of_cycle=its.case is None) for subject, its in judged.items() for finding in _kept(its)
    ]
    add(connection, findings, rows)
    return stood


def _kept(assessment: Assessment) -> Iterator[Finding]:
    return (finding for finding in assessment.findings if finding.verdict is not Verdict.NOT_APPLICABLE)


def _row(finding: Finding, subject: str, *, of_cycle: bool) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(finding, name) for name in _COLUMNS}
    return row | {
        "subject": subject,
        "of_cycle": of_cycle,
        "rule": finding.rule,
        "scope": finding.scope,
        "school": finding.school or MUNICIPALITY,
        "evidence": list(finding.evidence),
        "remarks": _REMARKS.dump_python(finding.remarks, mode="json", exclude_none=True),
    }


def _parts_of(row: Any) -> dict[str, Any]:
    return {
        **{name: row[name] for name in (*_COLUMNS, "rule", "scope", "evidence", "remarks")},
        "school": row["school"] or None,
        "case": None if row["of_cycle"] else row["subject"],
    }


def _read(connection: Connection, where: Any) -> dict[str, tuple[Finding, ...]]:
    its = (findings.c.subject, findings.c.rule, findings.c.scope, findings.c.school)
    rows = connection.execute(select(findings).where(where).order_by(*its)).mappings()
    return {
        subject: _FINDINGS.validate_python([_parts_of(row) for row in group])
        for subject, group in groupby(rows, key=lambda row: row["subject"])
    }


def of_cases(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """The findings of the cases ``ids``, by case."""
    found: dict[str, tuple[Finding, ...]] = {}
    for part in parts(ids):
        found |= _read(connection, and_(~findings.c.of_cycle, findings.c.subject.in_(part)))
    return found


def of_cycles(connection: Connection) -> dict[str, tuple[Finding, ...]]:
    """The findings of the annual cycle, by subject."""
    return _read(connection, findings.c.of_cycle)


def _verdicts(connection: Connection, where: Any) -> dict[str, Verdicts]:
    """How the findings stand now, by subject."""
    its = (findings.c.subject, findings.c.rule, findings.c.scope, findings.c.school, findings.c.verdict)
    found: dict[str, Verdicts] = {}
    for row in connection.execute(select(*its).where(where)):
        found.setdefault(row.subject, {})[row.rule, row.scope, row.school] = row.verdict
    return found


def note_changes(connection: Connection, judged: Mapping[str, Assessment], stood: Mapping[str, Verdicts]) -> None:
    """Keeps what the verdicts were before, where they are others now. ``stood``: the subjects to compare."""
    lines = []
    for subject, before in stood.items():
        assessment = judged[subject]
        after = {(f.rule, f.scope, f.school or MUNICIPALITY): f.verdict.value for f in _kept(assessment)}
        lines += [
            {
                "at": assessment.as_of,
                "subject": subject,
                "of_cycle": assessment.case is None,
                "rule": key[0],
                "scope": key[1],
                "school": key[2],
                "was": before.get(key),
            }
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    add(connection, changes, lines)


def standing(connection: Connection, school: str | None, moment: datetime) -> dict[tuple[str, str, str, str], Verdict]:
    """How it stood after the nights up to ``moment`` (zone-aware): verdict by the findings' identity, of a school or
    (``None``) of all. Cases that came later, or are gone since, are left out."""
    there = and_(cases.c.vanished_at.is_(None), cases.c.first_judged_at <= moment)

    def mine(table: Table) -> Any:
        own = select(cases.c.case_id).where(there, *([] if school is None else [cases.c.school == school]))
        cycle = [table.c.of_cycle] + ([] if school is None else [table.c.school == school])
        return or_(and_(*cycle), and_(~table.c.of_cycle, table.c.subject.in_(own)))

    def identity(row: Any) -> tuple[str, str, str, str]:
        return row.rule, row.school, "" if row.of_cycle else row.subject, row.scope

    its = (findings.c.rule, findings.c.school, findings.c.of_cycle, findings.c.subject, findings.c.scope)
    now = select(*its, findings.c.verdict).where(mine(findings))
    back = select(changes).where(changes.c.at > moment, mine(changes)).order_by(changes.c.id.desc())
    found = {identity(row): row.verdict for row in connection.execute(now)}
    for row in connection.execute(back):
        found[identity(row)] = row.was
    return {key: Verdict(verdict) for key, verdict in found.items() if verdict is not None}
