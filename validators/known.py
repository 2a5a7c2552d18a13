"""The case as rules read it: cut to what was known at a moment, sorted and grouped once, never scanned again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, wraps
from operator import attrgetter
from typing import Any, TypeVar

from ..domain.activity_plan import ActivityPlan, Evaluation, PlanStatus
from ..domain.annual_cycle import CycleEntry, CycleFacts, CycleKind
from ..domain.calendar import school_year_bounds
from ..domain.case import (
    Case,
    CaseStatus,
    ClosingReason,
    Pupil,
    PupilPart,
    SeverityChange,
    StatusChange,
    Suspected,
    Suspicion,
    Transfer,
    and_above,
)
from ..domain.log import Hearing, LogEntry, LogKind, Recorded
from ..domain.moment import Moment, earliest, local_day
from ..domain.notice import Notice
from ..domain.people import Role
from ..domain.value import value

R = TypeVar("R", bound=Recorded)
T = TypeVar("T")
Item = TypeVar("Item")


def _known(items: Iterable[R], as_of: datetime) -> tuple[R, ...]:
    """The items that stood in the case at ``as_of``, in order of time, each once and as it was told then."""
    seen: set[str] = set()
    kept: list[R] = []
    stood = [_as_it_stood(item, as_of) if item.edits else item for item in items]
    for item in sorted(stood, key=attrgetter("sort_key")):
        if item.id in seen or not item.known_at(as_of):
            continue
        seen.add(item.id)
        kept.append(item)
    repeats = {i.id: i.duplicate_of for i in kept if i.duplicate_of is not None and i.duplicate_of in seen}
    return tuple([item for item in kept if item.id not in repeats or _first_of_a_ring(item.id, repeats, kept)])


def _first_of_a_ring(entry: str, repeats: Mapping[str, str], kept: Sequence[Recorded]) -> bool:
    """Whether ``entry`` is said to repeat what in turn repeats it, and is the first of them: one must count."""
    ring, repeated = [entry], repeats[entry]
    while repeated in repeats and repeated not in ring:
        ring.append(repeated)
        repeated = repeats[repeated]
    return repeated == entry and next(item.id for item in kept if item.id in ring) == entry


def _of_the_first(log: tuple[LogEntry, ...], notices: Sequence[Notice], kept: Sequence[Notice]) -> tuple[LogEntry, ...]:
    """``log`` with what is about a notice that only repeats another, about that other."""
    repeats = {notice.id: notice.duplicate_of for notice in notices if notice.duplicate_of is not None}
    if not repeats or len(kept) == len(notices):
        return log
    counts = {notice.id for notice in kept}

    def first(name: str) -> str:
        seen: set[str] = set()
        while name in repeats and name not in counts and name not in seen:
            seen.add(name)
            name = repeats[name]
        return name

    return tuple(
        entry
        if entry.notice is None or entry.notice in counts
        else entry.model_copy(update={"notice": first(entry.notice)})
        for entry in log
    )


def _as_it_stood(item: R, as_of: datetime) -> R:
    """``item`` with the times that it had before they were changed later than ``as_of``."""
    later = [e for e in item.edits if e.field in _TIMES and hasattr(item, e.field) and not e.at.known_at(as_of)]
    first = {edit.field: edit.previous for edit in sorted(later, key=lambda edit: edit.at.sort_key, reverse=True)}
    return item.model_copy(update=first) if first else item


_TIMES = {"happened_at", "learned_at", "read_at", "rector_told_at", "leader_called_at", "received_at"}
"""The times of what was done, of which a later one may have been written in place of the first."""


def _in_force(
    plans: tuple[ActivityPlan, ...], every: Iterable[ActivityPlan], as_of: datetime
) -> tuple[ActivityPlan, ...]:
    """``plans`` with the status that they had: a version that is replaced by one of later than ``as_of`` still held then.

    A source tells the status of today, and not since when.
    """
    if all(plan.status is not PlanStatus.REPLACED for plan in plans):
        return plans
    decided = [plan for plan in every if plan.status is not PlanStatus.DRAFT]
    later = [plan for plan in decided if not plan.model_copy(update={"deleted_at": None}).known_at(as_of)]

    def still_held(plan: ActivityPlan) -> bool:
        newer = [other for other in plans if other.plan == plan.plan and other.version > plan.version]
        return all(other.status is PlanStatus.DRAFT for other in newer) and any(
            other.plan == plan.plan and other.version > plan.version for other in later
        )

    return tuple(
        plan.model_copy(update={"status": PlanStatus.CURRENT})
        if plan.status is PlanStatus.REPLACED and still_held(plan)
        else plan
        for plan in plans
    )


def _each_once(pupils: Iterable[Pupil]) -> tuple[Pupil, ...]:
    """Each pupil once; one who is there both as affected and as involved is affected."""
    once: dict[str, Pupil] = {}
    for pupil in pupils:
        if pupil.ref not in once or pupil.part is PupilPart.AFFECTED:
            once[pupil.ref] = pupil
    return tuple(once.values())


def once(find: Callable[[KnownCase], Iterable[T]]) -> Callable[[KnownCase], tuple[T, ...]]:
    """``find``, asked once per case: what it finds is kept with the index, for many rules ask for the same."""

    @wraps(find)
    def found(case: KnownCase) -> tuple[T, ...]:
        if find not in case.found:
            case.found[find] = tuple(find(case))
        kept: tuple[T, ...] = case.found[find]
        return kept

    return found


def once_each(find: Callable[[KnownCase, Item], T]) -> Callable[[KnownCase, Item], T]:
    """``find``, asked once per case and item of it, or judge; what it finds must not change. Another, though equal, is asked anew."""

    @wraps(find)
    def found(case: KnownCase, item: Item) -> T:
        about = find, id(item)
        if about not in case.found:
            # The item is kept too: while it lives, no other has its id.
            case.found[about] = find(case, item), item
        of_item: T = case.found[about][0]
        return of_item

    return found


@value(frozen=True, slots=True)
class Period:
    """A stretch during which the case was open: from ``opened`` to ``closed`` (``None`` = open still)."""

    opened: Moment
    closed: Moment | None
    reason: ClosingReason | None

    @property
    def moved(self) -> Moment | None:
        """When the pupil moved, where that ended it: then the clock stopped (requirements A-36)."""
        return self.closed if self.reason is ClosingReason.MOVED else None


class KnownCase:
    """One case at one moment. Everything later than ``as_of`` has been left out before a rule sees it."""

    def __init__(self, case: Case, as_of: datetime) -> None:
        self.raw = case
        self.unseen = case.hidden | case.unreadable | case.not_carried
        """The paths of all that can't be seen."""
        self.hides = bool(self.unseen)
        """Whether anything can't be seen; nearly always everything can."""
        self.as_of = as_of
        self.today = local_day(as_of)
        self.notices = _known(case.notices, as_of)
        self.whole_log = _of_the_first(_known(case.log, as_of), case.notices, self.notices)
        self.log = self._about_this_case(self.whole_log)
        """What shows or raises a duty; of the log as a whole (is it kept?), ask ``whole_log``."""
        self.incidents = _known(case.incidents, as_of)
        self.evaluations = _known(case.evaluations, as_of)
        self.plans: tuple[ActivityPlan, ...] = _in_force(_known(case.activity_plans, as_of), case.activity_plans, as_of)
        """All versions known, drafts and replaced ones included, by time of decision."""
        self.transfers: tuple[Transfer, ...] = tuple(t for t in case.transfers if t.at.known_at(as_of))
        self.pupils: tuple[Pupil, ...] = _each_once(
            [
                *(p for p in case.pupils if p.joined_at is None or p.joined_at.known_at(as_of)),
                *self._named_by_notices_alone(),
            ]
        )
        self._places: dict[LogKind, list[int]] = defaultdict(list)
        """Where in the log, which is sorted, the entries of a kind stand."""
        for place, entry in enumerate(self.log):
            self._places[entry.kind].append(place)
        self.found: dict[object, tuple[Any, ...]] = {}
        """What was found once (see :func:`once` and :func:`once_each`)."""
        self._of_kinds: dict[tuple[LogKind, ...], list[LogEntry]] = {}
        self._status: tuple[StatusChange, ...] = tuple(
            c for c in case.status_history if c.at.known_at(as_of) and _registered(c.registered_at, as_of)
        )
        self.severity: tuple[SeverityChange, ...] = tuple(
            c for c in case.severity if c.at.known_at(as_of) and _registered(c.registered_at, as_of)
        )
        self.suspicions: tuple[Suspicion, ...] = tuple(
            s for s in case.suspicions if s.at.known_at(as_of) and _registered(s.registered_at, as_of)
        )

    def _about_this_case(self, entries: tuple[LogEntry, ...]) -> tuple[LogEntry, ...]:
        """The entries but those that name, by id, only pupils and a notice that the case has not: they stand in the wrong case."""
        if self.hides and any(
            self.raw.is_hidden(path) for path in ("pupils", "pupils.ref", "notices", "notices.pupils")
        ):
            return entries
        pupils = {pupil.ref for pupil in self.raw.pupils}.union(*(notice.pupils for notice in self.raw.notices))
        notices = {notice.id for notice in self.raw.notices}
        strange = [
            e
            for e in entries
            if e.notice is not None and e.pupils and e.notice not in notices and pupils.isdisjoint(e.pupils)
        ]
        return tuple(e for e in entries if e not in strange)

    def _named_by_notices_alone(self) -> Iterator[Pupil]:
        """Pupils that a notice is about and that nobody has entered in the case: they are owed the same as the others."""
        entered = {pupil.ref for pupil in self.raw.pupils}
        for notice in self.notices:
            for ref in notice.pupils:
                if ref not in entered:
                    yield Pupil(ref=ref, joined_at=notice.at)

    def cannot_see(self, *paths: str) -> bool:
        """Whether what stands at any of ``paths``, or a part of it, can't be seen."""
        return self.hides and any(self.raw.is_hidden(path) or self.raw.hides_part_of(path) for path in paths)

    @cached_property
    def partly_unseen(self) -> frozenset[str]:
        """The paths below which something can't be seen."""
        return frozenset(path for unseen in self.unseen for path in and_above(unseen) if path != unseen)

    # --- the log -----------------------------------------------------------------------------------------------

    def all(self, *kinds: LogKind) -> Sequence[LogEntry]:
        """The entries of these kinds, by time."""
        if kinds not in self._of_kinds:
            places = self._places.get(kinds[0], ()) if len(kinds) == 1 else self._merged(kinds)
            self._of_kinds[kinds] = list(map(self.log.__getitem__, places))
        return self._of_kinds[kinds]

    def _merged(self, kinds: tuple[LogKind, ...]) -> list[int]:
        return sorted([place for kind in kinds for place in self._places.get(kind, ())])

    def first(self, *kinds: LogKind) -> LogEntry | None:
        """The first entry of these kinds."""
        return next(iter(self.all(*kinds)), None)

    def for_pupil(self, pupil: str, *kinds: LogKind) -> Iterator[LogEntry]:
        """The entries of these kinds that are about ``pupil``.

        An entry that names no pupil is about the pupil of the case only where the case has a single one: where others are
        involved too, it may be about them.
        """
        alone = len(self.pupils) == 1 and self.pupils[0].ref == pupil
        for entry in self.all(*kinds):
            if pupil in entry.pupils or (not entry.pupils and alone):
                yield entry

    def for_notice(self, notice: Notice, *kinds: LogKind) -> Iterator[LogEntry]:
        """The entries of these kinds about ``notice``; one that names no notice counts where there is only one."""
        for entry in self.all(*kinds):
            if entry.notice == notice.id or (entry.notice is None and len(self.notices) == 1):
                yield entry

    def by_id(self, entry: str | None) -> LogEntry | None:
        """The log entry with this id, if it is known here."""
        return self._by_id.get(entry) if entry is not None else None

    @cached_property
    def _by_id(self) -> dict[str, LogEntry]:
        return {entry.id: entry for entry in self.log}

    # --- pupils ------------------------------------------------------------------------------------------------

    @cached_property
    def nobody_identified(self) -> tuple[Notice, ...]:
        """The notices, where no pupil is entered in the case: then nobody can say to whom the duties are owed (A-07)."""
        return () if self.affected else self.notices

    @cached_property
    def affected(self) -> tuple[Pupil, ...]:
        """The pupils whose school environment the case is about."""
        return tuple(p for p in self.pupils if p.part is PupilPart.AFFECTED)

    def pupils_of(self, notice: Notice) -> tuple[Pupil, ...]:
        """The pupils that ``notice`` is about: those it names, else the affected pupils of the case.

        Where it names affected pupils and others, it is about the affected ones (requirements A-05).
        """
        named = tuple(p for p in self.pupils if p.ref in notice.pupils)
        if notice.pupils:
            return tuple(p for p in named if p.part is PupilPart.AFFECTED) or named
        return self.affected

    # --- the course of the case -----------------------------------------------------------------------------------

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The stretches in which the case was open; a reopened case has more than one."""
        periods: list[Period] = []
        opened: Moment | None = None
        for change in self._status:
            if change.status is CaseStatus.OPEN and opened is None:
                opened = change.at
            elif change.status is CaseStatus.CLOSED and opened is not None:
                periods.append(Period(opened, change.at, change.reason))
                opened = None
        if opened is not None:
            periods.append(Period(opened, None, None))
        return tuple(periods)

    @cached_property
    def closed(self) -> StatusChange | None:
        """The closing that holds now; ``None`` while the case is open."""
        last = self._status[-1] if self._status else None
        return last if last is not None and last.status is CaseStatus.CLOSED else None

    def ended_after(self, moment: Moment) -> Period | None:
        """The first stretch that was closed at or after ``moment``; ``None`` = none was."""
        for period in self.periods:
            if period.closed is not None and not period.closed.certainly_before(moment):
                return period
        return None

    def closed_after(self, moment: Moment) -> Moment | None:
        """When the case was first closed at or after ``moment``; ``None`` = it has not been."""
        ended = self.ended_after(moment)
        return None if ended is None else ended.closed

    @cached_property
    def received(self) -> Moment | None:
        """When the first notice arrived (else was registered): the start of the case's duties."""
        return earliest(notice.at for notice in self.notices)

    # --- suspicion against people at the school --------------------------------------------------------------------

    @cached_property
    def accusing(self) -> tuple[Suspicion, ...]:
        """The suspicions that say whom they are against."""
        return tuple(suspicion for suspicion in self.suspicions if suspicion.accused)

    @cached_property
    def staff_suspicions(self) -> tuple[Suspicion, ...]:
        """The suspicions that someone who works at the school, leadership included, violates a pupil.

        Who is accused says it too, whatever the word beside. Where nobody has entered a suspicion and a notice accuses somebody
        at the school, the suspicion came with the notice.
        """
        entered = tuple(
            s
            for s in self.suspicions
            if s.suspected in (Suspected.STAFF, Suspected.LEADER) or any(a.role.works_at_school for a in s.accused)
        )
        return entered or tuple(
            Suspicion(suspected=Suspected.STAFF, at=came, by=notice.notifier)
            for notice in self.notices
            if notice.accuses_staff and (came := notice.at) is not None
        )

    @cached_property
    def leader_suspicions(self) -> tuple[Suspicion, ...]:
        """The suspicions against someone in the school's leadership, rektor included."""
        return tuple(
            s
            for s in self.suspicions
            if s.suspected is Suspected.LEADER or any(a.acts_as(Role.LEADER, Role.RECTOR) for a in s.accused)
        )

    # --- activity plans ------------------------------------------------------------------------------------------

    @cached_property
    def decided_plans(self) -> tuple[ActivityPlan, ...]:
        """All versions that were decided (drafts left out), by time."""
        return tuple(p for p in self.plans if p.status is not PlanStatus.DRAFT)

    @cached_property
    def current_plans(self) -> tuple[ActivityPlan, ...]:
        """The version that holds now of each plan: the newest decided one, unless it was replaced by nothing newer."""
        newest: dict[str, ActivityPlan] = {}
        for plan in self.decided_plans:
            known = newest.get(plan.plan)
            if known is None or plan.version >= known.version:
                newest[plan.plan] = plan
        return tuple(p for p in newest.values() if p.status is PlanStatus.CURRENT)

    @cached_property
    def histories(self) -> tuple[tuple[ActivityPlan, ...], ...]:
        """The decided versions of each plan, oldest first; a version number given twice counts once."""
        plans: dict[str, dict[int, ActivityPlan]] = {}
        for plan in self.decided_plans:
            plans.setdefault(plan.plan, {})[plan.version] = plan
        return tuple(tuple(versions[number] for number in sorted(versions)) for versions in plans.values())

    @once_each
    def pupils_of_plan(self, plan: ActivityPlan) -> tuple[str, ...]:
        """The pupils a plan is about: those it names, entered in the case or not, else the affected ones; nobody who came later."""
        decided = plan.at
        known = [
            p
            for p in self.pupils
            if p.joined_at is None or decided is None or not decided.certainly_before(p.joined_at)
        ]
        named = dict.fromkeys((*plan.pupils, *(ref for measure in plan.measures for ref in measure.pupils)))
        if named:
            entered = {p.ref for p in self.raw.pupils} | {p.ref for p in self.pupils}
            return (*(p.ref for p in known if p.ref in named), *(ref for ref in named if ref not in entered))
        return tuple(p.ref for p in known if p in self.affected)

    def evaluations_of(self, plan: ActivityPlan) -> Iterator[Evaluation]:
        """The evaluations of ``plan``; one that names no plan counts where the case has a single plan."""
        alone = len({p.plan for p in self.decided_plans}) == 1
        for evaluation in self.evaluations:
            if evaluation.plan == plan.plan or (evaluation.plan is None and alone):
                yield evaluation


