"""A report case by case: which case comes first, what it needs next, what else remains. Each form only draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

from ..domain.role import Role
from ..domain.value import value
from ..domain.verdict import NOT_TO_BE_UNDONE, Assessment, Finding, Reason, RemarkCode, Verdict
from .folded import Anew, Folded
from .items import (
    ACCEPTABLE,
    OPEN,
    SOON_DAYS,
    TO_DO,
    AcceptanceState,
    Act,
    CaseBlock,
    Change,
    Group,
    Identity,
    Item,
    Part,
    ShownAcceptance,
    Standing,
    Urgency,
    order,
)
from .model import OF_THE_LAW, Previous

if TYPE_CHECKING:
    from ..store import Acceptance

_STANDING = {
    Part.TODAY: Standing.TODAY,
    Part.SOON: Standing.SOON,
    Part.UNKNOWN: Standing.UNSEEN,
    Part.REVIEW: Standing.QUESTION,
    Part.LATER: Standing.LATER,
    Part.CLOSED: Standing.TODAY,
    Part.TOO_LATE: Standing.REMAINS,
}
"""Where a case stands by what it holds; what a person has accepted, or is met, asks for nothing."""
_PLACES = {standing: place for place, standing in enumerate(Standing)}
_GROUP = {verdict: Group(verdict.value) for verdict in Verdict if verdict is not Verdict.NOT_APPLICABLE}
WARNED_OF = (RemarkCode.CALENDAR_MISSING, RemarkCode.PRESENCE_ONLY)
"""Remarks that a report tells of once, for all that carry them."""


@value(frozen=True, slots=True)
class CasePart:
    """What a report keeps of one case or, where its block has no case, of the annual cycle."""

    block: CaseBlock
    met: tuple[Item, ...]
    """What is in order, in order; empty where the report's form does not tell each of it."""
    met_remarks: Mapping[RemarkCode, int]
    """How often what is in order carries each of the remarks that the whole report warns of."""
    crashed: tuple[str, ...]
    complete: bool
    """Whether everything in it could be checked."""


_NO_REMARKS: Mapping[RemarkCode, int] = {}


def folded(part: CasePart) -> CasePart:
    """``part`` as it is kept where there may be any number of them."""
    block = part.block
    return replace(part, block=replace(block, acts=Folded(block.acts), in_order=Folded(block.in_order)))


@dataclass(frozen=True)
class Beside:
    """What a case is looked at beside: the report's day, its rules, and what was told and decided before."""

    today: date
    places: Mapping[str, int]
    """The rules' places in the plan, by code."""
    previous: Previous | None = None
    decided: Mapping[Identity, ShownAcceptance] = field(default_factory=dict)
    role: Role | None = None
    """The role whose duties alone are asked for."""
    tells_met: bool = True
    """Whether the report tells each thing that is in order, and not only which duties and how many."""


def case_part(assessments: Sequence[Assessment], beside: Beside) -> CasePart:
    """What a report keeps of ``assessments``, all of one case (or of the annual cycle, one for each school year)."""
    items = [
        item
        for assessment in assessments
        for item in _items(assessment, beside)
        if beside.role is None or item.finding.role is beside.role
    ]
    met = [item for item in items if item.group is Group.MET]
    remarks = Counter(remark.code for item in met for remark in item.finding.remarks if remark.code in WARNED_OF)
    return CasePart(
        block=_block(assessments, items, met, beside.places),
        met=tuple(sorted(met, key=order)) if beside.tells_met else (),
        met_remarks=remarks or _NO_REMARKS,
        crashed=tuple(code for assessment in assessments for code in assessment.crashed),
        complete=all(assessment.complete for assessment in assessments),
    )


def _block(
    assessments: Sequence[Assessment], items: Sequence[Item], met: Iterable[Item], places: Mapping[str, int]
) -> CaseBlock:
    judged = assessments[-1]
    found = Counter(item.finding.rule for item in met)
    acts = _acts(sorted((item for item in items if item.group is not Group.MET), key=order))
    seen = [act for act in acts if act.first.finding.reason is not Reason.NOT_CARRIED]
    standings = [_STANDING[act.part] for act in seen or acts if act.part in _STANDING]
    return CaseBlock(
        case=judged.case,
        closed=judged.over,
        standing=min(standings, key=_PLACES.__getitem__, default=Standing.IN_ORDER),
        acts=tuple(sorted(acts, key=_first_to_do)),
        in_order=tuple(
            _pair(code, found[code]) for code in sorted(found, key=lambda code: (places.get(code, len(places)), code))
        ),
        not_applicable=sum(f.verdict is Verdict.NOT_APPLICABLE for a in assessments for f in a.findings),
        last_act=judged.last_act,
        hidden=judged.unseen,
        leader_accused=judged.leader_accused,
    )


