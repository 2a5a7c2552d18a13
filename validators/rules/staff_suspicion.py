"""Skjerpet aktivitetsplikt (SK): an adult at the school is said to violate a pupil, in the plan's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from ...domain.activity_plan import ActivityPlan
from ...domain.case import Suspected, Suspicion
from ...domain.log import LogEntry, LogKind, Recorded, StaffFound
from ...domain.moment import Moment, earliest
from ...domain.notice import Notice
from ...domain.people import Actor, Role
from ...domain.verdict import Outcome, Reason, Remark, Verdict, scope_of
from ..erased import ask_why, erased
from ..judge import Judge
from ..known import KnownCase
from ..proof import WEAK, Proof, anyone, find, is_accused
from ..reading.bare_words import bare
from ..rule import Chapter
from ..undertaken import ENQUIRY, undertaken
from ..who_was_told import (
    Judged,
    acted_as,
    is_known,
    or_which,
    owner_told,
    rector_reached,
    shown,
    unless_told_later,
    waited,
)

CHAPTER = Chapter("staff_suspicion")


CARED_FOR = Proof(
    (LogKind.CARE_OF_PARTIES,),
    by=anyone("sørge for at både eleven, foreldrene og den ansatte blir ivaretatt"),
)

R = TypeVar("R", bound=Recorded)
_AT_SCHOOL = tuple(role for role in Role if role.works_at_school)


def staff_suspicions(case: KnownCase) -> Iterator[tuple[str, Suspicion, Moment]]:
    """The suspicions with their scopes and when the school knew. They have no ids: they are numbered in the order they came."""
    once: list[Suspicion] = []
    for suspicion in sorted(case.staff_suspicions, key=lambda s: s.at.sort_key):
        if suspicion not in once:
            once.append(suspicion)
            yield scope_of(suspicion=str(len(once))), suspicion, _known_at_school(case, suspicion)


def or_is_it_about_staff(case: KnownCase, suspicion: Suspicion, outcome: Outcome | None) -> Outcome | None:
    """What is missing is a question where the case itself says otherwise: then somebody must say whom it is about."""
    if outcome is None or outcome.verdict is not Verdict.DEVIATION:
        return outcome
    return outcome.ask("is_it_about_staff") if is_denied(case, suspicion) else outcome


def is_denied(case: KnownCase, suspicion: Suspicion) -> bool:
    """Whether the case says otherwise too: that it is about a pupil or nobody, in the same entry or a later one."""
    outside = (Suspected.PUPIL, Suspected.NONE)
    return suspicion.suspected in outside or any(
        other.suspected in outside and not other.at.certainly_before(suspicion.at) for other in case.suspicions
    )


def _known_at_school(case: KnownCase, suspicion: Suspicion) -> Moment:
    """The duties are for those who work at the school: what another saw counts from when the school was told."""
    if not is_known(suspicion.by) or (suspicion.by is not None and suspicion.by.role.works_at_school):
        return suspicion.at
    told = [n.at for n in case.notices if n.accuses_staff is not False]
    return earliest(when for when in told if when and not when.certainly_before(suspicion.at)) or suspicion.at


def counted_from_when_told(
    case: KnownCase, judge: Judge, suspicion: Suspicion, start: Moment, judged: Judged
) -> Outcome | None:
    """What is ``judged`` of whoever is to act on ``suspicion``: rektor, or the owner where a leader is accused, who may have been told late."""
    if _against_a_leader(case, suspicion):
        told = owner_told(case)
        knew: list[Recorded] = [*told.sure, *told.by_others, *told.acknowledged]
    elif acted_as(suspicion.by, Role.RECTOR):
        return judged(judge, start)
    else:
        reached = [item for n in case.notices if n.accuses_staff is not False for item in rector_reached(case, n).sure]
        if any(_was_the_accusation(case, item, start) for item in reached):
            return judged(judge, start)
        knew = [*reached, *(e for e in _receipts(case) if acted_as(e.doer, Role.RECTOR) or not is_known(e.doer))]
    return unless_told_later(judge, start, _by_time(same_day_on(knew, start)), judged)


def _receipts(case: KnownCase) -> list[LogEntry]:
    """What rektor received, but for notices that say they are about nobody at the school."""
    others = {notice.id for notice in case.notices if notice.accuses_staff is False}
    return [entry for entry in case.all(LogKind.RECTOR_RECEIVED) if entry.notice not in others]


def _is_of_a_notice_here(case: KnownCase, receipt: LogEntry) -> bool:
    """Whether it can be told what it is a receipt of: it names no notice, or one of the case."""
    return receipt.notice is None or any(notice.id == receipt.notice for notice in case.notices)


def _against_a_leader(case: KnownCase, suspicion: Suspicion) -> bool:
    return suspicion in case.leader_suspicions


def on_or_after(items: Iterable[R], start: Moment) -> list[R]:
    """The items that can have come after ``start``; on the same day without times they can."""
    return [item for item in items if item.can_follow(start)]


def can_follow(start: Moment) -> Callable[[LogEntry], bool]:
    return lambda entry: entry.can_follow(start)


def same_day_on(items: Iterable[R], start: Moment) -> list[R]:
    """The items of the day of ``start`` and later: one from earlier that day is no answer, but it is a question."""
    return [item for item in items if (when := item.at) is not None and when.day >= start.day]


@CHAPTER.each("SK-01", staff_suspicions)
def rector_at_once(case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, start: Moment) -> Outcome | None:
    """«skal vedkommende straks varsle rektor». Not where a leader is accused: that way goes to the owner (SK-02)."""
    if _against_a_leader(case, suspicion) or acted_as(suspicion.by, Role.RECTOR):
        return None
    accusing = [n for n in case.notices if n.accuses_staff is not False]
    reached = [item for n in accusing for item in rector_reached(case, n).sure]
    knew = [item for item in reached if _was_the_accusation(case, item, start)]
    if knew:
        outcome = judge.met(scope, knew[0], event=start)
        return _or_learned_earlier(judge, outcome, accusing, reached, start)
    receipts = _receipts(case)
    sure = [e for e in receipts if acted_as(e.doer, Role.RECTOR) and _is_of_a_notice_here(case, e)]
    told: list[Recorded] = [*reached, *sure]
    outcome = judge.straks(scope, start, _by_time(same_day_on(told, start)))
    perhaps = [e for e in receipts if e not in sure and (not is_known(e.doer) or acted_as(e.doer, Role.RECTOR))]
    unknown = same_day_on(perhaps, start)
    outcome = _or_learned_earlier(judge, outcome, accusing, reached, start)
    return or_is_it_about_staff(case, suspicion, or_which(outcome, "which_receipt", *unknown))


def _or_learned_earlier(
    judge: Judge,
    outcome: Outcome,
    accusing: Sequence[Notice],
    reached: Sequence[Recorded],
    start: Moment,
) -> Outcome:
    """Met, but a question where the one who told had known of it longer than the suspicion itself says, and was not at once."""
    for notice in accusing:
        learned = notice.learned_at if notice.accuses_staff and acted_as(notice.notifier, *_AT_SCHOOL) else None
        if outcome.verdict is not Verdict.MET or learned is None or not learned.certainly_before(start):
            continue
        if judge.straks(outcome.scope, learned, _by_time(same_day_on(reached, learned))).verdict is not Verdict.MET:
            return judge.review(outcome.scope, "learned_earlier", notice, event=learned)
    return outcome


def _was_the_accusation(case: KnownCase, item: Recorded, start: Moment) -> bool:
    """Whether rektor had been told of the violation earlier the same day: then the case only says it afterwards."""
    accusations = {n.id for n in case.notices if n.accuses_staff}
    about_it = item.id in accusations or (isinstance(item, LogEntry) and item.notice in accusations)
    when = item.at
    return about_it and when is not None and when.day == start.day and when.certainly_before(start)


def _by_time(items: Iterable[R]) -> list[R]:
    """Each item once, by time."""
    once = {(item.id, item.happened_at): item for item in items}
    return sorted(once.values(), key=lambda item: item.sort_key)


@CHAPTER.each("SK-02", staff_suspicions)
def owner_directly(case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, start: Moment) -> Outcome | None:
    """«skal skoleeier/kommunalsjef varsles direkte»: not by or through the accused, and not through the leadership."""
    if not _against_a_leader(case, suspicion):
        return None
    told = owner_told(case)
    # The owner's own receipt says that she was told, and nothing of the way; where the way is logged, that decides.
    notified = same_day_on((*told.sure, *told.by_others), start) or same_day_on(told.acknowledged, start)
    direct = [e for e in notified if _route(e, suspicion) is True]
    unclear = [e for e in notified if _route(e, suspicion) is None]
    wrong = [e for e in on_or_after(notified, start) if _route(e, suspicion) is False]
    outcome = judge.straks(scope, start, direct)
    if outcome.verdict is Verdict.MET or (direct and outcome.verdict is Verdict.REVIEW):
        return outcome
    if unclear:
        return judge.review(scope, "who_notified", *unclear, event=start)
    if direct:
        return outcome
    if wrong:
        return judge.deviation(scope, Reason.WRONG_ROLE, *wrong, event=start)
    return or_which(outcome, "told_another", *same_day_on(told.unsure, start))


def _route(item: LogEntry | Notice, suspicion: Suspicion) -> bool | None:
    """Whether the owner was told straight: by somebody outside the leadership, through nobody in it.

    A leader who got the suspicion and is not the one it is about is «vedkommende», and may tell the owner. ``None``: the
    source does not say who did it; the owner's own log of it does not either.
    """
    doer = item.doer if isinstance(item, LogEntry) else item.notifier
    via = item.via if isinstance(item, LogEntry) else ()
    if any(_is_accused(actor, suspicion) or actor.acts_as(Role.RECTOR, Role.LEADER) for actor in via):
        return False
    if doer is None or doer.role in (Role.UNKNOWN, Role.OWNER, Role.ADVISER, Role.SYSTEM):
        return None
    if _is_accused(doer, suspicion) or (doer.acts_as(Role.RECTOR, Role.LEADER) and not _got_it(doer, suspicion)):
        return False
    return None if any(actor.role is Role.UNKNOWN for actor in via) else True


def _got_it(actor: Actor, suspicion: Suspicion) -> bool:
    """Whether ``actor`` is the one who got the suspicion, and in no way the one it is about."""
    if suspicion.by is None:
        return False
    same = actor.is_same_person(suspicion.by)
    accused_role = any(
        actor.role is accused.role and actor.is_same_person(accused) is None for accused in suspicion.accused
    )
    return (same is True or (same is None and actor.role is suspicion.by.role)) and not accused_role


def _is_accused(actor: Actor, suspicion: Suspicion) -> bool:
    return any(actor.is_same_person(accused) is True for accused in suspicion.accused)


@CHAPTER.each("SK-03", staff_suspicions)
def enquiry_at_once(case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, start: Moment) -> Outcome | None:
    """«Undersøkelser skal settes i gang straks»: a call, an offer or a plan is not yet an enquiry; a declined talk was tried."""
    return counted_from_when_told(case, judge, suspicion, start, partial(_enquiry_at_once, case, scope, suspicion))


def _enquiry_at_once(case: KnownCase, scope: str, suspicion: Suspicion, judge: Judge, start: Moment) -> Outcome | None:
    shown = find(case, judge, ENQUIRY).where(lambda entry: bool(same_day_on([entry], start)))
    outcome = shown.settle(judge.straks(scope, start, shown.sure))
    that_day = [entry for entry in shown.sure if (when := entry.at) is not None and when.day == start.day]
    done = [entry for entry in that_day if entry.kind is not LogKind.ENQUIRY_PLAN]
    if outcome.verdict is Verdict.MET:
        outcome = outcome.with_evidence(*done[:1]) if done else outcome.ask("only_planned", *that_day)
    return or_is_it_about_staff(case, suspicion, outcome)


@CHAPTER.rule("SK-05")
def measures_at_once(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«må tiltaks settes i verk straks»: from the day of the finding."""
    for found in case.all(LogKind.STAFF_FINDING):
        yield _measures_after(case, judge, found)
    findings = [e for e in case.raw.log if e.kind is LogKind.STAFF_FINDING and e.found is not StaffFound.NONE]
    yield from ask_why(judge, "log", erased(case, findings, case.log))


