"""Plikt til å varsle (VA): from the first notice to rektor's receipt, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...domain.log import Channel, LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.notice import Notice, NoticeSource
from ...domain.people import Actor, Role
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..erased import ask_why, erased
from ..judge import Judge
from ..known import KnownCase
from ..occasions import each_notice_from
from ..proof import WEAK
from ..rule import Chapter
from ..stretches import reopened_without_notice
from ..who_was_told import (
    RECEIVES,
    about,
    acted_as,
    delegate,
    goes_to_the_owner,
    is_known,
    is_one_in_two_roles,
    or_which,
    rector_reached,
    shown,
    unless_told_later,
    waited,
)

CHAPTER = Chapter("notification")


@CHAPTER.rule("VA-00")
def notice_exists(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«en plikt til å melde ifra når de mistenker eller har kjennskap til»: a case without a notice cannot show it."""
    deleted = erased(case, case.raw.notices, case.notices)
    yield from ask_why(judge, "notice", deleted)
    if case.notices:
        if _rector_never_knew(case, judge):
            yield judge.review("case", "did_rector_know", *case.notices, event=case.received)
        else:
            yield judge.met("case", case.notices[0], event=case.received)
        for notice in case.notices:
            if not _told_at_once(case, judge, notice):
                yield from _waited_to_tell(judge, notice)
        for stretch in reopened_without_notice(case):
            logs = stretch.entries(case, LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
            question = "log_only" if logs else "reopened_without_notice"
            yield judge.review(stretch.scope(), question, *logs, event=stretch.start)
        return
    logged = case.first(LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
    if logged is not None:
        if not deleted:
            yield judge.review("case", "log_only", logged, event=logged.at)
    elif case.periods and not _only_settled_on_the_spot(case):
        yield waited(case, judge, "VA-00", "case", case.periods[0].opened)


def _rector_never_knew(case: KnownCase, judge: Judge) -> bool:
    """Whether others took all the notices and nothing shows that one reached rektor, or the owner, so long after that L-02 says so."""
    for notice in case.notices:
        came, taken = notice.at, notice.receiver
        if came is None or taken is None or not taken.role.works_at_school or goes_to_the_owner(case, notice):
            return False
        reached = rector_reached(case, notice)
        missed = waited(case, judge, "L-02", "case", came)
        if reached.sure or reached.unsure(case, notice) or missed is None or missed.verdict is not Verdict.DEVIATION:
            return False
    return True


def _told_at_once(case: KnownCase, judge: Judge, notice: Notice) -> bool:
    """Whether the notice is about one who works at the school: how soon it came is then a matter of «straks» (SK-01)."""
    return bool(notice.accuses_staff and case.staff_suspicions) and judge.plan.is_on("SK-01", optional=False)


def _waited_to_tell(judge: Judge, notice: Notice) -> Iterator[Outcome]:
    """A notice from staff that came school days after they knew; where they wanted to look closer, VA-01 judges."""
    learned, arrived = notice.learned_at, notice.happened_at
    if notice.source is not NoticeSource.STAFF or notice.suspicion_only or learned is None or arrived is None:
        return
    if judge.calendar.between(learned.day, arrived.day) > 1:
        remarks = judge.elapsed(learned.day, arrived.day)
        yield judge.review(scope_of(notice=notice.id), "waited", notice, event=learned, remarks=remarks)


def _only_settled_on_the_spot(case: KnownCase) -> bool:
    """Whether all there is, is situations that ended where they began (levels 1 and 2): «er saken ferdig»."""
    if not case.incidents or case.whole_log or case.plans:
        return False
    return all(incident.level in (1, 2) for incident in case.incidents)


# --- «Dersom en ansatt ved skolen ønsker å undersøke sin mistanke nærmere …» ----------------------------------------------


def _suspicions_to_examine(case: KnownCase) -> list[tuple[Notice]]:
    """The notices of somebody at the school who wants to look closer first."""
    return [
        (notice,)
        for notice in case.notices
        if notice.source is NoticeSource.STAFF and notice.suspicion_only is True and not goes_to_the_owner(case, notice)
    ]


@CHAPTER.each("VA-01", _suspicions_to_examine)
def suspicion_same_day(case: KnownCase, judge: Judge, notice: Notice) -> Outcome | None:
    """«skal vedkommende melde ifra til rektor samme dag»: counted from when the suspicion arose, never from the log."""
    scope = scope_of(notice=notice.id)
    if _told_at_once(case, judge, notice):
        return None
    if notice.learned_at is None:
        return judge.review(scope, "when_learned", notice, event=notice.at)
    reached = rector_reached(case, notice)
    learned = notice.told_by("learned_at")
    outcome = judge.by_day(scope, notice.learned_at, reached.sure, days=0, anchor_item=learned, answers=False)
    return or_which(outcome, "which_receipt", *reached.unsure(case, notice))


@CHAPTER.each("VA-02", _suspicions_to_examine)
def suspicion_documented(case: KnownCase, judge: Judge, notice: Notice) -> Outcome | None:
    """«Undersøkelsen dokumenteres av kontaktlærer i Visma Sikker Sak.»"""
    arrived, scope = notice.at, scope_of(notice=notice.id)
    if arrived is None:
        return None
    entries = about(case, notice, LogKind.SUSPICION_ENQUIRY)
    after_it = tuple(e for e in entries.sure if (when := e.at) is None or when.day >= arrived.day)
    if entries.sure and not after_it:
        return judge.review(scope, "before_its_cause", *entries.sure, event=arrived)
    outcome = written_by(judge, "VA-02", scope, after_it, Role.CONTACT_TEACHER, arrived)
    if outcome is not None:
        return outcome
    other = about(case, notice, LogKind.OBSERVATION, LogKind.ENQUIRY_STEP)
    looks = [e for e in (*other.sure, *other.unsure) if acted_as(e.author, Role.CONTACT_TEACHER)]
    outcome = or_which(waited(case, judge, "VA-02", scope, arrived), "which_notice", *entries.unsure)
    return or_which(outcome, "is_this_the_enquiry", *looks)


def written_by(
    judge: Judge,
    rule: str,
    scope: str,
    entries: tuple[LogEntry, ...],
    role: Role,
    event: Moment,
    *,
    after: Moment | None = None,
) -> Outcome | None:
    """Who wrote what must be written by ``role``: met, a question, or the wrong role; ``None`` = nothing is written.

    ``after``: what is dated before it cannot be the answer to it.
    """
    right = [e for e in entries if acted_as(e.author, role)]
    in_time = [e for e in right if after is None or (w := e.at) is None or not w.certainly_before(after)]
    unknown = [e for e in entries if not is_known(e.author)]
    if in_time and after is not None:
        return shown(judge, rule, scope, after, in_time, remarks=delegate(in_time[0].author))
    if in_time:
        return judge.done(rule, scope, in_time[0], since=event, remarks=delegate(in_time[0].author))
    if right:
        return judge.review(scope, "before_its_cause", *right, event=event)
    if unknown:
        return judge.review(scope, "who_wrote", *unknown, event=event)
    if entries:
        return judge.deviation(scope, Reason.WRONG_ROLE, *entries, event=event)
    return None


@CHAPTER.each("VA-03", each_notice_from(NoticeSource.STAFF))
def staff_tell_rector(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«Ansatte ved skolen varsler ved å ta saken direkte opp med rektor». Not where a leader is accused (SK-02)."""
    if goes_to_the_owner(case, notice):
        return None
    scope = scope_of(notice=notice.id)
    if acted_as(notice.receiver, Role.RECTOR):
        read = notice.read_at
        later = read is not None and read.known_at(case.as_of) and read.day > arrived.day
        if later and notice.channel not in (Channel.ORAL, Channel.PHONE):
            return judge.review(scope, "read_later", notice, event=arrived)
        return judge.met(scope, notice, event=arrived, remarks=delegate(notice.receiver))
    if acted_as(notice.notifier, Role.RECTOR):  # rektor's own suspicion has nowhere further to go
        return judge.met(scope, notice, event=arrived)
    return judge.review(scope, "who_received", notice, event=arrived)


@CHAPTER.each("VA-04", each_notice_from(NoticeSource.STAFF))
def notifier_logs(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«dokumenter at det er meldt ifra ved å skrive logg»: two logs by two people, never one for both."""
    notifier, scope = notice.notifier, scope_of(notice=notice.id)
    if notifier is not None and is_known(notifier) and not notifier.role.is_pedagogical:
        return None  # the e-mail route (DOK-04)
    logs = about(case, notice, LogKind.NOTICE_LOGGED)
    if acted_as(notifier, Role.RECTOR):  # what rektor notices herself, she logs in either way
        logs = about(case, notice, LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
    # The notice itself is such a log where the one who gave it wrote it in.
    written: list[LogEntry | Notice] = [*logs.sure, *([notice] if is_known(notice.author) else [])]
    own = [e for e in written if _is_notifier(e.author, notifier) is True]
    perhaps = [e for e in logs.sure if _is_notifier(e.author, notifier) is None]
    if own:
        return judge.done("VA-04", scope, min(own, key=lambda item: item.sort_key), since=arrived)
    if perhaps:
        return judge.review(scope, "same_person", *perhaps, event=arrived)
    if logs.sure:
        return judge.deviation(scope, Reason.WRONG_ROLE, *logs.sure, event=arrived)
    outcome = or_which(waited(case, judge, "VA-04", scope, arrived), "which_notice", *logs.unsure)
    if not is_known(notifier):  # perhaps one of those who write e-mail instead (DOK-04)
        outcome = or_which(outcome, "same_person", *about(case, notice, LogKind.EMAIL_FILED).sure)
    return outcome


def _is_notifier(author: Actor | None, notifier: Actor | None) -> bool | None:
    """Whether the author is the one who gave the notice; ``None`` where neither person nor role can tell."""
    if author is None or notifier is None or not is_known(author) or not is_known(notifier):
        return None
    same = author.is_same_person(notifier)
    if same is not None:
        return same
    if author.role is notifier.role:
        return True
    # Rektor is one person and a kontaktlærer may be the teacher of the notice: only the first rules it out.
    return False if Role.RECTOR in (author.role, notifier.role) else None


@CHAPTER.each("VA-05", each_notice_from(NoticeSource.STAFF))
def rector_receipt(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«Rektor loggfører mottatt beskjed i Visma Sikker Sak.» Nobody can acknowledge for rektor but a delegate."""
    if goes_to_the_owner(case, notice) or acted_as(notice.notifier, Role.RECTOR):
        return None  # rektor receives nothing from herself; her own log of it is VA-04
    return unless_told_later(judge, arrived, rector_reached(case, notice).sure, partial(_receipt, case, notice))


def _receipt(case: KnownCase, notice: Notice, judge: Judge, arrived: Moment) -> Outcome | None:
    scope = scope_of(notice=notice.id)
    receipts = about(case, notice, LogKind.RECTOR_RECEIVED)
    outcome = written_by(judge, "VA-05", scope, receipts.sure, Role.RECTOR, arrived, after=notice.happened_at)
    if outcome is None:
        filed = _filed_by_rector(case, judge, notice, arrived)
        return filed or or_which(waited(case, judge, "VA-05", scope, arrived), "which_notice", *receipts.unsure)
    by_notifier = [e for e in receipts.sure if is_one_in_two_roles(e.author, notice.notifier)]
    return outcome.ask("one_in_two_roles", *by_notifier) if by_notifier else outcome


def _filed_by_rector(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """The e-mail of one who writes no logs herself, entered by rektor: that too says that rektor has received it (DOK-06)."""
    notifier = notice.notifier
    if notifier is not None and is_known(notifier) and notifier.role.is_pedagogical:
        return None
    filed = [e for e in about(case, notice, LogKind.EMAIL_FILED).sure if acted_as(e.author, Role.RECTOR)]
    scope = scope_of(notice=notice.id)
    return judge.done("VA-05", scope, filed[0], since=arrived, remarks=(WEAK,)) if filed else None


def received(code: str, case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """Whether rektor or kontaktlærer took ``notice`` and wrote it down. Anyone else is a question."""
    if goes_to_the_owner(case, notice):
        return None
    scope = scope_of(notice=notice.id)
    logs = about(case, notice, LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
    by_taker = [e for e in logs.sure if acted_as(e.author, *RECEIVES)]
    in_the_notice = acted_as(notice.author, *RECEIVES)
    taken = acted_as(notice.receiver, *RECEIVES)
    if not taken and (is_known(notice.receiver) or not (by_taker or in_the_notice)):
        return judge.review(scope, "who_received", notice, event=arrived)
    remarks = delegate(notice.receiver)
    by_another = [e for e in logs.sure if e not in by_taker]
    written_in = taken and notice.registered_at is not None and not is_known(notice.author)
    if in_the_notice or (written_in and not by_another):
        return judge.met(scope, notice, event=arrived, remarks=remarks)
    if by_taker:
        both = judge.met(scope, notice, by_taker[0], event=arrived, remarks=remarks)
        return judge.since(code, both, by_taker[0], arrived)
    if notice.registered_at is not None or logs.sure:
        return judge.review(scope, "written_by_another", notice, *logs.sure, event=arrived)
    return or_which(waited(case, judge, code, scope, arrived), "which_notice", *logs.unsure)


@CHAPTER.each("VA-06", each_notice_from(NoticeSource.GUARDIAN))
def from_guardians(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«Når foreldre melder ifra, tar rektor eller kontaktlærer imot varselet og dokumenterer i Visma Sikker Sak»."""
    return received("VA-06", case, judge, notice, arrived)


@CHAPTER.each("VA-07", each_notice_from(NoticeSource.OTHER, NoticeSource.ANONYMOUS))
def from_others(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«Når andre (PPT, helsesykepleier etc) melder ifra tar rektor eller kontaktlærer imot varselet»; anonymous too (A-07)."""
    return received("VA-07", case, judge, notice, arrived)
