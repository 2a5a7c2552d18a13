"""The stretches of a case: each in which it was open, with what belongs to it. A reopened case has new duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from itertools import pairwise

from ..domain.activity_plan import ActivityPlan, MeasureType
from ..domain.case import Pupil
from ..domain.log import Hearing, LogEntry, LogKind, Recorded
from ..domain.moment import Moment, earliest
from ..domain.value import value
from ..domain.verdict import CASE_SCOPE, Outcome, Verdict, scope_of
from .judge import Judge
from .known import KnownCase, Period, once, once_each


@value(frozen=True, slots=True)
class Stretch:
    """One stretch in which the case was open."""

    period: Period
    start: Moment
    """When its first notice arrived; where it has none, when it was opened."""
    after: Moment | None
    """When the stretch before it was closed; ``None`` = it is the first."""
    reopened: Moment | None = None
    """When the case was next opened again; ``None`` = it was not."""
    has_notice: bool = True
    """Whether a notice came in it; a case may be opened again without one."""
    transfers: tuple[Moment, ...] = ()
    """When the case went to another school, by time."""
    closed: Moment | None = field(init=False)
    """When it ended; ``None`` while it lasts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "closed", self.period.closed)

    def scope(self, pupil: Pupil | None = None) -> str:
        """``case`` or ``pupil:e1``; in a reopened case with ``period:2026-04-20``, the day it was opened again."""
        parts = {} if pupil is None else {"pupil": pupil.ref}
        if self.after is not None:
            parts["period"] = self.period.opened.day.isoformat()
        return scope_of(**parts) if parts else CASE_SCOPE

    def holds(self, moment: Moment | None) -> bool:
        """Whether ``moment`` can belong to this stretch."""
        if moment is None or (self.after is not None and moment.certainly_before(self.after)):
            return False
        return self.closed is None or not self.closed.certainly_before(moment)

    def has(self, item: Recorded) -> bool:
        """Whether ``item`` can belong to this stretch."""
        return self.holds(item.at)

    def entries(self, case: KnownCase, *kinds: LogKind) -> list[LogEntry]:
        """The entries of the stretch that took place: what was only called, offered or declined did not."""
        about = id(self), kinds
        if about not in case.found:
            held = _held(case, self)
            case.found[about] = tuple([entry for entry in case.all(*kinds) if entry.id in held]), self
        return list(case.found[about][0])

    def decisions(self, case: KnownCase) -> list[ActivityPlan]:
        """The versions of the stretch that chose measures, by time.

        Protection put in at once does not end the enquiry (requirements A-29), so a version of nothing else is left out.
        """
        return [plan for plan in case.decided_plans if not only_protects(plan) and self.holds(plan.at)]

    def decision(self, case: KnownCase, pupil: Pupil | None = None) -> ActivityPlan | None:
        """The first version of the stretch that chose measures; with ``pupil``, the first that chose them for her."""
        for plan in self.decisions(case):
            if pupil is None or pupil.ref in case.pupils_of_plan(plan):
                return plan
        return None

    def chosen_without(self, case: KnownCase, pupil: Pupil) -> ActivityPlan | None:
        """The first version that chose measures, for her or for another, after ``pupil`` was known: what must come before is late."""
        since = self.since(pupil)
        if since is None:
            return None
        later = (plan for plan in self.decisions(case) if (w := plan.at) is None or not w.certainly_before(since))
        return next(later, None)

    def since(self, pupil: Pupil) -> Moment | None:
        """From when something is owed to ``pupil`` in this stretch; ``None`` = she was not known in it."""
        start = self.start
        for later in (pupil.joined_at, pupil.identified_at):
            if later is not None and start.certainly_before(later):
                start = later
        return start if self.holds(start) else None

    def missing(
        self, judge: Judge, rule: str, scope: str, anchor: Moment, *, overtaken: Recorded | None = None
    ) -> Outcome | None:
        """The answer for a missing entry without time limit. The clock stops when the pupil moves (requirements A-36).

        ``overtaken``: what it must come before, where that has been done. A case that went to another school counts from there.
        """
        ended = overtaken.at if overtaken is not None else self.closed
        here = at_this_school(judge, rule, anchor, self.transfers, until=ended)
        if self.period.moved is not None and overtaken is None:
            return judge.stopped_by_move(self.period.moved, lambda judge: judge.ladder(rule, scope, here))
        return judge.ladder(rule, scope, here, closed=self.closed, overtaken=overtaken is not None)


