"""Each law catches the rule that breaks it, and no other law does."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from skolemiljo.domain.case import Case
from skolemiljo.validators import engine

from .broken import BROKEN
from .examples import every
from .laws import LAWS, Change, Tally, hold

EXAMPLES = every()[::4]


@pytest.mark.parametrize("broken", BROKEN)
def test_the_law_catches_its_broken_rule_and_no_other_does(broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == 7:  # no rule sees copies: this is what would happen if they did
        monkeypatch.setattr(engine, "each_once", _as_it_came)
    failing = set()
    for law in LAWS.values():
        tally = Tally()
        # Its own law looks till it has caught it: of a sample it would be chance, and another with each new example.
        for example in every() if law.number == broken else EXAMPLES:
            chance = Random(f"{broken} {law.number} {example.name}")  # noqa: S311 - a sample, not secrets
            hold(law, example.by(BROKEN[broken]), tally, partial(_some, chance))
            if tally.failures:
                failing.add(law.number)
                break
    assert failing == {broken}


def _some(chance: Random, changes: list[Change]) -> list[Change]:
    return chance.sample(changes, min(12, len(changes)))


def _as_it_came(case: Case) -> Case:
    return case
