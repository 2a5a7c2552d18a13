"""Entries that carry no time at all: what hangs on when they happened, could not be checked.

An entry with neither ``happened_at`` nor ``registered_at`` may have happened at any moment up to the one judged, or not yet.
So the case is judged without such entries, and with them at one moment after the other. What is the same however it was,
stands. What is the same wherever they are put, but rests on them, stands too, unless it is «i orden»: nothing is in order
by an entry that nobody knows the time of. The rest is ``unknown``, with the entries as what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from ..domain.case import Case
from ..domain.log import Recorded
from ..domain.moment import Moment, start_of
from ..domain.verdict import Finding, Reason, Verdict
from .judge import when_of

_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")
_ALONE_AT_MOST = 4
"""So many entries without time are also tried one by one; more of them only together."""
_POINTS_AT_MOST = 12
"""So many of the case's own moments are tried, each from both sides and between."""
_A_MINUTE, _NOON = timedelta(minutes=1), timedelta(hours=12)

Found = Callable[[Case], list[Finding]]
About = tuple[str, str]
"""A rule and its scope. The school is not among it: where the time is not known, neither is which school it was for."""


def undated(case: Case, as_of: datetime) -> dict[str, Reason]:
    """Ids of the entries that stood in ``case`` at ``as_of`` without any time, and why each has none."""
    return {item.id: _why(case, name) for name in _LISTS for item in getattr(case, name) if _has_no_time(item, as_of)}


def settled(case: Case, as_of: datetime, loose: dict[str, Reason], found: Found) -> list[Finding]:
    """The findings about ``case``, whose entries ``loose`` have no time; ``found`` judges a case whose entries all have one."""
    without = _by_scope(found(_dated(case, as_of, (), None)))
    moments = tuple(_moments(case, as_of, without.values()))
    groups = [tuple(loose)]
    if 1 < len(loose) <= _ALONE_AT_MOST:
        groups += [(one,) for one in loose]
    tried = {group: [_by_scope(found(_dated(case, as_of, group, moment))) for moment in moments] for group in groups}
    settled: list[Finding] = []
    for about in dict.fromkeys([*without, *(about for many in tried.values() for one in many for about in one)]):
        at_any_time = {group: [one.get(about) for one in many] for group, many in tried.items()}
        settled.append(_one(without.get(about), at_any_time, loose))
    told = {finding.rule for finding in settled if finding.verdict is not Verdict.NOT_APPLICABLE}
    return [f for f in settled if f.verdict is not Verdict.NOT_APPLICABLE or f.rule not in told]


def _one(
    without: Finding | None, tried: dict[tuple[str, ...], list[Finding | None]], loose: dict[str, Reason]
) -> Finding:
    everything = [without, *(finding for many in tried.values() for finding in many)]
    together = next(iter(tried.values()))
    one = next(finding for finding in (*reversed(together), *everything) if finding is not None)
    if not _differs(without, everything):
        changes = [f.changes_at for f in everything if f is not None and f.changes_at is not None]
        return replace(without or one, changes_at=min(changes, default=None))
    if one.verdict is not Verdict.MET and one.question not in _OF_ITS_TIME and not _differs(one, together):
        return one
    on = [entry for group, many in tried.items() for entry in group if len(group) == 1 and _differs(without, many)]
    on = on or list(loose)
    return replace(one, verdict=Verdict.UNKNOWN, reason=loose[on[0]], evidence=tuple(on), **_NOTHING_MORE)


_OF_ITS_TIME = ("plan_not_yet_approved",)
"""Questions that are asked because of when it was."""
_NOTHING_MORE: dict[str, Any] = {
    "question": None,
    "deadline": None,
    "counted_from": None,
    "reading": None,
    "remarks": (),
    "changes_at": None,
    "state": None,
}
"""What ``unknown`` does not say."""


def _differs(without: Finding | None, dated: Iterable[Finding | None]) -> bool:
    return any(_said(finding) != _said(without) for finding in dated)


def _said(finding: Finding | None) -> tuple[object, ...] | None:
    """What a finding says to its reader; ``None`` = that the duty is not there."""
    if finding is None or finding.verdict is Verdict.NOT_APPLICABLE:
        return None
    deadline = finding.deadline if finding.verdict is Verdict.DUE else None
    return finding.verdict, finding.reason, finding.question, deadline


def _by_scope(findings: Iterable[Finding]) -> dict[About, Finding]:
    return {(finding.rule, finding.scope): finding for finding in findings}


def _has_no_time(item: Recorded, as_of: datetime) -> bool:
    return when_of(item) is None and item.known_at(as_of)


def _why(case: Case, name: str) -> Reason:
    if case.is_hidden(f"{name}.happened_at"):
        parts = (name, f"{name}.happened_at")
        return Reason.HIDDEN if any(part in case.hidden for part in parts) else Reason.UNREADABLE
    return Reason.UNDATED


def _dated(case: Case, as_of: datetime, ids: Iterable[str], moment: Moment | None) -> Case:
    """``case`` with the entries ``ids`` at ``moment``, and without the others that have no time."""
    kept = set(ids)
    update = {
        name: tuple(
            item.model_copy(update={"happened_at": moment, "registered_at": moment}) if when_of(item) is None else item
            for item in getattr(case, name)
            if not _has_no_time(item, as_of) or item.id in kept
        )
        for name in _LISTS
    }
    return case.model_copy(update=update)


def _moments(case: Case, as_of: datetime, findings: Iterable[Finding]) -> Iterator[Moment]:
    """Moments that matter: before anything, just before, just after and between what may start or end a duty, and the last."""
    points = _instants(_turning_points(case), as_of)
    entries = _instants((when for entry in case.log if (when := when_of(entry)) is not None), as_of)
    room = _POINTS_AT_MOST - len(points)
    points = _thinned(points, _POINTS_AT_MOST) + (_thinned(entries, room) if room > 0 else [])
    points = sorted({*points, as_of})
    tried = {points[0] - timedelta(days=1), *points}
    tried |= {instant for point in points for instant in (point - _A_MINUTE, point + _A_MINUTE)}
    tried |= {earlier + (later - earlier) / 2 for earlier, later in pairwise(points)}
    limits = {finding.deadline for finding in findings if finding.deadline is not None}
    tried |= {start_of(day) + _NOON for limit in limits for day in (limit, limit + timedelta(days=1))}
    yield from (Moment.at(instant) for instant in sorted(tried) if instant <= as_of)


def _turning_points(case: Case) -> Iterator[Moment]:
    """What starts and ends duties; the entries of the log are many, and seldom do."""
    for changes in (case.status_history, case.severity, case.suspicions, case.transfers):
        yield from (change.at for change in changes)
    yield from (when for pupil in case.pupils for when in (pupil.identified_at, pupil.joined_at) if when is not None)
    items = (*case.notices, *case.activity_plans, *case.evaluations, *case.incidents)
    yield from (when for item in items if (when := when_of(item)) is not None)


def _instants(moments: Iterable[Moment], as_of: datetime) -> list[datetime]:
    """The instants of those that had come, each once; a date alone is taken at its noon."""
    came = (moment for moment in moments if moment.known_at(as_of))
    return sorted({moment.instant or start_of(moment.day) + _NOON for moment in came})


def _thinned(instants: list[datetime], at_most: int) -> list[datetime]:
    return instants[:: -(-len(instants) // at_most)] if len(instants) > at_most else instants
