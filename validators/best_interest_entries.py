"""The assessment of the child's best that a plan rests on, wherever it stands: in the plan, or in an entry of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ..domain.activity_plan import ActivityPlan
from ..domain.log import BestInterest, LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.verdict import Outcome, Reason, Verdict, scope_of
from .judge import Judge
from .known import KnownCase, once_each
from .reading.vague_phrases import Phrase, says_only
from .reading.whose_words import not_the_childs_own

WRITTEN = (
    "child_views",
    "age_and_maturity",
    "guardians_and_experts",
    "weighing",
    "best_for_involved",
    "harmonise",
    "conflict_weight",
    "how_examined",
    "weight_given",
    "weighing_explained",
)
"""The fields of :class:`BestInterest` that hold words."""
_SHORT_ANSWERS = frozenset({"guardians_and_experts", "harmonise", "conflict_weight", "weight_given"})
"""Fields where «ja», «innhentet» or «lagt til grunn» is an answer, and no bare claim."""


@dataclass(frozen=True)
class Assessed:
    """What was written about the child's best for one plan version, for all its pupils or for one of them."""

    case: KnownCase
    plan: ActivityPlan
    entries: tuple[LogEntry, ...]
    pupil: str | None = None
    overtaken: tuple[LogEntry, ...] = ()
    """The assessments of the same before the newest, oldest first."""

    @cached_property
    def scope(self) -> str:
        own = {"plan": self.plan.plan, "version": str(self.plan.version)}
        return scope_of(**own) if self.pupil is None else scope_of(pupil=self.pupil, **own)

    @property
    def event(self) -> Moment | None:
        return self.plan.at

    @property
    def items(self) -> tuple[ActivityPlan | LogEntry, ...]:
        """What to point at."""
        return (self.plan, *self.entries)

    @cached_property
    def parts(self) -> tuple[BestInterest, ...]:
        held = (self.plan.best_interest, *(entry.best_interest for entry in self.entries))
        return tuple(part for part in held if part is not None)

    def _texts(self) -> list[str | None]:
        return [part.text for part in self.parts] + [entry.text for entry in self.entries]

    def has_text(self, judge: Judge) -> bool:
        """Whether it has words outside its fields that say more than that it was made."""
        return any(_answers(judge, text) for text in self._texts())

    def says(self, judge: Judge, field: str) -> bool:
        """Whether the field of this name (of :class:`BestInterest`) holds an answer."""
        return any([_says(judge, part, field) for part in self.parts])

    def childs_own_view(self, judge: Judge) -> bool:
        """Whether the child's view is told, and not only the home's or the school's in its field."""
        views = [part.child_views for part in self.parts if part.child_views and _says(judge, part, "child_views")]
        return any(not (judge.read_text and not_the_childs_own(view)) for view in views)

    def has_words(self, judge: Judge) -> bool:
        """Whether anything is written, in any of its places."""
        return self.has_text(judge) or any(self.says(judge, field) for field in WRITTEN)

    def only_claims(self, judge: Judge) -> bool:
        """Whether all that is written is that it was made («barnets beste er vurdert»), or an entry that says nothing."""
        if self.has_words(judge):
            return False
        fields = [getattr(part, field) for part in self.parts for field in WRITTEN]
        silent = any(entry.text is None and entry.best_interest is None for entry in self.entries)
        return (silent and not self.unseen(*WRITTEN)) or any(_claims(judge, text) for text in (*self._texts(), *fields))

    @cached_property
    def stands(self) -> Mapping[str, bool]:
        """The moments on which a stand is taken: relevant or not."""
        return {name: stand for part in self.parts for name, stand in (part.moments or {}).items() if stand is not None}

    def begun(self, judge: Judge) -> bool:
        """Whether something of the assessment itself is there: words, ticks, or a stand."""
        flags = any(p.conflict is not None or p.vulnerability_considered is not None for p in self.parts)
        return bool(self.stands) or flags or self.has_words(judge)

    def unseen(self, *fields: str) -> bool:
        """Whether the reader was not allowed to see a place where one of the fields, or the text, could stand."""
        if not self.case.hides:
            return False
        hidden = self.case.raw.is_hidden
        in_plan = any(hidden(f"activity_plans.best_interest.{field}") for field in (*fields, "text"))
        in_log = hidden("log.text") or any(hidden(f"log.best_interest.{field}") for field in (*fields, "text"))
        which = any(hidden(f"log.{field}") for field in ("kind", "pupils", "plan", "happened_at"))
        return in_plan or which or (in_log and bool(self.entries))

    def field(self, judge: Judge, *fields: str) -> Outcome:
        """Met when all the fields hold answers; a bare claim or words outside the fields make it a question."""
        if all(self.says(judge, field) for field in fields):
            return judge.met(self.scope, *self.items, event=self.event, remarks=judge.presence_remarks())
        claimed = [getattr(part, field) for part in self.parts for field in fields if not self.says(judge, field)]
        if any(_claims(judge, text) for text in claimed):
            return judge.review(self.scope, "bare_claim", *self.items, event=self.event)
        return self.unanswered(judge, *fields)

    def unanswered(self, judge: Judge, *fields: str) -> Outcome:
        """A field has no answer: unknown where it may be hidden, a question where there are other words, else a deviation."""
        if self.unseen(*fields):
            return self.unknown()
        if self.has_text(judge):
            return judge.review(self.scope, "in_text", *self.items, event=self.event)
        return judge.deviation(self.scope, Reason.INCOMPLETE, *self.items, event=self.event)

    def unknown(self) -> Outcome:
        """It could stand where the reader may not look."""
        day = self.event.day if self.event is not None else None
        return Outcome(scope=self.scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN, event_day=day)


