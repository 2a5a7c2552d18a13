"""Each law catches the rule that breaks it, and no other law does."""

from __future__ import annotations

from random import Random

import pytest

from skolemiljo.domain.case import Case
from skolemiljo.validators import engine

from .broken import BROKEN
from .examples import every
from .laws import LAWS, Tally, hold

EXAMPLES = every()[::4]


@pytest.mark.parametrize("broken", BROKEN)
def test_the_law_catches_its_broken_rule_and_no_other_does(broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == 7:  # no rule sees copies: this is what would happen if they did
        monkeypatch.setattr(engine, "each_once", _as_it_came)
    chance = Random(broken)  # noqa: S311 - a sample, not secrets
    failing = set()
    for law in LAWS.values():
        tally = Tally()
        for example in EXAMPLES:
            hold(law, example.by(BROKEN[broken]), tally, lambda all_: chance.sample(all_, min(12, len(all_))))
        failing |= {law.number} if tally.failures else set()
    assert failing == {broken}


def _as_it_came(case: Case) -> Case:
    return case
