"""The assessment of the child's best that a plan rests on, wherever it stands: in the plan, or in an entry of the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..domain.activity_plan import ActivityPlan
from ..domain.log import BestInterest, LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.verdict import Outcome, Reason, scope_of
from .index import CaseIndex
from .judge import Judge, when_of
from .rule import Text

IN_TEXT = Text(
    "Svaret har ikke fått sitt eget felt, men vurderingen av barnets beste har tekst. Står det der?",
    "Svaret har ikkje fått eit eige felt, men vurderinga av det beste for barnet har tekst. Står det der?",
)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A plan version with what was written about the child's best."""

    plan: ActivityPlan
    entry: LogEntry | None
    parts: tuple[BestInterest, ...]

    @property
    def scope(self) -> str:
        return scope_of(plan=self.plan.plan, version=str(self.plan.version))

    @property
    def event(self) -> Moment | None:
        return when_of(self.plan)

    @property
    def items(self) -> tuple[ActivityPlan | LogEntry, ...]:
        """What to point at."""
        return (self.plan,) if self.entry is None else (self.plan, self.entry)

    @property
    def exists(self) -> bool:
        """Whether anything at all is there."""
        return bool(self.parts) or self.entry is not None

    def has_text(self, judge: Judge) -> bool:
        """Whether it has words outside its fields."""
        texts = [part.text for part in self.parts] + ([self.entry.text] if self.entry is not None else [])
        return any(judge.is_filled_in(text) for text in texts)

    def says(self, judge: Judge, field: str) -> bool:
        """Whether the field of this name (of :class:`BestInterest`) holds an answer."""
        return any(judge.is_filled_in(getattr(part, field)) for part in self.parts)

    def field(self, judge: Judge, *fields: str) -> Outcome:
        """Met when all the fields hold answers; words outside the fields make it a question (``in_text``)."""
        if all(self.says(judge, field) for field in fields):
            return judge.met(self.scope, *self.items, event=self.event, remarks=judge.presence_remarks())
        return self.unanswered(judge)

    def unanswered(self, judge: Judge) -> Outcome:
        """No field holds the answer: a question where there are other words, else a deviation."""
        if self.has_text(judge):
            return judge.review(self.scope, "in_text", *self.items, event=self.event)
        return judge.deviation(self.scope, Reason.INCOMPLETE, *self.items, event=self.event)


def assessed(case: CaseIndex, plan: ActivityPlan) -> Assessed:
    """The assessment of ``plan``: its own field, and the entry it names, or the only one about its pupils."""
    entry = case.by_id(plan.best_interest_ref)
    if entry is None:
        entry = next(iter(e for e in case.all(LogKind.BEST_INTEREST) if _is_about(case, e, plan)), None)
    held = (plan.best_interest, entry.best_interest if entry is not None else None)
    return Assessed(plan, entry, tuple(part for part in held if part is not None))


def _is_about(case: CaseIndex, entry: LogEntry, plan: ActivityPlan) -> bool:
    if entry.plan is not None:
        return entry.plan == plan.plan
    alone = tuple(p.ref for p in case.affected) if len(case.affected) == 1 else ()
    return bool(plan.pupils) and set(plan.pupils) <= set(entry.pupils or alone)


def current_assessments(case: CaseIndex) -> Iterator[Assessed]:
    """The assessments of the current plans that have one (that one is missing, BB-01 and AP-F tell)."""
    for plan in case.current_plans:
        found = assessed(case, plan)
        if found.exists:
            yield found
