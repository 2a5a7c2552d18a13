"""Whom a notice reached and which entries are about it, and what a missing entry means when the case was closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import overload

from ..domain.log import LogEntry, LogKind, Recorded
from ..domain.moment import Moment
from ..domain.notice import Notice, NoticeSource
from ..domain.people import Actor, Role
from ..domain.value import value
from ..domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict
from .judge import Judge
from .known import KnownCase, Period, once_each
from .proof import did_the_accused

RECEIVES = (Role.RECTOR, Role.CONTACT_TEACHER)
"""Who receives a notice in the plan's words; taken by another, it was received when it reached one of them."""


def who_receives(notice: Notice) -> tuple[Role, ...]:
    """Who receives ``notice``: what staff tell goes «direkte opp med rektor», and to nobody in between."""
    return (Role.RECTOR,) if notice.source is NoticeSource.STAFF else RECEIVES


# --- people --------------------------------------------------------------------------------------------------------------


def is_known(actor: Actor | None) -> bool:
    """Whether the source says who it was."""
    return actor is not None and actor.role is not Role.UNKNOWN


def acted_as(actor: Actor | None, *roles: Role) -> bool:
    """Whether somebody is named, and acted in one of ``roles``, in person or as a registered delegate."""
    return actor is not None and actor.acts_as(*roles)


def is_one_in_two_roles(first: Actor | None, second: Actor | None) -> bool:
    """Whether what two people must do, was done by one who is entered with two roles."""
    return (
        first is not None
        and second is not None
        and first.is_same_person(second) is True
        and first.role is not second.role
    )


def delegate(actor: Actor | None) -> tuple[Remark, ...]:
    """The remark that a registered delegate acted, where one did."""
    return (Remark(code=RemarkCode.DELEGATE),) if actor is not None and actor.acts_for is not None else ()


# --- entries -------------------------------------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class About:
    """Entries that are about one notice, and entries that may be: they name none, and several had come by then."""

    sure: tuple[LogEntry, ...]
    unsure: tuple[LogEntry, ...]


def about(case: KnownCase, notice: Notice, *kinds: LogKind) -> About:
    """The entries of ``kinds`` about ``notice``; what did not take place (only called) is left out.

    An entry that names no notice is about the only one that had come by then; where several had, it may be about any.
    """
    sure, unsure = [], []
    for entry in case.all(*kinds):
        if entry.held is False:
            continue
        if entry.notice == notice.id:
            sure.append(entry)
        elif entry.notice is None:
            had_come = [n for n in case.notices if _had_come(n, entry)] or list(case.notices)
            if had_come == [notice]:
                sure.append(entry)
            elif notice in had_come:
                unsure.append(entry)
    return About(tuple(sure), tuple(unsure))


def _had_come(notice: Notice, entry: LogEntry) -> bool:
    came, when = notice.at, entry.at
    return came is None or when is None or not when.certainly_before(came)


@overload
def or_which(outcome: Outcome, question: str, *unsure: Recorded) -> Outcome: ...


@overload
def or_which(outcome: Outcome | None, question: str, *unsure: Recorded) -> Outcome | None: ...


def or_which(outcome: Outcome | None, question: str, *unsure: Recorded) -> Outcome | None:
    """``outcome`` as it is, but a question where nothing is shown and ``unsure`` entries may be what is missing."""
    if outcome is None or not unsure:
        return outcome
    missing = outcome.verdict is Verdict.DEVIATION and outcome.reason is Reason.UNDOCUMENTED
    waiting = outcome.verdict is Verdict.REVIEW and outcome.question == "not_yet"
    if not missing and not waiting:
        return outcome
    return outcome.ask(question, *unsure)


# --- who was told ----------------------------------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Reached:
    """What shows that a notice reached rektor, by time; and receipts that may show it."""

    sure: tuple[Recorded, ...]
    receipts: tuple[LogEntry, ...]

    def unsure(self, case: KnownCase, notice: Notice) -> tuple[LogEntry, ...]:
        """The receipts that may show it, and the logs of others that say so; only rules that ask need see those (needs.toml)."""
        logs = about(case, notice, LogKind.NOTICE_LOGGED).sure
        return (*self.receipts, *(entry for entry in logs if acted_as(entry.to, Role.RECTOR)))


@once_each
def rector_reached(case: KnownCase, notice: Notice) -> Reached:
    """Whether and when ``notice`` reached rektor: taken or given by rektor, told on, or received in rektor's own log."""
    sure: list[Recorded] = []
    if acted_as(notice.receiver, Role.RECTOR) or acted_as(notice.notifier, Role.RECTOR):
        sure.append(notice)
    told = notice.rector_told_at
    if told is not None and told.known_at(case.as_of):
        sure.append(notice.told_by("rector_told_at"))
    receipts = about(case, notice, LogKind.RECTOR_RECEIVED)
    sure += [e for e in receipts.sure if acted_as(e.doer, Role.RECTOR)]
    unsure = [e for e in receipts.sure if not is_known(e.doer)]
    unsure += [e for e in receipts.unsure if acted_as(e.doer, Role.RECTOR) or not is_known(e.doer)]
    return Reached(tuple(sorted(sure, key=lambda item: item.sort_key)), tuple(unsure))


def goes_to_the_owner(case: KnownCase, notice: Notice) -> bool:
    """Whether the way of ``notice`` is past rektor: someone in the leadership is the one it is about (SK-02).

    One that does not say whom it is about is past rektor only where the suspicion was there on the day it came: what came
    before that kept its own way.
    """
    if notice.accuses_staff is not None:
        return notice.accuses_staff and bool(case.leader_suspicions)
    came = notice.at
    return any(came is None or suspicion.at.day <= came.day for suspicion in case.leader_suspicions)


