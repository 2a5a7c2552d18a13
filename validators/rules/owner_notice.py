"""«I alvorlige skolesaker skal skoleeier varsles»: told, written down, received (VA-09, VA-10, VA-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...domain.case import Suspected
from ...domain.log import LogEntry, LogKind, Recorded
from ...domain.moment import Moment, earliest, latest
from ...domain.notice import Notice
from ...domain.people import Role
from ...domain.verdict import Outcome, RemarkCode, Verdict, scope_of
from ..judge import Judge
from ..known import KnownCase
from ..proof import WEAK
from ..rule import Chapter
from ..stretches import Stretch, stretches
from ..who_was_told import (
    acted_as,
    delegate,
    is_known,
    is_one_in_two_roles,
    or_which,
    owner_told,
    waited,
)
from .notification import written_by
from .staff_suspicion import is_denied

CHAPTER = Chapter("notification")


@dataclass(frozen=True, slots=True)
class _Seriousness:
    """Whether the case was «alvorlig» in a stretch; a reopened case has new duties."""

    stretch: Stretch
    serious: Moment | None
    """When it was first decided in it that the case is «alvorlig» (a later downgrade does not undo the duty it raised)."""
    decided: bool
    """Whether anybody decided in it."""
    serious_before: bool
    """Whether it was «alvorlig» by the last decision before it."""

    @property
    def scope(self) -> str:
        return self.stretch.scope()


def _seriousness(case: KnownCase) -> Iterator[_Seriousness]:
    before = False
    for stretch in stretches(case):
        own = [c for c in case.severity if _decided_in(c.at, stretch)]
        serious = next((c.at for c in own if c.serious), None)
        yield _Seriousness(stretch, serious, bool(own), before)
        before = own[-1].serious if own else before


def _decided_in(at: Moment, stretch: Stretch) -> bool:
    """What is decided while the case is closed belongs to the stretch that was closed."""
    begun = stretch.after is None or stretch.period.opened.perhaps_before(at)
    return begun and (stretch.reopened is None or not stretch.reopened.perhaps_before(at))


@CHAPTER.rule("VA-09")
def owner_notified(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«I alvorlige skolesaker skal skoleeier/kommunalsjef varsles.» Decided by a person; an empty field is a question."""
    for found in _seriousness(case):
        told = owner_told(case, found.stretch.after)
        event = found.serious or found.stretch.start
        if found.decided and found.serious is None:
            continue
        before = [item for item in (*told.sure, *told.acknowledged) if _before_anything(case, found, item)]
        shown = [
            judge.done("VA-09", found.scope, items[0], since=event, remarks=remarks)
            for items, remarks in (
                ([item for item in told.sure if item not in before], ()),
                ([entry for entry in told.acknowledged if entry not in before], (WEAK,)),
            )
            if items
        ]
        if shown:
            first, receipt = shown[0], shown[-1]
            if first.verdict is not Verdict.MET and receipt.verdict is Verdict.MET:  # the owner had it before that
                uncounted = (remark for remark in first.remarks if remark.code is RemarkCode.CALENDAR_MISSING)
                first = receipt.with_remarks(*uncounted)
            yield first
        elif before:
            yield judge.review(found.scope, "before_its_cause", *before, event=event)
        elif found.serious is None:
            yield from _undecided(case, judge, found)
        elif told.by_others or not _missed_in_a_staff_case(case, judge, found, found.serious):
            outcome = waited(case, judge, "VA-09", found.scope, found.serious)
            outcome = or_which(outcome, "told_another", *told.unsure)
            yield or_which(outcome, "told_by_others", *told.by_others)


def _before_anything(case: KnownCase, found: _Seriousness, item: Recorded) -> bool:
    """Whether ``item`` is dated on a day before anything of the stretch was known: it can't be about it."""
    known = [found.stretch.start, found.stretch.period.opened, *(s.at for s in case.suspicions)]
    known += [when for incident in case.incidents if (when := incident.at) is not None]
    since = [moment.day for moment in known if found.stretch.holds(moment)]
    told = item.at
    return told is not None and told.day < min(since, default=told.day)


def _undecided(case: KnownCase, judge: Judge, found: _Seriousness) -> Iterator[Outcome]:
    """Nobody has decided whether it is serious: asked while the case is open (A-09), and later where there are signs."""
    event = found.stretch.start
    if found.serious_before:
        yield judge.review(found.scope, "still_serious", event=event)
    elif found.stretch.closed is None or _looks_serious(case):
        yield judge.review(found.scope, "is_it_serious", event=event)
    elif case.cannot_see("suspicions", "pupils", "incidents"):
        yield judge.hidden(found.scope, event)


