"""What is a question because of one field: who did it, by what way, or when. The laws have their exceptions for such a field (blank,
it is taken to be as it should), so these are no examples that they hold.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date

import pytest

from skolemiljo.domain.verdict import Verdict
from skolemiljo.tests.rules.examples import as_of_in, case_of, plan_in, school_calendar
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

_NOTICE = """
as_of = 2026-06-20T08:00:00
notices = [{id="v1", source="guardian", at=2026-03-09T10:00:00}]
"""
_TALK = '{id="l1", kind="pupil_conversation", at=2026-03-10T09:00:00, pupils=["e1"], held=true, hearing="heard", '


@pytest.mark.parametrize(
    ("code", "toml", "question"),
    [
        ("UN-09", f'log = [{_TALK} by="contact_teacher", channel="email"}}]', "only_in_writing"),
        ("UN-09", f'log = [{_TALK} by="guardian"}}]', "who_did_it"),
        (
            "TI-02",
            f'log = [{_TALK} by="guardian"}}, {{id="l2", kind="measure_started", at=2026-03-11, by="rector", pupils=["e1"]}}]',
            "who_did_it",
        ),
        (
            "L-05",
            'log = [{id="l1", kind="rights_explained", at=2026-03-10T09:00:00, by="guardian", pupils=["e1"]}]',
            "who_did_it",
        ),
        (
            "VA-09",
            'serious = 2026-03-09T12:00:00\nlog = [{id="l1", kind="owner_notified", at=2026-03-10T09:00:00, by="guardian"}]',
            "told_by_others",
        ),
        (
            "EV-03",
            f'closed = {{at=2026-06-12T10:00:00, reason="safe"}}\nlog = [{_TALK} by="teacher", feels_safe=true}}]',
            "asked_long_before",
        ),
    ],
)
def test_is_a_question_that_names_the_entry(code: str, toml: str, question: str) -> None:
    data = tomllib.loads(_NOTICE + toml)
    rule = replace(RULES[code], optional=False)
    as_of, plans = as_of_in(data["as_of"]), [plan_in(data).model_copy(update={"rules": {}})]
    found = assess(case_of(data), as_of=as_of, plans=plans, rules=[rule], calendar=school_calendar())
    (finding,) = found.findings
    assert (finding.question, finding.evidence) == (question, ("l1",))


@pytest.mark.parametrize(
    ("same_in", "hidden", "unseen"),
    [
        (("problem", "summary_of_enquiry"), ("assessments",), {"AP-A", "TI-08"}),
        (("problem", "summary_of_enquiry"), ("best_interest.weighing",), {"AP-A", "TI-08"}),
        (("problem",), ("assessments", "summary_of_enquiry"), {"AP-A", "TI-10"}),
        (("problem",), ("measures", "best_interest"), {"AP-A", "TI-08", "TI-10"}),
        (("problem",), ("assessments",), set()),
        (("problem",), (), set()),
    ],
)
def test_a_sentence_may_stand_in_the_fields_that_are_hidden_too(
    same_in: tuple[str, ...], hidden: tuple[str, ...], unseen: set[str]
) -> None:
    """A sentence that stands in three fields answers none of them: what is hidden may be the second and the third."""
    texts = {
        "problem": "Utestengt i friminuttene.",
        "summary_of_enquiry": "Samtalen viser at det skjer hver dag.",
        "further_plans": "En voksen går med i gangen.",
    } | {name: "Utestengt i friminuttene." for name in same_in}
    plan = {"id": "p1v1", "plan": "p1", "status": "current", "at": date(2026, 3, 12), "pupils": ["e1"], **texts}
    for path in hidden:
        plan.pop(path, None)
    data = tomllib.loads("as_of = 2026-03-20T08:00:00") | {
        "hidden": [f"activity_plans.{path}" for path in hidden],
        "activity_plans": [plan],
    }
    rules, as_of = [RULES[code] for code in ("AP-A", "TI-08", "TI-10")], as_of_in(data["as_of"])
    found = assess(case_of(data), as_of=as_of, plans=[plan_in(data)], rules=rules, calendar=school_calendar())
    shown = {finding.rule: finding.verdict for finding in found.findings}
    assert {rule for rule, verdict in shown.items() if verdict is Verdict.UNKNOWN} >= unseen
    if not unseen:
        assert set(shown.values()) == {Verdict.MET}
