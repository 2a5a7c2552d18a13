"""What would settle a finding: the case judged again with the act that the rule's remedy names, as if it were done and entered now.

It is asked when the case is judged, and goes with the finding: the night remembers which outcome it was, and no content, so that
what is told of a next step is as true where nobody has the case at hand. The acts are data (acts.toml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from ..adapters.ports import CaseProblem
from ..domain.annual_cycle import CycleFacts, CycleStatus
from ..domain.came import IN_ORDER, Came, Left, Settled
from ..domain.case import Case
from ..domain.moment import Moment, end_of, local_day
from ..domain.verdict import NOT_TO_BE_UNDONE, Assessment, Finding, Verdict
from ..validators import RULES
from ..validators.known import KnownCase
from ..validators.rule import Rule
from .acts import Act, Done, acts_of, entered, entered_in_cycle, is_only_decided
from .problems import kept_apart

Identity = tuple[str, str, str, str]
S = TypeVar("S", Case, CycleFacts)
OPEN = frozenset({Verdict.DEVIATION, Verdict.DUE, Verdict.REVIEW})
"""What an act can settle. What could not be checked is nobody's to do, but somebody's to look at."""


_BEST_FIRST = tuple(Came)
_AN_HOUR = timedelta(hours=1)


class Judges(Protocol):
    """Who judges, as far as it is asked here."""

    def by_one(self, rule: Rule) -> Judges:
        """Who judges by ``rule`` alone, and asks nothing of what would settle it."""

    def case(self, case: Case, as_of: datetime) -> Assessment:
        """The assessment of ``case``."""

    def cycle(self, facts: CycleFacts, as_of: datetime) -> tuple[Assessment, CycleStatus]:
        """The assessment of a school year, and its status."""


def with_settled(assessment: Assessment, subject: Case | CycleFacts, judging: Judges, as_of: datetime) -> Assessment:
    """``assessment`` of ``subject`` with what would settle each of its open findings. Where asking breaks, nothing is said of
    it: the verdicts stand all the same."""

    def ask() -> dict[Identity, Settled]:
        if isinstance(subject, Case):
            return settled(subject, assessment.findings, judging, as_of)
        return settled_cycle(subject, assessment.findings, judging, as_of)

    found = kept_apart(ask, assessment.case)
    if isinstance(found, CaseProblem) or not found:
        return assessment
    findings = tuple(
        replace(finding, settled=found[finding.identity]) if finding.identity in found else finding
        for finding in assessment.findings
    )
    return replace(assessment, findings=findings)


def settled(case: Case, findings: Sequence[Finding], judging: Judges, as_of: datetime) -> dict[Identity, Settled]:
    """What would settle each of ``findings`` that is open, about ``case`` as it is known at ``as_of``."""

    def judge(changed: Case, rule: Rule, at: datetime) -> tuple[Finding, ...]:
        return judging.by_one(rule).case(changed, at).findings

    return _settled(case, findings, as_of, judge, entered)


def settled_cycle(
    facts: CycleFacts, findings: Sequence[Finding], judging: Judges, as_of: datetime
) -> dict[Identity, Settled]:
    """The same of one school year's annual cycle."""

    def judge(changed: CycleFacts, rule: Rule, at: datetime) -> tuple[Finding, ...]:
        return judging.by_one(rule).cycle(changed, at)[0].findings

    return _settled(facts, findings, as_of, judge, entered_in_cycle)


def _settled(
    subject: S,
    findings: Sequence[Finding],
    as_of: datetime,
    judge: Callable[[S, Rule, datetime], tuple[Finding, ...]],
    enter: Callable[[S, Finding, Act, Done], S | None],
) -> dict[Identity, Settled]:
    def best(rule: Rule, finding: Finding, known: frozenset[str], done: Done) -> tuple[Came, Finding | None]:
        """The best that comes of the acts for ``finding`` done then."""
        found: tuple[Came, Finding | None] = Came.NOTHING, None
        for act in acts_of(finding):
            changed = enter(subject, finding, act, done)
            if changed is not None:
                tried = _came(finding, known, judge(changed, rule, done.entered_at))
                found = min(found, tried, key=lambda one: _BEST_FIRST.index(one[0]))
            if found[0] is Came.IN_ORDER:
                break
        return found

    scopes: dict[str, set[str]] = {}
    for finding in findings:
        scopes.setdefault(finding.rule, set()).add(finding.scope)
    found: dict[Identity, Settled] = {}
    for finding in findings:
        rule = RULES.get(finding.rule)
        if rule is None or finding.verdict not in OPEN or finding.reason in NOT_TO_BE_UNDONE:
            continue
        known = frozenset(scopes[finding.rule])
        came, left = best(rule, finding, known, Done(as_of))
        if came is Came.NOTHING and (finding.verdict is Verdict.REVIEW or is_only_decided(finding.rule)):
            came = Came.DECIDED
        in_time = came not in IN_ORDER and any(
            best(rule, finding, known, done)[0] in IN_ORDER for done in _earlier_or_on_its_day(subject, finding, as_of)
        )
        found[finding.identity] = Settled(came, _left(left), in_time)
    return found


def _left(finding: Finding | None) -> Left | None:
    return None if finding is None else Left(**{name: getattr(finding, name) for name in Left.__slots__})


def _earlier_or_on_its_day(subject: Case | CycleFacts, finding: Finding, as_of: datetime) -> Iterator[Done]:
    """When it can have been done in time, entered now; or, where its day has not come, done and entered on that day."""
    day = finding.last_day
    if finding.verdict is Verdict.DUE:
        if day is not None and day > local_day(as_of):
            yield Done(end_of(day) - _AN_HOUR)
        return
    for one in dict.fromkeys((day, finding.counted_from)):
        if one is not None and one <= local_day(as_of):
            yield Done(as_of, Moment.on(one))
    if isinstance(subject, Case) and (closed := KnownCase(subject, as_of).closed) is not None:
        yield Done(as_of, closed.at if closed.at.instant is None else Moment.at(closed.at.instant - _AN_HOUR))


def _place(scope: str) -> str:
    """``scope`` without the version: a new version of a plan takes the place of the one before."""
    return "/".join(part for part in scope.split("/") if not part.startswith("version:"))


def _came(before: Finding, known: frozenset[str], after: Iterable[Finding]) -> tuple[Came, Finding | None]:
    """What came of it, by what the rule says of the same thing afterwards, or of what was not there before."""
    places = {_place(scope) for scope in known}

    def belongs(scope: str) -> bool:
        if scope in known:
            return scope == before.scope
        return _place(scope) == _place(before.scope) or _place(scope) not in places

    left = [f for f in after if f.verdict in (*OPEN, Verdict.UNKNOWN) and belongs(f.scope)]
    if not left:
        return Came.IN_ORDER, None
    worst = next((finding for finding in left if _said(finding) == _said(before)), left[0])
    if _said(worst) == _said(before):
        return Came.NOTHING, worst
    if worst.reason in NOT_TO_BE_UNDONE:
        return Came.LOGGED, worst
    later = worst.verdict is Verdict.DUE and (worst.last_day, before.last_day) != (None, before.last_day)
    return (Came.AGAIN if later else Came.REMAINS), worst


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.verdict, finding.reason, finding.question, finding.last_day
