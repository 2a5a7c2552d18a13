"""Entries that carry no time at all: a rule that asks for one can't be checked where the entry could concern what it says.

An entry with neither ``happened_at`` nor ``registered_at`` may have happened at any moment up to the one judged. A rule is
asked without such entries; which of them it would have looked at, its needs tell. What none of those could concern (of another
pupil, notice, plan or incident) stands; and so does what the dated entries settle: no want of an entry, and the same however
the others stood, as the first of all and as the last. The rest is ``unknown``, with the entries as what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from ..domain.case import Case, Incident
from ..domain.log import LogEntry, LogKind, Recorded
from ..domain.moment import Moment, start_of
from ..domain.notice import Notice
from ..domain.verdict import Finding, Reason, Verdict
from .known import KnownCase
from .needs import Needs
from .reading.hints import HINTING, may_be_hinted

_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")
_NOTHING_MORE: dict[str, Any] = dict.fromkeys(
    ("question", "deadline", "asks_after", "counted_from", "reading", "changes_at", "state")
)
"""What a finding does not tell where it can't be checked."""
_SHOWN_BY_WHAT_IS_THERE = frozenset({Reason.NOT_ALLOWED, Reason.WRONG_ROLE})
"""Why something that is there is a deviation, whatever else there may be."""


class WithoutTime:
    """One case, some of whose entries have no time, at one moment."""

    def __init__(self, case: Case, as_of: datetime) -> None:
        self.case = case
        self.as_of = as_of
        self.entries: dict[str, tuple[Recorded, ...]] = {
            name: tuple(
                [
                    item
                    for item in getattr(case, name)
                    if item.happened_at is None and item.registered_at is None and item.known_at(as_of)
                ]
            )
            for name in _LISTS
        }

    def __bool__(self) -> bool:
        return any(self.entries.values())

    def findings(self, needs: Needs, judged: Callable[[KnownCase], list[Finding]]) -> Iterator[Finding]:
        """What the rule with these ``needs`` says, which ``judged`` asks, where it can be said."""
        stand = _by_scope(judged(self._without))
        asked = {item.id: item for name in _LISTS for item in self.entries[name] if needs.asks_for(item, name)}
        beside = {
            item.id: item for name in _LISTS for item in self.entries[name] if _may_be_seen_beside(needs, item, name)
        }
        if not asked and not beside:
            yield from stand.values()
            return
        tried = [_by_scope(judged(index)) for index in self._first_and_last]
        found = [
            self._one(asked, beside, stand.get(scope), *(one.get(scope) for one in tried))
            for scope in dict.fromkeys(chain(stand, *tried))
        ]
        told = [finding for finding in found if finding.verdict is not Verdict.NOT_APPLICABLE]
        yield from told or found

    def _one(
        self,
        asked: dict[str, Recorded],
        beside: dict[str, Recorded],
        stands: Finding | None,
        *tried: Finding | None,
    ) -> Finding:
        one = next(finding for finding in (stands, *reversed(tried)) if finding is not None)
        looked_at = asked | beside if one.reason is Reason.UNDOCUMENTED else asked
        concern = [item for item in looked_at.values() if self._could_concern(item, one.scope)]
        same = all(_said(other) == _said(stands) for other in tried)
        if one.reason is Reason.LATE and may_be_hinted(
            one.rule
        ):  # a note from before the last day may say that it was not
            concern += [item for item in beside.values() if isinstance(item, LogEntry) and item.kind in HINTING]
        if same and all(self._is_settled(one, item) for item in concern):
            changes = [f.changes_at for f in (stands, *tried) if f is not None and f.changes_at is not None]
            return replace(one, changes_at=min(changes, default=None))
        evidence = tuple(item.id for item in concern or (asked or beside).values())
        return replace(
            one, **_NOTHING_MORE, verdict=Verdict.UNKNOWN, reason=self._why(evidence[0]), evidence=evidence, remarks=()
        )

    def _could_concern(self, item: Recorded, scope: str) -> bool:
        """Whether ``item`` could be about what ``scope`` is about. A free note only points to something, and shows nothing.

        What names the pupil and another notice could be about both notices: one talk may be of two (VA-08, UN-07).
        """
        if isinstance(item, LogEntry) and item.kind is LogKind.NOTE:
            return False
        about = {
            "pupil": getattr(item, "pupils", ()),
            "notice": item.id if isinstance(item, Notice) else getattr(item, "notice", None),
            "plan": getattr(item, "plan", None),
            "incident": item.id if isinstance(item, Incident) else None,
        }
        for part in scope.split("/"):
            kind, _, ref = part.partition(":")
            if kind == "log" and ref != item.id and ref in self._dated and _kind(self._dated[ref]) == _kind(item):
                return False  # it is what another scope of the rule is about
            known = about.get(kind)
            if kind == "notice" and isinstance(item, LogEntry) and _names_the_pupil_of(scope, item):
                continue
            if known and ref not in (known if isinstance(known, tuple) else (known,)):
                return False
        return True

    def _is_settled(self, finding: Finding, item: Recorded) -> bool:
        """Whether it is said because of what is there: a fault, or another entry of the same kind that shows it."""
        if finding.verdict is Verdict.MET:
            return any(_kind(self._dated[entry]) == _kind(item) for entry in finding.evidence if entry in self._dated)
        return finding.verdict in (Verdict.NOT_APPLICABLE, Verdict.UNKNOWN) or finding.reason in _SHOWN_BY_WHAT_IS_THERE

    @cached_property
    def _dated(self) -> dict[str, Recorded]:
        """The entries that have a time, by id."""
        return {item.id: item for name in self.entries for item in getattr(self.case, name) if item.at is not None}

    def _why(self, entry: str) -> Reason:
        name = next(name for name, items in self.entries.items() if any(item.id == entry for item in items))
        if not self.case.is_hidden(f"{name}.happened_at"):
            return Reason.UNDATED
        for reason, unseen in ((Reason.HIDDEN, self.case.hidden), (Reason.UNREADABLE, self.case.unreadable)):
            if not unseen.isdisjoint((name, f"{name}.happened_at")):
                return reason
        return Reason.UNDATED

    @cached_property
    def _first_and_last(self) -> tuple[KnownCase, KnownCase]:
        dated = [when for name in self.entries for item in getattr(self.case, name) if (when := item.at) is not None]
        first = min((self.case.opened_at, *dated), key=lambda moment: moment.sort_key)
        before = Moment.at(start_of(first.day) - timedelta(minutes=1))
        return self._with_all_at(before), self._with_all_at(Moment.at(self.as_of))

    @cached_property
    def _without(self) -> KnownCase:
        return KnownCase(self._with(None), self.as_of)

    def _with_all_at(self, moment: Moment) -> KnownCase:
        return KnownCase(self._with({"happened_at": moment, "registered_at": moment}), self.as_of)

    def _with(self, times: dict[str, Moment] | None) -> Case:
        """The case with ``times`` for the entries that have none, or (``None``) without those."""
        update: dict[str, Any] = {}
        for name, loose in self.entries.items():
            if loose:
                items = [(item, any(item is other for other in loose)) for item in getattr(self.case, name)]
                update[name] = tuple(
                    item.model_copy(update=times) if is_loose else item
                    for item, is_loose in items
                    if not is_loose or times is not None
                )
        return self.case.model_copy(update=update)


def _may_be_seen_beside(needs: Needs, item: Recorded, where: str) -> bool:
    """Whether ``item`` may change what a rule says that does not look at it: a note that hints, a list that is empty or not."""
    return where in needs.whether_any or (isinstance(item, LogEntry) and item.kind in HINTING)


def _names_the_pupil_of(scope: str, entry: LogEntry) -> bool:
    return any(f"pupil:{pupil}" in scope.split("/") for pupil in entry.pupils)


def _by_scope(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.scope: finding for finding in findings}


def _kind(item: Recorded) -> object:
    return item.kind if isinstance(item, LogEntry) else type(item)


def _said(finding: Finding | None) -> tuple[object, ...] | None:
    """What a finding says to its reader; ``None`` = that the duty is not there."""
    if finding is None or finding.verdict is Verdict.NOT_APPLICABLE:
        return None
    last_day = finding.last_day if finding.verdict is Verdict.DUE else None
    return finding.verdict, finding.reason, finding.question, last_day