_OUTSIDE = (Role.GUARDIAN, Role.PUPIL, Role.EXTERNAL, Role.ANONYMOUS, Role.SYSTEM)


@value(frozen=True, slots=True)
class OwnerTold:
    """What shows that the owner was told, by time; and entries that name another than the owner as the one told."""

    sure: tuple[LogEntry | Notice, ...]
    by_others: tuple[LogEntry | Notice, ...]
    """Told by somebody whose duty it was not, such as a parent: the owner knows, and the school has not said it."""
    unsure: tuple[LogEntry, ...]
    acknowledged: tuple[LogEntry, ...]
    """The owner's own receipts, which show it where nobody else wrote it down."""


def owner_told(case: KnownCase, since: Moment | None = None) -> OwnerTold:
    """The notices to the owner, from ``since`` on; one that somebody gave straight to the owner counts too."""
    sure: list[LogEntry | Notice] = []
    by_others: list[LogEntry | Notice] = []
    unsure: list[LogEntry] = []
    for entry in case.all(LogKind.OWNER_NOTIFIED):
        if entry.held is False or not _from(entry, since):
            continue
        if is_known(entry.to) and not acted_as(entry.to, Role.OWNER):
            unsure.append(entry)
        else:
            not_the_school = acted_as(entry.doer, *_OUTSIDE) or did_the_accused(case, entry) is not False
            (by_others if not_the_school else sure).append(entry)
    for notice in case.notices:
        if acted_as(notice.receiver, Role.OWNER) and _from(notice, since):
            of_the_school = notice.source is NoticeSource.STAFF and not acted_as(notice.notifier, *_OUTSIDE)
            (sure if of_the_school else by_others).append(notice)
    receipts = [e for e in case.all(LogKind.OWNER_ACKNOWLEDGED) if e.held is not False and _from(e, since)]
    own = tuple(e for e in receipts if acted_as(e.author, Role.OWNER))
    sure.sort(key=lambda item: item.sort_key)
    return OwnerTold(tuple(sure), tuple(by_others), tuple(unsure), own)


def _from(item: Recorded, since: Moment | None) -> bool:
    when = item.at
    return when is not None and (since is None or not when.certainly_before(since))


Judged = Callable[[Judge, Moment], Outcome | None]
"""What is said of one duty where it is counted from a moment."""


def unless_told_later(judge: Judge, start: Moment, told: Iterable[Recorded], judged: Judged) -> Outcome | None:
    """What is ``judged`` from ``start``; a question where whoever has the duty was told on a later day, and is in time from then.

    Nobody is to blame for what he could not know; that he was told late is said of the one who told (SK-01, SK-02, L-02).
    """
    outcome = judged(judge, start)
    if outcome is None or outcome.verdict is not Verdict.DEVIATION:
        return outcome
    came = [(when, item) for item in told if (when := item.at) is not None]
    if any(when.day <= start.day for when, _ in came):
        return outcome
    for when, item in came:
        counted = judged(judge, when)
        if counted is None or counted.verdict is not Verdict.DEVIATION:
            return outcome.ask("told_later", item, changes_at=_deviation_at(judge, when, counted, judged))
    return outcome


def _deviation_at(judge: Judge, start: Moment, outcome: Outcome | None, judged: Judged) -> datetime | None:
    """When time alone makes ``outcome``, which is ``judged`` from ``start``, a deviation; ``None`` = it does not."""
    while outcome is not None and outcome.changes_at is not None:
        then = outcome.changes_at
        outcome = judged(judge.at(Moment.at(then)), start)
        if outcome is not None and outcome.verdict is Verdict.DEVIATION:
            return then
    return None


# --- what is shown -----------------------------------------------------------------------------------------------------------


def shown(
    judge: Judge, rule: str, scope: str, start: Moment, items: Sequence[Recorded], *, remarks: Iterable[Remark] = ()
) -> Outcome | None:
    """Met by the first of ``items`` that can be taken at its word; only doubtful ones are a question; ``None`` = no items."""
    doubts = [(judge.doubt(item, start), item) for item in items]
    for question, item in doubts:
        if question is None:
            return judge.done(rule, scope, item, since=start, remarks=remarks)
    for question, item in doubts:
        if question is not None:
            return judge.review(scope, question, item, event=start)
    return None


# --- what is missing -------------------------------------------------------------------------------------------------------


def waited(case: KnownCase, judge: Judge, rule: str, scope: str, anchor: Moment) -> Outcome | None:
    """The ladder of a missing entry: closing the case ends the waiting, and the clock stops when the pupil moves.

    ``None``: the pupil moved before it was over (requirements A-36).
    """
    return waited_until(case.ended_after(anchor), judge, rule, scope, anchor)


def waited_until(ended: Period | None, judge: Judge, rule: str, scope: str, anchor: Moment) -> Outcome | None:
    """:func:`waited`, for the time until ``ended`` was closed, where it was."""
    if ended is not None and ended.moved is not None:
        return judge.stopped_by_move(ended.moved, lambda judge: judge.ladder(rule, scope, anchor))
    return judge.ladder(rule, scope, anchor, closed=None if ended is None else ended.closed)


def stopped(case: KnownCase, start: Moment, outcome: Outcome) -> bool:
    """Whether the pupil moved before the last day was over: then the clock stopped (requirements A-36)."""
    ended = case.ended_after(start)
    if ended is None or ended.moved is None or outcome.deadline is None:
        return False
    return ended.moved.day <= outcome.deadline