def _measures_after(case: KnownCase, judge: Judge, found: LogEntry) -> Outcome | None:
    scope, when = scope_of(log=found.id), found.at
    if found.found is StaffFound.NONE:
        return None
    if when is None:
        return judge.review(scope, "time_unknown", found)
    started = _started(case)
    outcome = judge.straks(scope, when, on_or_after(started, when))
    if outcome.verdict is Verdict.MET:
        return outcome
    if _perhaps_nothing(judge, found):
        return judge.review(scope, "what_was_found", found, event=when)
    before = [item for item in started if not item.can_follow(when) and _since_suspected(case, item)]
    return judge.review(scope, "already_started", found, *before, event=when) if before else outcome


_NOTHING_FOUND = re.compile(
    r"\b(?:henlegg\w*|henlagt|ubegrunn\w*|grunnløs\w*|grunnlaus\w*|uavklar\w*|ord mot ord|avkreft\w*)\b"
    r"|\b(?:ikke|ikkje|ingen|inga|ingenting|verken|hverken|korkje)\b.*\b(?:krenk|krenkt|funn|avdek|grunnlag|brudd|brot)"
)


def _perhaps_nothing(judge: Judge, found: LogEntry) -> bool:
    """Whether it is not settled that a violation was found: it is open, or no field says so and the words deny it."""
    if found.found is not None:
        return found.found is StaffFound.OPEN
    return judge.read_text and any(_NOTHING_FOUND.search(bare(text)) for text in (found.text, found.decision) if text)


