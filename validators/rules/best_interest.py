"""Barns beste-vurdering (BB): that it was made, and its three steps: vurdere, vekte, vise."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.activity_plan import ActivityPlan
from ...domain.log import Consideration, LogEntry
from ...domain.verdict import Outcome, Reason, Verdict, best_of, scope_of
from ..best_interest_entries import (
    WRITTEN,
    Assessed,
    current_assessments,
    has_words,
    newest_assessments,
    own_entries,
    shared_entries,
)
from ..judge import Judge
from ..known import KnownCase
from ..proof import from_outside
from ..rule import Chapter
from ..stretches import from_before_reopening, only_protects

CHAPTER = Chapter("best_interest")

"""The log is not among them: an assessment that stands in the plan is seen without it (Assessed.unseen asks for it)."""


@CHAPTER.rule("BB-01")
def assessed_for_each_pupil(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«barns beste være grunnleggende hensyn ved alle handlinger/avgjørelser som angår barn»: per decided version and pupil."""
    for versions in case.histories:
        before: ActivityPlan | None = None
        for plan in versions:
            pupils = case.pupils_of_plan(plan)
            for pupil in pupils:
                yield _assessed(case, judge, plan, before, pupil, alone=len(pupils) == 1)
            before = plan


def _assessed(
    case: KnownCase, judge: Judge, plan: ActivityPlan, before: ActivityPlan | None, pupil: str, *, alone: bool
) -> Outcome:
    """In the plan's own field, else in the log; what stands there for several pupils at once is a question for each."""
    scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
    in_plan = has_words(judge, plan.best_interest)
    own, shared = own_entries(case, plan, pupil), shared_entries(case, plan)
    for_her = best_of([_in_log(case, judge, scope, entry, plan, before) for entry in (shared if alone else own)])
    if alone and in_plan:
        return judge.met(scope, plan, event=plan.at, remarks=judge.presence_remarks())
    if for_her is not None and for_her.verdict is Verdict.MET:
        return judge.hidden(scope, plan.at) if _whose_is_hidden(case) else for_her
    if not alone and (in_plan or any(has_words(judge, entry.best_interest, entry.text) for entry in shared)):
        return judge.review(scope, "one_for_several", plan, *shared, event=plan.at)
    return for_her or _not_assessed(judge, scope, Assessed(case, plan, (*own, *shared)))


def _whose_is_hidden(case: KnownCase) -> bool:
    """Whether the reader may not see who wrote the log; a source that never has it is not asked."""
    hidden = case.raw.hidden | case.raw.unreadable
    return any(path.startswith(("log.author", "log.actor")) for path in hidden)


def _in_log(
    case: KnownCase, judge: Judge, scope: str, entry: LogEntry, plan: ActivityPlan, before: ActivityPlan | None
) -> Outcome | None:
    """What an assessment in the log shows for this version; ``None`` where it has no words."""
    if not has_words(judge, entry.best_interest, entry.text):
        return None
    if from_outside(entry.doer):
        return judge.review(scope, "who_did_it", plan, entry, event=plan.at)
    outcome = judge.in_order(scope, entry, plan, event=plan.at)
    if outcome.verdict is Verdict.DEVIATION and only_protects(plan):
        return judge.review(scope, "protective_first", plan, entry, event=plan.at)
    if outcome.verdict is not Verdict.MET:
        return outcome
    if from_before_reopening(case, [entry], plan.at):
        return judge.review(scope, "from_before_reopening", plan, entry, event=plan.at)
    older = before is not None and judge.in_order(scope, entry, before).verdict is not Verdict.DEVIATION
    if older and before is not None and plan.best_interest_ref != entry.id and plan.chooses_other_measures_than(before):
        return judge.review(scope, "before_earlier_version", plan, entry, event=plan.at)
    if before is None and plan.version > 1 and plan.best_interest_ref != entry.id:
        return judge.review(scope, "earlier_version_not_seen", plan, entry, event=plan.at)
    remarks = (*outcome.remarks, *judge.presence_remarks())
    return outcome.but(evidence=(plan.id, entry.id), remarks=remarks)


