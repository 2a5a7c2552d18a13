"""The cases that the laws are held over: every Markdown example, the invented municipality, and inputs once answered wrongly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from skolemiljo.adapters.case_file import read_case_file
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.municipality import school_calendar as town_calendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.plan import MunicipalPlan
from skolemiljo.domain.verdict import Finding
from skolemiljo.judging.policy import Judging
from skolemiljo.tests.rules.examples import BLOCKS, PLAN, as_of_in, case_of, plan_in, school_calendar
from skolemiljo.validators import RULES
from skolemiljo.validators.rule import Rule, Subject

PROOF = Path(__file__).resolve().parents[3] / "shared" / "cases" / "proof"
"""Beside the checkout where there is one; never part of it."""

About = tuple[str, str]
"""A rule and its scope."""

CASE_RULES = tuple(replace(rule, optional=False) for rule in RULES.values() if rule.subject is Subject.CASE)


@dataclass(frozen=True)
class Example:
    """One case at one moment, and how it is judged."""

    name: str
    case: Case
    as_of: datetime
    judging: Judging

    def judged(self, case: Case) -> dict[About, Finding]:
        """The findings about ``case``, which is this one with something changed."""
        found = self.judging.case(case, self.as_of).findings
        return {(finding.rule, finding.scope): finding for finding in found}

    def by(self, *rules: Rule) -> Example:
        """The same case, judged by these rules alone."""
        return replace(self, judging=replace(self.judging, rules=rules))


def _judging(plan: MunicipalPlan, *, town: bool, read_text: bool = True) -> Judging:
    """By every rule: what a municipality has turned off must hold where it is turned on."""
    every_rule_on = plan.model_copy(update={"rules": {}})
    calendar = town_calendar() if town else school_calendar()
    return Judging((every_rule_on,), lambda _: calendar, read_text, CASE_RULES)


def markdown() -> Iterator[Example]:
    """Every block of tests/rules that is about a case."""
    for block in BLOCKS:
        if RULES[block.codes[0]].subject is Subject.CASE:
            data = tomllib.loads(block.toml)
            judging = _judging(plan_in(data), town=False, read_text=data.get("read_text", True))
            yield Example(f"{block.chapter}: {block.key}", case_of(data), as_of_in(data["as_of"]), judging)


def municipality() -> Iterator[Example]:
    """Every case of the invented municipality."""
    judging = _judging(PLAN, town=True)
    for raw in Municipality().cases():
        yield Example(raw["id"], Case.model_validate(raw), AS_OF, judging)


def once_wrong() -> Iterator[Example]:
    """The inputs of ``../shared/cases/proof``, where it is there."""
    judging = _judging(PLAN, town=True)
    if not PROOF.is_dir():
        return
    expected = yaml.safe_load((PROOF / "expect.yaml").read_text("utf-8"))
    for file in sorted(PROOF.glob("*.json")):
        yield Example(file.stem, read_case_file(file), datetime.fromisoformat(expected[file.stem]["as_of"]), judging)


@cache
def every() -> tuple[Example, ...]:
    """All of them."""
    return (*markdown(), *municipality(), *once_wrong())
