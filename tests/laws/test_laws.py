"""The laws of verdicts, held over every example: a seeded sample in ``make test``, every change there is in ``make laws``.

What does not hold yet stands in not_yet.toml, law by law: rule, field, and an example in which it is seen. The list can only
shrink: an entry whose example holds fails. What is never to hold stands in exceptions.toml, with the plan's words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from random import Random

import pytest

from skolemiljo.tests.rules.examples import PLAN

from .examples import PROOF, Example, every
from .laws import LAWS, Change, Failure, Law, Tally, hold, process_zone
from .lists import Key, exceptions, not_yet

WHOLE = os.environ.get("SKOLEMILJO_LAWS") == "whole"
REPORT = os.environ.get("SKOLEMILJO_LAWS_REPORT")
SEED = int(os.environ.get("SKOLEMILJO_SEED", "20261120"))
PARTS = 60 if WHOLE else 6
"""So many tests for each law: none of them may take longer than a test is given."""
CHANGES_OF_EACH = 3
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
        line = {"law": law.number, "changed": tally.changed, "held": tally.held}
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | {"failures": [asdict(f) for f in tally.failures]}) + "\n")
    allowed = not_yet().keys() | {key for exception in exceptions() for key in exception.keys}
    new = [failure for failure in tally.failures if (law.number, failure.rule, failure.field) not in allowed]
    assert not new, "\n".join(sorted(map(_line, new)))


def _line(failure: Failure) -> str:
    return (
        f"{failure.rule} {failure.scope} in {failure.example}: "
        f"{failure.before} → {failure.after} when {failure.field} is {failure.what}"
    )


@pytest.mark.parametrize("key", sorted(not_yet()), ids=lambda key: "-".join(map(str, key)))
def test_what_does_not_hold_yet_still_does_not(key: Key) -> None:
    number, rule, field = key
    example = _examples().get(not_yet()[key])
    if example is None and not PROOF.is_dir():
        pytest.skip("the inputs of ../shared/cases are not beside the checkout")
    assert example is not None, "that example is another now: `make laws` finds one if it does not hold yet"
    assert _fails(example, number, rule, field), (
        f"{rule} holds law {number} for {field} there: take the entry out of not_yet.toml (`make laws` finds others)"
    )


def _fails(example: Example, number: int, rule: str, field: str) -> bool:
    tally = Tally()
    hold(LAWS[number], example, tally, lambda changes: [change for change in changes if change.field == field])
    return any(failure.rule == rule for failure in tally.failures)


@cache
def _examples() -> dict[str, Example]:
    return {example.name: example for example in every()}


def test_no_exception_without_the_plans_words() -> None:
    """Each names a rule, a law, and what the row of the plan says, word for word."""
    for exception in exceptions():
        assert exception.law in LAWS
        assert exception.law != 1, "hidden is never calm, without exception"
        assert exception.fields
        assert exception.quote == PLAN.rows[exception.rule].quote
        assert exception.why


ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")


@pytest.mark.parametrize("part", range(PARTS))
def test_the_time_zone_of_the_process_is_noise(part: int) -> None:
    examples = every()[part::PARTS]
    told = []
    for zone in ZONES:
        with process_zone(zone):
            told.append([example.judged(example.case) for example in examples])
    assert told[0] == told[1]
