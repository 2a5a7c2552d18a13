"""Plikt til å sette inn tiltak (TI): the measures, what they rest on, and the pupil's part in them, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...domain.activity_plan import ActivityPlan, MeasureType
from ...domain.case import Pupil
from ...domain.log import EXAMINES, Hearing, LogEntry, LogKind
from ...domain.moment import earliest
from ...domain.verdict import Outcome, Reason, Verdict, best_of, scope_of
from ..heard import ANALYSIS, heard_until, hearings
from ..judge import UNANSWERED, Judge
from ..known import KnownCase, was_heard
from ..occasions import each_entry, each_plan, each_pupil_of_a_plan
from ..plan_parts import is_gone, plan_scope, unless_repeated
from ..proof import DECLINED, WEAK, sort
from ..reading.vague_phrases import Phrase, says_only
from ..reading.whose_words import not_the_childs_own
from ..rule import Chapter
from ..stretches import Stretch, from_before_reopening, only_protects, stretches, took_place
from ..undertaken import undertaken

CHAPTER = Chapter("measures")


@CHAPTER.each("TI-01", each_plan)
def measures_after_enquiry(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«Ut ifra grundig og objektiv undersøkelse settes det i verk egnende og lovlige tiltak.»"""
    scope, event = plan_scope(plan), plan.at
    if not _measures_named(judge, plan):
        doubt = _instead_of_measures(judge, plan)
        if doubt is not None:
            return judge.review(scope, doubt, plan, event=event)
        return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
    if any(m.type in (MeasureType.CHANGE_OF_SCHOOL, MeasureType.EXPULSION) for m in plan.measures):
        return judge.review(scope, "needs_decision", plan, event=event)
    before = (e for e in case.all(*EXAMINES) if took_place(e) and e.can_precede(event))
    found = undertaken(case, judge, before).sure
    of_before = from_before_reopening(case, found, event)
    basis = next((entry for entry in found if entry not in of_before), None)
    if basis is None and of_before:
        return judge.review(scope, "from_before_reopening", plan, *of_before[-1:], event=event)
    if basis is None:
        return judge.review(scope, "no_enquiry", plan, event=event)
    return judge.met(scope, plan, basis, event=event, remarks=judge.presence_remarks())


def _measures_named(judge: Judge, plan: ActivityPlan) -> bool:
    return judge.answers(plan.measures_text, "activity_plans.measures_text") or any(
        judge.answers(m.text, "activity_plans.measures.text") for m in plan.measures
    )


def _instead_of_measures(judge: Judge, plan: ActivityPlan) -> str | None:
    """The question about what stands where the measures are to stand: put off, wished for, or only where to look."""
    said = [judge.said(m.text, "activity_plans.measures.text") for m in plan.measures]
    said.append(judge.said(plan.measures_text, "activity_plans.measures_text"))
    return next((UNANSWERED[one] for one in said if one in UNANSWERED), None)


