"""«Aktivitetsplan blir utfylt og lagret» (TI-07): a plan for each pupil, while the duty runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...domain.activity_plan import ActivityPlan, PlanStatus
from ...domain.case import ClosingReason, Pupil, PupilPart
from ...domain.log import EXAMINES, LogEntry, LogKind
from ...domain.moment import Moment, earliest
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..erased import erased
from ..judge import Judge
from ..known import KnownCase
from ..plan_parts import plan_scope
from ..proof import from_outside
from ..rule import Chapter
from ..stretches import Stretch, at_this_school, stretches, took_place, transfers

CHAPTER = Chapter("measures")


@CHAPTER.rule("TI-07")
def plan_for_each_pupil(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Aktivitetsplan blir utfylt og lagret i Visma Sikker Sak.»: per affected pupil, anew when the case is reopened."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for pupil in case.affected:
        for stretch in stretches(case):
            raised = _raised(case, stretch, pupil)
            if raised is not None:
                yield _plan_for(case, judge, _Owed(stretch, pupil.ref, stretch.scope(pupil), raised))
    yield from _involved_but_unsafe(case, judge)
    decided = [plan for plan in case.raw.activity_plans if plan.status is not PlanStatus.DRAFT]
    for plan in erased(case, decided, case.plans):
        yield judge.review(plan_scope(plan), "deleted", plan, event=plan.at)


def _involved_but_unsafe(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """§ 12-4: the duty is to any pupil who says so, whatever part she was entered with. Which plan is hers, a person says."""
    planned = {ref for plan in case.decided_plans for ref in case.pupils_of_plan(plan)}
    for pupil in case.pupils:
        if pupil.part is PupilPart.AFFECTED or pupil.ref in planned:
            continue
        talks = case.all(LogKind.PUPIL_CONVERSATION)
        unsafe = [talk for talk in talks if talk.feels_safe is False and talk.held is not False]
        hers = [talk for talk in unsafe if pupil.ref in talk.pupils]
        if hers:
            yield judge.review(scope_of(pupil=pupil.ref), "involved_says_unsafe", *hers, event=hers[0].at)
        elif unsafe and case.cannot_see("log.pupils"):
            yield judge.hidden(scope_of(pupil=pupil.ref))


@dataclass(frozen=True, slots=True)
class _Owed:
    """A plan owed to one pupil in one stretch."""

    stretch: Stretch
    pupil: str
    scope: str
    raised: Moment
    """When her situation was raised with the school in it."""


def _raised(case: KnownCase, stretch: Stretch, pupil: Pupil) -> Moment | None:
    """When the pupil's situation was raised with the school in ``stretch``; ``None`` where she was not in the case yet."""
    since, closed = stretch.after, stretch.closed
    arrivals = [
        when
        for notice in case.notices
        if (when := notice.at) is not None
        and any(p.ref == pupil.ref for p in case.pupils_of(notice))
        and (since is None or since.certainly_before(when))
        and (closed is None or not closed.certainly_before(when))
    ]
    raised = earliest(arrivals) or stretch.period.opened
    for known in (pupil.identified_at, pupil.joined_at):
        if known is not None and raised.certainly_before(known):
            raised = known
    return None if closed is not None and closed.certainly_before(raised) else raised


def _plan_for(case: KnownCase, judge: Judge, owed: _Owed) -> Outcome | None:
    current = [plan for plan in case.current_plans if owed.stretch.closed is not None or owed.pupil in plan.pupils]
    versions = [
        version
        for versions in case.histories
        for version in versions
        if owed.pupil in version.pupils and any(version.plan == plan.plan for plan in current)
    ]
    in_time = [version for version in versions if _decided_in(version, owed)]
    if in_time:
        return _plan_shown(case, judge, in_time[0], owed)
    late = [version for version in versions if _decided_after(version, owed)]
    if late:
        return judge.deviation(owed.scope, Reason.LATE, late[0], event=owed.raised)
    group = [plan for plan in case.current_plans if _may_cover(case, plan, owed) and _decided_in(plan, owed)]
    if group:
        return judge.review(owed.scope, "names_no_pupil", *group, event=owed.raised)
    return _plan_missing(case, judge, owed, older=versions)


