"""What ends an enquiry, and whose guardians were told, in cases that are put together here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

CALENDAR = SchoolCalendar(known_years=frozenset({"2025-2026"}))
AS_OF = datetime(2026, 4, 20, 12, tzinfo=UTC)


def verdicts(rule: str, **more: Any) -> dict[str, Verdict]:
    """What ``rule`` says by scope, about a case with one notice on Monday 9 March."""
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:30:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "notices": [{"id": "v1", "source": "guardian", "happened_at": "2026-03-09T10:00:00+01:00"}],
            **more,
        }
    )
    found = assess(case, as_of=AS_OF, plans=[load_plan("oyer-2024")], rules=[RULES[rule]], calendar=CALENDAR)
    return {finding.scope: finding.verdict for finding in found.findings}


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [
        ([], Verdict.NOT_APPLICABLE),
        ([{"status": "closed", "at": "2026-03-20T10:00:00+01:00", "reason": "safe"}], Verdict.DEVIATION),
        ([{"status": "closed", "at": "2026-03-20T10:00:00+01:00", "reason": "moved"}], Verdict.NOT_APPLICABLE),
    ],
    ids=["goes on", "closed", "the pupil moved"],
)
def test_an_enquiry_that_only_the_closing_ended_is_held_to_its_plan(
    ended: list[dict[str, Any]], verdict: Verdict
) -> None:
    plan = {
        "id": "l1",
        "kind": "enquiry_plan",
        "happened_at": "2026-03-10T10:00:00+01:00",
        "methods": ["observasjon i storefri"],
    }
    history = [{"status": "open", "at": "2026-03-09T10:30:00+01:00"}, *ended]
    assert verdicts("UN-11", log=[plan], status_history=history) == {"case": verdict}


@pytest.mark.parametrize(("pupils", "knows"), [(["e1"], True), (["e1", "e2"], False)])
def test_guardians_whose_child_is_not_named_are_those_of_the_only_one(pupils: list[str], knows: bool) -> None:
    incident = {
        "id": "h1",
        "happened_at": "2026-03-09T11:00:00+01:00",
        "level": 3,
        "pupils": pupils,
        "guardians_informed": [{"at": "2026-03-09T13:00:00+01:00", "by": {"role": "contact_teacher"}}],
    }
    said = verdicts("GI-03b", incidents=[incident], pupils=[{"ref": one} for one in pupils])
    assert len(said) == len(pupils)
    assert all((verdict is Verdict.MET) is knows for verdict in said.values())


@pytest.mark.parametrize(
    ("told", "previous", "verdict"),
    [
        ("10:30", None, Verdict.REVIEW),
        ("10:30", "2026-03-09", Verdict.REVIEW),
        ("11:30", "2026-03-09T10:15:00+01:00", Verdict.MET),
    ],
    ids=["before rektor knew", "of what stood first only the day is known", "after it"],
)
def test_told_before_rektor_knew_is_asked_about(told: str, previous: str | None, verdict: Verdict) -> None:
    edits = [{"field": "rector_told_at", "at": "2026-03-12T10:00:00+01:00", "previous": previous}] if previous else []
    notice = {
        "id": "v1",
        "source": "guardian",
        "happened_at": "2026-03-09T10:00:00+01:00",
        "receiver": {"role": "staff"},
        "rector_told_at": "2026-03-09T11:00:00+01:00",
        "edits": edits,
    }
    at = f"2026-03-09T{told}:00+01:00"
    by = {"role": "contact_teacher"}
    entry = {"id": "l1", "kind": "pupil_told", "happened_at": at, "registered_at": at, "author": by, "pupils": ["e1"]}
    assert verdicts("VA-08", notices=[notice], log=[entry | {"notice": "v1"}]) == {"notice:v1/pupil:e1": verdict}
