"""Plikter i loven som planen ikke nevner (L): optional; a municipality turns each on or off in its plan, with a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...domain.annual_cycle import Audience, CycleKind
from ...domain.case import Incident
from ...domain.log import LOOKS_INTO, LogKind, Recorded
from ...domain.moment import Moment, earliest, end_of, latest
from ...domain.notice import Notice, NoticeSource
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict, scope_of
from ..judge import Judge
from ..known import CycleIndex, KnownCase
from ..occasions import each_notice, each_notice_from
from ..proof import from_outside
from ..rule import Chapter
from ..undertaken import undertaken
from ..who_was_told import (
    acted_as,
    goes_to_the_owner,
    is_known,
    or_which,
    owner_told,
    rector_reached,
    waited,
)
from .annual_cycle import made_known
from .intervention import guardians_know
from .notification import received

CHAPTER = Chapter("law")


@CHAPTER.each("L-01", each_notice_from(NoticeSource.PUPIL))
def pupil_tells(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """The law's duty to notify holds also when the pupil herself says so."""
    return received("L-01", case, judge, notice, arrived)


@CHAPTER.each("L-02", each_notice)
def passed_on(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """The plan lets kontaktlærer receive a notice; the law wants rektor told, by everyone who works at the school."""
    receiver, scope = notice.receiver, scope_of(notice=notice.id)
    if receiver is None or not receiver.role.works_at_school or receiver.acts_as(Role.RECTOR):
        return None
    if notice.source is NoticeSource.STAFF or goes_to_the_owner(case, notice):
        return None
    reached = rector_reached(case, notice)
    if reached.sure:
        return judge.done("L-02", scope, reached.sure[0], since=arrived)
    return or_which(waited(case, judge, "L-02", scope, arrived), "which_receipt", *reached.unsure(case, notice))


@CHAPTER.rule("L-03")
def one_week(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """§ 12-6: the later of one week and five school days since it was raised with rektor; a horizon, never a deviation."""
    raised = _raised_with_rector(case)
    if raised is None:
        return
    # A week ends on the same weekday (domstolloven § 148), and in practice it is five working days: the later of the two.
    horizon = max(raised.day + timedelta(days=7), judge.calendar.add(raised.day, 5))
    remarks = [Remark(code=RemarkCode.MAY_BE_REPORTED_TO_STATE, day=horizon + timedelta(days=1))]
    remarks += judge.uncounted(raised.day, horizon)
    shown = undertaken(case, judge, (e for e in case.all(*LOOKS_INTO) if e.can_follow(raised)))
    done = shown.sure
    decided = [p for p in case.decided_plans if p.can_follow(raised)]
    if done or decided:
        first = [*done, *decided][0]
        when = first.at
        late = judge.elapsed(raised.day, when.day) if when is not None and when.day > horizon else ()
        yield judge.met("case", first, event=raised, remarks=late)
    elif case.closed is not None:
        return
    elif judge.today <= horizon:
        pending = Outcome(
            scope="case", verdict=Verdict.DUE, deadline=horizon, counted_from=raised.day, event_day=raised.day
        )
        yield pending.but(changes_at=end_of(horizon), remarks=tuple(remarks))
    else:
        yield judge.review("case", "may_be_reported", event=raised, remarks=remarks)


def _raised_with_rector(case: KnownCase) -> Moment | None:
    """When it was first raised with rektor since the case was last opened; a notice that names no receiver counts."""
    closed = [period.closed for period in case.periods[:-1]]
    since = closed[-1] if closed else None
    found = []
    for notice in case.notices:
        if goes_to_the_owner(case, notice):
            continue
        came = notice.at if not is_known(notice.receiver) else None
        reached = [item.at for item in rector_reached(case, notice).sure]
        found += [m for m in (came, *reached) if m is not None and (since is None or not m.certainly_before(since))]
    return earliest(found)


@CHAPTER.rule("L-04")
def physical_intervention(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Skolen skal dokumentere alle fysiske inngrep» (§ 13-5): three things written, and who must know, knows."""
    for number, incident in enumerate(case.incidents):
        scope, when = scope_of(incident=incident.id), incident.at
        if incident.physical_intervention is None and incident.level in (3, 4):
            yield judge.review(scope, "was_it_physical", incident, event=when)
        elif incident.physical_intervention:
            yield _physical(case, judge, scope, incident, when, case.incidents[:number])


def _physical(
    case: KnownCase,
    judge: Judge,
    scope: str,
    incident: Incident,
    when: Moment | None,
    earlier: tuple[Incident, ...],
) -> Outcome:
    told = judge.answers(incident.description, "incidents.description") and judge.answers(incident.intervention_account)
    if not told or not judge.answers(incident.pupil_view, "incidents.pupil_view"):
        return judge.deviation(scope, Reason.INCOMPLETE, incident, event=when)
    known = _rector_knows(case, incident, when)
    if known is None:
        return judge.review(scope, "rector_told", incident, event=when)
    homes = [guardians_know(case, incident, pupil) for pupil in incident.pupils]
    if None in homes:
        return judge.review(scope, "guardians_told", incident, event=when)
    again = [e for e in earlier if e.physical_intervention and set(e.pupils) & set(incident.pupils)]
    if again and not (told_owner := owner_told(case, when)).sure and not told_owner.by_others:
        return judge.review(scope, "repeated", *again, incident, event=when)
    shown = [item for item in (known, *homes) if item is not None]
    return judge.met(scope, incident, *shown, event=when, remarks=judge.presence_remarks())


def _rector_knows(case: KnownCase, incident: Incident, when: Moment | None) -> Recorded | None:
    """What shows that rektor knows of it."""
    if acted_as(incident.intervener, Role.RECTOR) or acted_as(incident.author, Role.RECTOR):
        return incident
    told: list[Recorded] = [item for notice in case.notices for item in rector_reached(case, notice).sure]
    told += [e for e in case.all(LogKind.RECTOR_RECEIVED) if acted_as(e.doer, Role.RECTOR)]
    return next((item for item in told if item.can_follow(when)), None)


@CHAPTER.rule("L-05")
def rights_explained(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """§ 10-8: the information pupils and parents need about the school environment and their rights, per pupil."""
    if not case.periods:
        return
    begun = case.received or case.periods[0].opened
    unnamed = [e for e in case.all(LogKind.RIGHTS_EXPLAINED) if not e.pupils and e.held is not False]
    for pupil in case.affected:
        scope = scope_of(pupil=pupil.ref)
        start = latest((begun, pupil.joined_at)) or begun
        explained = [e for e in case.for_pupil(pupil.ref, LogKind.RIGHTS_EXPLAINED) if e.held is not False]
        told = [e for e in explained if not from_outside(e.doer)]
        if told:
            yield judge.done("L-05", scope, told[0], since=start)
            continue
        outcome = or_which(waited(case, judge, "L-05", scope, start), "who_did_it", *explained)
        yield or_which(outcome, "which_pupil", *unnamed)


@CHAPTER.rule("L-05a")
def right_to_report_made_known(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 10-8: what pupils and parents need to know, the right to report (§ 12-6) included, each school year and group."""
    for group in (Audience.PUPILS, Audience.GUARDIANS):
        yield made_known(index, judge, CycleKind.STATE_SUPERVISOR_INFORMATION, group)
