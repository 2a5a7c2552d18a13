"""What a report says of one finding and of one case: the shapes, in the order people act on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ..domain.value import value
from ..domain.verdict import Finding, Reason, Severity, Verdict

SOON_DAYS = 7
"""A deadline this many days ahead is «snart»."""

Identity = tuple[str, str, str, str]


class Group(StrEnum):
    """The parts of a report, in the order they are read."""

    DEVIATION = "deviation"
    DUE = "due"
    REVIEW = "review"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    """avvik or question with a human decision that has not expired"""
    MET = "met"


class Part(StrEnum):
    """The parts of a report in the order people act on them."""

    TODAY = "today"
    """open deviations, and deadlines that are today or passed"""
    SOON = "soon"
    LATER = "later"
    CLOSED = "closed"
    """deviations in cases that are closed: to be written down, or the case to be opened again"""
    REVIEW = "review"
    UNKNOWN = "unknown"
    TOO_LATE = "too_late"
    """deviations that no act can undo: done, but late or in the wrong order"""
    ACCEPTED = "accepted"
    MET = "met"


TO_DO = (Part.TODAY, Part.SOON, Part.LATER, Part.CLOSED)
"""Parts whose findings ask for an act; the others ask for an answer, or for nothing."""


class Urgency(StrEnum):
    """What the calendar says about a finding, most urgent first."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    DONE = "done"
    """done, but late or in the wrong order"""
    NONE = "none"


class Change(StrEnum):
    """How a finding stands to the one before."""

    NEW = "new"
    CONTINUED = "continued"


ACCEPTABLE = (Verdict.DEVIATION, Verdict.REVIEW)
"""What a person may decide about. What could not be checked is not among it, nor is a deadline that still runs."""


OPEN = frozenset({Verdict.DEVIATION, Verdict.DUE, Verdict.REVIEW, Verdict.UNKNOWN})
"""Verdicts that somebody must do something about, or may have to."""


class AcceptanceState(StrEnum):
    """Whether an acceptance holds."""

    ACTIVE = "active"
    EXPIRED = "expired"
    OUTGROWN = "outgrown"
    """a question was accepted, and it has become a deviation: the finding is back"""
    INVALID = "invalid"
    """no reason, no end date or no known role: the finding is back"""


@dataclass(frozen=True, slots=True)
class ShownAcceptance:
    """An acceptance as a report shows it."""

    school: str | None
    case: str | None
    rule: str
    scope: str
    reason: str
    role: str
    until: date | None
    state: AcceptanceState = AcceptanceState.ACTIVE
    verdict: str | None = None
    """what was decided about; ``None`` where that is not known"""


_PART_OF_DEADLINE = {Urgency.OVERDUE: Part.TODAY, Urgency.TODAY: Part.TODAY, Urgency.SOON: Part.SOON}
_PART_OF_GROUP = {
    Group.REVIEW: Part.REVIEW,
    Group.UNKNOWN: Part.UNKNOWN,
    Group.ACCEPTED: Part.ACCEPTED,
    Group.MET: Part.MET,
}


@value(frozen=True, slots=True)
class Item:
    """One finding as a reader meets it."""

    finding: Finding
    group: Group
    urgency: Urgency
    days: int | None
    """Days from the report's day to the deadline, or to the last day before the tool asks; negative = passed."""
    change: Change | None = None
    was: Verdict | None = None
    acceptance: ShownAcceptance | None = None
    closed: bool = False
    """Whether the case is closed, with no deadline that runs."""

    @property
    def accepted(self) -> bool:
        """Whether a person's decision about it holds."""
        if self.acceptance is None or self.acceptance.state is not AcceptanceState.ACTIVE:
            return False
        return self.finding.verdict in ACCEPTABLE

    @property
    def part(self) -> Part:
        """Where in the report it stands."""
        if self.accepted:
            return Part.ACCEPTED
        if self.group is Group.DEVIATION:
            if self.urgency is Urgency.DONE:
                return Part.TOO_LATE
            return Part.CLOSED if self.closed else Part.TODAY
        if self.group is Group.DUE:
            return _PART_OF_DEADLINE.get(self.urgency, Part.LATER)
        return _PART_OF_GROUP[self.group]

    @property
    def needs_today(self) -> bool:
        """Whether someone must act on it today."""
        return self.part is Part.TODAY


@dataclass(frozen=True, slots=True)
class Resolved:
    """What stood open in the report before and is no more: ``now`` is met or not applicable, or None = not asked any more."""

    identity: Identity
    was: Verdict
    now: Verdict | None

    @property
    def rule(self) -> str:
        return self.identity[0]

    @property
    def case(self) -> str:
        return self.identity[2]

    @property
    def scope(self) -> str:
        return self.identity[3]


