"""Plikt til å sette inn tiltak (TI, AP): the measures, the activity plan and its six fields, in the plan's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from ...domain.activity_plan import ActivityPlan, Measure, MeasureType
from ...domain.case import ClosingReason, Pupil, PupilPart
from ...domain.log import BestInterest, Hearing, LogEntry, LogKind, Recorded
from ...domain.moment import Moment, end_of
from ...domain.people import Actor, Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from ..best_interest_entries import WRITTEN
from ..heard import ANALYSIS, hearings
from ..judge import UNANSWERED, Judge, when_of
from ..known import CaseIndex, Period, was_heard
from ..proof import sort
from ..reading.answers import SAME_IN, Place, Said, read_answer
from ..reading.evaluation_dates import Said as EvaluationSaid
from ..reading.evaluation_dates import evaluation_date
from ..reading.plan_texts import repeated_in, texts_of
from ..reading.responsible import Who, responsible
from ..reading.times import begins_on, names_a_time, over_by
from ..reading.vague_phrases import Phrase, says_only
from ..rule import Chapter
from ..stretches import Round, at_this_school, only_protects, rounds, transfers

CHAPTER = Chapter("measures")

_WEAK = Remark(code=RemarkCode.WEAKLY_SHOWN)
_DECLINED = Remark(code=RemarkCode.DECLINED)
_ENQUIRY = (
    LogKind.SUSPICION_ENQUIRY,
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.STAFF_CONVERSATION,
    LogKind.ANALYSIS,
)
"""What shows that something was examined. A meeting with the home alone is not an enquiry."""


def _plan_scope(plan: ActivityPlan) -> str:
    return scope_of(plan=plan.plan, version=str(plan.version))


def _measure_scope(plan: ActivityPlan, measure: Measure) -> str:
    return scope_of(plan=plan.plan, version=str(plan.version), measure=measure.id)


# --- «Ut ifra grundig og objektiv undersøkelse settes det i verk …» -----------------------------------------------------


@CHAPTER.rule(
    "TI-01",
    "tiltak-ut-ifra-undersokelse",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-6", "opplaeringslova-12-9"),
    needs=("activity_plans", "activity_plans.measures", "activity_plans.measures_text", "log"),
)
def measures_after_enquiry(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Ut ifra grundig og objektiv undersøkelse settes det i verk egnende og lovlige tiltak.»"""
    for plan in case.current_plans:
        scope, event = _plan_scope(plan), when_of(plan)
        if not _measures_named(judge, plan):
            yield judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
        elif any(m.type in (MeasureType.CHANGE_OF_SCHOOL, MeasureType.EXPULSION) for m in plan.measures):
            yield judge.review(scope, "needs_decision", plan, event=event)
        else:
            basis = next((e for e in case.all(*_ENQUIRY) if _examined(e) and _not_after(e, event)), None)
            if basis is None:
                yield judge.review(scope, "no_enquiry", plan, event=event)
            else:
                yield judge.met(scope, plan, basis, event=event, remarks=judge.presence_remarks())


def _examined(entry: LogEntry) -> bool:
    """Whether something was found out: not a meeting that was only called, nor an offer of a conversation."""
    return entry.held is not False and entry.hearing not in (Hearing.OFFERED, Hearing.DECLINED)


def _measures_named(judge: Judge, plan: ActivityPlan) -> bool:
    return judge.answers(plan.measures_text, "activity_plans.measures_text") or any(
        judge.answers(m.text, "activity_plans.measures.text") for m in plan.measures
    )


def _not_after(entry: LogEntry, moment: Moment | None) -> bool:
    """Whether ``entry`` can have come before ``moment``; on the same day without times it can."""
    when = when_of(entry)
    return when is not None and moment is not None and moment.before(when) is not True


# --- «Eleven/e skal alltid høres før det velges tiltak, og bidra …» -----------------------------------------------------


