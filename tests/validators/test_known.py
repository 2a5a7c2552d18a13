"""The case as it was known at a moment: what was changed, replaced or deleted later stood then as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skolemiljo.domain.activity_plan import PlanStatus
from skolemiljo.domain.case import Case
from skolemiljo.domain.moment import Moment
from skolemiljo.validators.known import KnownCase

FIRST, THEN = "2026-03-09T10:00:00+01:00", "2026-03-09T13:00:00+01:00"
BEFORE, AFTER = datetime(2026, 3, 12, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)
CHANGED = "2026-03-16T09:00:00+01:00"
HAPPENED = {"happened_at": FIRST, "registered_at": FIRST}


def known(as_of: datetime, **more: Any) -> KnownCase:
    history = [{"status": "open", "at": FIRST}]
    case = {"id": "S-1", "school": "310000019", "status_history": history, "pupils": [{"ref": "e1"}], **more}
    return KnownCase(Case.model_validate(case), as_of)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("log", "happened_at"),
        ("log", "received_at"),
        ("evaluations", "happened_at"),
        ("notices", "happened_at"),
        ("notices", "learned_at"),
        ("notices", "read_at"),
        ("notices", "rector_told_at"),
        ("incidents", "leader_called_at"),
    ],
)
def test_a_time_that_was_changed_later_stood_then_as_it_was(name: str, field: str) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "log": {"kind": "pupil_told"},
        "notices": {"source": "guardian"},
        "incidents": {"level": 3},
    }
    edits = [{"field": field, "at": CHANGED, "previous": FIRST}]
    item = {"id": "x1", **HAPPENED, **kinds.get(name, {}), field: THEN, "edits": edits}
    for as_of, stood in ((BEFORE, FIRST), (AFTER, THEN)):
        (found,) = getattr(known(as_of, **{name: [item]}), name)
        assert getattr(found, field) == Moment.at(datetime.fromisoformat(stood))


def test_of_several_changes_the_first_after_the_moment_tells_what_stood() -> None:
    edits = [
        {"field": "happened_at", "at": "2026-03-17T09:00:00+01:00", "previous": "2026-03-09T12:00:00+01:00"},
        {"field": "happened_at", "at": CHANGED, "previous": FIRST},
    ]
    for given in (edits, edits[::-1]):
        (entry,) = known(
            BEFORE, log=[{"id": "l1", "kind": "note", **HAPPENED, "happened_at": THEN, "edits": given}]
        ).log
        assert entry.happened_at == Moment.at(datetime.fromisoformat(FIRST))


def version(number: int, status: str, day: int, **more: Any) -> dict[str, Any]:
    at = f"2026-03-{day:02}T10:00:00+01:00"
    return {
        "id": f"p{number}",
        "plan": "p",
        "version": number,
        "status": status,
        "happened_at": at,
        "registered_at": at,
        **more,
    }


@pytest.mark.parametrize(
    ("others", "held"),
    [
        ([version(2, "current", 16)], True),
        ([version(2, "current", 16, deleted_at="2026-03-17T09:00:00+01:00")], True),
        ([version(2, "current", 16, plan="another")], False),
        ([version(2, "draft", 16)], False),
        ([version(2, "draft", 11), version(3, "current", 16)], True),
        ([version(2, "replaced", 11), version(3, "current", 16)], False),
        ([version(2, "replaced", 11, plan="another"), version(3, "current", 16)], True),
        ([version(1, "current", 16, id="p1-again")], False),
        ([], False),
    ],
    ids=[
        "by a later version",
        "by one that was deleted since",
        "another plan came later",
        "only a draft came later",
        "a draft had come",
        "a newer one had come",
        "another plan's had come",
        "the same version later",
        "by nothing",
    ],
)
def test_a_version_that_was_replaced_later_still_held(others: list[dict[str, Any]], held: bool) -> None:
    case = known(BEFORE, activity_plans=[version(1, "replaced", 10), *others])
    assert next(plan for plan in case.plans if plan.id == "p1").status is (
        PlanStatus.CURRENT if held else PlanStatus.REPLACED
    )


@pytest.mark.parametrize("hidden", ["pupils", "pupils.ref", "notices", "notices.pupils"])
def test_no_entry_stands_in_the_wrong_case_where_nobody_sees_whom_it_is_about(hidden: str) -> None:
    strange = {"id": "l1", "kind": "note", **HAPPENED, "pupils": ["e9"], "notice": "v9"}
    notice = {"id": "v1", "source": "guardian", **HAPPENED}
    assert known(AFTER, log=[strange], notices=[notice]).log == ()
    assert len(known(AFTER, log=[strange], notices=[notice], hidden=[hidden]).log) == 1
    assert known(AFTER, log=[strange], notices=[notice], hidden=["incidents"]).log == ()