def at_this_school(
    judge: Judge, rule: str, anchor: Moment, transfers: Iterable[Moment], *, until: Moment | None = None
) -> Moment:
    """Where the count begins: at the last transfer, unless the school before was already too late by then.

    ``until``: when the duty was done, or its time was over; later transfers say nothing about it.
    """
    for moved in transfers:
        if not anchor.certainly_before(moved) or (until is not None and until.certainly_before(moved)):
            continue
        if judge.at(moved).ladder(rule, "case", anchor).verdict is Verdict.DEVIATION:
            return anchor
        anchor = moved
    return anchor


@once
def stretches(case: KnownCase) -> Iterator[Stretch]:
    """The stretches of ``case``, oldest first; of several opened on one day, the last."""
    found: dict[str, Stretch] = {}
    after: Moment | None = None
    moved = transfers(case)
    following = [*(period.opened for period in case.periods[1:]), None]
    for period, reopened in zip(case.periods, following, strict=False):
        stretch = Stretch(period, period.opened, after, reopened)
        arrivals = [arrived for notice in case.notices if (arrived := notice.at) is not None and stretch.holds(arrived)]
        start = earliest(arrivals) or period.opened
        stretch = replace(stretch, start=start, has_notice=bool(arrivals), transfers=moved)
        found[stretch.scope()] = stretch
        after = period.closed
    yield from found.values()


@once
def owed(case: KnownCase) -> Iterator[tuple[Stretch, Pupil, Moment]]:
    """Each stretch with each affected pupil to whom something is owed in it, and since when."""
    for stretch in stretches(case):
        for pupil in case.affected:
            since = stretch.since(pupil)
            if since is not None:
                yield stretch, pupil, since


@once_each
def _held(case: KnownCase, stretch: Stretch) -> frozenset[str]:
    """Ids of the entries of ``stretch`` that took place."""
    return frozenset([entry.id for entry in case.log if took_place(entry) and stretch.holds(entry.at)])


def transfers(case: KnownCase) -> tuple[Moment, ...]:
    """When the case went to another school, by time."""
    return tuple(sorted((transfer.at for transfer in case.transfers), key=lambda moment: moment.sort_key))


def reopened_without_notice(case: KnownCase) -> Iterator[Stretch]:
    """The stretches that began anew without a notice: their duties are counted from the day the case was opened again."""
    return (stretch for stretch in stretches(case) if stretch.after is not None and not stretch.has_notice)


def from_before_reopening(case: KnownCase, entries: Iterable[LogEntry], decided: Moment | None) -> list[LogEntry]:
    """Those of ``entries`` from before the case was closed, where what was ``decided`` came after it was opened again."""
    before = [
        earlier.closed
        for earlier, later in pairwise(case.periods)
        if decided is not None and not decided.certainly_before(later.opened)
    ]
    closed = before[-1] if before else None
    return [e for e in entries if closed is not None and (when := e.at) is not None and when.certainly_before(closed)]


def took_place(entry: LogEntry) -> bool:
    """Whether a meeting or conversation was held; an entry that does not say so was."""
    return entry.held is not False and entry.hearing not in (Hearing.OFFERED, Hearing.DECLINED)


def only_protects(plan: ActivityPlan) -> bool:
    """Whether all that the plan chooses is protection put in at once, which nobody need be heard about first (A-29)."""
    return bool(plan.measures) and all(measure.type is MeasureType.PROTECTIVE for measure in plan.measures)
