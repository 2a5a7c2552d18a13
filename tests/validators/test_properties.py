"""What must hold for every rule and every case: order, later news, the clock of the process and whole weeks never matter."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.moment import OSLO
from skolemiljo.domain.verdict import Finding, Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

AS_OF = datetime(2026, 11, 20, 7, tzinfo=UTC)
PLAN = load_plan("oyer-2024")
WEEKDAYS = SchoolCalendar(known_years=frozenset(f"{y}-{y + 1}" for y in range(2020, 2035)))
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?")


@cache
def cases() -> tuple[dict[str, Any], ...]:
    return tuple(Municipality(seed=11, schools=3, cases=150, as_of=AS_OF).cases())


case_numbers = st.integers(0, 149)


def findings(raw: dict[str, Any], as_of: datetime = AS_OF) -> dict[Any, Finding]:
    case = Case.model_validate(raw)
    assessment = assess(case, as_of=as_of, plans=[PLAN], rules=RULES.values(), calendar=WEEKDAYS)
    assert not assessment.crashed, assessment.crashed
    return {finding.identity: finding for finding in assessment.findings}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(case_numbers, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_written_never_matters(number: int, chance: random.Random) -> None:
    raw = cases()[number]
    mixed = dict(raw)
    for name in ("log", "notices", "activity_plans", "evaluations", "incidents", "pupils"):
        items = list(raw.get(name, ()))
        chance.shuffle(items)
        mixed[name] = items
    assert _without_order(findings(mixed)) == _without_order(findings(raw))


def _without_order(found: dict[Any, Finding]) -> dict[Any, Any]:
    return {key: replace(f, evidence=tuple(sorted(f.evidence))) for key, f in found.items()}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    case_numbers,
    st.sampled_from(
        sorted({e for e in ("pupil_told", "owner_notified", "rector_received", "pupil_conversation", "analysis")})
    ),
)
def test_what_happens_or_is_written_later_changes_nothing_now(number: int, kind: str) -> None:
    raw = cases()[number]
    later = (AS_OF + timedelta(minutes=1)).isoformat()
    pupils = [p["ref"] for p in raw.get("pupils", ())]
    entry = {"kind": kind, "pupils": pupils, "author": {"role": "rector"}, "held": True, "hearing": "heard"}
    early = (AS_OF - timedelta(days=3)).isoformat()
    extra = [
        {**entry, "id": "senere-1", "happened_at": later, "registered_at": later},
        {**entry, "id": "senere-2", "happened_at": early, "registered_at": later},
        {**entry, "id": "slettet", "happened_at": early, "registered_at": early, "deleted_at": early},
    ]
    assert findings({**raw, "log": [*raw.get("log", ()), *extra]}) == findings(raw)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(case_numbers, st.integers(1, 3))
def test_whole_weeks_shift_the_verdicts_and_nothing_else(number: int, weeks: int) -> None:
    """Outside holidays, and where no clock change falls between a cause and its answer."""
    raw = cases()[number]
    days = timedelta(weeks=weeks * 52)
    moved = json.loads(_TIME.sub(lambda m: _shifted(m[0], days), json.dumps(raw)))
    then = (AS_OF.astimezone(OSLO).replace(tzinfo=None) + days).replace(tzinfo=OSLO).astimezone(UTC)
    before, after = findings(raw), findings(moved, then)
    first = min(date.fromisoformat(m[0][:10]) for m in _TIME.finditer(json.dumps(raw)))
    if first < PLAN.document.approved:
        return
    moved_before = {(*key[:3], _TIME.sub(lambda m: _shifted(m[0], days), key[3])): f for key, f in before.items()}
    assert {key: f.verdict for key, f in after.items()} == {key: f.verdict for key, f in moved_before.items()}
    for key, f in moved_before.items():
        if f.deadline is not None:
            assert after[key].deadline == f.deadline + days, key


def _shifted(text: str, by: timedelta) -> str:
    if len(text) == 10:
        return (date.fromisoformat(text) + by).isoformat()
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return (moment + by).isoformat()
    return (moment.astimezone(OSLO).replace(tzinfo=None) + by).replace(tzinfo=OSLO).isoformat()


@settings(max_examples=100, derandomize=True, deadline=None)
@given(case_numbers)
def test_time_alone_changes_a_verdict_no_earlier_than_it_says(number: int) -> None:
    raw = cases()[number]
    now = findings(raw)
    moments = sorted({f.changes_at for f in now.values() if f.changes_at is not None})
    if moments:
        just_before = findings(raw, moments[0] - timedelta(microseconds=1))
        assert {k: f.verdict for k, f in just_before.items()} == {k: f.verdict for k, f in now.items()}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(case_numbers)
def test_the_same_moment_always_gives_the_same_answer(number: int) -> None:
    raw = cases()[number]
    case = Case.model_validate(raw)
    assert findings(raw) == findings(json.loads(case.model_dump_json()))


LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")


@settings(max_examples=60, derandomize=True, deadline=None)
@given(case_numbers, st.randoms(use_true_random=False))
def test_an_entry_that_has_lost_its_times_gives_what_was_true_or_unknown(number: int, chance: random.Random) -> None:
    """The true time is one of those it may have: what does not become ``unknown``, must be what it was."""
    raw = json.loads(json.dumps(cases()[number]))
    lost = chance.choice([item for name in LISTS for item in raw.get(name, ())])
    before = _about(findings(raw))
    lost.pop("happened_at", None)
    lost.pop("registered_at", None)
    after = _about(findings(raw))
    assert before.keys() <= after.keys()
    for about, finding in after.items():
        assert finding.verdict is not Verdict.MET or lost["id"] not in finding.evidence
        if finding.verdict is not Verdict.UNKNOWN:
            was = before[about]
            assert (was.verdict, was.reason, was.question) == (finding.verdict, finding.reason, finding.question)


def _about(found: dict[Any, Finding]) -> dict[tuple[str, str], Finding]:
    return {(f.rule, f.scope): f for f in found.values() if f.verdict is not Verdict.NOT_APPLICABLE}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(case_numbers)
def test_a_case_of_which_nothing_may_be_seen_is_never_in_order(number: int) -> None:
    raw = {
        **cases()[number],
        "hidden": [
            "notices",
            "log",
            "activity_plans",
            "evaluations",
            "incidents",
            "severity",
            "suspicions",
            "pupils",
            "status_history",
        ],
    }
    told = {f.verdict for f in findings(raw).values()}
    assert Verdict.MET not in told
    assert Verdict.DEVIATION not in told


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_the_zone_of_the_process_never_matters(zone: str, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    for raw in cases()[:12]:
        (folder / f"{raw['id']}.json").write_text(json.dumps(raw), "utf-8")
    said = []
    for tz in ("Europe/Oslo", zone):
        command = [
            sys.executable,
            "-m",
            "skolemiljo.cli",
            "assess",
            str(folder),
            "--as-of",
            "2026-11-20T08:00",
            "--format",
            "json",
        ]
        done = subprocess.run(command, env={**os.environ, "TZ": tz}, capture_output=True, check=False)
        said.append(json.loads(done.stdout))
    assert said[0]["findings"]
    assert said[0] == said[1]