def _started(case: KnownCase) -> list[Recorded]:
    """What shows that a measure was put into effect, by time: the log, and the start dates of decided plans.

    The days a plan set show nothing where the log says when its measures began.
    """
    logged = case.all(LogKind.MEASURE_STARTED)
    started: list[Recorded] = [*logged]
    for plan in case.decided_plans:
        days = [m.start for m in plan.measures if m.start is not None and m.start <= case.today]
        if not any(_may_be_of(case, entry, plan) for entry in logged):
            started += [plan.model_copy(update={"happened_at": Moment.on(day), "edits": ()}) for day in days]
    return _by_time(started)


def _may_be_of(case: KnownCase, entry: LogEntry, plan: ActivityPlan) -> bool:
    """Whether the measure that was begun is or may be one of ``plan``: it names it, or no plan that is in the case."""
    return entry.plan == plan.plan or entry.plan not in {other.plan for other in case.decided_plans}


def _since_suspected(case: KnownCase, item: Recorded) -> bool:
    return any(item.can_follow(start) for _, _, start in staff_suspicions(case))


@CHAPTER.each("SK-06", staff_suspicions)
def everyone_cared_for(
    case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, start: Moment
) -> Outcome | None:
    """«sørge for at både eleven, foreldrene og den ansatte blir ivaretatt»; a leader cannot investigate herself (A-25)."""
    return counted_from_when_told(case, judge, suspicion, start, partial(_everyone_cared_for, case, scope, suspicion))


