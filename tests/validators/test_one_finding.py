"""One missing thing is one finding, whichever rules are on; and what can't be seen is never left to another rule to tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.plan import MunicipalPlan, Switch
from skolemiljo.domain.verdict import Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess
from skolemiljo.validators.needs import what_decides
from skolemiljo.validators.rule import Subject

PLAN = load_plan("oyer-2024")
AS_OF = datetime(2026, 4, 30, 12, tzinfo=UTC)


def without(*codes: str) -> MunicipalPlan:
    off = {code: Switch(on=False, reason="vedtak i kommunen", source="skoleeier") for code in codes}
    return PLAN.model_copy(update={"rules": {**PLAN.rules, **off}})


def deviating(plan: MunicipalPlan, **more: Any) -> set[str]:
    """The rules that deviate, of those about the owner and the pupil, in a serious case about a leader or a teacher."""
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:00:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "severity": [{"serious": True, "at": "2026-03-09T12:00:00+01:00"}],
            "notices": [
                {"id": "v1", "source": "staff", "happened_at": "2026-03-09T10:00:00+01:00", "accuses_staff": True}
            ],
            **more,
        }
    )
    codes = ("VA-09", "VA-10", "SK-02", "SK-07", "SK-08", "UN-09")
    rules = [RULES[code] for code in codes]
    found = assess(case, as_of=AS_OF, plans=[plan], rules=rules, calendar=SchoolCalendar()).findings
    return {f.rule for f in found if f.verdict in (Verdict.DEVIATION, Verdict.UNKNOWN)}


def suspected(who: str) -> list[dict[str, Any]]:
    return [{"suspected": who, "at": "2026-03-09T10:00:00+01:00"}]


def test_a_missing_owner_notice_is_told_by_the_rule_that_is_on() -> None:
    teacher, leader = {"suspicions": suspected("staff")}, {"suspicions": suspected("leader")}
    assert deviating(PLAN, **teacher) == {"SK-07", "SK-08"}
    assert deviating(PLAN, **leader) == {"SK-02", "SK-08"}
    assert deviating(without("SK-07"), **teacher) == {"VA-09", "SK-08"}
    assert deviating(without("SK-02"), **leader) == {"SK-07", "SK-08"}
    assert deviating(without("SK-08"), **teacher) == {"SK-07", "UN-09"}
    assert deviating(PLAN) == {"SK-07", "SK-08"}  # the notice accuses somebody at the school: that is a suspicion too


def test_a_part_that_is_hidden_leaves_nothing_to_another_rule() -> None:
    hidden = {"suspicions": suspected("staff"), "hidden": ["suspicions.accused"]}
    assert deviating(PLAN, **hidden) == {"SK-02", "SK-07", "SK-08", "VA-09", "VA-10", "UN-09"}


@pytest.mark.parametrize("path", sorted(what_decides()))
def test_where_what_decides_is_hidden_no_rule_is_silent(path: str) -> None:
    """A kind, a level or a status that may not be seen: every rule that needs it could not check."""
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:00:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "hidden": [path],
        }
    )
    rules = [r for r in RULES.values() if r.subject is Subject.CASE and PLAN.is_on(r.row, optional=r.optional)]
    found = assess(case, as_of=AS_OF, plans=[PLAN], rules=rules, calendar=SchoolCalendar()).findings
    reading = {r.code for r in rules if path in r.needs.fields}
    assert {f.rule for f in found if f.verdict is Verdict.UNKNOWN} >= reading
    assert reading


def test_the_right_to_report_follows_the_switch_of_its_row() -> None:
    assert RULES["L-05a"].row == "L-05"
    assert not PLAN.is_on(RULES["L-05a"].row, optional=True)
    on = Switch(on=True, reason="vedtak i kommunen", source="skoleeier")
    assert PLAN.model_copy(update={"rules": {"L-05": on}}).is_on(RULES["L-05a"].row, optional=True)
