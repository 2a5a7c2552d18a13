"""A case that followed the pupil: each school answers for the activity plan in its own time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Finding, Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

OLD, NEW = "310000027", "310000019"
CALENDAR = SchoolCalendar(known_years=frozenset({"2025-2026"}))


def judged(transfer: str, plan: str | None, as_of: datetime) -> Finding:
    plans: list[dict[str, Any]] = []
    if plan is not None:
        plans = [
            {
                "id": "p1v1",
                "plan": "p1",
                "status": "current",
                "pupils": ["e1"],
                "happened_at": plan,
                "registered_at": plan,
            }
        ]
    notice = {"id": "v1", "source": "guardian", "happened_at": "2026-03-09T10:00:00+01:00"}
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": NEW,
            "status_history": [{"status": "open", "at": "2026-03-09T10:30:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "notices": [notice],
            "activity_plans": plans,
            "transfers": [{"at": transfer, "from_school": OLD, "to_school": NEW}],
        }
    )
    assessment = assess(case, as_of=as_of, plans=[load_plan("oyer-2024")], rules=[RULES["TI-07"]], calendar=CALENDAR)
    (finding,) = assessment.findings
    return finding


def test_the_school_that_made_the_plan_has_the_finding() -> None:
    finding = judged("2026-03-20T09:00:00+01:00", "2026-03-13T12:00:00+01:00", datetime(2026, 5, 1, tzinfo=UTC))
    assert (finding.verdict, finding.school) == (Verdict.MET, OLD)


def test_a_plan_made_after_the_transfer_is_the_new_school_s() -> None:
    finding = judged("2026-03-12T09:00:00+01:00", "2026-03-16T12:00:00+01:00", datetime(2026, 5, 1, tzinfo=UTC))
    assert (finding.verdict, finding.school) == (Verdict.MET, NEW)


def test_the_new_school_has_its_own_time() -> None:
    finding = judged("2026-03-12T09:00:00+01:00", None, datetime(2026, 3, 18, tzinfo=UTC))
    assert (finding.verdict, finding.school) == (Verdict.DUE, NEW)
    assert finding.counted_from is not None
    assert finding.counted_from.isoformat() == "2026-03-12"


def test_what_was_over_before_the_transfer_stays_with_the_old_school() -> None:
    finding = judged("2026-05-11T09:00:00+02:00", None, datetime(2026, 5, 20, tzinfo=UTC))
    assert (finding.verdict, finding.school) == (Verdict.DEVIATION, OLD)
    late = judged("2026-05-11T09:00:00+02:00", "2026-05-12T09:00:00+02:00", datetime(2026, 5, 20, tzinfo=UTC))
    assert (late.verdict, late.school) == (Verdict.MET, OLD)
