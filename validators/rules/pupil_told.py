"""The pupil is told the same day that rektor has the notice (VA-08)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...domain.case import Pupil
from ...domain.log import Channel, LogEntry, LogKind, Recorded
from ...domain.moment import Moment, end_of, latest
from ...domain.notice import Notice, NoticeSource
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..judge import Judge
from ..known import KnownCase
from ..proof import Proof, Shown, anyone, by, sort
from ..rule import Chapter
from ..who_was_told import (
    RECEIVES,
    about,
    acted_as,
    goes_to_the_owner,
    is_known,
    rector_reached,
    stopped,
    who_receives,
)

CHAPTER = Chapter("notification")

TOLD = Proof(
    (LogKind.PUPIL_TOLD,),
    by=anyone("Det er rektors ansvar å sørge for at eleven, samme dag som melding er mottatt, har fått beskjed"),
    present=by(Role.PUPIL, words="at eleven, samme dag som melding er mottatt, har fått beskjed"),
    in_writing=True,
)
"""The pupil herself was told, by a person at the school."""


@CHAPTER.rule("VA-08")
def pupil_told_same_day(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«samme dag som melding er mottatt»: the local date, per notice and per pupil it is about."""
    for notice in case.notices:
        if case.nobody_identified:
            yield judge.review(scope_of(notice=notice.id), "which_pupil_is_it", notice, event=notice.at)
        for pupil in case.pupils_of(notice):
            start = _clock(notice, pupil)
            if start is not None and start.known_at(case.as_of):
                outcome = _told(case, judge, notice, pupil, start)
                if outcome.verdict is Verdict.MET or not stopped(case, start, outcome):
                    yield outcome


def _clock(notice: Notice, pupil: Pupil) -> Moment | None:
    """When the day begins that counts: the notice's arrival, or when the school knew which pupil it is about (A-07)."""
    arrived = notice.at
    if arrived is None:
        return None
    return latest((arrived, pupil.identified_at, None if pupil.ref in notice.pupils else pupil.joined_at))


def _told(case: KnownCase, judge: Judge, notice: Notice, pupil: Pupil, start: Moment) -> Outcome:
    scope = scope_of(notice=notice.id, pupil=pupil.ref)
    entries = _telling(case, judge, notice, pupil, start)
    item = notice if notice.at == start else None
    outcome = judge.by_day(scope, start, entries.sure, days=0, anchor_item=item)
    if not goes_to_the_owner(case, notice):
        outcome = _by_way_of_another(case, judge, notice, entries.sure, outcome)
    if outcome.verdict is Verdict.DEVIATION:
        outcome = _received_later(judge, notice.read_at, "read_later", entries.sure, start, outcome)
    if outcome.verdict is Verdict.DEVIATION:
        outcome = entries.shown.settle(_perhaps_told(judge, scope, start, entries, outcome))
    if outcome.verdict is not Verdict.MET and outcome.verdict is not Verdict.DUE and goes_to_the_owner(case, notice):
        return outcome.ask("owner_has_it", notice)
    if outcome.reason is Reason.UNDOCUMENTED and _from_the_pupil_herself(case, notice, pupil, Channel.UNKNOWN):
        return outcome.ask("same_conversation", notice)
    return outcome


@dataclass(frozen=True, slots=True)
class _Telling:
    sure: tuple[Recorded, ...]
    shown: Shown
    no_notice: tuple[LogEntry, ...]
    no_pupil: tuple[LogEntry, ...]
    of_another: tuple[LogEntry, ...]
    """Told of another notice when this one had come too: one message may have been of both."""


