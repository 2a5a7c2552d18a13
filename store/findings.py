"""Findings as rows, and how they stood before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from ..domain.verdict import Assessment, Finding, Verdict
from .names import MUNICIPALITY
from .plain import Plain, places
from .queries import FINDING_COLUMNS, REMARKS, SETTLED

_COLUMNS = ("subject", "of_cycle", "rule", "scope", "school", "evidence", "remarks", "settled", *FINDING_COLUMNS)
_same: Callable[[Finding], tuple[Any, ...]] = attrgetter(*FINDING_COLUMNS)
Verdicts = dict[tuple[str, str, str], str]
"""Verdict by rule, scope and school."""


def replace_with(plain: Plain, judged: Mapping[str, Assessment], *, of_cycle: bool) -> dict[str, Verdicts]:
    """Puts the findings of ``judged`` (by subject; as many as fit in one statement) in the place of those that are there, and
    gives how these stood."""
    where = f"of_cycle = ? AND subject IN {places(list(judged))}"
    stood: dict[str, Verdicts] = {}
    for row in plain.rows(
        f"SELECT subject, rule, scope, school, verdict FROM findings WHERE {where}", of_cycle, *judged
    ):
        stood.setdefault(row["subject"], {})[row["rule"], row["scope"], row["school"]] = row["verdict"]
    if stood:
        plain.run(f"DELETE FROM findings WHERE {where}", of_cycle, *judged)
    rows = [_row(finding, subject, of_cycle=of_cycle) for subject, its in judged.items() for finding in _kept(its)]
    plain.add_all("findings", _COLUMNS, rows)
    return stood


def _kept(assessment: Assessment) -> Iterator[Finding]:
    return (finding for finding in assessment.findings if finding.verdict is not Verdict.NOT_APPLICABLE)


def _row(finding: Finding, subject: str, *, of_cycle: bool) -> Sequence[Any]:
    remarks = REMARKS.dump_python(finding.remarks, mode="json", exclude_none=True) if finding.remarks else []
    came = finding.settled
    settled = None if came is None else SETTLED.dump_python(came, mode="json", exclude_defaults=True)
    own = (
        subject,
        of_cycle,
        finding.rule,
        finding.scope,
        finding.school or MUNICIPALITY,
        finding.evidence,
        remarks,
        settled,
    )
    return own + _same(finding)


def note_changes(plain: Plain, judged: Mapping[str, Assessment], stood: Mapping[str, Verdicts]) -> None:
    """Keeps what the verdicts were before, where they are others now. ``stood``: the subjects to compare."""
    lines: list[Sequence[Any]] = []
    for subject, before in stood.items():
        assessment = judged[subject]
        after = {(f.rule, f.scope, f.school or MUNICIPALITY): f.verdict.value for f in _kept(assessment)}
        lines += [
            (assessment.as_of, subject, assessment.case is None, *key, before.get(key))
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    plain.add_all("changes", ("at", "subject", "of_cycle", "rule", "scope", "school", "was"), lines)
