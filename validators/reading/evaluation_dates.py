"""When the measures of a plan shall be evaluated (field e): per measure where the measure says, else for the whole plan."""

from __future__ import annotations

from datetime import date
from enum import Enum, auto

from ...domain.activity_plan import ActivityPlan, Measure
from ...domain.value import value
from ..judge import Judge
from .dates import written_date
from .vague_phrases import Phrase, says_only


class EvaluationSaid(Enum):
    """What field e says."""

    NOTHING = auto()
    PLACEHOLDER = auto()
    IN_WORDS = auto()
    """an answer without a day: «ved behov», «etter ferien»"""
    A_DAY = auto()


@value(frozen=True, slots=True)
class EvaluationDate:
    """What is said about when to evaluate. ``sure`` is false where the day was read out of a longer text."""

    said: EvaluationSaid
    day: date | None = None
    sure: bool = True
    weakly: bool = False
    """the nearer field holds a placeholder, and the answer stands in the other"""
    in_text: bool = False
    """the answer is a text, not a date field"""
    begins: date | None = None
    """the first day of what is named, where that is a week: any day of it is in time"""


_NOTHING = EvaluationDate(EvaluationSaid.NOTHING)


def evaluation_date(judge: Judge, plan: ActivityPlan, measure: Measure | None = None) -> EvaluationDate:
    """Field e for ``measure``, else for the whole of ``plan``; the first of the two that says anything decides."""
    whole = _read(judge, plan, plan.evaluate_on, plan.evaluate_when)
    if measure is None:
        return whole
    own = own_evaluation_date(judge, plan, measure)
    for first, second in ((own, whole), (whole, own)):
        if first.said in (EvaluationSaid.A_DAY, EvaluationSaid.IN_WORDS):
            weakly = second.said is EvaluationSaid.PLACEHOLDER or first.weakly
            return EvaluationDate(first.said, first.day, first.sure, weakly, first.in_text, first.begins)
    return own if own.said is EvaluationSaid.PLACEHOLDER else whole


def own_evaluation_date(judge: Judge, plan: ActivityPlan, measure: Measure) -> EvaluationDate:
    """Field e as ``measure`` itself says it."""
    return _read(judge, plan, measure.evaluate_on, measure.evaluate_when)


def _read(judge: Judge, plan: ActivityPlan, day: date | None, words: str | None) -> EvaluationDate:
    if day is not None:
        return EvaluationDate(EvaluationSaid.A_DAY, day, weakly=_is_placeholder(judge, words))
    if words is None or not words.strip():
        return _NOTHING
    if not judge.is_filled_in(words):
        return EvaluationDate(EvaluationSaid.PLACEHOLDER)
    decided = plan.at
    # With read_text = false nothing is read out of a text, not even a date.
    if judge.read_text and decided is not None and not says_only(Phrase.VAGUE_TIME, words):
        found = written_date(words, decided.day)
        if found is not None:
            return EvaluationDate(EvaluationSaid.A_DAY, found.day, sure=found.alone, in_text=True, begins=found.begins)
    return EvaluationDate(EvaluationSaid.IN_WORDS, in_text=True)


def _is_placeholder(judge: Judge, words: str | None) -> bool:
    return words is not None and words.strip() != "" and not judge.is_filled_in(words)