def _not_assessed(judge: Judge, scope: str, found: Assessed) -> Outcome:
    plan, event = found.plan, found.event
    if found.unseen(*WRITTEN):
        return found.unknown().but(scope=scope)
    if found.only_claims(judge):
        return judge.review(scope, "bare_claim", *found.items, event=event)
    if found.stands:
        return _only_ticks(judge, found).but(scope=scope)
    if only_protects(plan):
        return judge.review(scope, "protective_first", plan, event=event)
    written = bool(found.entries) or any((part.text or "").strip() for part in found.parts)
    return judge.deviation(scope, Reason.INCOMPLETE if written else Reason.UNDOCUMENTED, *found.items, event=event)


@CHAPTER.rule("BB-03")
def considerations(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«tar vi stilling til hva som er relevante moment, så gir vi dem et innhold»: a stand on all eight, and words."""
    for found in current_assessments(case, judge):
        stands = found.stands
        if not all(moment.value in stands for moment in Consideration):
            yield found.unanswered(judge, "moments")
        elif not any(stands.values()):
            yield judge.review(found.scope, "none_relevant", *found.items, event=found.event)
        elif not found.has_words(judge):
            yield found.unknown() if found.unseen(*WRITTEN) else _only_ticks(judge, found)
        elif found.childs_own_view(judge):
            yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
        elif found.unseen("child_views"):
            yield found.unknown()
        else:
            yield judge.review(found.scope, "childs_view", *found.items, event=found.event)


def _only_ticks(judge: Judge, found: Assessed) -> Outcome:
    return judge.review(found.scope, "only_ticks", *found.items, event=found.event)


@CHAPTER.rule("BB-04")
def weighed(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«vekter dem i forhold til hverandre»: the weighing, and the plan's three questions (the third only at a conflict)."""
    for found in current_assessments(case, judge):
        yield _weighing(judge, found)


def _weighing(judge: Judge, found: Assessed) -> Outcome:
    questions = ["best_for_involved", "harmonise"]
    conflict = any(part.conflict for part in found.parts)
    if conflict:
        questions.append("conflict_weight")
    asked = ("weighing", *questions)
    unsaid = [place for place in asked if not found.says(judge, place)]
    if not unsaid:
        return judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
    if len(unsaid) == len(asked):
        return found.field(judge, "weighing")
    if any(found.unseen(place) for place in unsaid):
        return found.unknown()
    if conflict and {"conflict_weight", "weighing"} <= set(unsaid):
        return found.unanswered(judge, "conflict_weight")
    question = "weighing_unsaid" if unsaid == ["weighing"] else "questions_unanswered"
    return judge.review(found.scope, question, *found.items, event=found.event)


@CHAPTER.rule("BB-05")
def weighing_shown(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Innholdet i vurderingen skal vises/dokumenteres»: how it was examined, and the weight; a claim shows neither."""
    for found in newest_assessments(case, judge):
        if found.only_claims(judge) and not found.stands:
            yield judge.review(found.scope, "bare_claim", *found.items, event=found.event)
        elif found.begun(judge) or found.unseen(*WRITTEN):
            yield found.field(judge, "how_examined", "weight_given")


@CHAPTER.rule("BB-06")
def weighing_explained(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«vektingen av de ulike hensynene i begrunnelsen for tiltakene skal forklares»"""
    for found in current_assessments(case, judge):
        yield found.field(judge, "weighing_explained")


@CHAPTER.rule("BB-07")
def others_views(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«er det aktuelt å innhente synspunkt fra foreldre og fagfolk rundt barnet»"""
    for found in current_assessments(case, judge):
        if found.says(judge, "guardians_and_experts"):
            yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
        elif found.unseen("guardians_and_experts"):
            yield found.unknown()
        else:
            yield judge.review(found.scope, "asked", *found.items, event=found.event)
