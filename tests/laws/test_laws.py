"""The laws of verdicts, held over every example: a seeded sample in ``make test``, every change there is in ``make laws``.

What is never to hold stands in exceptions.toml, with the plan's words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skolemiljo.domain.verdict import Verdict
from skolemiljo.tests.rules.examples import PLAN
from skolemiljo.validators import RULES

from .examples import Example, every
from .laws import LAWS, TOLD, Change, Failure, Law, Tally, hold, process_zone
from .lists import exceptions, told_by
from .shown_by import MADE_BY, SHOWN_BY, WHOEVER

WHOLE = os.environ.get("SKOLEMILJOTEST_LAWS") == "whole"
REPORT = os.environ.get("SKOLEMILJOTEST_LAWS_REPORT")
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
PARTS = 60 if WHOLE else 6
"""So many tests for each law: none of them may take longer than a test is given."""
CHANGES_OF_EACH = 2
"""Of each example and law, where not all are tried."""


def _some(example: Example, law: Law) -> Random:
    return Random(f"{SEED} {law.number} {example.name}")  # noqa: S311 - a sample, not secrets


def _tried(law: Law, example: Example, tally: Tally) -> None:
    def chosen(changes: list[Change]) -> Iterable[Change]:
        return changes if WHOLE else _some(example, law).sample(changes, min(CHANGES_OF_EACH, len(changes)))

    hold(law, example, tally, chosen)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: f"{law.number}-{law.name}")
def test_law(law: Law, part: int) -> None:
    tally = Tally()
    for example in every()[part::PARTS]:
        _tried(law, example, tally)
    if REPORT:
        line = {"law": law.number, "changed": tally.changed, "held": tally.held, "told": sorted(TOLD)}
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | {"failures": [asdict(f) for f in tally.failures]}) + "\n")
    allowed = {key for exception in exceptions() for key in exception.keys}
    new = [failure for failure in tally.failures if (law.number, failure.rule, failure.field) not in allowed]
    assert not new, "\n".join(sorted(map(_line, new)))


def _line(failure: Failure) -> str:
    return (
        f"{failure.rule} {failure.scope} in {failure.example}: "
        f"{failure.before} → {failure.after} when {failure.field} is {failure.what}"
    )


@pytest.mark.parametrize("number", [1, 2], ids=["hidden", "less proof"])
@settings(max_examples=2000 if WHOLE else 40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_several_at_once_are_never_calmer(number: int, chance: Random) -> None:
    """The first and the second law for two or three facts at once."""
    law, example = LAWS[number], chance.choice(every())
    case, gone, fields = example.case, frozenset[str](), list[str]()
    for _ in range(chance.choice((2, 3))):
        changes = list(law.changes(replace(example, case=case)))
        if not changes:
            break
        change = chance.choice(changes)
        case, gone, fields = change.case, gone | change.gone, [*fields, change.field]
    if not fields:
        return
    allowed = {(rule.rule, field) for rule in exceptions() if rule.law == number for field in rule.fields}
    together = Change(fields[-1], " and ".join(fields), case, gone)
    wrong = law.wrong(example.judged(example.case), example.judged(case), together)
    new = [about for about, _ in wrong if not any((about[0], field) in allowed for field in fields)]
    assert not new, f"{new} in {example.name} when less is said of {together.what}"


def test_no_exception_without_the_plans_words() -> None:
    """Each names a rule, a law, and what the row of the plan says, word for word."""
    for exception in exceptions():
        assert exception.law in LAWS
        assert exception.law != 1, "hidden is never calm, without exception"
        assert exception.fields
        assert exception.quote == _words_of(exception.rule)
        assert exception.why


def test_no_rule_is_silent_for_another_without_the_plans_words() -> None:
    """Each says which rules tell of the lack instead, and what the row of the silent one says, word for word."""
    for silent in told_by().values():
        assert silent.by
        assert silent.rule not in silent.by
        assert set(silent.by) <= RULES.keys()
        assert silent.quote == _words_of(silent.rule)
        assert silent.why


def test_every_proof_is_declared() -> None:
    """What a finding in order rests on in the log is declared for its rule, kind by kind, or the rule says why it asks for nobody."""
    undeclared = {
        f"{rule}: {entry.kind}"
        for example in every()
        for (rule, _), finding in example.judged(example.case).items()
        for entry in example.case.log
        if finding.verdict is Verdict.MET
        and entry.id in finding.evidence
        and rule not in WHOEVER
        and not any(made.path == "log.author" for made in MADE_BY.get(rule, ()))
        and not any(entry.kind in proof.kinds for proof in SHOWN_BY.get(rule, ()))
    }
    assert not undeclared
    assert not SHOWN_BY.keys() & WHOEVER.keys()


def test_whom_a_proof_asks_for_is_said_in_the_plans_words() -> None:
    plan = " ".join(row.quote or "" for row in PLAN.rows.values())
    for proofs in SHOWN_BY.values():
        for whom in (whom for proof in proofs for whom in (proof.by, proof.present) if whom is not None):
            assert whom.words.rstrip(".") in plan, whom.words
    for made in (made for several in MADE_BY.values() for made in several):
        assert made.by.words.rstrip(".") in plan or (made.by.words,) == RULES["L-05"].law, made.by.words


def _words_of(rule: str) -> str:
    """What the plan says in its row; of what only the law says, which paragraph."""
    return PLAN.rows[rule].quote or RULES[rule].law[0]


ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")


@pytest.mark.parametrize("part", range(PARTS))
def test_the_time_zone_of_the_process_is_noise(part: int) -> None:
    examples = every()[part::PARTS]
    told = []
    for zone in ZONES:
        with process_zone(zone):
            told.append([example.judged(example.case) for example in examples])
    assert told[0] == told[1]
