"""Whether the same text stands in the activity plans of several cases of a school: a plan must fit its pupil (requirements A-32).

No rule can ask it, for a rule sees one case. Texts are compared by keyed fingerprints, made while the case is judged; the text is kept nowhere,
and without the key, which lies with the secrets, a fingerprint tells nothing of it. What is found is a question to people: no verdict, no flag.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..domain.activity_plan import ActivityPlan
    from ..domain.case import Case
    from ..domain.plan import Readings

_OF_PLAN = {
    "problem": "AP-A",
    "measures_text": "AP-B",
    "summary_of_enquiry": "TI-08",
    "assessments": "TI-09",
    "further_plans": "TI-10",
    "pupil_contribution": "TI-03",
    "goal": "EV-02",
}
"""The texts of a plan, and the rule that asks for each."""
_OF_MEASURE = {"text": "AP-B", "goal": "EV-02"}
_BEST_INTEREST = "AP-F"


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases with the same text in their plans, and the rules that ask for the fields it stands in."""

    cases: tuple[str, ...]
    rules: tuple[str, ...]

    def without(self, hidden: frozenset[str]) -> Alike | None:
        """The same where the cases ``hidden`` are not told of; ``None`` = then nothing is alike."""
        kept = tuple(case for case in self.cases if case not in hidden)
        return replace(self, cases=kept) if len(kept) > 1 else None


def fingerprints(case: Case, as_of: datetime, key: bytes, readings: Readings) -> dict[str, str]:
    """Of each text of the current plans that is long enough to be somebody's own: its fingerprint → the rule that asks for the field.

    The school is part of it, so that nothing can be compared across schools. Without a ``key`` there are none.
    """
    if not key:
        return {}
    from ..validators.known import KnownCase  # whoever only tells of copies reads no case
    from ..validators.reading.bare_words import letting_go_of_texts

    with letting_go_of_texts():
        return {
            hmac.digest(key, f"{case.school}\0{own}".encode(), hashlib.sha256).hex()[:32]: rule
            for plan in KnownCase(case, as_of).current_plans
            for path, text, rule in _texts(plan)
            if len(own := _own_words(text, path, readings)) >= readings.copied_from_letters
        }


def alike(prints: Mapping[str, Mapping[str, str]]) -> tuple[Alike, ...]:
    """Which cases have texts in common. ``prints``: by case, what :func:`fingerprints` gave."""
    cases: dict[str, list[str]] = defaultdict(list)
    rules: dict[str, set[str]] = defaultdict(set)
    for case, its in sorted(prints.items()):
        for fingerprint, rule in its.items():
            cases[fingerprint].append(case)
            rules[fingerprint].add(rule)
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for fingerprint, its_cases in cases.items():
        if len(its_cases) > 1:
            found[tuple(its_cases)] |= rules[fingerprint]
    return tuple(Alike(those, tuple(sorted(its_rules))) for those, its_rules in sorted(found.items()))


def _texts(plan: ActivityPlan) -> Iterator[tuple[str, str, str]]:
    """Field, text and rule of all that somebody wrote in ``plan``."""
    for name, rule in _OF_PLAN.items():
        yield f"activity_plans.{name}", getattr(plan, name) or "", rule
    for measure in plan.measures:
        for name, rule in _OF_MEASURE.items():
            yield f"activity_plans.measures.{name}", getattr(measure, name) or "", rule
    for name, text in plan.best_interest or ():
        if isinstance(text, str):
            yield f"best_interest.{name}", text, _BEST_INTEREST


def _own_words(text: str, path: str, readings: Readings) -> str:
    """The bare text without what the template has written, or nothing where it is no answer: «se planen» is everybody's."""
    from ..validators.reading.answers import read_answer
    from ..validators.reading.bare_words import bare
    from ..validators.reading.said import Said

    lines = [line for line in text.splitlines() if not line.rstrip().endswith((":", "?"))]
    if read_answer("\n".join(lines), path).said is not Said.ANSWER:
        return ""
    own = bare(" ".join(lines))
    for prompt in filter(None, map(bare, readings.template_prompts)):
        own = own.replace(prompt, " ")
    return " ".join(own.split())