def _telling(case: KnownCase, judge: Judge, notice: Notice, pupil: Pupil, start: Moment) -> _Telling:
    """What shows that ``pupil`` was told about ``notice``, and what may show it."""
    entries = about(case, notice, LogKind.PUPIL_TOLD)
    hers = {e.id for e in case.for_pupil(pupil.ref, LogKind.PUPIL_TOLD)}
    shown = sort(case, judge, TOLD, (e for e in entries.sure if e.id in hers), pupil=pupil.ref)
    sure: list[Recorded] = [*shown.sure]
    spoken = any(_from_the_pupil_herself(case, notice, pupil, c) for c in (Channel.ORAL, Channel.PHONE))
    if spoken and notice.at == start:
        sure.append(notice)  # told in the same conversation with rektor
    return _Telling(
        tuple(sure),
        shown,
        no_notice=tuple(e for e in entries.unsure if e.id in hers),
        no_pupil=tuple(e for e in (*entries.sure, *entries.unsure) if not e.pupils and e.id not in hers),
        of_another=tuple(
            e
            for e in case.all(LogKind.PUPIL_TOLD)
            if pupil.ref in e.pupils
            and e.notice is not None
            and e not in entries.sure
            and e.can_follow(start)
            and e.held is not False
        ),
    )


def _from_the_pupil_herself(case: KnownCase, notice: Notice, pupil: Pupil, channel: Channel) -> bool:
    """Whether ``pupil`` gave the notice to rektor herself, by ``channel``."""
    if notice.source is not NoticeSource.PUPIL or notice.channel is not channel:
        return False
    if not acted_as(notice.receiver, Role.RECTOR):
        return False
    notifier = notice.notifier.ref if notice.notifier is not None else None
    return notifier == pupil.ref or (notifier is None and len(case.pupils_of(notice)) == 1)


def _by_way_of_another(
    case: KnownCase, judge: Judge, notice: Notice, told: tuple[Recorded, ...], outcome: Outcome
) -> Outcome:
    """A notice taken by someone else than rektor or kontaktlærer: it was «mottatt» when rektor had it, and that decides."""
    if outcome.verdict is Verdict.MET and _rector_knew_later(case, notice, told, outcome):
        return outcome.ask("told_before_rector_knew", notice)
    another = is_known(notice.receiver) and not acted_as(notice.receiver, *who_receives(notice))
    if not another or outcome.verdict not in (Verdict.MET, Verdict.DEVIATION):
        return outcome
    reached = rector_reached(case, notice).sure
    came = reached[0].at if reached else None
    if came is None:
        return outcome.ask("taken_by_another", notice)
    start = notice.at
    if outcome.verdict is Verdict.MET or start is None:
        return outcome
    return _received_later(judge, came, "taken_by_another", told, start, outcome)


def _rector_knew_later(case: KnownCase, notice: Notice, told: tuple[Recorded, ...], outcome: Outcome) -> bool:
    """Whether rektor had it, by the notice or rektor's own receipt, only after the pupil was told that rektor had.

    Also where that stood so before the time was changed.
    """
    reached = rector_reached(case, notice).sure
    came = reached[0].at if reached else None
    if acted_as(notice.receiver, Role.RECTOR):
        return False
    if came is None:
        return acted_as(notice.receiver, *RECEIVES)
    stood = [came, *(edit.previous for edit in reached[0].time_edits(case.as_of))]
    at_the_latest = latest(stood) or came
    shown = [e for e in told if e.id in outcome.evidence]
    return any((when := e.at) is not None and when.certainly_before(at_the_latest) for e in shown)


def _received_later(
    judge: Judge,
    later: Moment | None,
    question: str,
    told: tuple[Recorded, ...],
    start: Moment,
    outcome: Outcome,
) -> Outcome:
    """A deviation counted from the arrival is a question as long as it would be in time counted from ``later``."""
    if later is None or not later.known_at(judge.as_of) or later.day <= start.day:
        return outcome
    limit = judge.last_day(later.day, 0)
    if any((when := e.at) is not None and when.day <= limit for e in told):
        return outcome.ask(question)
    if told or judge.today > limit:
        return outcome
    return outcome.ask(question, changes_at=end_of(limit))


def _perhaps_told(judge: Judge, scope: str, start: Moment, entries: _Telling, outcome: Outcome) -> Outcome:
    perhaps = (
        ("which_notice", entries.no_notice),
        ("which_pupil", entries.no_pupil),
        ("of_another_notice", entries.of_another),
    )
    for question, unsure in perhaps:
        if unsure and judge.by_day(scope, start, unsure, days=0).verdict is not Verdict.DEVIATION:
            return outcome.ask(question, *unsure)
    return outcome
