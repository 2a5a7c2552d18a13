"""Exact copies of an entry are one: however many, in any order, and whichever of them others point at."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Finding
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.each_once import each_once
from skolemiljo.validators.engine import assess
from skolemiljo.validators.known import KnownCase

PLAN, CALENDAR, AS_OF = load_plan("oyer-2024"), SchoolCalendar(), datetime(2026, 3, 20, 8, tzinfo=UTC)


def case_of(notices: tuple[str, ...], pointing: tuple[str, str], at: str = "2026-03-09T10:00:00+01:00") -> Case:
    """One notice, entered under each of the ids; rektor's receipt and what the pupil was told point at two of them."""
    notice: dict[str, Any] = {
        "source": "staff",
        "happened_at": at,
        "registered_at": at,
        "receiver": {"role": "rector"},
        "notifier": {"role": "teacher"},
        "pupils": ["e1"],
    }
    entry = {
        "happened_at": "2026-03-09T12:00:00+01:00",
        "registered_at": "2026-03-09T12:00:00+01:00",
        "author": {"role": "rector"},
    }
    return Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:00:00+01:00"}],
            "pupils": [{"ref": "e1"}],
            "notices": [{"id": number, **notice} for number in notices],
            "log": [
                {"id": "l1", "kind": "rector_received", "notice": pointing[0], **entry},
                {"id": "l2", "kind": "pupil_told", "notice": pointing[1], "pupils": ["e1"], **entry},
            ],
        }
    )


def findings(case: Case) -> tuple[Finding, ...]:
    return assess(case, as_of=AS_OF, plans=[PLAN], rules=RULES.values(), calendar=CALENDAR).findings


def test_three_copies_of_a_notice_are_one_whichever_is_pointed_at() -> None:
    alone = findings(case_of(("v1",), ("v1", "v1")))
    assert any(finding.scope == "notice:v1" for finding in alone)
    for notices in permutations(("v1", "v2", "v3")):
        for pointing in (("v3", "v2"), ("v2", "v1"), ("v1", "v3")):
            assert findings(case_of(notices, pointing)) == alone


def test_two_that_came_on_a_day_without_a_time_are_two() -> None:
    """Nobody wrote down when: it may have been said twice."""
    found = findings(case_of(("v1", "v2"), ("v1", "v2"), at="2026-03-09"))
    assert {f.scope for f in found} >= {"notice:v1", "notice:v2"}


def test_what_rests_on_two_copies_rests_on_the_one_that_is_kept() -> None:
    raw = case_of(("v1",), ("v1", "v1")).model_dump(mode="json")
    raw["log"].append({**raw["log"][1], "id": "l3"})
    plan = {
        "id": "p1v1",
        "plan": "p1",
        "version": 1,
        "status": "current",
        "happened_at": "2026-03-12",
        "pupils": ["e1"],
    }
    raw["activity_plans"] = [{**plan, "rests_on": ["l3", "l1", "l2"], "analysis_ref": "l3", "best_interest_ref": "l3"}]
    (kept,) = each_once(Case.model_validate(raw)).activity_plans
    assert (kept.rests_on, kept.analysis_ref, kept.best_interest_ref) == (("l2", "l1"), "l2", "l2")


@pytest.mark.parametrize("name", ["notices", "log", "activity_plans", "evaluations", "incidents"])
def test_what_repeats_a_copy_repeats_the_one_that_is_kept(name: str) -> None:
    raw = case_of(("v1",), ("v1", "v1")).model_dump(mode="json")
    at = {"happened_at": "2026-03-12T10:00:00+01:00", "registered_at": "2026-03-12T10:00:00+01:00"}
    own: dict[str, dict[str, Any]] = {
        "notices": {"source": "guardian"},
        "log": {"kind": "observation"},
        "activity_plans": {"plan": "p1", "version": 1, "status": "current"},
    }
    items = [{"id": ref, **at, **own.get(name, {})} for ref in ("x1", "x2")]
    later = {"happened_at": "2026-03-13T10:00:00+01:00", "registered_at": "2026-03-13T10:00:00+01:00"}
    raw[name] = [*raw[name], *items, {**items[0], **later, "id": "x3", "duplicate_of": "x2"}]
    kept = {item.id: item for item in getattr(each_once(Case.model_validate(raw)), name)}
    assert "x2" not in kept
    assert kept["x3"].duplicate_of == "x1"


def test_notices_that_repeat_each_other_count_once_in_any_order() -> None:
    """A ring of repeats is one notice, the first of them: the duties of it are owed, and what is about any of them is about it."""
    case = case_of(("v1", "v2", "v3"), ("v3", "v2"))
    repeats = {"v1": "v2", "v2": "v3", "v3": "v1"}
    ring = [notice.model_copy(update={"duplicate_of": repeats[notice.id]}) for notice in case.notices]
    for order in permutations(ring):
        index = KnownCase(case.model_copy(update={"notices": order}), AS_OF)
        assert [notice.id for notice in index.notices] == ["v1"]
        assert {entry.notice for entry in index.log} == {"v1"}