@cache
def _pair(code: str, number: int) -> tuple[str, int]:
    """One object for all cases: most duties are met once or twice in each of them."""
    return code, number


def urgency_of(finding: Finding, today: date) -> Urgency:
    """What the calendar says about ``finding`` on ``today``."""
    if finding.verdict is Verdict.DEVIATION:
        return Urgency.DONE if finding.reason in NOT_TO_BE_UNDONE else Urgency.OVERDUE
    if finding.verdict is not Verdict.DUE or finding.last_day is None:
        return Urgency.NONE
    days = (finding.last_day - today).days
    if days < 0:
        return Urgency.OVERDUE
    if days == 0:
        return Urgency.TODAY
    return Urgency.SOON if days <= SOON_DAYS else Urgency.LATER


def _items(assessment: Assessment, beside: Beside) -> Iterable[Item]:
    closed, today, previous = assessment.over, beside.today, beside.previous
    for finding in assessment.findings:
        if finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        acceptance = beside.decided.get(decision_key(finding)) if beside.decided else None
        group = _GROUP[finding.verdict]
        last_day = finding.last_day
        active = acceptance is not None and acceptance.state is AcceptanceState.ACTIVE
        accepted = active and finding.verdict in ACCEPTABLE
        if accepted and finding.basis not in OF_THE_LAW:
            group = Group.ACCEPTED
        was = previous.verdicts.get(finding.identity) if previous is not None else None
        change = None
        if previous is not None and finding.verdict in OPEN:
            change = Change.CONTINUED if was is finding.verdict else Change.NEW
        yield Item(
            finding=finding,
            group=group,
            urgency=Urgency.NONE if accepted else urgency_of(finding, today),
            days=None if last_day is None else (last_day - today).days,
            change=change,
            was=was,
            acceptance=acceptance,
            closed=closed,
        )


def decision_key(what: Finding | Acceptance) -> Identity:
    """A case number is enough to find a case again when it has moved; a school's own findings need the school."""
    return what.rule, "" if what.case else what.school or "", what.case or "", what.scope


def _acts(items: Iterable[Item]) -> list[Act]:
    """The items by duty and answer, in their order."""
    found: dict[object, list[Item]] = {}
    for item in items:
        finding = item.finding
        decided = None if item.acceptance is None else item.acceptance.state
        key = (finding.rule, item.part, finding.verdict, finding.reason, finding.question, decided)
        found.setdefault(key, []).append(item)
    return [Act(tuple(its)) for its in found.values()]


def _first_to_do(act: Act) -> int:
    """What must be done comes before what could not be seen, and that before what is asked; the rest as it is."""
    standing = _STANDING.get(act.part)
    if act.first.finding.reason is Reason.NOT_CARRIED:  # nobody at the school can do anything about it
        return len(_PLACES) + 1
    return len(_PLACES) if standing is None else _PLACES[standing]


def worst_first(block: CaseBlock) -> tuple[object, ...]:
    """By where it stands; of those that need something today first what can still be met, then by how much hangs on it."""
    act = block.next
    today = act is not None and act.first.urgency is Urgency.TODAY
    weight = max((a.severity.rank for a in block.acts if a.part in TO_DO), default=0)
    day = None if act is None else act.first.finding.last_day
    of_cycle = block.case is None
    urgent = block.standing is Standing.TODAY
    return (
        block.closed,
        of_cycle,
        _PLACES[block.standing],
        not today,
        -weight if urgent else 0,
        day or date.max,
        block.case or "",
    )


def alike(cases: Iterable[CaseBlock]) -> list[list[CaseBlock]]:
    """Cases with nothing but the same in order taken together; one that a person has decided about stands alone."""
    found: dict[object, list[CaseBlock]] = {}
    for block in cases:
        found.setdefault(block.case if block.acts else tuple(code for code, _ in block.in_order), []).append(block)
    return list(found.values())


def by_duty(cases: Iterable[CaseBlock]) -> list[tuple[Act, Iterable[tuple[CaseBlock, Act]]]]:
    """What is open in ``cases`` duty by duty, the gravest first: each with its first act and all the cases it stands in."""
    found: dict[object, tuple[Act, list[tuple[CaseBlock, int]]]] = {}
    for block in cases:
        for place, act in enumerate(block.acts):
            finding = act.first.finding
            key = (
                act.part,
                None if act.part is Part.UNKNOWN else act.rule,
                finding.verdict,
                finding.reason,
                finding.question,
            )
            found.setdefault(key, (act, []))[1].append((block, place))
    gravest = sorted(found.values(), key=lambda duty: (_first_to_do(duty[0]), -duty[0].severity.rank))
    return [(first, Anew(partial(_acts_at, places))) for first, places in gravest]


def _acts_at(places: Iterable[tuple[CaseBlock, int]]) -> Iterable[tuple[CaseBlock, Act]]:
    return ((block, block.acts[place]) for block, place in places)
