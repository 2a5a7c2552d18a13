"""Field f of the activity plan (AP-F): the assessment of what is best for the child, in the field or in the log."""

from __future__ import annotations

from ...domain.activity_plan import ActivityPlan
from ...domain.log import BestInterest, LogEntry, LogKind
from ...domain.verdict import Outcome, Reason, Verdict, best_of
from ..best_interest_entries import WRITTEN
from ..judge import UNANSWERED, Judge
from ..known import KnownCase
from ..occasions import each_plan
from ..plan_parts import Grade, graded, is_gone, plan_scope, unless_repeated
from ..proof import WEAK, from_outside
from ..reading.vague_phrases import Phrase, says_only
from ..rule import Chapter
from ..stretches import from_before_reopening

CHAPTER = Chapter("measures")


@CHAPTER.each("AP-F", each_plan)
def best_interest_assessed(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«vurderinga av barnets beste»: per current plan, in its field or in the entry the plan points at."""
    scope, event = plan_scope(plan), plan.at
    grade = _assessment_grade(judge, plan.best_interest)
    if grade is Grade.GOOD:
        field = plan.best_interest.text if plan.best_interest is not None else None
        weak = (WEAK,) if (field or "").strip() and not judge.is_filled_in(field) else ()
        shown = judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *weak))
        return unless_repeated(case, judge, plan, "activity_plans.best_interest", shown)
    if case.cannot_see("log"):
        return judge.hidden(scope, event)
    best = best_of(_assessed_in(case, judge, scope, plan, entry) for entry in _assessment_entries(case, plan))
    if best is not None:
        return best
    if plan.best_interest_ref is not None and not is_gone(case, plan.best_interest_ref):
        return judge.review(scope, "reference_not_found", plan, event=event)
    if grade is Grade.DOUBTFUL:
        return judge.review(scope, "bare_claim", plan, event=event)
    ticks = (plan.best_interest.moments or {}) if plan.best_interest is not None else {}
    if any(stand is not None for stand in ticks.values()):
        return judge.review(scope, "only_ticks", plan, event=event)
    return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)


def _assessed_in(case: KnownCase, judge: Judge, scope: str, plan: ActivityPlan, entry: LogEntry) -> Outcome:
    """The assessment stands in a log entry: in its structured part, else in its text."""
    if entry.kind is not LogKind.BEST_INTEREST and entry.best_interest is None:
        return judge.review(scope, "not_an_assessment", plan, entry, event=plan.at)
    if from_outside(entry.doer):
        return judge.review(scope, "who_did_it", plan, entry, event=plan.at)
    grades = [_assessment_grade(judge, entry.best_interest), _assessment_part(judge, "text", entry.text)]
    if Grade.GOOD not in grades:
        if Grade.DOUBTFUL in grades:
            return judge.review(scope, "bare_claim", plan, entry, event=plan.at)
        return judge.deviation(scope, Reason.INCOMPLETE, plan, entry, event=plan.at)
    outcome = judge.in_order(scope, entry, plan, event=plan.at)
    if outcome.verdict is not Verdict.MET:
        return outcome
    if from_before_reopening(case, [entry], plan.at):
        return judge.review(scope, "from_before_reopening", plan, entry, event=plan.at)
    linked = plan.best_interest_ref == entry.id or entry.plan == plan.plan
    remarks = (*outcome.remarks, *judge.presence_remarks(), *(() if linked else (WEAK,)))
    return outcome.but(evidence=(plan.id, entry.id), remarks=remarks)


def _assessment_entries(case: KnownCase, plan: ActivityPlan) -> list[LogEntry]:
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


def _entry_pupils(case: KnownCase, entry: LogEntry) -> tuple[str, ...]:
    alone = len(case.affected) == 1
    return entry.pupils or (tuple(p.ref for p in case.affected) if alone else ())


def _assessment_part(judge: Judge, name: str, text: str | None) -> Grade:
    grade = graded(judge, text, lambda words: judge.answers(words, f"best_interest.{name}"))
    if grade is Grade.GOOD and judge.read_text and says_only(Phrase.BARE_CLAIM, text):
        return Grade.DOUBTFUL
    claims = says_only(Phrase.BARE_CLAIM, text) or judge.said(text, f"best_interest.{name}") in UNANSWERED
    return Grade.PLACEHOLDER if grade is Grade.DOUBTFUL and not claims else grade


def _assessment_grade(judge: Judge, assessment: BestInterest | None) -> Grade:
    """What the written parts of an assessment are worth together; ticks alone are worth nothing here."""
    if assessment is None:
        return Grade.EMPTY
    best = Grade.EMPTY
    for name in ("text", *WRITTEN):
        grade = _assessment_part(judge, name, getattr(assessment, name))
        if grade is Grade.GOOD:
            return grade
        best = max(best, grade, key=lambda worth: worth.value)
    return best
