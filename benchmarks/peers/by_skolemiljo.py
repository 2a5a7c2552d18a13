"""This project: the rules of the same codes, as every command judges by them, with all that they ask beyond the plain question."""

from __future__ import annotations

from contract import QUESTIONS, Missing, Row, serve

from skolemiljo.benchmarks.measure import _NOW, judging, read
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Finding, Verdict
from skolemiljo.judging.policy import Judging
from skolemiljo.validators import RULES


class Ours:
    """All findings of eight rules."""

    questions = tuple(QUESTIONS)

    def __init__(self) -> None:
        whole = judging()
        self._judging = Judging(whole.plans, whole.calendar_of, rules=tuple(RULES[code] for code in QUESTIONS))

    def load(self, file: str) -> list[Case]:
        """The cases as every adapter reads them: each field examined, unknown ones counted."""
        with open(file, "rb") as lines:  # noqa: PTH123 - as the others read it
            return list(map(read, lines))

    def _findings(self, cases: list[Case]) -> list[Finding]:
        return [finding for case in cases for finding in self._judging.case(case, _NOW).findings]

    def missing(self, cases: list[Case]) -> Missing:
        """There is no shorter way to yes or no than the findings."""
        found: dict[str, dict[str, None]] = {code: {} for code in QUESTIONS}
        for finding in self._findings(cases):
            if finding.verdict is Verdict.DEVIATION:
                found[finding.rule][finding.case or ""] = None
        return {code: list(cases) for code, cases in found.items()}

    def rows(self, cases: list[Case]) -> list[Row]:
        """What the others' rows are held to; ``review`` and ``unknown`` are answers that only this one has."""
        return [
            Row(
                finding.case or "",
                finding.rule,
                finding.scope,
                finding.verdict.value,
                finding.deadline.isoformat() if finding.deadline else None,
                finding.evidence,
            )
            for finding in self._findings(cases)
            if finding.verdict is not Verdict.NOT_APPLICABLE
        ]


if __name__ == "__main__":
    serve(Ours())
