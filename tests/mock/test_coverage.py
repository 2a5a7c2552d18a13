"""The invented municipality shows every verdict of the first rules at least once, and no story makes a rule crash."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import cache

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar, stories
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Assessment, Verdict
from skolemiljo.plans.loader import load_plans
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess, assess_cycle

LATER = AS_OF + timedelta(hours=1)
PLANS = load_plans("oyer-2024")
EVERY = {"met", "deviation", "due", "review", "unknown"}
CONTENT = {"met", "deviation", "unknown"}
YEARLY = {"met", "deviation", "due", "unknown"}
FIRST_RULES = {
    # The plan's fields are there or they are not: nothing falls due, and words that say too little are a question.
    "AP-A": CONTENT,
    "AP-B": CONTENT,
    "AP-C": CONTENT | {"review"},
    "AP-D": CONTENT | {"review"},
    "AP-E": CONTENT | {"review"},
    "AP-F": CONTENT | {"review"},
    "TI-07": EVERY,
    "VA-05": EVERY - {"review"},
    "VA-08": EVERY,
    "VA-09": EVERY,
    "VA-10": CONTENT,  # owed once the owner was told; until then VA-09 speaks
    "VA-11": EVERY - {"review"},
    "SK-02": EVERY,
    "EV-01": EVERY,
    "AAR-01": YEARLY,
    "AAR-02": YEARLY,
    "AAR-03": YEARLY,
    "AAR-05": CONTENT,
    "AAR-08": {"deviation", "due"},  # no June lies between the plan's approval and the default moment with a revision
    "META-01": {"deviation"},  # the plan is past its date; every reader sees it
}


@cache
def cases() -> dict[str, Assessment]:
    """Story → what the rules say of its first case."""
    return {
        story.name: assess(
            Case.model_validate(raw), as_of=LATER, plans=PLANS, rules=RULES.values(), calendar=school_calendar()
        )
        for story, raw in zip(stories(), Municipality(cases=len(stories())).cases(), strict=True)
    }


@cache
def cycles() -> tuple[Assessment, ...]:
    return tuple(
        assess_cycle(
            CycleFacts.model_validate(facts),
            as_of=LATER,
            plans=PLANS,
            rules=RULES.values(),
            calendar=school_calendar(),
        )
        for facts in Municipality().cycle_facts()
    )


@cache
def verdicts() -> dict[str, set[str]]:
    seen: dict[str, set[str]] = defaultdict(set)
    for assessment in (*cases().values(), *cycles()):
        for finding in assessment.findings:
            seen[finding.rule].add(finding.verdict.value)
    return seen


def test_no_story_makes_a_rule_crash() -> None:
    assert [story for story, assessment in cases().items() if assessment.crashed] == []
    assert [assessment.school for assessment in cycles() if assessment.crashed] == []


@pytest.mark.parametrize("rule", FIRST_RULES)
def test_every_verdict_of_the_first_rules_occurs(rule: str) -> None:
    assert verdicts()[rule] >= FIRST_RULES[rule]


def test_the_ordinary_course_has_nothing_to_say() -> None:
    for story in ("ordinary-closed", "loneliness", "guardian-to-contact-teacher", "school-nurse", "serious-in-order"):
        wrong = [f for f in cases()[story].findings if f.verdict not in (Verdict.MET, Verdict.NOT_APPLICABLE)]
        assert [(f.rule, f.scope, f.verdict.value) for f in wrong] == [], story


@pytest.mark.parametrize(
    ("story", "rule", "verdict"),
    [
        ("told-next-day", "VA-08", "deviation"),
        ("not-told", "VA-08", "deviation"),
        ("two-pupils-one-told", "VA-08", "deviation"),
        ("late-evening", "VA-08", "deviation"),
        ("note-hints-told", "VA-08", "review"),
        ("note-says-not-told", "VA-08", "deviation"),
        ("told-time-edited", "VA-08", "review"),
        ("came-today", "VA-08", "due"),
        ("rector-no-receipt", "VA-05", "deviation"),
        ("serious-not-notified", "VA-09", "deviation"),
        ("serious-receipt-by-rector", "VA-11", "deviation"),
        ("leader-accused-via-leader", "SK-02", "deviation"),
        ("plan-draft-only", "TI-07", "deviation"),
        ("plan-placeholder-dash", "AP-A", "deviation"),
        ("plan-replaced-by-worse", "AP-F", "deviation"),
        ("plan-best-interest-claimed", "AP-F", "review"),
        ("evaluation-missing", "EV-01", "deviation"),
        ("hidden-log", "VA-08", "unknown"),
        ("hidden-best-interest", "AP-F", "unknown"),
    ],
)
def test_a_story_gives_the_verdict_that_it_is_told_for(story: str, rule: str, verdict: str) -> None:
    assert verdict in {f.verdict.value for f in cases()[story].findings if f.rule == rule}


def test_a_story_about_one_thing_is_about_that_thing() -> None:
    """A story whose name says what is missing has no other deviation that would hide it."""
    for story, only in {
        "told-next-day": {"VA-08"},
        "notice-not-logged": {"VA-04"},
        "rector-no-receipt": {"VA-05"},
        "plan-no-responsible": {"AP-D"},
        "meeting-late": {"UN-07"},
        "serious-no-receipt": {"VA-11"},
        "leader-accused-via-leader": {"SK-02"},
    }.items():
        deviating = {f.rule for f in cases()[story].findings if f.verdict is Verdict.DEVIATION}
        assert deviating == only, story
