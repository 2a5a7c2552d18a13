"""What the tool says about a duty: verdicts, reasons, scopes, remarks, and the finding that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime

from .answer import NOT_TO_BE_UNDONE, Basis, Reading, Reason, RemarkCode, Severity, Verdict
from .came import Settled
from .role import Role
from .value import value

if TYPE_CHECKING:
    from .log import Recorded

__all__ = [
    "CASE_SCOPE",
    "NOT_TO_BE_UNDONE",
    "Assessment",
    "Basis",
    "Finding",
    "Outcome",
    "Reading",
    "Reason",
    "Remark",
    "RemarkCode",
    "Severity",
    "Verdict",
    "best_of",
    "scope_of",
]


@value(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark, with the day or number it speaks of where it speaks of one."""

    code: RemarkCode
    day: date | None = None
    number: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule says about one scope of one case or school year. Made by rules, completed by the engine."""

    scope: str
    verdict: Verdict
    reason: Reason | None = None
    question: str | None = None
    """Key of the rule's question, where a person must decide."""
    deadline: date | None = None
    """Last local day (Europe/Oslo) on which the duty could be met, inclusive, where the plan or the law sets one."""
    asks_after: date | None = None
    """Where neither sets a day: the last local day before the tool asks (the plan's readings). It is no deadline."""
    counted_from: date | None = None
    event_day: date | None = None
    """The local day that decides which rule set applies; ``None`` = no such day."""
    reading: Reading | None = None
    evidence: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    changes_at: AwareDatetime | None = None
    state: str | None = None
    """For the annual cycle: the item's state (see annual_cycle.CycleState)."""

    def but(self, **changes: Any) -> Outcome:
        """The same outcome in all but these parts."""
        return Outcome(**dict(zip(_PARTS, _values(self), strict=True)) | changes)

    def ask(self, question: str, *items: Recorded, changes_at: datetime | None = None) -> Outcome:
        """The same outcome as a question to a person instead of a verdict, which rests on ``items`` too."""
        return self.but(
            verdict=Verdict.REVIEW,
            reason=None,
            question=question,
            changes_at=changes_at,
            evidence=tuple(dict.fromkeys([*self.evidence, *[item.id for item in items]])),
        )

    def only_asked(self) -> Outcome:
        """A missing entry that no machine makes a deviation: the question stands, and time alone changes it no more."""
        if self.verdict is Verdict.DEVIATION:
            return self.ask("not_yet")
        return self.but(changes_at=None) if self.verdict is Verdict.REVIEW else self

    def with_evidence(self, *items: Recorded) -> Outcome:
        """The same outcome with ``items`` among what it rests on."""
        return self.but(evidence=tuple(dict.fromkeys([*self.evidence, *[item.id for item in items]])))

    def because(self, reason: Reason) -> Outcome:
        """The same deviation for another reason."""
        return self.but(reason=reason)

    def with_remarks(self, *remarks: Remark) -> Outcome:
        """The same outcome with ``remarks`` added."""
        return self.but(remarks=tuple(dict.fromkeys((*self.remarks, *remarks))))


_PARTS = tuple(part.name for part in fields(Outcome))
_values = attrgetter(*_PARTS)


@value(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict that explains itself. Its identity is rule + case (or school and year) + scope."""

    rule: str
    slug: str
    school: str | None
    """Organisation number; ``None`` = the municipality as a whole."""
    case: str | None
    scope: str
    verdict: Verdict
    reason: Reason | None = None
    question: str | None = None
    deadline: date | None = None
    asks_after: date | None = None
    counted_from: date | None = None
    reading: Reading | None = None
    evidence: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    changes_at: AwareDatetime | None = None
    severity: Severity
    basis: Basis
    role: Role
    """Whose duty it is."""
    plan: str
    """Id and version of the plan that judged, e.g. ``18555-1/2024-10-02``."""
    state: str | None = None
    settled: Settled | None = None
    """What comes of what its remedy names, where it is open and that was asked."""

    @property
    def last_day(self) -> date | None:
        """The last day that it waits for: the deadline, or the day after which the tool asks."""
        return self.deadline or self.asks_after

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Rule, school, case and scope: what makes two findings the same one on two nights."""
        return self.rule, self.school or "", self.case or "", self.scope


@value(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All findings about one case, or about one school year, at one moment under one plan."""

    case: str | None
    school: str | None
    as_of: AwareDatetime
    plan: str
    findings: tuple[Finding, ...]
    crashed: tuple[str, ...] = ()
    """Codes of rules that crashed: a fault of ours; the run is then incomplete."""
    closed: bool = False
    """Whether the case is known to have stood closed then."""
    leader_accused: bool = False
    """Whether a leader of the school is, or ever was, the subject: such a case is kept from rektor's view."""
    last_act: date | None = None
    """The last local day (Europe/Oslo) on which somebody is known to have done something for the pupil; ``None`` = nobody is."""
    unseen: tuple[str, ...] = ()
    """Fields of the case (``log``) that, or parts of which, were hidden or could not be read."""

    @property
    def changes_at(self) -> datetime | None:
        """The first moment at which time alone would change a verdict."""
        return min((f.changes_at for f in self.findings if f.changes_at is not None), default=None)

    @property
    def over(self) -> bool:
        """Whether the case is closed and no deadline runs in it: one that is closed while a deadline runs is still in hand."""
        return self.closed and Verdict.DUE not in [finding.verdict for finding in self.findings]

    @property
    def complete(self) -> bool:
        """Whether everything could be checked."""
        return all(f.verdict is not Verdict.UNKNOWN for f in self.findings)


_BEST_FIRST = (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION)


def best_of(outcomes: Iterable[Outcome | None]) -> Outcome | None:
    """The best of what several entries show: in order, else a question, else a deviation; the first of equals. ``None`` = nothing."""
    shown = [outcome for outcome in outcomes if outcome is not None]
    if len(shown) == 1:
        return shown[0]
    return min(shown, key=lambda outcome: _BEST_FIRST.index(outcome.verdict), default=None)


def scope_of(**parts: str) -> str:
    """A scope from its parts in the order given: ``scope_of(notice="v1", pupil="e1")`` → ``notice:v1/pupil:e1``."""
    return "/".join(map(":".join, parts.items())) or "case"


CASE_SCOPE = "case"
