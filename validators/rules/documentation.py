"""Dokumentasjon (DOK): the case is written and followed up, and the e-mail route into it, in the plan's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter

from ...domain.activity_plan import ActivityPlan
from ...domain.annual_cycle import CycleKind, CycleState
from ...domain.log import WRITTEN_FIELDS, Channel, LogEntry, LogKind, Recorded
from ...domain.moment import Moment, end_of
from ...domain.notice import Notice
from ...domain.people import Actor, Role
from ...domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict, scope_of
from ..judge import Judge
from ..known import CycleIndex, KnownCase
from ..occasions import each_entry, each_notice, each_plan
from ..plan_parts import plan_scope
from ..reading.identity_number import IdentityKind, find_identity_numbers
from ..reading.sensitive_words import find_sensitive_words
from ..rule import Chapter
from ..who_was_told import is_one_in_two_roles, rector_reached, unless_told_later, waited_until
from .annual_cycle import done, within_year

CHAPTER = Chapter("documentation")


@CHAPTER.rule("DOK-02")
def log_kept(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Saker opprettes, logg skrives og følges opp i forhold til varsling og undersøkelser»: once per case, since it was opened."""
    if not case.periods:
        return
    period = case.periods[-1]
    begun = period.opened
    since_closed = case.periods[-2].closed if len(case.periods) > 1 else None
    if since_closed is None and case.received is not None and case.received.certainly_before(begun):
        begun = case.received
    last = _last_written(case, since_closed)
    if last is None:
        yield waited_until(period, judge, "DOK-02", "case", begun)
        return
    when = last.at
    if period.closed is not None or when is None:
        yield judge.met("case", last, event=begun)
        return
    quiet_until = judge.calendar.add(when.day, judge.plan.readings.log_expected_every_school_days)
    remarks = judge.uncounted(when.day, quiet_until)
    if judge.today > quiet_until:
        yield judge.review("case", "silent", last, event=begun, remarks=remarks)
    else:
        outcome = judge.met("case", last, event=begun, remarks=remarks)
        yield outcome.but(changes_at=end_of(quiet_until))


def _last_written(case: KnownCase, after: Moment | None) -> Recorded | None:
    """The last that was written; with ``after``, of what is certain to have come after that."""
    written: list[Sequence[Recorded]] = [case.whole_log, case.decided_plans, case.evaluations, case.incidents]
    if after is not None:
        written = [[item for item in items if _after(item, after)] for items in written]
    last = [items[-1] for items in written if items and items[-1].at is not None]  # each of them is sorted by time
    return max(reversed(last), key=attrgetter("sort_key"), default=None)


def _after(item: Recorded, moment: Moment) -> bool:
    when = item.at
    return when is not None and moment.certainly_before(when)