def _claims(judge: Judge, text: str | None) -> bool:
    return judge.read_text and says_only(Phrase.BARE_CLAIM, text)


def _answers(judge: Judge, text: str | None) -> bool:
    return judge.answers(text, "best_interest.text") and not _claims(judge, text)


def _says(judge: Judge, part: BestInterest, field: str) -> bool:
    text = getattr(part, field)
    return judge.answers(text, f"best_interest.{field}") and (field in _SHORT_ANSWERS or not _claims(judge, text))


def has_words(judge: Judge, part: BestInterest | None, text: str | None = None) -> bool:
    """Whether an assessment in one place (a plan's field, or an entry and its ``text``) has words beyond a bare claim."""
    if _answers(judge, text):
        return True
    return part is not None and (_answers(judge, part.text) or any(_says(judge, part, field) for field in WRITTEN))


def own_entries(case: KnownCase, plan: ActivityPlan, pupil: str) -> tuple[LogEntry, ...]:
    """The assessments in the log that are about this pupil and not all of the plan's, by time."""
    pupils = set(case.pupils_of_plan(plan))
    return tuple(e for e in _entries(case, plan) if pupil in e.pupils and not pupils <= set(e.pupils))


def shared_entries(case: KnownCase, plan: ActivityPlan) -> tuple[LogEntry, ...]:
    """The assessments in the log that are about the plan as a whole: the one it names, and those about all its pupils."""
    pupils = set(case.pupils_of_plan(plan))
    alone = tuple(p.ref for p in case.affected) if len(case.affected) == 1 else ()
    about = {
        entry.id: entry
        for entry in _entries(case, plan)
        if (entry.plan is not None and not entry.pupils) or (pupils and pupils <= set(entry.pupils or alone))
    }
    named = case.by_id(plan.best_interest_ref)
    return tuple({named.id: named, **about}.values() if named is not None else about.values())


def _entries(case: KnownCase, plan: ActivityPlan) -> list[LogEntry]:
    return [entry for entry in case.all(LogKind.BEST_INTEREST) if entry.plan in (None, plan.plan)]


@once_each
def assessments_of(case: KnownCase, plan: ActivityPlan) -> tuple[Assessed, ...]:
    """The assessment of ``plan``; one per pupil where the log has a separate one for any of several."""
    pupils = case.pupils_of_plan(plan)
    shared = shared_entries(case, plan)
    own = {pupil: own_entries(case, plan, pupil) for pupil in pupils}
    if not any(own.values()):
        return (_of_the_newest(case, plan, shared),)
    return tuple(_of_the_newest(case, plan, own[pupil] or shared, pupil) for pupil in pupils)


def _of_the_newest(
    case: KnownCase, plan: ActivityPlan, entries: tuple[LogEntry, ...], pupil: str | None = None
) -> Assessed:
    """By the entry the plan itself names, else the newest: an older assessment has been overtaken."""
    named = tuple(entry for entry in entries if entry.id == plan.best_interest_ref)
    return Assessed(case, plan, named or entries[-1:], pupil, overtaken=() if named else entries[:-1])


@once_each
def newest_assessments(case: KnownCase, judge: Judge) -> tuple[Assessed, ...]:
    """One for each scope of the current plans: where the newest entry says nothing, by the newest before it that does."""
    return tuple(_that_says(newest, judge) for plan in case.current_plans for newest in assessments_of(case, plan))


def _that_says(newest: Assessed, judge: Judge) -> Assessed:
    older = (replace(newest, entries=(entry,), overtaken=()) for entry in reversed(newest.overtaken))
    return next((found for found in (newest, *older) if found.begun(judge)), newest)


@once_each
def current_assessments(case: KnownCase, judge: Judge) -> tuple[Assessed, ...]:
    """The assessments of the current plans that were begun, or that may stand where the reader may not look.

    That one is missing, or is no more than a claim, is told once: by BB-01 (and AP-F), and BB-05.
    """
    return tuple(
        found
        for found in newest_assessments(case, judge)
        if found.begun(judge) or (found.unseen(*WRITTEN) and not found.only_claims(judge))
    )