def _everyone_cared_for(
    case: KnownCase, scope: str, suspicion: Suspicion, judge: Judge, start: Moment
) -> Outcome | None:
    if _investigates_herself(case, suspicion):
        return judge.review(scope, "accused_investigates", event=start)
    shown = find(case, judge, CARED_FOR).where(can_follow(start))
    steps = undertaken(case, judge, case.all(*ENQUIRY.kinds, LogKind.ANALYSIS)).where(can_follow(start))
    if steps.ruled_out:
        return judge.review(scope, "accused_investigates", *(w.item for w in steps.ruled_out), event=start)
    perhaps = [w.item for w in steps.doubtful if w.why == "was_it_the_accused"]
    if perhaps:
        return judge.review(scope, "was_it_the_accused", *perhaps, event=start)
    cared = {role for entry in shown.sure for role in entry.cared_for}
    if {Role.PUPIL, Role.GUARDIAN} <= cared and any(role.works_at_school for role in cared):
        last = max(shown.sure, key=lambda entry: entry.sort_key)
        return judge.done("SK-06", scope, last, *(entry for entry in shown.sure if entry is not last), since=start)
    outcome = waited(case, judge, "SK-06", scope, start)
    if outcome is not None and shown.sure and outcome.verdict is Verdict.DEVIATION:
        outcome = judge.deviation(scope, Reason.INCOMPLETE, *shown.sure, event=start, remarks=outcome.remarks)
    return or_is_it_about_staff(case, suspicion, shown.settle(outcome))