def was_heard(conversation: LogEntry) -> bool:
    """Whether the pupil was heard in this conversation, or was offered one and declined."""
    if conversation.hearing is Hearing.DECLINED:
        return True
    return conversation.held is not False and conversation.hearing is not Hearing.OFFERED


def _registered(moment: Moment | None, as_of: datetime) -> bool:
    return moment is None or moment.known_at(as_of)


def _as_planned(entry: CycleEntry) -> CycleEntry | None:
    """What is known of an entry before the day it is done: that the school has a date for it, where it has one."""
    return (
        None
        if entry.planned_on is None
        else entry.model_copy(update={"done_at": None, "documented_at": None, "note": None})
    )


class CycleIndex:
    """The annual cycle of one school (or the municipality) in one school year, at one moment."""

    def __init__(self, facts: CycleFacts, as_of: datetime) -> None:
        self.facts = facts
        self.hides = bool(facts.hidden or facts.unreadable)
        self.as_of = as_of
        self.today = local_day(as_of)
        self.school_year = facts.school_year
        self.first_day, self.last_day = school_year_bounds(facts.school_year)
        known = (_as_planned(e) if e.done_at and e.done_at > self.today else e for e in facts.entries)
        self.entries: tuple[CycleEntry, ...] = tuple(
            sorted(
                (e for e in known if e is not None and (e.registered_at is None or e.registered_at <= as_of)),
                key=lambda e: (e.done_at or date.max, e.id),
            )
        )

    def all(self, kind: CycleKind) -> tuple[CycleEntry, ...]:
        """The entries of ``kind``, by the day they were done; those not done yet come last."""
        return tuple(e for e in self.entries if e.kind is kind)