@CHAPTER.rule(
    "TI-02",
    "elev-hort-for-tiltak-velges",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-2",),
    needs=("activity_plans", "activity_plans.measures", "activity_plans.pupils", "log", "pupils"),
)
def pupil_heard_before_choice(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Eleven/e skal alltid høres før det velges tiltak»: per pupil, for each version that chooses measures."""
    for plan, before in _choices(case):
        for pupil in case.pupils_of_plan(plan):
            scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
            yield _heard(case, judge, scope, pupil, plan, before)
    for stretch in rounds(case):
        for pupil_of_case in case.affected:
            yield from _begun_without_a_plan(case, judge, stretch, pupil_of_case)


def _begun_without_a_plan(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil) -> Iterator[Outcome]:
    """What was begun was chosen, plan or none. Whether it was protection, no entry says: then it is a question."""
    planned = any(stretch.has(plan) and pupil.ref in case.pupils_of_plan(plan) for plan in case.decided_plans)
    started = [e for e in stretch.entries(case, LogKind.MEASURE_STARTED) if not e.pupils or pupil.ref in e.pupils]
    if planned or not started:
        return
    found, scope, event = hearings(case, judge, pupil.ref).where(stretch.has), stretch.scope(pupil), when_of(started[0])
    if found.sure:
        outcome = judge.in_order(scope, found.sure[0], started[0], event=event)
        late = outcome.verdict is Verdict.DEVIATION
        yield outcome.ask("protective_first", *started[:1]) if late else outcome
    elif found.doubtful:
        yield judge.review(scope, found.doubtful[0].why, found.doubtful[0].item, event=event)
    else:
        yield judge.review(scope, "protective_first", *started[:1], event=event)


def _choices(case: CaseIndex) -> Iterator[tuple[ActivityPlan, ActivityPlan | None]]:
    """Each decided version that chooses measures, with the version before it: the first, and those with other measures."""
    for versions in case.histories:
        before: ActivityPlan | None = None
        for plan in versions:
            if before is None or plan.chooses_other_measures_than(before):
                yield plan, before
            before = plan


def _heard(
    case: CaseIndex, judge: Judge, scope: str, pupil: str, plan: ActivityPlan, before: ActivityPlan | None
) -> Outcome:
    event = when_of(plan)
    found = hearings(case, judge, pupil)
    about_this = _about_what_began(case, judge, found.sure, plan)
    ever = _first_in_order(judge, scope, about_this, plan)
    if ever is None and found.sure:
        return judge.review(scope, "heard_about_something_else", plan, *found.sure, event=event)
    if ever is None:
        return found.settle(_not_heard(case, judge, scope, plan))
    if ever.verdict is Verdict.DEVIATION and only_protects(plan):
        return judge.review(scope, "protective_first", plan, *about_this[:1], event=event)
    if ever.verdict is not Verdict.MET:
        return ever
    outcome = _first_in_order(judge, scope, _since(about_this, before), plan)
    if outcome is None or outcome.verdict is not Verdict.MET:
        return judge.review(scope, "heard_before_earlier_version", plan, *about_this, event=event)
    hearing = next(entry for entry in about_this if entry.id == outcome.evidence[0])
    early = _started_before(case, plan, hearing) if before is None else []
    if early:
        return judge.review(scope, "protective_first", hearing, *early, event=event)
    if hearing.hearing is Hearing.DECLINED:
        return outcome.model_copy(update={"remarks": (*outcome.remarks, _DECLINED)})
    return outcome


def _about_what_began(
    case: CaseIndex, judge: Judge, heard: Sequence[LogEntry], plan: ActivityPlan
) -> Sequence[LogEntry]:
    """The conversations that can be about what the plan answers: not long before the first of what began its stretch."""
    decided = when_of(plan)
    stretch = next((s for s in rounds(case) if s.holds(decided)), None)
    if stretch is None:
        return heard
    began: list[Moment] = [stretch.start]
    began += [s.at for s in case.suspicions if stretch.holds(s.at)]
    began += [n.learned_at for n in case.notices if n.learned_at is not None and stretch.holds(n.learned_at)]
    began += [when for i in case.incidents if (when := when_of(i)) is not None and stretch.holds(when)]
    first = min(began, key=lambda moment: moment.sort_key)
    allowed = judge.plan.readings.heard_before_choice_school_days
    return [
        entry
        for entry in heard
        if (when := when_of(entry)) is None
        or when.day >= first.day
        or judge.calendar.between(when.day, first.day) <= allowed
    ]


def _not_heard(case: CaseIndex, judge: Judge, scope: str, plan: ActivityPlan) -> Outcome:
    event = when_of(plan)
    talks = case.all(LogKind.PUPIL_CONVERSATION)
    unnamed = [entry for entry in talks if not entry.pupils and was_heard(entry) and _not_after(entry, event)]
    if unnamed:
        return judge.review(scope, "which_pupil", *unnamed, event=event)
    if only_protects(plan):
        return judge.review(scope, "protective_first", plan, event=event)
    return judge.deviation(scope, Reason.UNDOCUMENTED, plan, event=event)


def _since(hearings: Sequence[LogEntry], before: ActivityPlan | None) -> list[LogEntry]:
    """The hearings that came after the version before; all of them where there is none."""
    decided = when_of(before) if before is not None else None
    if decided is None:
        return list(hearings)
    return [e for e in hearings if (when := when_of(e)) is not None and decided.before(when) is True]


def _first_in_order(judge: Judge, scope: str, entries: Iterable[LogEntry], plan: ActivityPlan) -> Outcome | None:
    """The best that ``entries`` show about having come before ``plan``: met, else a question, else the wrong order."""
    outcomes = [judge.in_order(scope, entry, plan, event=when_of(plan)) for entry in entries]
    for verdict in (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION):
        for outcome in outcomes:
            if outcome.verdict is verdict:
                return outcome
    return None


def _started_before(case: CaseIndex, plan: ActivityPlan, hearing: LogEntry) -> list[LogEntry | ActivityPlan]:
    """What shows that a measure was put into effect before the pupil was heard: log entries, or the plan's own dates."""
    heard = when_of(hearing)
    if heard is None:
        return []
    found: list[LogEntry | ActivityPlan] = [
        entry
        for entry in case.all(LogKind.MEASURE_STARTED)
        if (entry.plan in (None, plan.plan)) and (when := when_of(entry)) is not None and when.before(heard) is True
    ]
    if any(m.start is not None and m.start < heard.day for m in plan.measures):
        found.append(plan)
    return found


@CHAPTER.rule(
    "TI-03",
    "elev-bidrar-i-planen",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    law=("opplaeringslova-10-2",),
    needs=(
        "activity_plans",
        "activity_plans.pupil_contribution",
        "activity_plans.pupils",
        "log",
        "pupils",
        "activity_plans.measures",
    ),
)
def pupil_contributes(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«og bidra i utarbeidelsen av tiltaksplanen»: per pupil of each current plan."""
    for plan in case.current_plans:
        pupils = case.pupils_of_plan(plan)
        for pupil in pupils:
            scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
            yield _contribution(case, judge, scope, pupil, plan, alone=len(pupils) == 1)


def _contribution(case: CaseIndex, judge: Judge, scope: str, pupil: str, plan: ActivityPlan, *, alone: bool) -> Outcome:
    event = when_of(plan)
    before = [e for e in hearings(case, judge, pupil).sure if _not_after(e, event)]
    if judge.answers(plan.pupil_contribution, "activity_plans.pupil_contribution"):
        heard = [e for e in before if e.hearing is not Hearing.DECLINED]
        if alone or heard:
            shown = judge.met(scope, plan, *heard[:1], event=event, remarks=judge.presence_remarks())
            return _unless_repeated(case, judge, plan, "activity_plans.pupil_contribution", shown)
    declined = [e for e in before if e.hearing is Hearing.DECLINED]
    if declined:
        return judge.met(scope, declined[0], event=event, remarks=(_DECLINED,))
    outcome = judge.field(scope, plan.pupil_contribution, plan, path="activity_plans.pupil_contribution", event=event)
    return judge.review(scope, "whose_contribution", plan, event=event) if outcome.verdict is Verdict.MET else outcome


# --- «Det skal gjøres en helhetlig analyse …» ---------------------------------------------------------------------------


@CHAPTER.rule(
    "TI-04",
    "analyse-ligger-til-grunn",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("activity_plans", "log"),
)
def analysis_underlies(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«en helhetlig analyse som ligger til grunn for utvikling av tiltak»: before the first version that chooses measures."""
    for versions in case.histories:
        plan = next((version for version in versions if not only_protects(version)), None)
        if plan is None:
            continue
        scope, event = _plan_scope(plan), when_of(plan)
        linked = case.by_id(plan.analysis_ref)
        if plan.analysis_ref is not None and linked is None and not _is_gone(case, plan.analysis_ref):
            yield judge.review(scope, "reference_not_found", plan, event=event)
            continue
        if linked is not None and linked.kind is not LogKind.ANALYSIS:
            yield judge.review(scope, "not_an_analysis", plan, linked, event=event)
            continue
        found = sort(case, judge, ANALYSIS, [linked] if linked is not None else _analyses(case, plan))
        outcome = _first_in_order(judge, scope, found.sure, plan)
        if outcome is None and found.doubtful:
            asked = found.doubtful[0]
            yield judge.review(scope, asked.why, plan, asked.item, event=event)
        elif outcome is None:
            yield judge.deviation(scope, Reason.UNDOCUMENTED, plan, event=event)
        elif outcome.verdict is Verdict.MET and linked is None:
            yield outcome.model_copy(update={"remarks": (*outcome.remarks, _WEAK)})
        else:
            yield outcome


def _analyses(case: CaseIndex, plan: ActivityPlan) -> list[LogEntry]:
    return [
        entry
        for entry in case.all(LogKind.ANALYSIS)
        if entry.plan in (None, plan.plan)
        and (not entry.pupils or not plan.pupils or set(entry.pupils) & set(plan.pupils))
    ]


def _is_gone(case: CaseIndex, entry: str) -> bool:
    """Whether the case once had this entry, or will have it: it was deleted, or is later than the moment judged."""
    return any(known.id == entry for known in case.case.log)


@CHAPTER.rule(
    "TI-05",
    "udirs-analyseverktoy",
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.analysis_tool", "log.deviates_because"),
)
def udir_tool_used(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Analyseverktøy på UDIR sine sider brukes for å gjøre denne analysen før valg av tiltak.»: per analysis."""
    for entry in case.all(LogKind.ANALYSIS):
        scope, event = scope_of(log=entry.id), when_of(entry)
        if not judge.answers(entry.analysis_tool, "log.analysis_tool"):
            yield judge.review(scope, "tool_not_stated", entry, event=event)
        elif not judge.read_text or says_only(Phrase.UDIR_TOOL, entry.analysis_tool):
            yield judge.met(scope, entry, event=event, remarks=judge.presence_remarks())
        elif judge.answers(entry.deviates_because, "log.deviates_because"):
            yield judge.met(scope, entry, event=event, remarks=(_WEAK,))
        else:
            yield judge.review(scope, "another_tool", entry, event=event)


# --- «Aktivitetsplan blir utfylt og lagret i Visma Sikker Sak.» ---------------------------------------------------------


@CHAPTER.rule(
    "TI-07",
    "aktivitetsplan-for-hver-elev",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3", "opplaeringslova-12-6"),
    needs=(
        "activity_plans",
        "activity_plans.pupils",
        "log",
        "notices",
        "pupils",
        "status_history",
        "transfers",
        "activity_plans.measures",
    ),
    decided_by=(
        "log.feels_safe",
        "log.held",
        "log.hearing",
    ),
)
def plan_for_each_pupil(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Aktivitetsplan blir utfylt og lagret i Visma Sikker Sak.»: per affected pupil, anew when the case is reopened."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for pupil in case.affected:
        outcomes: dict[str, Outcome] = {}
        for number, period in enumerate(case.periods):
            raised = _raised(case, pupil, number)
            if raised is None:
                continue
            scope = scope_of(pupil=pupil.ref)
            if number > 0:
                scope = scope_of(pupil=pupil.ref, period=period.opened.day.isoformat())
            outcome = _plan_for(case, judge, _Owed(scope, pupil.ref, number, period, raised))
            if outcome is not None:
                outcomes[scope] = outcome
        yield from outcomes.values()
    yield from _involved_but_unsafe(case, judge)


def _involved_but_unsafe(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 12-4: the duty is to any pupil who says so, whatever part she was entered with. Which plan is hers, a person says."""
    planned = {ref for plan in case.decided_plans for ref in case.pupils_of_plan(plan)}
    for pupil in case.pupils:
        if pupil.part is PupilPart.AFFECTED or pupil.ref in planned:
            continue
        talks = case.for_pupil(pupil.ref, LogKind.PUPIL_CONVERSATION)
        unsafe = [talk for talk in talks if talk.feels_safe is False and talk.held is not False]
        if unsafe:
            yield judge.review(scope_of(pupil=pupil.ref), "involved_says_unsafe", *unsafe, event=when_of(unsafe[0]))


@dataclass(frozen=True, slots=True)
class _Owed:
    """A plan owed to one pupil in one stretch during which the case was open."""

    scope: str
    pupil: str
    number: int
    period: Period
    raised: Moment


def _raised(case: CaseIndex, pupil: Pupil, number: int) -> Moment | None:
    """When the pupil's situation was raised with the school in this period; ``None`` where she was not in the case yet."""
    period = case.periods[number]
    since = case.periods[number - 1].closed if number > 0 else None
    arrivals = [
        when
        for notice in case.notices
        if (when := notice.arrived_at or notice.registered_at) is not None
        and any(p.ref == pupil.ref for p in case.pupils_of(notice))
        and (since is None or since.before(when) is True)
        and (period.closed is None or period.closed.before(when) is not True)
    ]
    raised = min(arrivals, key=lambda moment: moment.sort_key, default=period.opened)
    for known in (pupil.identified_at, pupil.joined_at):
        if known is not None and raised.before(known) is True:
            raised = known
    return None if period.closed is not None and period.closed.before(raised) is True else raised


def _plan_for(case: CaseIndex, judge: Judge, owed: _Owed) -> Outcome | None:
    current = [plan for plan in case.current_plans if owed.period.closed is not None or owed.pupil in plan.pupils]
    versions = [
        version
        for versions in case.histories
        for version in versions
        if owed.pupil in version.pupils and any(version.plan == plan.plan for plan in current)
    ]
    in_time = [version for version in versions if _decided_in(case, version, owed)]
    if in_time:
        return _plan_shown(case, judge, in_time[0], owed)
    late = [version for version in versions if _decided_after(case, version, owed)]
    if late:
        return judge.deviation(owed.scope, Reason.LATE, late[0], event=owed.raised)
    group = [plan for plan in case.current_plans if _may_cover(case, plan, owed) and _decided_in(case, plan, owed)]
    if group:
        return judge.review(owed.scope, "names_no_pupil", *group, event=owed.raised)
    return _plan_missing(case, judge, owed, older=versions)


def _may_cover(case: CaseIndex, plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether a plan may be hers that does not name her: one of a class, or one with a measure for her that never took her out."""
    if not plan.pupils:
        return True
    taken_out = any(version.plan == plan.plan and owed.pupil in version.pupils for version in case.decided_plans)
    return not taken_out and owed.pupil in case.pupils_of_plan(plan)


def _decided_in(case: CaseIndex, plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether this version was decided in the period (for the first one: at any time before its end)."""
    decided = when_of(plan)
    if decided is None:
        return owed.number == len(case.periods) - 1
    since = case.periods[owed.number - 1].closed if owed.number > 0 else None
    if since is not None and since.before(decided) is not True:
        return False
    return owed.period.closed is None or owed.period.closed.before(decided) is not True


def _decided_after(case: CaseIndex, plan: ActivityPlan, owed: _Owed) -> bool:
    """Whether this version came after the period had ended, and before any new one began."""
    decided, closed = when_of(plan), owed.period.closed
    if decided is None or closed is None or closed.before(decided) is not True:
        return False
    following = case.periods[owed.number + 1 : owed.number + 2]
    return not following or decided.before(following[0].opened) is True


def _plan_shown(case: CaseIndex, judge: Judge, plan: ActivityPlan, owed: _Owed) -> Outcome:
    decided = when_of(plan)
    if decided is None:
        return judge.review(owed.scope, "time_unknown", plan, event=owed.raised)
    if decided.before(owed.raised) is True:
        return judge.review(owed.scope, "before_its_cause", plan, event=owed.raised)
    remarks = judge.elapsed(owed.raised.day, decided.day, beyond=judge.plan.readings.ladder("TI-07").review_after)
    event = at_this_school(judge, "TI-07", owed.raised, transfers(case), until=decided)
    return judge.met(owed.scope, plan, event=event, remarks=remarks)


def _plan_missing(case: CaseIndex, judge: Judge, owed: _Owed, *, older: Sequence[ActivityPlan]) -> Outcome | None:
    closed = owed.period.closed
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


def _closed_without(case: CaseIndex, judge: Judge, owed: _Owed, anchor: Moment, closed: Moment) -> Outcome | None:
    """The case was closed and no plan was made: whether one was owed depends on why, and on what was found."""
    reason = owed.period.reason
    examined = any(_within(entry, owed) and _examined(entry) for entry in case.all(*_ENQUIRY))
    words = _own_words(case, owed)
    if reason is ClosingReason.MOVED:
        # The clock stops when the pupil moves (requirements A-36): only what was over by then stands.
        return judge.until_moved("TI-07", owed.scope, anchor, closed)
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
    when = when_of(entry)
    if when is None:
        return False
    begun = owed.number == 0 or when.before(owed.raised) is not True
    return begun and (owed.period.closed is None or owed.period.closed.before(when) is not True)


def _own_words(case: CaseIndex, owed: _Owed) -> list[bool]:
    """What the pupil has said about being safe in this period, by time."""
    return [
        entry.feels_safe
        for entry in case.for_pupil(owed.pupil, LogKind.PUPIL_CONVERSATION)
        if entry.feels_safe is not None and entry.held is not False and _within(entry, owed)
    ]


def _says_safe(case: CaseIndex, owed: _Owed) -> bool:
    words = _own_words(case, owed)
    return bool(words) and all(words)


# --- «Planen skal oppsummere undersøkelsene som er gjort, beskrive skolens vurderinger og videre planer» ---------------


def _section(code: str, slug: str, field: str, severity: Severity) -> None:
    """Enters a rule about one section of the plan: it is filled in, in each current plan."""

    def filled_in(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
        for plan in case.current_plans:
            yield _field(case, judge, plan, f"activity_plans.{field}", getattr(plan, field))

    CHAPTER.rule(
        code,
        slug,
        severity=severity,
        basis=Basis.PLAN,
        role=Role.RECTOR,
        needs=("activity_plans", f"activity_plans.{field}"),
    )(filled_in)


_section("TI-08", "planen-oppsummerer-undersokelsene", "summary_of_enquiry", Severity.MEDIUM)
_section("TI-09", "planen-beskriver-vurderinger", "assessments", Severity.MEDIUM)
_section("TI-10", "planen-beskriver-videre-planer", "further_plans", Severity.LOW)


# --- «og skal som minimum inneholde» a) – f) ------------------------------------------------------------------------------


class _Grade(Enum):
    """What a field is worth as an answer."""

    EMPTY = auto()
    PLACEHOLDER = auto()
    DOUBTFUL = auto()
    """filled in, but with nothing that can be held on to"""
    GOOD = auto()


def _field(case: CaseIndex, judge: Judge, plan: ActivityPlan, path: str, text: str | None) -> Outcome:
    """A field of the plan in words; a sentence that stands in several fields can't be the answer to each."""
    outcome = judge.field(_plan_scope(plan), text, plan, path=path, event=when_of(plan))
    return _unless_repeated(case, judge, plan, path, outcome)


def _unless_repeated(case: CaseIndex, judge: Judge, plan: ActivityPlan, path: str, outcome: Outcome) -> Outcome:
    if outcome.verdict is not Verdict.MET or not judge.read_text:
        return outcome
    if path in repeated_in(plan):
        return judge.review(outcome.scope, "same_in_several_fields", plan, event=when_of(plan))
    if path in repeated_in(plan, SAME_IN - 1) and any(case.case.is_hidden(text) for text in texts_of(plan)):
        day = outcome.event_day
        return Outcome(scope=outcome.scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN, event_day=day)
    return outcome


def _grade(judge: Judge, text: str | None, answers: Callable[[str], bool]) -> _Grade:
    if text is None or not text.strip():
        return _Grade.EMPTY
    if not judge.is_filled_in(text):
        return _Grade.PLACEHOLDER
    return _Grade.GOOD if not judge.read_text or answers(text) else _Grade.DOUBTFUL


def _answered(judge: Judge, scope: str, plan: ActivityPlan, grades: Sequence[_Grade], question: str) -> Outcome:
    """The first of several fields that says anything decides; a placeholder beside the answer makes it weak."""
    event = when_of(plan)
    said = next((grade for grade in grades if grade in (_Grade.DOUBTFUL, _Grade.GOOD)), None)
    if said is None:
        return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
    if said is _Grade.DOUBTFUL:
        return judge.review(scope, question, plan, event=event)
    remarks = (_WEAK,) if _Grade.PLACEHOLDER in grades else ()
    return judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *remarks))


def _rows(plan: ActivityPlan) -> Iterator[tuple[str, Measure | None]]:
    """The scopes of a plan's measures, each id once; a plan that tells its measures in words is one scope."""
    if not plan.measures:
        yield _plan_scope(plan), None
    for measure in {measure.id: measure for measure in plan.measures}.values():
        yield _measure_scope(plan, measure), measure


@CHAPTER.rule(
    "AP-A",
    "problemet-tiltakene-skal-lose",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=("activity_plans", "activity_plans.problem"),
)
def problem_stated(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«hvilket problem tiltakene skal løse»: per current plan; a draft or replaced version answers nothing."""
    for plan in case.current_plans:
        yield _field(case, judge, plan, "activity_plans.problem", plan.problem)


@CHAPTER.rule(
    "AP-B",
    "tiltakene-skolen-har-planlagt",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=("activity_plans", "activity_plans.measures", "activity_plans.measures.text", "activity_plans.measures_text"),
)
def measures_stated(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«hvilke tiltak skolen har planlagt»: per current plan, at least one, and each with words."""
    for plan in case.current_plans:
        scope, event = _plan_scope(plan), when_of(plan)
        told = [judge.answers(measure.text, "activity_plans.measures.text") for measure in plan.measures]
        in_words = judge.answers(plan.measures_text, "activity_plans.measures_text")
        if not (in_words or (told and all(told))):
            said = [judge.said(measure.text, "activity_plans.measures.text") for measure in plan.measures]
            said.append(judge.said(plan.measures_text, "activity_plans.measures_text"))
            doubt = next((UNANSWERED[one] for one in said if one in UNANSWERED), None)
            if doubt is None or (plan.measures and Said.NOTHING in said[:-1]):
                yield judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
            else:
                yield judge.review(scope, doubt, plan, event=event)
            continue
        # An empty row beside measures told in words, or a placeholder beside full rows: shown, but not in its place.
        placeholder = not in_words and bool((plan.measures_text or "").strip())
        remarks = (_WEAK,) if placeholder or not all(told) else ()
        shown = judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *remarks))
        path = "activity_plans.measures_text" if in_words else "activity_plans.measures.text"
        yield _unless_repeated(case, judge, plan, path, shown)


@CHAPTER.rule(
    "AP-C",
    "nar-tiltakene-gjennomfores",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=(
        "activity_plans",
        "activity_plans.when",
        "activity_plans.measures",
        "activity_plans.measures.start",
        "activity_plans.measures.end",
        "activity_plans.measures.when",
        "notices",
        "notices.happened_at",
        "notices.registered_at",
    ),
)
def carried_out_when(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«når tiltakene skal gjennomføres»: per measure of each current plan; the plan's own field may answer for all."""
    for plan in case.current_plans:
        for scope, measure in _rows(plan):
            times = _or_pointed_at(plan.when, "c", names_a_time)
            grades = [_grade(judge, plan.when, times)]
            if _over_before_notice(case, judge, plan, measure):
                yield judge.review(scope, "over_before_notice", plan, event=when_of(plan))
                continue
            if measure is not None:
                grades.insert(0, _grade(judge, measure.when, times))
                if measure.start is not None and measure.end is not None and measure.end < measure.start:
                    yield judge.review(scope, "ends_before_it_starts", plan, event=when_of(plan))
                    continue
                if measure.start is not None or measure.end is not None:
                    yield _dated(judge, scope, plan, grades)
                    continue
            yield _answered(judge, scope, plan, grades, "no_fixed_time")


def _or_pointed_at(whole: str | None, letter: str, answers: Callable[[str], bool]) -> Callable[[str], bool]:
    """Whether a measure's text answers, or points at the same field of the whole plan, and that answers."""

    def says(text: str) -> bool:
        pointer = read_answer(text).pointer
        to_whole = pointer is not None and (pointer.place is Place.PLAN or pointer.letter == letter)
        return answers(text) or (to_whole and whole is not None and answers(whole))

    return says


def _over_before_notice(case: CaseIndex, judge: Judge, plan: ActivityPlan, measure: Measure | None) -> bool:
    """Whether the time that is given was over before the first notice came: then nothing was to be done after it."""
    arrivals = [when.day for notice in case.notices if (when := notice.arrived_at or notice.registered_at) is not None]
    if not arrivals:
        return False
    notice, decided = min(arrivals), when_of(plan)
    if measure is not None and measure.end is not None:
        return measure.end < notice
    if measure is not None and measure.start is not None:
        return False
    words = next((w for w in (measure.when if measure is not None else None, plan.when) if (w or "").strip()), None)
    over = over_by(words, decided.day if decided is not None else notice) if words and judge.read_text else None
    return over is not None and over < notice


def _dated(judge: Judge, scope: str, plan: ActivityPlan, grades: Sequence[_Grade]) -> Outcome:
    """A date answers whatever the texts beside it say; a placeholder there makes it weak."""
    remarks = (_WEAK,) if _Grade.PLACEHOLDER in grades else ()
    return judge.met(scope, plan, event=when_of(plan), remarks=remarks)


@CHAPTER.rule(
    "AP-D",
    "hvem-som-er-ansvarlig",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=(
        "activity_plans",
        "activity_plans.responsible",
        "activity_plans.measures",
        "activity_plans.measures.responsible",
        "activity_plans.measures.responsible_role",
        "activity_plans.measures.carried_out_by",
    ),
)
def responsible_named(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«hvem som er ansvarlig for gjennomføringen av tiltakene»: per measure of each current plan."""
    for plan in case.current_plans:
        for scope, measure in _rows(plan):
            yield _responsible(judge, scope, plan, measure)


def _responsible(judge: Judge, scope: str, plan: ActivityPlan, measure: Measure | None) -> Outcome:
    named = _or_pointed_at(plan.responsible, "d", _names_somebody)
    whole, event = _grade(judge, plan.responsible, named), when_of(plan)
    own = measure.responsible if measure is not None and (measure.responsible or "").strip() else plan.responsible
    if (
        judge.read_text
        and own
        and responsible(own) is Who.OUTSIDE
        and (measure is None or measure.responsible_role is None)
    ):
        return judge.review(scope, "not_the_school", plan, event=event)
    if measure is None:
        return _answered(judge, scope, plan, [whole], "a_team")
    role, text = _role_grade(measure.responsible_role), _grade(judge, measure.responsible, named)
    if measure.responsible_role is not None and measure.responsible_role.acts_as(Role.PUPIL, Role.GUARDIAN):
        return judge.review(scope, "not_the_school", plan, event=event)
    if role is _Grade.GOOD:
        return _dated(judge, scope, plan, [text])
    if role is _Grade.DOUBTFUL and text is not _Grade.GOOD:
        return judge.review(scope, "a_team", plan, event=event)
    outcome = _answered(judge, scope, plan, [text, whole], "a_team")
    if outcome.verdict is Verdict.DEVIATION and judge.answers(measure.carried_out_by):
        return judge.review(scope, "only_who_carries_out", plan, event=event)
    return outcome


def _names_somebody(text: str) -> bool:
    return responsible(text) is Who.SOMEBODY


def _role_grade(actor: Actor | None) -> _Grade:
    """A role is an answer where it points at one person; «ansatte» and «pedagogisk personale» do so only with a person."""
    if actor is None or actor.role in (Role.UNKNOWN, Role.SYSTEM, Role.ANONYMOUS):
        return _Grade.EMPTY
    if actor.ref is None and actor.role in (Role.TEACHER, Role.STAFF):
        return _Grade.DOUBTFUL
    return _Grade.GOOD


@CHAPTER.rule(
    "AP-E",
    "nar-tiltakene-evalueres",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=(
        "activity_plans",
        "activity_plans.evaluate_on",
        "activity_plans.evaluate_when",
        "activity_plans.measures",
        "activity_plans.measures.evaluate_on",
        "activity_plans.measures.evaluate_when",
    ),
)
def evaluated_when(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«når tiltakene skal evalueres»: per measure of each current plan; a day that lies after the plan's own."""
    for plan in case.current_plans:
        for scope, measure in _rows(plan):
            yield _evaluation_set(judge, scope, plan, measure)


def _evaluation_set(judge: Judge, scope: str, plan: ActivityPlan, measure: Measure | None) -> Outcome:
    when, event = evaluation_date(judge, plan, measure), when_of(plan)
    if when.said in (EvaluationSaid.NOTHING, EvaluationSaid.PLACEHOLDER):
        return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
    weak = (_WEAK,) if when.weakly else ()
    if when.day is None:
        if not judge.read_text:
            return judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *weak))
        return judge.review(scope, "no_fixed_day", plan, event=event)
    if event is None:
        return judge.review(scope, "time_unknown", plan)
    if when.day <= event.day:
        return judge.review(scope, "not_after_the_plan", plan, event=event)
    begins = _begins(judge, plan, measure)
    if begins is not None and when.day < begins:
        return judge.review(scope, "evaluated_before_it_begins", plan, event=event)
    return judge.met(scope, plan, event=event, remarks=weak)


def _begins(judge: Judge, plan: ActivityPlan, measure: Measure | None) -> date | None:
    """When the measure begins, by its own date or by field c."""
    if measure is not None and measure.start is not None:
        return measure.start
    words, decided = (measure.when if measure is not None else None) or plan.when, when_of(plan)
    return begins_on(words, decided.day) if words and decided is not None and judge.read_text else None


@CHAPTER.rule(
    "AP-F",
    "vurderinga-av-barnets-beste",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    law=("opplaeringslova-10-1",),
    needs=(
        "activity_plans",
        "activity_plans.best_interest",
        "activity_plans.best_interest_ref",
        "pupils",
        "pupils.part",
        "activity_plans.pupils",
    ),
)
def best_interest_assessed(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«vurderinga av barnets beste»: per current plan, in its field or in the entry the plan points at."""
    for plan in case.current_plans:
        yield _best_interest(case, judge, _plan_scope(plan), plan)


def _best_interest(case: CaseIndex, judge: Judge, scope: str, plan: ActivityPlan) -> Outcome:
    event = when_of(plan)
    grade = _assessment_grade(judge, plan.best_interest)
    if grade is _Grade.GOOD:
        field = plan.best_interest.text if plan.best_interest is not None else None
        weak = (_WEAK,) if (field or "").strip() and not judge.is_filled_in(field) else ()
        shown = judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *weak))
        return _unless_repeated(case, judge, plan, "activity_plans.best_interest", shown)
    if case.case.is_hidden("log") or case.case.hides_part_of("log"):
        return Outcome(
            scope=scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN, event_day=event.day if event else None
        )
    outcomes = [_assessed_in(judge, scope, plan, entry) for entry in _assessment_entries(case, plan)]
    if outcomes:
        return min(outcomes, key=lambda o: (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION).index(o.verdict))
    if plan.best_interest_ref is not None and not _is_gone(case, plan.best_interest_ref):
        return judge.review(scope, "reference_not_found", plan, event=event)
    if grade is _Grade.DOUBTFUL:
        return judge.review(scope, "bare_claim", plan, event=event)
    ticks = (plan.best_interest.moments or {}) if plan.best_interest is not None else {}
    if any(stand is not None for stand in ticks.values()):
        return judge.review(scope, "only_ticks", plan, event=event)
    return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)


def _assessed_in(judge: Judge, scope: str, plan: ActivityPlan, entry: LogEntry) -> Outcome:
    """The assessment stands in a log entry: in its structured part, else in its text."""
    if entry.kind is not LogKind.BEST_INTEREST and entry.best_interest is None:
        return judge.review(scope, "not_an_assessment", plan, entry, event=when_of(plan))
    grades = [_assessment_grade(judge, entry.best_interest), _assessment_part(judge, "text", entry.text)]
    if _Grade.GOOD not in grades:
        if _Grade.DOUBTFUL in grades:
            return judge.review(scope, "bare_claim", plan, entry, event=when_of(plan))
        return judge.deviation(scope, Reason.INCOMPLETE, plan, entry, event=when_of(plan))
    outcome = judge.in_order(scope, entry, plan, event=when_of(plan))
    if outcome.verdict is not Verdict.MET:
        return outcome
    linked = plan.best_interest_ref == entry.id or entry.plan == plan.plan
    remarks = (*outcome.remarks, *judge.presence_remarks(), *(() if linked else (_WEAK,)))
    return outcome.model_copy(update={"evidence": (plan.id, entry.id), "remarks": remarks})


def _assessment_entries(case: CaseIndex, plan: ActivityPlan) -> list[LogEntry]:
    """The assessments in the log for this plan: the one it names; else those that name it; else those about its pupils."""
    named = case.by_id(plan.best_interest_ref)
    if named is not None:
        return [named]
    entries = case.all(LogKind.BEST_INTEREST)
    own = [entry for entry in entries if entry.plan == plan.plan]
    about = [
        entry
        for entry in entries
        if entry.plan is None and plan.pupils and set(plan.pupils) <= set(_entry_pupils(case, entry))
    ]
    return [*own, *about]


def _entry_pupils(case: CaseIndex, entry: LogEntry) -> tuple[str, ...]:
    alone = len(case.affected) == 1
    return entry.pupils or (tuple(p.ref for p in case.affected) if alone else ())


def _assessment_part(judge: Judge, name: str, text: str | None) -> _Grade:
    grade = _grade(judge, text, lambda words: judge.answers(words, f"best_interest.{name}"))
    if grade is _Grade.GOOD and judge.read_text and says_only(Phrase.BARE_CLAIM, text):
        return _Grade.DOUBTFUL
    claims = says_only(Phrase.BARE_CLAIM, text) or judge.said(text, f"best_interest.{name}") in UNANSWERED
    return _Grade.PLACEHOLDER if grade is _Grade.DOUBTFUL and not claims else grade


def _assessment_grade(judge: Judge, assessment: BestInterest | None) -> _Grade:
    """What the written parts of an assessment are worth together; ticks alone are worth nothing here."""
    if assessment is None:
        return _Grade.EMPTY
    best = _Grade.EMPTY
    for name in ("text", *WRITTEN):
        grade = _assessment_part(judge, name, getattr(assessment, name))
        if grade is _Grade.GOOD:
            return grade
        best = max(best, grade, key=lambda worth: worth.value)
    return best


# --- «Planen skal være dynamisk, og må oppdateres etter hvert.» ------------------------------------------------------------


@CHAPTER.rule(
    "TI-11",
    "planen-oppdateres",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("activity_plans", "evaluations", "notices", "status_history", "pupils"),
)
def plan_kept_up(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Planen skal være dynamisk, og må oppdateres etter hvert.»: per current plan of an open case."""
    if case.closed is not None:
        return
    for plan in case.current_plans:
        scope = scope_of(plan=plan.plan)
        touched = [(when, item) for item in (plan, *case.evaluations_of(plan)) if (when := when_of(item)) is not None]
        if not touched:
            yield judge.review(scope, "time_unknown", plan)
            continue
        last, item = max(touched, key=lambda pair: pair[0].sort_key)
        yield _kept_up(case, judge, plan, item, last)


def _kept_up(case: CaseIndex, judge: Judge, plan: ActivityPlan, item: Recorded, last: Moment) -> Outcome:
    """``item``: the version or evaluation by which the plan was last gone through, at ``last``."""
    scope, event = scope_of(plan=plan.plan), when_of(plan)
    news = [
        (when, notice)
        for notice in case.notices
        if (when := notice.arrived_at or notice.registered_at) is not None
        and last.before(when) is True
        and (not plan.pupils or any(pupil.ref in plan.pupils for pupil in case.pupils_of(notice)))
    ]
    stale = last.day + timedelta(weeks=judge.plan.readings.plan_unchanged_after_weeks)
    if news:
        arrived, notice = min(news, key=lambda pair: pair[0].sort_key)
        answer_by = judge.calendar.add(arrived.day, judge.plan.readings.ladder("TI-11").review_after)
        answer_by = min(answer_by, stale)
        remarks = judge.uncounted(arrived.day, answer_by)
        if judge.today > answer_by:
            return judge.review(scope, "new_information", plan, notice, event=event, remarks=remarks)
        return Outcome(
            scope=scope,
            verdict=Verdict.DUE,
            deadline=answer_by,
            counted_from=arrived.day,
            event_day=event.day if event else None,
            evidence=(notice.id,),
            remarks=remarks,
            changes_at=end_of(answer_by),
        )
    if judge.today > stale:
        return judge.review(scope, "unchanged", plan, event=event)
    return judge.met(scope, plan, item, event=event).model_copy(update={"changes_at": end_of(stale)})