class Standing(StrEnum):
    """Where a case stands by what it needs first, worst first: each open case stands in exactly one place."""

    TODAY = "today"
    """an open deviation, or a deadline that is today or passed"""
    SOON = "soon"
    UNSEEN = "unseen"
    """not all of it could be checked"""
    QUESTION = "question"
    LATER = "later"
    REMAINS = "remains"
    """only what no act can undo: done, but late or in the wrong order"""
    IN_ORDER = "in_order"


@dataclass(frozen=True, slots=True)
class Act:
    """What one duty asks in one case: findings that differ only by measure, pupil, notice or version are one line."""

    items: tuple[Item, ...]
    """By deadline."""

    @property
    def first(self) -> Item:
        """The item that is due first."""
        return self.items[0]

    @property
    def rule(self) -> str:
        return self.first.finding.rule

    @property
    def part(self) -> Part:
        return self.first.part

    @property
    def severity(self) -> Severity:
        return self.first.finding.severity


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class CaseBlock:
    """One case, or (``case`` None) the annual cycle, in the order in which people act on it."""

    case: str | None
    closed: bool
    """Closed, with no deadline that runs: nobody works in it."""
    standing: Standing
    acts: Sequence[Act]
    """Everything that is not in order: the next step first, then what else remains by day."""
    in_order: Sequence[tuple[str, int]]
    """Rules that are met, with how many times, in the rules' order."""
    not_applicable: int
    last_act: date | None = None
    """The last day on which somebody is known to have done something for the pupil."""
    hidden: tuple[str, ...] = ()
    """Fields of the case that could not be seen whole."""
    leader_accused: bool = False
    """Whether a leader of the school is the subject: the owner's to follow up."""

    @property
    def counts(self) -> Mapping[Group, int]:
        """Findings by group."""
        open_ones = Counter(item.group for act in self.acts for item in act.items)
        return {**open_ones, Group.MET: sum(number for _, number in self.in_order)}

    @property
    def next(self) -> Act | None:
        """The next step: what to do, answer or look at first."""
        return self.acts[0] if self.acts else None

    def of(self, *parts: Part) -> tuple[Act, ...]:
        """The acts of ``parts``, without the next step."""
        return tuple(act for act in self.acts[1:] if act.part in parts)

    @property
    def remaining(self) -> tuple[Act, ...]:
        """What else there is to do, by day."""
        return self.of(*TO_DO)

    @property
    def needs_today(self) -> bool:
        return self.standing is Standing.TODAY

    @property
    def next_deadline(self) -> date | None:
        """The first deadline that runs."""
        return _first(i.finding.deadline for act in self.acts for i in act.items if i.group is Group.DUE)

    @property
    def asks_after(self) -> date | None:
        """The first of the days after which the tool asks, of what has no deadline."""
        return _first(i.finding.asks_after for act in self.acts for i in act.items if i.group is Group.DUE)

    @property
    def unseen(self) -> Mapping[tuple[Reason | None, str | None], tuple[Item, ...]]:
        """What could not be checked, by cause and the field that could not be read: a case that is hidden is one thing to do,
        not thirty.

        What the source never has is said once for all cases, as a warning.
        """
        found: dict[tuple[Reason | None, str | None], list[Item]] = {}
        for item in (i for act in self.acts if act.part is Part.UNKNOWN for i in act.items):
            if item.finding.reason is not Reason.NOT_CARRIED:
                found.setdefault((item.finding.reason, item.finding.question), []).append(item)
        return {cause: tuple(items) for cause, items in found.items()}


def first_scope(scope: str) -> str:
    """The school year, of the scope of a finding about the annual cycle."""
    return scope.partition("/")[0]


_PARTS = {part: place for place, part in enumerate(Part)}


def order(item: Item) -> tuple[object, ...]:
    """By part, then by deadline, then by how much hangs on it, then by case and rule.

    A deadline that is today comes before those that have passed: it is the only one that can still be met. Of what has
    passed, that on which most hangs comes first.
    """
    finding = item.finding
    passed = item.part in (Part.TODAY, Part.CLOSED, Part.TOO_LATE) and item.urgency is not Urgency.TODAY
    return (
        _PARTS[item.part],
        passed,
        -finding.severity.rank if passed else 0,
        finding.last_day or date.max,
        -finding.severity.rank,
        finding.case or "",
        finding.rule,
        finding.scope,
    )
