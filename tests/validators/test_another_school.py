"""A case that went to another school: who had the duty when. What was over stays; what was still owed is counted anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Finding, Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

OLD, NEW = "310000027", "310000019"
CALENDAR = SchoolCalendar(known_years=frozenset({"2025-2026"}))
PLAN = load_plan("oyer-2024")


def judged(rule: str, moved: str, as_of: str, **more: Any) -> dict[str, Finding]:
    """The findings of ``rule`` by scope, in a case with one notice on Monday 9 March that was moved on a day."""
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": NEW,
            "status_history": [{"status": "open", "at": "2026-03-09T10:30:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "notices": [{"id": "v1", "source": "guardian", "happened_at": "2026-03-09T10:00:00+01:00"}],
            "transfers": [{"at": f"{moved}T09:00:00+01:00", "from_school": OLD, "to_school": NEW}],
            **more,
        }
    )
    moment = datetime.fromisoformat(as_of).replace(hour=12, tzinfo=UTC)
    found = assess(case, as_of=moment, plans=[PLAN], rules=[RULES[rule]], calendar=CALENDAR).findings
    return {f.scope: f for f in found if f.verdict is not Verdict.NOT_APPLICABLE}


def entry(kind: str, day: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{kind}-{day}", "kind": kind, "happened_at": f"{day}T12:00:00+01:00", **more}


@pytest.mark.parametrize(
    ("rule", "scope", "log"),
    [
        ("UN-05", "case", []),
        ("UN-09", "pupil:e1", []),
        ("UN-12", "pupil:e1", [entry("enquiry_step", "2026-03-10")]),
        ("UN-13", "pupil:e1", [entry("analysis", "2026-03-10", text="Sammenfatning.")]),
        ("UN-14", "case", [entry("analysis", "2026-03-10", text="Sammenfatning.")]),
        ("TI-07", "pupil:e1", []),
    ],
)
def test_what_was_still_owed_is_the_new_school_s_from_the_day_it_got_the_case(
    rule: str, scope: str, log: list[dict[str, Any]]
) -> None:
    soon = judged(rule, "2026-03-18", "2026-03-20", log=log)[scope]
    assert (soon.verdict, soon.school) == (Verdict.DUE, NEW)
    assert str(soon.counted_from) == "2026-03-18"
    later = judged(rule, "2026-03-18", "2026-05-20", log=log)[scope]
    assert (later.verdict, later.school) == (Verdict.DEVIATION, NEW)
    over = judged(rule, "2026-04-20", "2026-04-21", log=log)[scope]
    assert (over.verdict, over.school) == (Verdict.DEVIATION, OLD)


def test_measures_chosen_without_hearing_are_answered_for_by_the_school_that_chose() -> None:
    for day, school in (("2026-03-13", OLD), ("2026-03-20", NEW)):
        plan = {
            "id": "p1v1",
            "plan": "p1",
            "status": "current",
            "pupils": ["e1"],
            "happened_at": f"{day}T12:00:00+01:00",
        }
        found = judged("UN-09", "2026-03-18", "2026-03-23", activity_plans=[plan])["pupil:e1"]
        assert (found.verdict, found.school) == (Verdict.DEVIATION, school)


def test_a_deadline_of_a_day_stays_where_the_notice_came() -> None:
    for rule, scope in (("VA-08", "notice:v1/pupil:e1"), ("UN-07", "notice:v1/pupil:e1")):
        found = judged(rule, "2026-03-12", "2026-03-20")[scope]
        assert (found.verdict, found.school) == (Verdict.DEVIATION, OLD)
    after = judged("VA-08", "2026-03-06", "2026-03-20")["notice:v1/pupil:e1"]
    assert (after.verdict, after.school) == (Verdict.DEVIATION, NEW)


def test_a_second_transfer_is_counted_from_in_its_turn() -> None:
    more = [
        {"at": "2026-03-12T09:00:00+01:00", "from_school": "310000035", "to_school": OLD},
        {"at": "2026-03-18T09:00:00+01:00", "from_school": OLD, "to_school": NEW},
    ]
    found = judged("UN-09", "2026-03-18", "2026-03-20", transfers=more)["pupil:e1"]
    assert (found.verdict, found.school, str(found.counted_from)) == (Verdict.DUE, NEW, "2026-03-18")


def test_closed_at_the_new_school_without_it_is_the_new_school_s() -> None:
    status = [
        {"status": "open", "at": "2026-03-09T10:30:00+01:00"},
        {"status": "closed", "at": "2026-03-20T10:30:00+01:00", "reason": "safe"},
    ]
    found = judged("UN-09", "2026-03-18", "2026-03-23", status_history=status)["pupil:e1"]
    assert (found.verdict, found.school) == (Verdict.DEVIATION, NEW)
    found = judged("UN-09", "2026-03-23", "2026-03-24", status_history=status)["pupil:e1"]
    assert (found.verdict, found.school) == (Verdict.DEVIATION, OLD)
