"""The cases that were once answered wrongly, where they are beside the checkout: what each rule must and must not say."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from skolemiljo.api import assess, load_calendar, read_case
from skolemiljo.domain.verdict import Finding
from skolemiljo.reports.report_language import Words

HANDED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "proof"
EXPECTED: dict[str, Any] = (
    yaml.safe_load((HANDED / "expect.yaml").read_text("utf-8")) if (HANDED / "expect.yaml").is_file() else {}
)


@pytest.mark.parametrize("name", EXPECTED or ["none is beside the checkout"])
def test_a_handed_case_is_answered_as_the_plan_says(name: str) -> None:
    if not EXPECTED:
        return
    told = EXPECTED[name]
    assessment = assess(
        read_case(HANDED / f"{name}.json"),
        as_of=datetime.fromisoformat(told["as_of"]),
        calendar=load_calendar(None),
    )
    faults: list[str] = []
    for want in told["expect"]:
        found = [f for f in assessment.findings if f.rule == want["rule"] and _about(f.scope, want.get("scope"))]
        said = {f.verdict.value for f in found}
        if not found or not said <= {want["verdict"], *want["also_accept"]} or said & set(want["must_not"]):
            faults.append(f"{want['rule']}: {sorted(said)} and not {want['verdict']}: {want['reason']}")
        if "remark" in want and not any(re.search(want["remark"], _remarks(f)) for f in found):
            faults.append(f"{want['rule']}: no remark like {want['remark']}")
    assert faults == []


def _about(scope: str, part: str | None) -> bool:
    return part is None or any(piece.endswith(f":{part}") for piece in scope.split("/"))


def _remarks(finding: Finding) -> str:
    return " ".join(Words("nb").remark(remark) for remark in finding.remarks)
