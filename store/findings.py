"""Findings as rows and back, how they stand, and how they stood before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from ..domain.verdict import Assessment, Finding, Remark, Verdict
from .looking import FINDING_COLUMNS
from .names import MUNICIPALITY
from .statements import add
from .tables import changes, findings

_REMARKS = TypeAdapter(tuple[Remark, ...])
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
    row: dict[str, Any] = {name: getattr(finding, name) for name in FINDING_COLUMNS}
    return row | {
        "subject": subject,
        "of_cycle": of_cycle,
        "rule": finding.rule,
        "scope": finding.scope,
        "school": finding.school or MUNICIPALITY,
        "evidence": list(finding.evidence),
        "remarks": _REMARKS.dump_python(finding.remarks, mode="json", exclude_none=True),
    }


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
