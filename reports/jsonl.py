"""Cases as JSON Lines: one case, or one that could not be read, on each line; for many cases at once."""

from __future__ import annotations

import json
from typing import Any

from .json import SCHEMA_VERSION, case_data, finding_data, problem_data
from .model import SchoolReport
from .sentences import Sentences


def begin(_language: str) -> bytes:
    """Nothing stands before the first line."""
    return b""


def case(report: SchoolReport) -> bytes:
    """The lines of a report of one case: case_line and problem_line in reports/schema/report.schema.json."""
    say = Sentences(report)
    every: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "as_of": report.as_of.isoformat(),
        "language": say.words.language,
        "plan": report.plan.document.label,
        "complete": report.complete,
    }
    lines = [
        *(every | {"kind": "problem", "problem": problem_data(problem, say)} for problem in report.problems),
        *(
            every
            | {
                "kind": "case",
                "case": case_data(block, say),
                "findings": [finding_data(item, say) for item in report.items if item.finding.case == block.case],
            }
            for block in report.cases
        ),
    ]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