@CHAPTER.rule("DOK-03")
def used_by_all(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Plattformen brukes av alt pedagogisk personale.» The newest count in the school year."""
    counts = [e for e in done(index.all(CycleKind.PLATFORM_USE)) if e.done_at and e.done_at <= index.last_day]
    outcome = within_year(index, judge, counts[-1:], question="not_counted")
    if outcome.verdict is Verdict.MET:
        number, everyone = counts[-1].number, counts[-1].of
        open_still = outcome.but(state=CycleState.OPEN.value)
        if number is None or everyone is None or not 0 <= number <= everyone or everyone == 0:
            outcome = open_still.ask("how_many")
        elif number < everyone:
            outcome = open_still.but(verdict=Verdict.DEVIATION, reason=Reason.INCOMPLETE)
    yield outcome


@CHAPTER.each("DOK-03a", each_entry(LogKind.EMAIL_FILED))
def teachers_write_themselves(_case: KnownCase, judge: Judge, entry: LogEntry) -> Outcome | None:
    """«Plattformen brukes av alt pedagogisk personale.» E-mail is the plan's way for the other staff: from a teacher it is asked about."""
    writer = entry.actor
    if writer is None or not writer.role.is_pedagogical or writer.acts_as(Role.RECTOR):
        return None
    return judge.review(scope_of(log=entry.id), "why_by_email", entry, event=entry.at)


@CHAPTER.each("DOK-04", each_notice)
def other_staff_write(case: KnownCase, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """«Andre ansatte i skolen dokumenterer skriftlig på e-post»: per notice from someone outside the pedagogical staff."""
    if not _is_other_staff(notice.notifier):
        return None
    shown = _written_by_staff(case, notice)
    if shown is not None:
        return judge.met(scope_of(notice=notice.id), shown, event=arrived)
    return _none_about(case, "DOK-04", notice, judge, arrived)


def _none_about(case: KnownCase, rule: str, notice: Notice, judge: Judge, arrived: Moment) -> Outcome:
    """No e-mail filed says that it is about ``notice``; in a case with several, one that names none may be about any of them."""
    scope = scope_of(notice=notice.id)
    unnamed = [e for e in case.all(LogKind.EMAIL_FILED) if e.notice is None] if len(case.notices) > 1 else []
    if unnamed:
        return judge.review(scope, "which_notice", *unnamed, event=arrived)
    return judge.ladder(rule, scope, arrived, closed=case.closed_after(arrived))


def _is_other_staff(actor: Actor | None) -> bool:
    return actor is not None and actor.role is Role.STAFF


def _written_by_staff(case: KnownCase, notice: Notice) -> Recorded | None:
    for entry in case.for_notice(notice, LogKind.EMAIL_FILED, LogKind.NOTICE_LOGGED):
        if entry.kind is LogKind.EMAIL_FILED and not (entry.actor and not _is_other_staff(entry.actor)):
            return entry
        if entry.kind is LogKind.NOTICE_LOGGED and _is_other_staff(entry.author):
            return entry
    return notice if notice.channel is Channel.EMAIL else None


def _by_email(case: KnownCase) -> list[tuple[LogEntry]]:
    return [(e,) for e in case.whole_log if e.kind is LogKind.EMAIL_FILED or e.channel is Channel.EMAIL]


@CHAPTER.each("DOK-05", _by_email)
def email_without_sensitive_details(case: KnownCase, judge: Judge, entry: LogEntry) -> Outcome:
    """«uten sensitive opplysninger»: per entry that came by e-mail; kind and place of what was found, never the text."""
    scope, event = scope_of(log=entry.id), entry.at
    if not judge.read_text:
        return judge.review(scope, "not_read", entry, event=event, remarks=judge.presence_remarks())
    numbers = _in_each_field(entry, _numbers)
    if numbers:
        return judge.deviation(scope, Reason.NOT_ALLOWED, entry, event=event, remarks=numbers)
    words = _in_each_field(entry, _sensitive)
    if words:
        return judge.review(scope, "sensitive_words", entry, event=event, remarks=words)
    if case.cannot_see(*(f"log.{name}" for name in (*WRITTEN_FIELDS, "best_interest"))):
        return judge.hidden(scope, event)
    if not (entry.text or "").strip():
        return judge.review(scope, "not_read", entry, event=event)
    return judge.met(scope, entry, event=event)


def _in_each_field(entry: LogEntry, find: Callable[[str], list[Remark]]) -> list[Remark]:
    """What ``find`` finds in the entry's text, then what it finds in its other fields, parted by a remark of that."""
    in_text: list[Remark] = []
    elsewhere: list[Remark] = []
    for name, text in entry.words():
        (in_text if name == "text" else elsewhere).extend(find(text))
    return [*in_text, Remark(code=RemarkCode.ANOTHER_FIELD), *elsewhere] if elsewhere else in_text


def _numbers(text: str) -> list[Remark]:
    return [Remark(code=_CODES[found.kind], number=found.position) for found in find_identity_numbers(text)]


def _sensitive(text: str) -> list[Remark]:
    return [Remark(code=RemarkCode.SENSITIVE_WORD, number=place) for place in find_sensitive_words(text)]


_CODES = {
    IdentityKind.ORDINARY: RemarkCode.IDENTITY_NUMBER,
    IdentityKind.D_NUMBER: RemarkCode.D_NUMBER,
    IdentityKind.SYNTHETIC: RemarkCode.SYNTHETIC_IDENTITY_NUMBER,
    IdentityKind.FROM_2032: RemarkCode.IDENTITY_NUMBER_2032,
}


@CHAPTER.rule("DOK-06")
def rector_files_email(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«til rektor som legger dokumentasjonen inn i Visma Sikker Sak»: per e-mail filed, and per notice by e-mail not filed."""
    for entry in case.all(LogKind.EMAIL_FILED):
        yield _filed(judge, scope_of(log=entry.id), entry)
    for notice in case.notices:
        arrived = notice.at
        by_email = notice.channel is Channel.EMAIL and _is_other_staff(notice.notifier)
        if arrived is None or not by_email or any(case.for_notice(notice, LogKind.EMAIL_FILED)):
            continue
        missing = partial(_none_about, case, "DOK-06", notice)
        yield unless_told_later(judge, arrived, rector_reached(case, notice).sure, missing)


def _filed(judge: Judge, scope: str, entry: LogEntry) -> Outcome:
    filed, received = entry.registered_at or entry.happened_at, entry.received_at
    event = received or entry.at
    if entry.author is not None and entry.author.role is not Role.UNKNOWN and not entry.author.acts_as(Role.RECTOR):
        return judge.deviation(scope, Reason.WRONG_ROLE, entry, event=event)
    if received is None or filed is None:
        return judge.review(scope, "received_when", entry, event=event)
    if is_one_in_two_roles(entry.actor, entry.author):
        return judge.review(scope, "one_in_two_roles", entry, event=event)
    if filed.certainly_before(received):
        return judge.review(scope, "before_its_cause", entry, event=event)
    steps = judge.plan.readings.ladder("DOK-06")
    elapsed = judge.calendar.between(received.day, filed.day)
    remarks = list(judge.elapsed(received.day, filed.day, beyond=steps.review_after))
    if elapsed > steps.deviation_after:
        return judge.deviation(scope, Reason.LATE, entry, event=event, remarks=remarks)
    if elapsed > steps.review_after:
        return judge.review(scope, "filed_late", entry, event=event, remarks=remarks)
    if entry.author is None or entry.author.role is Role.UNKNOWN:
        return judge.review(scope, "filed_by_whom", entry, event=event)
    if entry.author.role is not Role.RECTOR:
        remarks.append(Remark(code=RemarkCode.DELEGATE))
    outcome = judge.met(scope, entry, event=event, remarks=remarks)
    # How late it was written down is what this rule is about, so it is not said twice.
    kept = tuple(remark for remark in outcome.remarks if remark.code is not RemarkCode.REGISTERED_LATE)
    return outcome.but(remarks=kept)


@CHAPTER.each("DOK-07", each_plan)
def plan_rests_on_log(case: KnownCase, judge: Judge, plan: ActivityPlan) -> Outcome:
    """«som igjen utgjør grunnlaget for vurdering av tiltak i aktivitetsplikten»: per current plan."""
    decided, scope = plan.at, plan_scope(plan)
    linked = [entry for ref in (*plan.rests_on, plan.analysis_ref) if (entry := case.by_id(ref)) is not None]
    if linked:
        return judge.met(scope, plan, linked[0], event=decided)
    if any(decided is None or entry.can_precede(decided) for entry in case.log):
        return judge.review(scope, "not_linked", plan, event=decided)
    return judge.deviation(scope, Reason.UNDOCUMENTED, plan, event=decided)
