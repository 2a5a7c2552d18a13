"""What must hold for every rule of the annual cycle, whatever is recorded, and the status that is written back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolemiljo.domain.annual_cycle import Audience, CycleEntry, CycleFacts, CycleKind, CycleState
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.moment import local_day
from skolemiljo.domain.people import Role
from skolemiljo.domain.verdict import Assessment, Finding, Outcome, Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess_cycle, cycle_status
from skolemiljo.validators.rule import Rule, Subject

PLAN = load_plan("oyer-2024")
YEAR = "2025-2026"
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)
SCHOOL = "310000019"
RULES_OF_A_SCHOOL = [rule for rule in RULES.values() if rule.subject is Subject.SCHOOL_YEAR]
RULES_OF_THE_MUNICIPALITY = [rule for rule in RULES.values() if rule.subject is Subject.MUNICIPALITY_YEAR]

days = st.dates(FIRST - timedelta(days=60), LAST + timedelta(days=60))
moments = st.integers(0, 487 * 86400).map(lambda seconds: datetime(2025, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds))


@st.composite
def entries(draw: st.DrawFn) -> tuple[CycleEntry, ...]:
    number = draw(st.integers(0, 12))
    return tuple(
        CycleEntry(
            id=f"a{n}",
            school_year=YEAR,
            kind=draw(st.sampled_from(CycleKind)),
            groups=tuple(draw(st.lists(st.sampled_from(Audience), max_size=3, unique=True))),
            planned_on=draw(st.none() | days),
            note=draw(st.sampled_from((None, "Alle var med", "Assistentene var ikke med"))),
            done_at=draw(st.none() | days),
            documented_at=draw(st.none() | days),
            registered_at=draw(st.none() | moments),
            by=draw(st.none() | st.sampled_from((Role.ADVISER, Role.RECTOR, Role.OWNER))),
            plan_version=draw(st.sampled_from((None, "2024-10-02", "2022-01-01"))),
            number=draw(st.none() | st.integers(0, 5)),
            of=draw(st.none() | st.integers(0, 5)),
        )
        for n in range(number)
    )


def judged(found: tuple[CycleEntry, ...], as_of: datetime, school: str | None = SCHOOL) -> Assessment:
    facts = CycleFacts(school=school, school_year=YEAR, entries=found)
    assessment = assess_cycle(facts, as_of=as_of, plans=[PLAN], rules=RULES.values(), calendar=SchoolCalendar())
    assert assessment.crashed == ()
    return assessment


def said(finding: Finding) -> tuple[object, ...]:
    return finding.identity, finding.verdict, finding.reason, finding.state, finding.question


both = st.sampled_from((SCHOOL, None))
quick = settings(deadline=None, max_examples=60)


@quick
@given(entries(), moments, both, st.randoms(use_true_random=False))
def test_order_never_matters(
    found: tuple[CycleEntry, ...], as_of: datetime, school: str | None, random: Random
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert judged(found, as_of, school) == judged(tuple(shuffled), as_of, school)


@quick
@given(entries(), moments, both, st.sampled_from(CycleKind), st.integers(1, 300))
def test_what_comes_later_changes_nothing_now(
    found: tuple[CycleEntry, ...], as_of: datetime, school: str | None, kind: CycleKind, wait: int
) -> None:
    later = CycleEntry(id="later", school_year=YEAR, kind=kind, done_at=local_day(as_of) + timedelta(days=wait))
    known_later = CycleEntry(
        id="known-later",
        school_year=YEAR,
        kind=kind,
        done_at=local_day(as_of),
        documented_at=local_day(as_of),
        registered_at=as_of + timedelta(seconds=wait),
    )
    assert judged(found, as_of, school) == judged((*found, later, known_later), as_of, school)


@quick
@given(entries(), moments, both)
def test_a_verdict_or_state_changes_when_it_says_so(
    found: tuple[CycleEntry, ...], as_of: datetime, school: str | None
) -> None:
    """Time alone, with nothing new to know: the same until ``changes_at``, and then another verdict or another state."""
    quiet = tuple(
        e.model_copy(update={"registered_at": None}) for e in found if e.done_at and e.done_at < local_day(as_of)
    )
    quiet = tuple(e if e.documented_at and e.documented_at < local_day(as_of) else _undocumented(e) for e in quiet)
    for finding in judged(quiet, as_of, school).findings:
        if finding.verdict is Verdict.DUE:
            assert finding.changes_at is not None, said(finding)
        if finding.changes_at is not None:
            assert finding.changes_at > as_of
            just_before, then = (
                {f.identity: said(f) for f in judged(quiet, moment, school).findings}
                for moment in (finding.changes_at - timedelta(microseconds=1), finding.changes_at)
            )
            assert just_before[finding.identity] == said(finding)
            assert then.get(finding.identity) != said(finding)


def _undocumented(entry: CycleEntry) -> CycleEntry:
    return entry.model_copy(update={"documented_at": None})


@quick
@given(entries(), moments, both)
def test_nothing_is_in_order_without_an_entry_that_was_done_by_then(
    found: tuple[CycleEntry, ...], as_of: datetime, school: str | None
) -> None:
    by_id = {entry.id: entry for entry in found}
    for finding in judged(found, as_of, school).findings:
        if finding.verdict is Verdict.MET and not finding.rule.startswith("META"):
            assert finding.evidence, finding.rule
            for ref in finding.evidence:
                done_at = by_id[ref].done_at
                assert done_at is not None
                assert done_at <= min(local_day(as_of), LAST)


@quick
@given(entries(), moments, both)
def test_the_status_written_back_says_what_the_findings_say(
    found: tuple[CycleEntry, ...], as_of: datetime, school: str | None
) -> None:
    assessment = judged(found, as_of, school)
    facts = CycleFacts(school=school, school_year=YEAR, entries=found)
    status = cycle_status(facts, assessment, RULES.values())
    assert len({(item.item, item.scope) for item in status.items}) == len(status.items)
    allowed = {
        Verdict.MET: {CycleState.DONE, CycleState.DONE_UNDOCUMENTED},
        Verdict.DUE: {CycleState.OPEN, CycleState.DUE_SOON, CycleState.DONE_UNDOCUMENTED},
        Verdict.REVIEW: {CycleState.OPEN, CycleState.DONE_UNDOCUMENTED},
        Verdict.DEVIATION: {CycleState.LATE, CycleState.DONE_UNDOCUMENTED, CycleState.OPEN},
        Verdict.NOT_APPLICABLE: {CycleState.NOT_APPLICABLE},
        Verdict.UNKNOWN: {CycleState.UNKNOWN},
    }
    for finding, item in zip(assessment.findings, status.items, strict=True):
        if finding.question == "past_own_date":  # late by the day that the school itself has set in its annual cycle
            assert item.state is CycleState.LATE
        else:
            assert item.state in allowed[finding.verdict], said(finding)
        assert item.law == RULES[finding.rule].law


@pytest.mark.parametrize(
    ("school", "rules"),
    [(SCHOOL, RULES_OF_A_SCHOOL), (None, RULES_OF_THE_MUNICIPALITY)],
    ids=["school", "municipality"],
)
@pytest.mark.parametrize("path", ["entries", *(f"entries.{name}" for name in CycleEntry.model_fields)])
@pytest.mark.parametrize("how", ["hidden", "unreadable"])
def test_a_cycle_of_which_any_part_may_not_be_read_is_never_in_order(
    school: str | None, rules: list[Rule], how: str, path: str
) -> None:
    facts = CycleFacts.model_validate({"school": school, "school_year": YEAR, how: [path]})
    as_of = datetime(2026, 8, 20, tzinfo=UTC)
    assessment = assess_cycle(facts, as_of=as_of, plans=[PLAN], rules=RULES.values(), calendar=SchoolCalendar())
    asked = [f for f in assessment.findings if "entries" in RULES[f.rule].needs.lists]
    assert {f.rule for f in asked} == {
        rule.code for rule in rules if "entries" in rule.needs.lists and PLAN.is_on(rule.row, optional=rule.optional)
    }
    assert {f.verdict for f in asked} == {Verdict.UNKNOWN}
    assert {f.scope for f in asked} == {f"school_year:{YEAR}"}
    items = cycle_status(facts, assessment, RULES.values()).items
    assert {i.state for i in items if "entries" in RULES[i.item].needs.lists} == {CycleState.UNKNOWN}


def test_a_status_carries_the_whole_of_each_finding() -> None:
    """Written out in full for one entry that is done late in documents, and one that nobody has done."""
    told = CycleEntry(
        id="a1",
        school_year=YEAR,
        kind=CycleKind.RULES_MADE_KNOWN,
        groups=(Audience.STAFF,),
        done_at=date(2025, 8, 14),
    )
    as_of = datetime(2025, 9, 1, tzinfo=UTC)
    assessment = judged((told,), as_of)
    status = cycle_status(CycleFacts(school=SCHOOL, school_year=YEAR, entries=(told,)), assessment, RULES.values())
    assert (status.school, status.school_year, status.as_of) == (SCHOOL, YEAR, as_of)
    assert status.plan == PLAN.document.label == assessment.plan
    items = {(item.item, item.scope): item for item in status.items}
    done, documented = (
        items["AAR-03", f"school_year:{YEAR}/group:staff"],
        items["AAR-05", f"school_year:{YEAR}/group:staff"],
    )
    assert (done.state, done.evidence, done.role) == (CycleState.DONE_UNDOCUMENTED, ("a1",), RULES["AAR-03"].role)
    assert (documented.state, documented.due) == (CycleState.DONE_UNDOCUMENTED, None)  # «når dette er gjort» is no day
    for (code, _), item in items.items():
        assert item.law == RULES[code].law
    assert {item.state for key, item in items.items() if key[0] == "AAR-01"} == {CycleState.OPEN}


def test_a_rule_of_the_cycle_that_crashes_is_named() -> None:
    def crashes(index: object, judge: object) -> Iterator[Outcome]:
        raise RuntimeError

    broken = replace(RULES["AAR-05"], own_judge=crashes)
    facts = CycleFacts(school=SCHOOL, school_year=YEAR)
    as_of = datetime(2025, 9, 1, tzinfo=UTC)
    assessment = assess_cycle(facts, as_of=as_of, plans=[PLAN], rules=[broken], calendar=SchoolCalendar())
    assert assessment.crashed == ("AAR-05",)
    assert [(f.scope, f.verdict) for f in assessment.findings] == [(f"school_year:{YEAR}", Verdict.UNKNOWN)]
    assert (assessment.school, assessment.as_of, assessment.plan) == (SCHOOL, as_of, PLAN.document.label)


def test_two_school_years_are_two_findings() -> None:
    as_of = datetime(2026, 8, 20, tzinfo=UTC)
    identities = [
        finding.identity
        for year in ("2025-2026", "2026-2027")
        for finding in assess_cycle(
            CycleFacts(school=SCHOOL, school_year=year, hidden=frozenset({"entries"})),
            as_of=as_of,
            plans=[PLAN],
            rules=RULES.values(),
            calendar=SchoolCalendar(),
        ).findings
    ]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 6, 1), CycleState.OPEN),
        (date(2026, 6, 2), CycleState.DUE_SOON),
        (date(2026, 6, 30), CycleState.DUE_SOON),
        (date(2026, 7, 1), CycleState.LATE),
    ],
)
def test_the_june_revision_turns_red_by_itself(day: date, state: CycleState) -> None:
    as_of = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = {f.rule: f for f in judged((), as_of, None).findings}
    assert found["AAR-08"].state == state


def test_every_kind_of_entry_is_used_by_a_rule() -> None:
    """What 1310.no can hold, some rule reads; ``other`` only shows that the cycle is in use (AAR-04)."""
    as_of = datetime(2026, 6, 30, 12, tzinfo=UTC)
    idle = []
    for kind in CycleKind:
        changed = False
        for school in (SCHOOL, None):
            done = CycleEntry(id="a", school_year=YEAR, kind=kind, groups=(Audience.PUPILS,), done_at=date(2026, 6, 15))
            switched = PLAN.model_copy(update={"rules": {}})
            answers = [
                [
                    said(f)
                    for f in assess_cycle(
                        CycleFacts(school=school, school_year=YEAR, entries=found),
                        as_of=as_of,
                        plans=[switched],
                        rules=[replace(rule, optional=False) for rule in RULES.values()],
                        calendar=SchoolCalendar(),
                    ).findings
                    if f.rule != "AAR-04"
                ]
                for found in ((), (done,))
            ]
            changed = changed or answers[0] != answers[1]
        if not changed:
            idle.append(kind)
    assert idle == [CycleKind.OTHER]


def test_a_plan_with_a_last_day_says_when_it_ends() -> None:
    ending = PLAN.model_copy(update={"document": PLAN.document.model_copy(update={"valid_to": date(2026, 3, 31)})})
    found = {}
    for day in (date(2026, 3, 1), date(2026, 4, 1)):
        assessment = assess_cycle(
            CycleFacts(school=None, school_year=YEAR),
            as_of=datetime(day.year, day.month, day.day, tzinfo=UTC),
            plans=[ending],
            rules=[RULES["META-04"]],
            calendar=SchoolCalendar(),
        )
        found[day] = assessment.findings[0]
    assert [f.verdict for f in found.values()] == [Verdict.MET, Verdict.REVIEW]
    assert [f.changes_at for f in found.values()] == [datetime(2026, 3, 31, 22, tzinfo=UTC), None]
