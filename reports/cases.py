"""A report case by case: which case comes first, what it needs next, what else remains. Each form only draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ..domain.verdict import Assessment, Reason
from .items import TO_DO, Act, CaseBlock, Group, Item, Part, Standing, Urgency, order

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


def blocks(
    assessments: Sequence[Assessment],
    items: Iterable[Item],
    not_applicable: Mapping[str | None, int],
    rules: Iterable[str],
) -> tuple[CaseBlock, ...]:
    """A block for each case and (``case`` None) for the annual cycle where there is one: open cases, the cycle, closed cases.

    ``rules``: the codes in the plan's order.
    """
    found: dict[str | None, list[Item]] = {a.case: [] for a in assessments}
    for item in items:
        found.setdefault(item.finding.case, []).append(item)
    by_case = {a.case: a for a in assessments}
    places = {code: place for place, code in enumerate(rules)}
    made = [
        _block(case, sorted(its, key=order), by_case.get(case), not_applicable.get(case, 0), places)
        for case, its in found.items()
    ]
    return tuple(sorted(made, key=_worst_first))


def _block(
    case: str | None, items: list[Item], judged: Assessment | None, not_applicable: int, places: Mapping[str, int]
) -> CaseBlock:
    met = Counter(item.finding.rule for item in items if item.group is Group.MET)
    acts = _acts(item for item in items if item.group is not Group.MET)
    seen = [act for act in acts if act.first.finding.reason is not Reason.NOT_CARRIED]
    standings = [_STANDING[act.part] for act in seen or acts if act.part in _STANDING]
    return CaseBlock(
        case=case,
        closed=judged is not None and judged.over,
        standing=min(standings, key=_PLACES.__getitem__, default=Standing.IN_ORDER),
        acts=tuple(sorted(acts, key=_first_to_do)),
        in_order=tuple(sorted(met.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0]))),
        counts=Counter(item.group for item in items),
        not_applicable=not_applicable,
        last_act=None if judged is None else judged.last_act,
        hidden=() if judged is None else judged.unseen,
        leader_accused=judged is not None and judged.leader_accused,
    )


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


def _worst_first(block: CaseBlock) -> tuple[object, ...]:
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


def by_duty(cases: Iterable[CaseBlock]) -> list[tuple[Act, list[tuple[CaseBlock, Act]]]]:
    """What is open in ``cases`` duty by duty, the gravest first: each with its first act and all the cases it stands in."""
    found: dict[object, list[tuple[CaseBlock, Act]]] = {}
    for block in cases:
        for act in block.acts:
            finding = act.first.finding
            key = (
                act.part,
                None if act.part is Part.UNKNOWN else act.rule,
                finding.verdict,
                finding.reason,
                finding.question,
            )
            found.setdefault(key, []).append((block, act))
    order_of = sorted(found.values(), key=lambda lines: (_first_to_do(lines[0][1]), -lines[0][1].severity.rank))
    return [(lines[0][1], lines) for lines in order_of]
