"""A meeting with parents and/or pupil by the next day (UN-07)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ...domain.case import Pupil
from ...domain.log import LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.notice import Notice
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..judge import Judge
from ..known import KnownCase
from ..proof import Proof, Shown, anyone, by, sort
from ..rule import Chapter
from ..stretches import Stretch, reopened_without_notice, took_place
from ..who_was_told import acted_as, rector_reached, stopped, who_receives

CHAPTER = Chapter("enquiry")

_MEETINGS = (LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION, LogKind.FEEDBACK_MEETING)
"""Meetings with parents and/or pupil."""


@CHAPTER.rule("UN-07")
def meeting_by_next_day(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«samme dag eller senest dagen etter»: per notice and per pupil it is about, counted from the notice's arrival (A-08)."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for notice in case.notices:
        for pupil in case.pupils_of(notice):
            start = _start(notice, pupil)
            if start is None or not start.known_at(case.as_of):
                continue
            scope = scope_of(notice=notice.id, pupil=pupil.ref)
            meetings = _meetings(case, judge, notice, pupil, start)
            outcome = judge.by_day(scope, start, meetings.sure, days=1, anchor_item=notice)
            if outcome.verdict is Verdict.MET or not stopped(case, start, outcome):
                outcome = _with_doubt(case, judge, notice, pupil, outcome, meetings.sure, start)
                yield meetings.settle(outcome)
    for stretch in reopened_without_notice(case):
        for pupil in case.affected:
            since = stretch.since(pupil)
            if since is not None and since.known_at(case.as_of):
                yield from _met_again(case, judge, stretch, pupil, since)


def _met_again(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, since: Moment) -> Iterator[Outcome]:
    """Opened again without a notice: the day it was opened is the only one to count from, so no meeting is a question."""
    held = [e for e in case.for_pupil(pupil.ref, *_MEETINGS) if _met(e) and stretch.holds(e.at)]
    outcome = judge.by_day(stretch.scope(pupil), since, sort(case, judge, MEETING, held, pupil=pupil.ref).sure, days=1)
    if outcome.verdict is Verdict.DEVIATION:
        outcome = outcome.ask("reopened")
    if outcome.verdict is Verdict.MET or not stopped(case, since, outcome):
        yield outcome


def _start(notice: Notice, pupil: Pupil) -> Moment | None:
    """When the notice arrived; where the pupil was found out later, then (A-07)."""
    arrived = notice.at
    found_out = pupil.identified_at
    if arrived is None or found_out is None or found_out.certainly_before(arrived):
        return arrived
    return found_out


MEETING = Proof(
    _MEETINGS,
    by=anyone("Møte med foreldre/foresatte og/eller elev samme dag eller senest dagen etter"),
    present=by(Role.GUARDIAN, Role.PUPIL, words="Møte med foreldre/foresatte og/eller elev"),
)
"""A meeting at which parents or pupil were. A letter is no meeting, and three employees are not the home."""


def _met(entry: LogEntry) -> bool:
    """Whether somebody met parents or pupil; at a meeting of another purpose only where it says that they were there."""
    if entry.kind is LogKind.FEEDBACK_MEETING and not any(
        p.acts_as(Role.GUARDIAN, Role.PUPIL) for p in entry.participants
    ):
        return False
    return took_place(entry)


def _meetings(case: KnownCase, judge: Judge, notice: Notice, pupil: Pupil, start: Moment) -> Shown:
    """Meetings that took place and are not about another notice, or the answer to an earlier one."""
    earlier = [n.arrived_at for n in case.notices if n.arrived_at is not None and n.arrived_at.certainly_before(start)]
    found = []
    for entry in case.for_pupil(pupil.ref, *_MEETINGS):
        when = entry.at
        if when is None or not _met(entry) or entry.notice not in (None, notice.id):
            continue
        if when.certainly_before(start) and any(not when.certainly_before(other) for other in earlier):
            continue
        found.append(entry)
    return sort(case, judge, MEETING, found, pupil=pupil.ref)


def _with_doubt(
    case: KnownCase,
    judge: Judge,
    notice: Notice,
    pupil: Pupil,
    outcome: Outcome,
    meetings: Sequence[LogEntry],
    start: Moment,
) -> Outcome:
    """A deviation is a question where it hangs on what the plan leaves open, or on what the log does not say."""
    if outcome.verdict is not Verdict.DEVIATION:
        return outcome
    for later in _received_later(case, notice, start):
        counted = judge.by_day(outcome.scope, later, meetings, days=1)
        if counted.verdict in (Verdict.MET, Verdict.DUE):
            return outcome.ask("received_later", changes_at=counted.changes_at)
    late = outcome.reason is Reason.LATE
    by_another = notice.receiver is not None and not acted_as(notice.receiver, *who_receives(notice))
    if late and by_another and not rector_reached(case, notice).sure:
        return outcome.ask("who_received")
    if notice.suspicion_only:
        return outcome.ask("only_a_suspicion")
    limit = outcome.deadline or start.day
    unnamed = [
        e
        for e in case.all(*_MEETINGS)
        if e not in meetings and not e.pupils and _met(e) and e.notice in (None, notice.id) and _by(e, start, limit)
    ]
    if unnamed:
        return outcome.ask("which_pupil", *unnamed)
    of_another = [
        e
        for e in case.all(*_MEETINGS)
        if pupil.ref in e.pupils and e.notice not in (None, notice.id) and _met(e) and _by(e, start, limit)
    ]
    return outcome.ask("of_another_notice", *of_another) if of_another else outcome


def _by(entry: LogEntry, start: Moment, limit: date) -> bool:
    when = entry.at
    return when is not None and entry.can_follow(start) and when.day <= limit


def _received_later(case: KnownCase, notice: Notice, start: Moment) -> list[Moment]:
    """Later days that can be when it was received: when it was read, and when another who took it passed it on to rektor."""
    moments = [notice.read_at]
    if not acted_as(notice.receiver, *who_receives(notice)):
        moments.append(notice.rector_told_at)
        moments += [entry.at for entry in case.for_notice(notice, LogKind.RECTOR_RECEIVED)]
    return [m for m in moments if m is not None and m.known_at(case.as_of) and m.day > start.day]