@CHAPTER.rule("TI-02")
def pupil_heard_before_choice(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Eleven/e skal alltid høres før det velges tiltak»: per pupil, for each version that chooses measures."""
    for plan, before in _choices(case):
        for pupil in case.pupils_of_plan(plan):
            scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
            yield _heard(case, judge, scope, pupil, plan, before)
    for stretch in stretches(case):
        for pupil_of_case in case.affected:
            yield from _begun_without_a_plan(case, judge, stretch, pupil_of_case)


def _begun_without_a_plan(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil) -> Iterator[Outcome]:
    """What was begun was chosen, plan or none. Whether it was protection, no entry says: then it is a question."""
    planned = any(stretch.has(plan) and pupil.ref in case.pupils_of_plan(plan) for plan in case.decided_plans)
    started = [e for e in stretch.entries(case, LogKind.MEASURE_STARTED) if not e.pupils or pupil.ref in e.pupils]
    if planned or not started:
        return
    found, scope, event = hearings(case, judge, pupil.ref).where(stretch.has), stretch.scope(pupil), started[0].at
    if found.sure:
        outcome = judge.in_order(scope, found.sure[0], started[0], event=event)
        if outcome.verdict is Verdict.DEVIATION:
            outcome = outcome.ask("protective_first", started[0])
        for begun in started:
            outcome = _unless_long_before(judge, outcome, found.sure, begun)
        yield outcome
    elif found.doubtful:
        yield judge.review(scope, found.doubtful[0].why, found.doubtful[0].item, event=event)
    else:
        yield judge.review(scope, "protective_first", started[0], event=event)


def _choices(case: KnownCase) -> Iterator[tuple[ActivityPlan, ActivityPlan | None]]:
    """Each decided version that chooses measures, with the version before it: the first, and those with other measures."""
    for versions in case.histories:
        before: ActivityPlan | None = None
        for plan in versions:
            if before is None or plan.chooses_other_measures_than(before):
                yield plan, before
            before = plan


def _heard(
    case: KnownCase, judge: Judge, scope: str, pupil: str, plan: ActivityPlan, before: ActivityPlan | None
) -> Outcome:
    event = plan.at
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
    if before is None and plan.version > 1:
        return judge.review(scope, "earlier_version_not_seen", plan, *about_this, event=event)
    hearing = next(entry for entry in about_this if entry.id == outcome.evidence[0])
    early = _started_before(case, plan, hearing) if before is None else []
    if early:
        return judge.review(scope, "protective_first", hearing, *early, event=event)
    if before is not None:
        outcome = outcome.with_evidence(before)
    if hearing.hearing is Hearing.DECLINED:
        outcome = outcome.with_remarks(DECLINED)
    return outcome if only_protects(plan) else _unless_long_before(judge, outcome, _since(about_this, before), plan)


def _unless_long_before(
    judge: Judge, outcome: Outcome, heard: Iterable[LogEntry], chosen: ActivityPlan | LogEntry
) -> Outcome:
    """``outcome``, and a question where the newest conversation before what was ``chosen`` lies weeks before it."""
    event = chosen.at
    before = [entry for entry in heard if (when := entry.at) is not None and event is not None and when.before(event)]
    newest = max(before, key=lambda entry: entry.sort_key, default=None)
    when = newest.at if newest is not None else None
    if newest is None or when is None or event is None or outcome.verdict is not Verdict.MET:
        return outcome
    limit, missing = heard_until(judge, when.day)
    if event.day <= limit:
        recent = [e for e in before if (w := e.at) is not None and event.day <= heard_until(judge, w.day)[0]]
        shown = outcome if any(e.id in outcome.evidence for e in recent) else outcome.with_evidence(newest)
        return shown.with_remarks(*missing)
    remarks = (*missing, *judge.elapsed(when.day, event.day))
    return judge.review(outcome.scope, "heard_long_before", chosen, newest, event=event, remarks=remarks)


def _about_what_began(
    case: KnownCase, judge: Judge, heard: Sequence[LogEntry], plan: ActivityPlan
) -> Sequence[LogEntry]:
    """The conversations that can be about what the plan answers: not long before the first of what began its stretch."""
    decided = plan.at
    stretch = next((s for s in stretches(case) if s.holds(decided)), None)
    if stretch is None:
        return heard
    began = [*(s.at for s in case.suspicions), *(n.learned_at for n in case.notices), *(i.at for i in case.incidents)]
    first = earliest((stretch.start, *filter(stretch.holds, began))) or stretch.start
    allowed = judge.plan.readings.heard_before_choice_school_days
    return [
        entry
        for entry in heard
        if (when := entry.at) is None or when.day >= first.day or judge.calendar.between(when.day, first.day) <= allowed
    ]


def _not_heard(case: KnownCase, judge: Judge, scope: str, plan: ActivityPlan) -> Outcome:
    event = plan.at
    talks = case.all(LogKind.PUPIL_CONVERSATION)
    unnamed = [entry for entry in talks if not entry.pupils and was_heard(entry) and entry.can_precede(event)]
    if unnamed:
        return judge.review(scope, "which_pupil", *unnamed, event=event)
    if only_protects(plan):
        return judge.review(scope, "protective_first", plan, event=event)
    return judge.deviation(scope, Reason.UNDOCUMENTED, plan, event=event)


def _since(hearings: Sequence[LogEntry], before: ActivityPlan | None) -> list[LogEntry]:
    """The hearings that came after the version before; all of them where there is none."""
    decided = before.at if before is not None else None
    if decided is None:
        return list(hearings)
    return [e for e in hearings if (when := e.at) is not None and decided.certainly_before(when)]


def _first_in_order(judge: Judge, scope: str, entries: Iterable[LogEntry], plan: ActivityPlan) -> Outcome | None:
    """The best that ``entries`` show about having come before ``plan``: met, else a question, else the wrong order."""
    return best_of(judge.in_order(scope, entry, plan, event=plan.at) for entry in entries)


def _started_before(case: KnownCase, plan: ActivityPlan, hearing: LogEntry) -> list[LogEntry | ActivityPlan]:
    """What shows that a measure was put into effect before the pupil was heard: log entries, or the plan's own dates."""
    heard = hearing.at
    if heard is None:
        return []
    found: list[LogEntry | ActivityPlan] = [
        entry
        for entry in case.all(LogKind.MEASURE_STARTED)
        if (entry.plan in (None, plan.plan)) and (when := entry.at) is not None and when.certainly_before(heard)
    ]
    if any(m.start is not None and m.start < heard.day for m in plan.measures):
        found.append(plan)
    return found


@CHAPTER.each("TI-03", each_pupil_of_a_plan)
def pupil_contributes(case: KnownCase, judge: Judge, pupil: str, plan: ActivityPlan) -> Outcome:
    """«og bidra i utarbeidelsen av tiltaksplanen»: per pupil of each current plan."""
    scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
    alone = len(case.pupils_of_plan(plan)) == 1
    event = plan.at
    before = [e for e in hearings(case, judge, pupil).sure if e.can_precede(event)]
    told = plan.pupil_contribution
    others = told is not None and judge.read_text and not_the_childs_own(told)
    if judge.answers(told, "activity_plans.pupil_contribution") and not others:
        heard = [e for e in before if e.hearing is not Hearing.DECLINED]
        if alone or heard:
            hers = [] if alone else heard
            shown = judge.met(scope, plan, *hers[:1], event=event, remarks=judge.presence_remarks())
            shown = _unless_long_before(judge, shown, hers, _chosen_in(case, plan))
            return unless_repeated(case, judge, plan, "activity_plans.pupil_contribution", shown)
    declined = [e for e in before if e.hearing is Hearing.DECLINED]
    if declined:
        shown = judge.met(scope, declined[0], event=event, remarks=(DECLINED,))
        return _unless_long_before(judge, shown, declined, _chosen_in(case, plan))
    outcome = judge.field(scope, told, plan, path="activity_plans.pupil_contribution", event=event)
    question = "others_contribution" if others else "whose_contribution"
    return judge.review(scope, question, plan, event=event) if outcome.verdict is Verdict.MET else outcome


def _chosen_in(case: KnownCase, plan: ActivityPlan) -> ActivityPlan:
    """The version that chose the measures of ``plan``: itself, or an earlier one that it only carries on."""
    return next(
        (one for one, _ in reversed(list(_choices(case))) if one.plan == plan.plan and one.version <= plan.version),
        plan,
    )


@CHAPTER.rule("TI-04")
def analysis_underlies(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«en helhetlig analyse som ligger til grunn for utvikling av tiltak»: before the first version that chooses measures."""
    for versions in case.histories:
        plan = next((version for version in versions if not only_protects(version)), None)
        if plan is None:
            continue
        scope, event = plan_scope(plan), plan.at
        linked = case.by_id(plan.analysis_ref)
        if plan.analysis_ref is not None and linked is None and not is_gone(case, plan.analysis_ref):
            yield judge.review(scope, "reference_not_found", plan, event=event)
            continue
        if linked is not None and linked.kind is not LogKind.ANALYSIS:
            yield judge.review(scope, "not_an_analysis", plan, linked, event=event)
            continue
        found = sort(case, judge, ANALYSIS, [linked] if linked is not None else _analyses(case, plan))
        of_before = from_before_reopening(case, found.sure, event)
        outcome = _first_in_order(judge, scope, (e for e in found.sure if e not in of_before), plan)
        if of_before and (outcome is None or outcome.verdict is not Verdict.MET):
            yield judge.review(scope, "analysis_from_before", plan, *of_before[-1:], event=event)
        elif outcome is None and found.doubtful:
            asked = found.doubtful[0]
            yield judge.review(scope, asked.why, plan, asked.item, event=event)
        elif outcome is None:
            yield judge.deviation(scope, Reason.UNDOCUMENTED, plan, event=event)
        elif outcome.verdict is Verdict.MET and linked is None:
            yield outcome.with_remarks(WEAK)
        else:
            yield outcome


def _analyses(case: KnownCase, plan: ActivityPlan) -> list[LogEntry]:
    return [
        entry
        for entry in case.all(LogKind.ANALYSIS)
        if entry.plan in (None, plan.plan)
        and (not entry.pupils or not plan.pupils or set(entry.pupils) & set(plan.pupils))
    ]


@CHAPTER.each("TI-05", each_entry(LogKind.ANALYSIS))
def udir_tool_used(_case: KnownCase, judge: Judge, entry: LogEntry) -> Outcome:
    """«Analyseverktøy på UDIR sine sider brukes for å gjøre denne analysen før valg av tiltak.»: per analysis."""
    scope, event = scope_of(log=entry.id), entry.at
    if not judge.answers(entry.analysis_tool, "log.analysis_tool"):
        return judge.review(scope, "tool_not_stated", entry, event=event)
    if not judge.read_text or says_only(Phrase.UDIR_TOOL, entry.analysis_tool):
        return judge.met(scope, entry, event=event, remarks=judge.presence_remarks())
    if judge.answers(entry.deviates_because, "log.deviates_because"):
        return judge.met(scope, entry, event=event, remarks=(WEAK,))
    return judge.review(scope, "another_tool", entry, event=event)