def _investigates_herself(case: KnownCase, suspicion: Suspicion) -> bool:
    """Whether the one who investigates is or may be the accused, or is in the leadership where a leader is accused."""
    investigator = case.raw.investigator
    if investigator is None:
        return False
    in_leadership = investigator.acts_as(Role.RECTOR, Role.LEADER)
    itself = is_accused(investigator, suspicion.accused) is not False
    return itself or (_against_a_leader(case, suspicion) and in_leadership)


@CHAPTER.each("SK-07", staff_suspicions)
def owner_in_staff_cases(
    case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, start: Moment
) -> Outcome | None:
    """«Varsle skoleeier/kommunalsjef»: in every case about someone who works at the school; no time is set."""
    return counted_from_when_told(case, judge, suspicion, start, partial(_owner_in_staff_cases, case, scope, suspicion))


def _owner_in_staff_cases(
    case: KnownCase, scope: str, suspicion: Suspicion, judge: Judge, start: Moment
) -> Outcome | None:
    if _against_a_leader(case, suspicion) and judge.plan.is_on("SK-02", optional=False):
        return None
    told = owner_told(case)
    notified, earlier_that_day = on_or_after(told.sure, start), same_day_on(told.sure, start)
    found = shown(judge, "SK-07", scope, start, notified, remarks=_elapsed(judge, start, notified[:1]))
    if found is not None and _after_another(case, start, notified):
        return judge.review(scope, "which_suspicion", *notified, event=start)
    if found is not None:
        return found
    if earlier_that_day:
        return judge.review(scope, "before_its_cause", *earlier_that_day, event=start)
    acknowledged = on_or_after(told.acknowledged, start)
    if acknowledged:
        return judge.done("SK-07", scope, acknowledged[0], since=start, remarks=(WEAK,))
    outcome = waited(case, judge, "SK-07", scope, start)
    outcome = or_which(outcome, "told_another", *same_day_on(told.unsure, start))
    outcome = or_which(outcome, "told_by_others", *same_day_on(told.by_others, start))
    if outcome is not None and suspicion.obviously_unfounded and outcome.verdict is not Verdict.DUE:
        return judge.review(scope, "unfounded", event=start)
    return or_is_it_about_staff(case, suspicion, outcome)


def _after_another(case: KnownCase, start: Moment, notified: Sequence[Recorded]) -> bool:
    """Whether another suspicion had come, on a later day, before any of ``notified``: then they may be about that one alone."""
    later = [other for _, _, other in staff_suspicions(case) if other.day > start.day]
    return all(any(item in on_or_after([item], other) for other in later) for item in notified)


def _elapsed(judge: Judge, start: Moment, items: Sequence[Recorded]) -> tuple[Remark, ...]:
    when = items[0].at if items else None
    return judge.elapsed(start.day, when.day, beyond=0) if when is not None else ()