def _may_cover(case: KnownCase, plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether a plan may be hers that does not name her: one of a class, or one with a measure for her that never took her out."""
    if not plan.pupils:
        return True
    taken_out = any(version.plan == plan.plan and owed.pupil in version.pupils for version in case.decided_plans)
    return not taken_out and owed.pupil in case.pupils_of_plan(plan)


def _decided_in(plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether this version was decided in the period (for the first one: at any time before its end)."""
    decided = plan.at
    if decided is None or (owed.stretch.after is not None and not owed.stretch.after.certainly_before(decided)):
        return False
    return owed.stretch.closed is None or not owed.stretch.closed.certainly_before(decided)


def _decided_after(plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether this version came after the period had ended, and before any new one began."""
    decided, closed = plan.at, owed.stretch.closed
    if decided is None or closed is None or not closed.certainly_before(decided):
        return False
    return owed.stretch.reopened is None or decided.certainly_before(owed.stretch.reopened)


def _plan_shown(case: KnownCase, judge: Judge, plan: ActivityPlan, owed: _Owed) -> Outcome:
    decided = plan.at
    if decided is None or decided.certainly_before(owed.raised):
        return judge.review(owed.scope, "before_its_cause", plan, event=owed.raised)
    if from_outside(plan.author):
        return judge.review(owed.scope, "who_did_it", plan, event=owed.raised)
    remarks = judge.elapsed(owed.raised.day, decided.day, beyond=judge.plan.readings.ladder("TI-07").review_after)
    event = at_this_school(judge, "TI-07", owed.raised, transfers(case), until=decided)
    return judge.met(owed.scope, plan, event=event, remarks=remarks)


def _plan_missing(case: KnownCase, judge: Judge, owed: _Owed, *, older: Sequence[ActivityPlan]) -> Outcome | None:
    closed = owed.stretch.closed
    anchor = at_this_school(judge, "TI-07", owed.raised, transfers(case), until=closed)
    if closed is None:
        outcome = judge.ladder("TI-07", owed.scope, anchor)
        if outcome.verdict is Verdict.DUE:
            return outcome
        if older:
            return judge.review(owed.scope, "plan_from_before", *older[-1:], event=anchor, remarks=outcome.remarks)
        if _says_safe(case, owed) and outcome.verdict is Verdict.DEVIATION:
            return judge.review(owed.scope, "pupil_says_safe", event=anchor, remarks=outcome.remarks)
        return outcome
    return _closed_without(case, judge, owed, anchor, closed)


def _closed_without(case: KnownCase, judge: Judge, owed: _Owed, anchor: Moment, closed: Moment) -> Outcome | None:
    """The case was closed and no plan was made: whether one was owed depends on why, and on what was found."""
    reason = owed.stretch.period.reason
    examined = any(_within(entry, owed) and took_place(entry) for entry in case.all(*EXAMINES))
    words = _own_words(case, owed)
    if owed.stretch.period.moved is not None:
        return judge.stopped_by_move(owed.stretch.period.moved, lambda judge: judge.ladder("TI-07", owed.scope, anchor))
    if reason is ClosingReason.UNFOUNDED:
        if not examined:
            return judge.review(owed.scope, "unfounded_without_enquiry", event=anchor)
        if words and words[-1] is False:
            return judge.review(owed.scope, "closed_while_unsafe", event=anchor)
        return None
    never_unsafe = bool(words) and all(words)
    started = any(_within(entry, owed) for entry in case.all(LogKind.MEASURE_STARTED))
    if reason in (ClosingReason.SAFE, ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION):
        if never_unsafe and not started:  # examined, and the pupil confirms that all is well
            return None
        if reason is not ClosingReason.SAFE and not words and not started:
            return judge.review(owed.scope, "closed_for_its_name", event=anchor)
    return judge.ladder("TI-07", owed.scope, anchor, closed=closed)


def _within(entry: LogEntry, owed: _Owed) -> bool:
    when = entry.at
    if when is None:
        return False
    begun = owed.stretch.after is None or not when.certainly_before(owed.raised)
    return begun and (owed.stretch.closed is None or not owed.stretch.closed.certainly_before(when))


def _own_words(case: KnownCase, owed: _Owed) -> list[bool]:
    """What the pupil has said about being safe in this period, by time."""
    return [
        entry.feels_safe
        for entry in case.for_pupil(owed.pupil, LogKind.PUPIL_CONVERSATION)
        if entry.feels_safe is not None and entry.held is not False and _within(entry, owed)
    ]


def _says_safe(case: KnownCase, owed: _Owed) -> bool:
    words = _own_words(case, owed)
    return bool(words) and all(words)
