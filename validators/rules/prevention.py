"""Grunnlaget (FO, DP, FM): the child's own experience, the vulnerable child, the five duties, and following with."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.annual_cycle import CycleKind
from ...domain.case import ClosingReason, Pupil
from ...domain.log import EXAMINES, Consideration, LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.verdict import Outcome
from ..best_interest_entries import current_assessments
from ..judge import Judge
from ..known import CycleIndex, KnownCase
from ..rule import Chapter
from ..stretches import Stretch, stretches, took_place
from .annual_cycle import within_year

CHAPTER = Chapter("prevention")

_NO_VIOLATION = (ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION)


@CHAPTER.rule("FO-03")
def own_experience(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Det som er avgjørende er om barnet som blir utsatt opplever handlingen som nedverdigende eller integritetskrenkende.»"""
    for stretch in stretches(case):
        if stretch.closed is None or stretch.period.reason not in _NO_VIOLATION:
            continue
        for pupil in case.affected:
            if stretch.since(pupil) is not None:
                yield _own_words(case, judge, stretch, pupil, stretch.closed)


def _said(case: KnownCase, stretch: Stretch, pupil: Pupil) -> list[LogEntry]:
    """What the pupil has said about being safe since the notice, by time; older words are about something else."""
    talks = case.for_pupil(pupil.ref, LogKind.PUPIL_CONVERSATION)
    return [
        e
        for e in talks
        if e.feels_safe is not None
        and took_place(e)
        and stretch.holds(when := e.at)
        and when is not None
        and not when.certainly_before(stretch.start)
    ]


def _own_words(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, closed: Moment) -> Outcome:
    scope, said = stretch.scope(pupil), _said(case, stretch, pupil)
    if not said:
        return judge.review(scope, "not_said", event=closed)
    last, when = said[-1], said[-1].at
    if not last.feels_safe:
        return judge.review(scope, "says_unsafe", last, event=closed)
    if when is None or when.before(closed) is None or stretch.start.before(when) is None:
        return judge.review(scope, "order_unclear", last, event=closed)
    if last.happened_at is None:
        return judge.review(scope, "time_unknown", last, event=closed)
    return judge.met(scope, last, event=closed)


@CHAPTER.rule("FO-04")
def vulnerability_considered(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Skolen har et skjerpa ansvar for å ivareta særskilt sårbare barn.» Only whether it was considered."""
    for found in current_assessments(case, judge):
        stands = [(part.moments or {}).get(Consideration.VULNERABILITY) for part in found.parts]
        if any(part.vulnerability_considered for part in found.parts) or any(s is not None for s in stands):
            yield judge.met(found.scope, *found.items, event=found.event)
        elif found.unseen("vulnerability_considered", "moments"):
            yield found.unknown()
        else:
            yield judge.review(found.scope, "not_considered", *found.items, event=found.event)


@CHAPTER.rule("DP-01")
def duties_covered(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«grunnleggende hensyn i alle fem delpliktene»: looked at when the case is closed; whether one was irrelevant is asked."""
    for stretch in [*stretches(case)][-1:]:
        if stretch.closed is None or stretch.period.moved is not None:
            continue  # nobody is asked about what a pupil who moved was still owed (requirements A-36)
        examined = stretch.entries(case, *EXAMINES)
        notices = [n for n in case.notices if stretch.holds(n.at)]
        plans = [plan for plan in case.decided_plans if stretch.holds(plan.at)]
        if notices and examined and (plans or not _measures_owed(case, stretch)):
            yield judge.met(stretch.scope(), notices[0], examined[0], *plans[:1], event=stretch.closed)
        else:
            yield judge.review(stretch.scope(), "duty_not_seen", event=stretch.closed)


def _measures_owed(case: KnownCase, stretch: Stretch) -> bool:
    """Whether any pupil was owed measures: not one found to be safe, by the enquiry or in her own words (A-30)."""
    if not case.affected:
        return True  # nobody can say that she is safe whom nobody has named
    for pupil in case.affected:
        words = [e.feels_safe for e in _said(case, stretch, pupil)]
        unfounded = stretch.period.reason is ClosingReason.UNFOUNDED and not words
        if not (unfounded or (words and all(words)) or (_found_nothing(stretch) and words and words[-1])):
            return True
    return False


def _found_nothing(stretch: Stretch) -> bool:
    return stretch.period.reason in (*_NO_VIOLATION, ClosingReason.UNFOUNDED)


@CHAPTER.rule("FM-01")
def supervision_roster(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tilstedeværelse»: the part of it that leaves a trace, the roster of who is where."""
    yield within_year(index, judge, [*index.all(CycleKind.SUPERVISION_ROSTER)])
