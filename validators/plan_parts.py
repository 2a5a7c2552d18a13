"""Parts of an activity plan that several rules judge: whose and which it is, and what a field is worth as an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto

from ..domain.activity_plan import ActivityPlan, Measure
from ..domain.verdict import Outcome, Reason, Verdict, scope_of
from .judge import Judge
from .known import KnownCase, once_each
from .proof import WEAK
from .reading.plan_texts import SAME_IN, repeated_in, texts_of


def plan_scope(plan: ActivityPlan) -> str:
    return scope_of(plan=plan.plan, version=str(plan.version))


def measure_scope(plan: ActivityPlan, measure: Measure) -> str:
    return scope_of(plan=plan.plan, version=str(plan.version), measure=measure.id)


def is_gone(case: KnownCase, entry: str) -> bool:
    """Whether the case once had this entry, or will have it: it was deleted, or is later than the moment judged."""
    return any(known.id == entry for known in case.raw.log)


class Grade(Enum):
    """What a field is worth as an answer."""

    EMPTY = auto()
    PLACEHOLDER = auto()
    DOUBTFUL = auto()
    """filled in, but with nothing that can be held on to"""
    GOOD = auto()


def plan_field(case: KnownCase, judge: Judge, plan: ActivityPlan, path: str, text: str | None) -> Outcome:
    """A field of the plan in words; a sentence that stands in several fields can't be the answer to each."""
    outcome = judge.field(plan_scope(plan), text, plan, path=path, event=plan.at)
    return unless_repeated(case, judge, plan, path, outcome)


@once_each
def _repeated(_case: KnownCase, plan: ActivityPlan) -> frozenset[str]:
    return repeated_in(plan)


def unless_repeated(case: KnownCase, judge: Judge, plan: ActivityPlan, path: str, outcome: Outcome) -> Outcome:
    if outcome.verdict is not Verdict.MET or not judge.read_text:
        return outcome
    if path in _repeated(case, plan):
        return judge.review(outcome.scope, "same_in_several_fields", plan, event=plan.at)
    if case.hides and (unseen := _unseen_texts(case, plan)) and path in repeated_in(plan, max(SAME_IN - unseen, 1)):
        return judge.hidden(outcome.scope, plan.at)
    return outcome


def _unseen_texts(case: KnownCase, plan: ActivityPlan) -> int:
    """In how many of the plan's texts that can't be seen a sentence may stand; all those that the source never has are one at most."""
    unseen = [path for path in texts_of(plan) if case.cannot_see(path)]
    return max(sum(not case.raw.lacks(path) for path in unseen), min(len(unseen), 1))


def graded(judge: Judge, text: str | None, answers: Callable[[str], bool]) -> Grade:
    if text is None or not text.strip():
        return Grade.EMPTY
    if not judge.is_filled_in(text):
        return Grade.PLACEHOLDER
    return Grade.GOOD if not judge.read_text or answers(text) else Grade.DOUBTFUL


def answered(judge: Judge, scope: str, plan: ActivityPlan, grades: Sequence[Grade], question: str) -> Outcome:
    """The first of several fields that says anything decides; a placeholder beside the answer makes it weak."""
    event = plan.at
    said = next((grade for grade in grades if grade in (Grade.DOUBTFUL, Grade.GOOD)), None)
    if said is None:
        return judge.deviation(scope, Reason.INCOMPLETE, plan, event=event)
    if said is Grade.DOUBTFUL:
        return judge.review(scope, question, plan, event=event)
    remarks = (WEAK,) if Grade.PLACEHOLDER in grades else ()
    return judge.met(scope, plan, event=event, remarks=(*judge.presence_remarks(), *remarks))


def rows_of(plan: ActivityPlan) -> Iterator[tuple[str, Measure | None]]:
    """The scopes of a plan's measures, each id once; a plan that tells its measures in words is one scope."""
    if not plan.measures:
        yield plan_scope(plan), None
    for measure in {measure.id: measure for measure in plan.measures}.values():
        yield measure_scope(plan, measure), measure