def _missed_in_a_staff_case(case: KnownCase, judge: Judge, found: _Seriousness, serious: Moment) -> bool:
    """Whether SK-07 or SK-02 tells of this same missing notice: one who works at the school was suspected by then."""
    if case.raw.hides_part_of("suspicions"):
        return False
    for suspicion in case.staff_suspicions:
        since = found.stretch.after
        if serious.certainly_before(suspicion.at) or (since is not None and suspicion.at.certainly_before(since)):
            continue
        against_a_leader = suspicion in case.leader_suspicions
        tellers = ("SK-02", "SK-07") if against_a_leader else ("SK-07",)
        told_there = any(judge.plan.is_on(rule, optional=False) for rule in tellers)
        # «openbert grunnlaus», or whom it is about, is a question about the staff case; that the case is «alvorlig» stands by itself.
        only_asked = suspicion.obviously_unfounded or is_denied(case, suspicion)
        if told_there and (against_a_leader or not only_asked):
            return True
    return False


def _looks_serious(case: KnownCase) -> bool:
    """Signs that a field can show, of those the catalogue lists (A-09). They only ask; they decide nothing."""
    return bool(
        any(s.suspected in (Suspected.STAFF, Suspected.LEADER) for s in case.suspicions)
        or len(case.affected) > 1
        or any(i.level in (3, 4) or i.physical_intervention for i in case.incidents)
        or case.first(LogKind.REPORTED_TO_STATE)
    )


@CHAPTER.rule("VA-10")
def notification_documented(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Rektor dokumenterer at det er varslet i Visma Sikker Sak.» Owed once the owner was told; until then VA-09 speaks.

    Told in a case that nobody has called serious, nor the opposite, it may have been owed: what is missing is then a question.
    Not for what was told after a leader was accused: then the way is another.
    """
    for found in _seriousness(case):
        if found.decided and found.serious is None:
            continue
        told = owner_told(case, found.stretch.after)
        items = [
            item
            for item in (*told.sure, *told.by_others, *told.unsure, *told.acknowledged)
            if not _past_rector(case, found, item)
        ]
        # What the owner wrote herself is her own receipt, and no log of another in rektor's place.
        entries = tuple(
            e
            for e in items
            if isinstance(e, LogEntry) and e.kind is LogKind.OWNER_NOTIFIED and not acted_as(e.author, Role.OWNER)
        )
        told_at = [when for item in entries or items if (when := item.at) is not None]
        first = earliest(told_at)
        event, last = found.serious or first, latest((first, found.serious))
        if event is None or last is None:
            continue
        outcome = written_by(judge, "VA-10", found.scope, entries, Role.RECTOR, last)
        if outcome is None and told_at:
            outcome = waited(case, judge, "VA-10", found.scope, last)
        if outcome is None:
            continue
        undecided = found.serious is None and outcome.verdict is Verdict.DEVIATION
        yield outcome.ask("is_it_serious") if undecided else outcome


def _past_rector(case: KnownCase, found: _Seriousness, item: Recorded) -> bool:
    """Whether someone in the leadership was accused in this stretch by the day the owner was told."""
    since, when = found.stretch.after, item.at
    return when is not None and any(
        suspicion.at.day <= when.day and (since is None or not suspicion.at.certainly_before(since))
        for suspicion in case.leader_suspicions
    )


@CHAPTER.rule("VA-11")
def owner_acknowledged(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Skoleeier dokumenterer mottatt varsel.» One party cannot acknowledge for the other, and no system for either."""
    told = owner_told(case)
    notices = (*told.sure, *told.by_others)
    if not notices and not told.unsure and told.acknowledged:
        alone = told.acknowledged[0]
        yield judge.met(scope_of(log=alone.id), alone, event=alone.at)
    for notified in sorted((*notices, *told.unsure), key=lambda item: item.sort_key):
        when = notified.at
        if when is None:
            continue
        scope = scope_of(notice=notified.id) if isinstance(notified, Notice) else scope_of(log=notified.id)
        receipts = tuple(_receipts(case, when))
        by_owner = [e for e in receipts if acted_as(e.author, Role.OWNER) or _refers_to_hers(judge, e)]
        if by_owner:
            receipt = judge.done("VA-11", scope, by_owner[0], since=when, remarks=delegate(by_owner[0].author))
            teller = notified.doer if isinstance(notified, LogEntry) else notified.notifier
            one = all(is_one_in_two_roles(entry.author, teller) for entry in by_owner)
            yield receipt.ask("one_in_two_roles", notified) if one else receipt
            continue
        if acted_as(notified.author, Role.OWNER):
            yield judge.met(scope, notified, event=when, remarks=(WEAK,))
            continue
        outcome = written_by(judge, "VA-11", scope, receipts, Role.OWNER, when) or waited(
            case, judge, "VA-11", scope, when
        )
        yield outcome


def _refers_to_hers(judge: Judge, entry: LogEntry) -> bool:
    """Whether somebody who is known says where the owner's own receipt stands."""
    return is_known(entry.author) and judge.answers(entry.reference, "log.reference")


def _receipts(case: KnownCase, notified: Moment) -> Iterator[LogEntry]:
    """The owner's receipts from ``notified`` on; an automatic read receipt is none (A-11)."""
    for entry in case.all(LogKind.OWNER_ACKNOWLEDGED):
        automatic = entry.author is not None and entry.author.role is Role.SYSTEM
        if entry.can_follow(notified) and entry.held is not False and not automatic:
            yield entry
