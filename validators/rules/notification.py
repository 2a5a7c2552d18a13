"""Plikt til å varsle (VA): from the first notice to the owner's receipt, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from ...domain.case import Pupil, Suspected
from ...domain.log import Channel, LogEntry, LogKind, Recorded
from ...domain.moment import Moment, end_of
from ...domain.notice import Notice, NoticeSource
from ...domain.people import Actor, Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from ..judge import Judge, when_of
from ..known import CaseIndex
from ..rule import Chapter
from ..stretches import Round, reopened_without_notice, rounds
from ..who_was_told import (
    RECEIVES,
    about,
    acted_as,
    delegate,
    goes_to_the_owner,
    is_known,
    or_which,
    owner_told,
    rector_reached,
    shown,
    stopped,
    waited,
)

CHAPTER = Chapter("notification")

_WEAK = Remark(code=RemarkCode.WEAKLY_SHOWN)


# --- «Alle som arbeider ved skolen, har en plikt til å melde ifra …» -----------------------------------------------------


@CHAPTER.rule(
    "VA-00",
    "saken-har-et-varsel",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=(
        "notices",
        "log",
        "status_history",
        "incidents",
        "activity_plans",
        "activity_plans.status",
        "incidents.level",
    ),
)
def notice_exists(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«en plikt til å melde ifra når de mistenker eller har kjennskap til»: a case without a notice cannot show it."""
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
        yield judge.review("case", "log_only", logged, event=when_of(logged))
    elif case.periods and not _only_settled_on_the_spot(case):
        outcome = waited(case, judge, "VA-00", "case", case.periods[0].opened)
        if outcome is not None:
            yield outcome


def _rector_never_knew(case: CaseIndex, judge: Judge) -> bool:
    """Whether others took all the notices and nothing shows that one reached rektor, or the owner, so long after that L-02 says so."""
    for notice in case.notices:
        came, taken = when_of(notice), notice.receiver
        if came is None or taken is None or not taken.role.works_at_school or goes_to_the_owner(case, notice):
            return False
        reached = rector_reached(case, notice)
        missed = waited(case, judge, "L-02", "case", came)
        if reached.sure or reached.unsure or missed is None or missed.verdict is not Verdict.DEVIATION:
            return False
    return True


def _told_at_once(case: CaseIndex, judge: Judge, notice: Notice) -> bool:
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


def _only_settled_on_the_spot(case: CaseIndex) -> bool:
    """Whether all there is, is situations that ended where they began (levels 1 and 2): «er saken ferdig»."""
    if not case.incidents or case.whole_log or case.plans:
        return False
    return all(incident.level in (1, 2) for incident in case.incidents)


# --- «Dersom en ansatt ved skolen ønsker å undersøke sin mistanke nærmere …» ----------------------------------------------


@CHAPTER.rule(
    "VA-01",
    "mistanke-til-rektor-samme-dag",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log", "suspicions"),
    decided_by=("notices.suspicion_only",),
)
def suspicion_same_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«skal vedkommende melde ifra til rektor samme dag»: counted from when the suspicion arose, never from the log."""
    for notice in _suspicions_to_examine(case):
        if _told_at_once(case, judge, notice):
            continue
        scope = scope_of(notice=notice.id)
        if notice.learned_at is None:
            yield judge.review(scope, "when_learned", notice, event=when_of(notice))
            continue
        reached = rector_reached(case, notice)
        outcome = judge.by_day(scope, notice.learned_at, reached.sure, days=0, answers=False)
        yield or_which(outcome, "which_receipt", *reached.unsure) or outcome


def _suspicions_to_examine(case: CaseIndex) -> Iterator[Notice]:
    for notice in case.notices:
        staff = notice.source is NoticeSource.STAFF and notice.suspicion_only is True
        if staff and not goes_to_the_owner(case, notice):
            yield notice


@CHAPTER.rule(
    "VA-02",
    "undersokelse-av-mistanke-dokumentert",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.CONTACT_TEACHER,
    law=("opplaeringslova-12-4-4",),
    needs=("notices", "log", "suspicions"),
    decided_by=("notices.suspicion_only",),
)
def suspicion_documented(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Undersøkelsen dokumenteres av kontaktlærer i Visma Sikker Sak.»"""
    for notice in _suspicions_to_examine(case):
        arrived = when_of(notice)
        if arrived is None:
            continue
        scope = scope_of(notice=notice.id)
        entries = about(case, notice, LogKind.SUSPICION_ENQUIRY)
        outcome = _written_by(judge, "VA-02", scope, entries.sure, Role.CONTACT_TEACHER, arrived)
        if outcome is None:
            other = about(case, notice, LogKind.OBSERVATION, LogKind.ENQUIRY_STEP)
            looks = [e for e in (*other.sure, *other.unsure) if acted_as(e.author, Role.CONTACT_TEACHER)]
            outcome = waited(case, judge, "VA-02", scope, arrived)
            outcome = or_which(outcome, "which_notice", *entries.unsure)
            outcome = or_which(outcome, "is_this_the_enquiry", *looks)
        if outcome is not None:
            yield outcome


def _written_by(
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
    in_time = [e for e in right if after is None or (w := when_of(e)) is None or w.before(after) is not True]
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


# --- «Ansatte ved skolen varsler ved å ta saken direkte opp med rektor …» --------------------------------------------------


@CHAPTER.rule(
    "VA-03",
    "ansatte-varsler-rektor-direkte",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "suspicions"),
    decided_by=("notices.accuses_staff",),
)
def staff_tell_rector(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Ansatte ved skolen varsler ved å ta saken direkte opp med rektor». Not where a leader is accused (SK-02)."""
    for notice in case.notices:
        arrived = when_of(notice)
        if notice.source is not NoticeSource.STAFF or arrived is None or goes_to_the_owner(case, notice):
            continue
        scope = scope_of(notice=notice.id)
        if acted_as(notice.receiver, Role.RECTOR):
            read = notice.read_at
            later = read is not None and read.known_at(case.as_of) and read.day > arrived.day
            if later and notice.channel not in (Channel.ORAL, Channel.PHONE):
                yield judge.review(scope, "read_later", notice, event=arrived)
            else:
                yield judge.met(scope, notice, event=arrived, remarks=delegate(notice.receiver))
        elif acted_as(notice.notifier, Role.RECTOR):  # rektor's own suspicion has nowhere further to go
            yield judge.met(scope, notice, event=arrived)
        else:
            yield judge.review(scope, "who_received", notice, event=arrived)


@CHAPTER.rule(
    "VA-04",
    "melderen-skriver-logg",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.TEACHER,
    needs=("notices", "log"),
)
def notifier_logs(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«dokumenter at det er meldt ifra ved å skrive logg»: two logs by two people, never one for both."""
    for notice in case.notices:
        arrived, notifier = when_of(notice), notice.notifier
        if notice.source is not NoticeSource.STAFF or arrived is None:
            continue
        if notifier is not None and is_known(notifier) and not notifier.role.is_pedagogical:
            continue  # the e-mail route (DOK-04)
        outcome = _own_log(case, judge, notice, notifier, arrived)
        if outcome is not None:
            yield outcome


def _own_log(case: CaseIndex, judge: Judge, notice: Notice, notifier: Actor | None, arrived: Moment) -> Outcome | None:
    scope = scope_of(notice=notice.id)
    logs = about(case, notice, LogKind.NOTICE_LOGGED)
    if acted_as(notifier, Role.RECTOR):  # what rektor notices herself, she logs in either way
        logs = about(case, notice, LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
    # The notice itself is such a log where the one who gave it wrote it in.
    written: list[LogEntry | Notice] = [*logs.sure, *([notice] if is_known(notice.author) else [])]
    own = [e for e in written if _is_notifier(e.author, notifier) is True]
    perhaps = [e for e in logs.sure if _is_notifier(e.author, notifier) is None]
    if own:
        return judge.met(scope, own[0], event=arrived)
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


@CHAPTER.rule(
    "VA-05",
    "rektor-loggforer-mottatt-beskjed",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log", "suspicions"),
)
def rector_receipt(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rektor loggfører mottatt beskjed i Visma Sikker Sak.» Nobody can acknowledge for rektor but a delegate."""
    for notice in case.notices:
        arrived = when_of(notice)
        if notice.source is not NoticeSource.STAFF or arrived is None or goes_to_the_owner(case, notice):
            continue
        if acted_as(notice.notifier, Role.RECTOR):
            continue  # rektor receives nothing from herself; her own log of it is VA-04
        scope = scope_of(notice=notice.id)
        receipts = about(case, notice, LogKind.RECTOR_RECEIVED)
        outcome = _written_by(judge, "VA-05", scope, receipts.sure, Role.RECTOR, arrived, after=notice.happened_at)
        if outcome is None:
            outcome = _filed_by_rector(case, judge, notice, arrived)
        if outcome is None:
            outcome = waited(case, judge, "VA-05", scope, arrived)
            outcome = or_which(outcome, "which_notice", *receipts.unsure)
        if outcome is not None:
            yield outcome


def _filed_by_rector(case: CaseIndex, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    """The e-mail of one who writes no logs herself, entered by rektor: that too says that rektor has received it (DOK-06)."""
    notifier = notice.notifier
    if notifier is not None and is_known(notifier) and notifier.role.is_pedagogical:
        return None
    filed = [e for e in about(case, notice, LogKind.EMAIL_FILED).sure if acted_as(e.author, Role.RECTOR)]
    scope = scope_of(notice=notice.id)
    return judge.done("VA-05", scope, filed[0], since=arrived, remarks=(_WEAK,)) if filed else None


# --- «… tar rektor eller kontaktlærer imot varselet og dokumenterer …» -----------------------------------------------------


def received(code: str, case: CaseIndex, judge: Judge, *sources: NoticeSource) -> Iterator[Outcome]:
    """Per notice from ``sources``: whether rektor or kontaktlærer took it and wrote it down. Anyone else is a question."""
    for notice in case.notices:
        arrived = when_of(notice)
        if notice.source not in sources or arrived is None or goes_to_the_owner(case, notice):
            continue
        outcome = _received(code, case, judge, notice, arrived)
        if outcome is not None:
            yield outcome


def _received(code: str, case: CaseIndex, judge: Judge, notice: Notice, arrived: Moment) -> Outcome | None:
    scope = scope_of(notice=notice.id)
    logs = about(case, notice, LogKind.NOTICE_LOGGED, LogKind.RECTOR_RECEIVED)
    by_taker = [e for e in logs.sure if acted_as(e.author, *RECEIVES)]
    in_the_notice = acted_as(notice.author, *RECEIVES)
    taken = acted_as(notice.receiver, *RECEIVES)
    if not taken and (is_known(notice.receiver) or not (by_taker or in_the_notice)):
        return judge.review(scope, "who_received", notice, event=arrived)
    remarks = delegate(notice.receiver)
    if by_taker:
        return judge.met(scope, notice, by_taker[0], event=arrived, remarks=remarks)
    if in_the_notice or (notice.registered_at is not None and not is_known(notice.author) and not logs.sure):
        return judge.met(scope, notice, event=arrived, remarks=remarks)
    if notice.registered_at is not None or logs.sure:
        return judge.review(scope, "written_by_another", notice, *logs.sure, event=arrived)
    return or_which(waited(case, judge, code, scope, arrived), "which_notice", *logs.unsure)


@CHAPTER.rule(
    "VA-06",
    "varsel-fra-foreldre-tatt-imot",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log", "suspicions"),
)
def from_guardians(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Når foreldre melder ifra, tar rektor eller kontaktlærer imot varselet og dokumenterer i Visma Sikker Sak»."""
    yield from received("VA-06", case, judge, NoticeSource.GUARDIAN)


@CHAPTER.rule(
    "VA-07",
    "varsel-fra-andre-tatt-imot",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log", "suspicions"),
)
def from_others(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Når andre (PPT, helsesykepleier etc) melder ifra tar rektor eller kontaktlærer imot varselet»; anonymous too (A-07)."""
    yield from received("VA-07", case, judge, NoticeSource.OTHER, NoticeSource.ANONYMOUS)


# --- «… at eleven, samme dag som melding er mottatt, har fått beskjed …» ---------------------------------------------------


@CHAPTER.rule(
    "VA-08",
    "elev-far-beskjed-samme-dag",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log", "pupils", "suspicions"),
)
def pupil_told_same_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«samme dag som melding er mottatt»: the local date, per notice and per pupil it is about."""
    for notice in case.notices:
        if case.nobody_identified:
            yield judge.review(scope_of(notice=notice.id), "which_pupil_is_it", notice, event=when_of(notice))
        for pupil in case.pupils_of(notice):
            start = _clock(notice, pupil)
            if start is not None and start.known_at(case.as_of):
                outcome = _told(case, judge, notice, pupil, start)
                if outcome.verdict is Verdict.MET or not stopped(case, start, outcome):
                    yield outcome


def _clock(notice: Notice, pupil: Pupil) -> Moment | None:
    """When the day begins that counts: the notice's arrival, or when the school knew which pupil it is about (A-07)."""
    arrived = when_of(notice)
    if arrived is None:
        return None
    later = [pupil.identified_at, None if pupil.ref in notice.pupils else pupil.joined_at]
    return max((m for m in (arrived, *later) if m is not None), key=lambda m: m.sort_key)


def _told(case: CaseIndex, judge: Judge, notice: Notice, pupil: Pupil, start: Moment) -> Outcome:
    scope = scope_of(notice=notice.id, pupil=pupil.ref)
    entries = _telling(case, notice, pupil, start)
    item = notice if when_of(notice) == start else None
    outcome = judge.by_day(scope, start, entries.sure, days=0, anchor_item=item)
    if not goes_to_the_owner(case, notice):
        outcome = _by_way_of_another(case, judge, notice, entries.sure, outcome)
    if outcome.verdict is Verdict.DEVIATION:
        outcome = _received_later(judge, notice.read_at, "read_later", entries.sure, start, outcome)
    if outcome.verdict is Verdict.DEVIATION:
        outcome = _perhaps_told(judge, scope, start, entries, outcome)
    if outcome.verdict is not Verdict.MET and outcome.verdict is not Verdict.DUE and goes_to_the_owner(case, notice):
        return _ask(outcome, "owner_has_it", notice)
    if outcome.reason is Reason.UNDOCUMENTED and _from_the_pupil_herself(case, notice, pupil, Channel.UNKNOWN):
        return _ask(outcome, "same_conversation", notice)
    return outcome


@dataclass(frozen=True, slots=True)
class _Telling:
    sure: tuple[Recorded, ...]
    no_notice: tuple[LogEntry, ...]
    no_pupil: tuple[LogEntry, ...]


def _telling(case: CaseIndex, notice: Notice, pupil: Pupil, start: Moment) -> _Telling:
    """What shows that ``pupil`` was told about ``notice``, and what may show it."""
    entries = about(case, notice, LogKind.PUPIL_TOLD)
    hers = {e.id for e in case.for_pupil(pupil.ref, LogKind.PUPIL_TOLD)}
    sure: list[Recorded] = [e for e in entries.sure if e.id in hers]
    spoken = any(_from_the_pupil_herself(case, notice, pupil, c) for c in (Channel.ORAL, Channel.PHONE))
    if spoken and when_of(notice) == start:
        sure.append(notice)  # told in the same conversation with rektor
    return _Telling(
        tuple(sure),
        no_notice=tuple(e for e in entries.unsure if e.id in hers),
        no_pupil=tuple(e for e in (*entries.sure, *entries.unsure) if not e.pupils and e.id not in hers),
    )


def _from_the_pupil_herself(case: CaseIndex, notice: Notice, pupil: Pupil, channel: Channel) -> bool:
    """Whether ``pupil`` gave the notice to rektor herself, by ``channel``."""
    if notice.source is not NoticeSource.PUPIL or notice.channel is not channel:
        return False
    if not acted_as(notice.receiver, Role.RECTOR):
        return False
    notifier = notice.notifier.ref if notice.notifier is not None else None
    return notifier == pupil.ref or (notifier is None and len(case.pupils_of(notice)) == 1)


def _by_way_of_another(
    case: CaseIndex, judge: Judge, notice: Notice, told: tuple[Recorded, ...], outcome: Outcome
) -> Outcome:
    """A notice taken by someone else than rektor or kontaktlærer: it was «mottatt» when rektor had it, and that decides."""
    if outcome.verdict is Verdict.MET and _rector_knew_later(case, notice, told, outcome):
        return _ask(outcome, "told_before_rector_knew", notice)
    another = is_known(notice.receiver) and not acted_as(notice.receiver, *RECEIVES)
    if not another or outcome.verdict not in (Verdict.MET, Verdict.DEVIATION):
        return outcome
    reached = rector_reached(case, notice).sure
    came = when_of(reached[0]) if reached else None
    if came is None:
        return _ask(outcome, "taken_by_another", notice)
    if outcome.verdict is Verdict.MET:
        shown = [when for e in told if e.id in outcome.evidence and (when := when_of(e)) is not None]
        before = any(when.before(came) is True for when in shown)
        return _ask(outcome, "told_before_rector_knew", notice) if before else outcome
    start = when_of(notice)
    return outcome if start is None else _received_later(judge, came, "taken_by_another", told, start, outcome)


def _rector_knew_later(case: CaseIndex, notice: Notice, told: tuple[Recorded, ...], outcome: Outcome) -> bool:
    """Whether rektor had it, by the notice or rektor's own receipt, only after the pupil was told that rektor had."""
    reached = rector_reached(case, notice).sure
    came = when_of(reached[0]) if reached else None
    if came is None or acted_as(notice.receiver, Role.RECTOR):
        return False
    return any((when := when_of(e)) is not None and when.before(came) is True for e in told if e.id in outcome.evidence)


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
    if any((when := when_of(e)) is not None and when.day <= limit for e in told):
        return _ask(outcome, question)
    if told or judge.today > limit:
        return outcome
    return _ask(outcome, question).model_copy(update={"changes_at": end_of(limit)})


def _perhaps_told(judge: Judge, scope: str, start: Moment, entries: _Telling, outcome: Outcome) -> Outcome:
    for question, unsure in (("which_notice", entries.no_notice), ("which_pupil", entries.no_pupil)):
        if unsure and judge.by_day(scope, start, unsure, days=0).verdict is not Verdict.DEVIATION:
            return _ask(outcome, question, *unsure)
    return outcome


def _ask(outcome: Outcome, question: str, *items: Recorded) -> Outcome:
    evidence = tuple(dict.fromkeys((*outcome.evidence, *(item.id for item in items))))
    update = {"verdict": Verdict.REVIEW, "reason": None, "question": question, "evidence": evidence, "changes_at": None}
    return outcome.model_copy(update=update)


# --- «I alvorlige skolesaker skal skoleeier/kommunalsjef varsles» ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch in which the case was open, and whether it was «alvorlig» in it; a reopened case has new duties."""

    round: Round
    serious: Moment | None
    """When it was first decided in it that the case is «alvorlig» (a later downgrade does not undo the duty it raised)."""
    decided: bool
    """Whether anybody decided in it."""
    serious_before: bool
    """Whether it was «alvorlig» by the last decision before it."""

    @property
    def scope(self) -> str:
        return self.round.scope()


def _stretches(case: CaseIndex) -> Iterator[_Stretch]:
    stretches = list(rounds(case))
    before = False
    for stretch, following in zip_longest(stretches, stretches[1:]):
        own = [c for c in case.severity if _decided_in(c.at, stretch, following)]
        serious = next((c.at for c in own if c.serious), None)
        yield _Stretch(stretch, serious, bool(own), before)
        before = own[-1].serious if own else before


def _decided_in(at: Moment, stretch: Round, following: Round | None) -> bool:
    """What is decided while the case is closed belongs to the stretch that was closed."""
    begun = stretch.after is None or stretch.period.opened.before(at) is not False
    return begun and (following is None or following.period.opened.before(at) is False)


@CHAPTER.rule(
    "VA-09",
    "skoleeier-varslet-i-alvorlig-sak",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=("log", "notices", "severity", "status_history"),
)
def owner_notified(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«I alvorlige skolesaker skal skoleeier/kommunalsjef varsles.» Decided by a person; an empty field is a question."""
    for stretch in _stretches(case):
        told = owner_told(case, stretch.round.after)
        event = stretch.serious or stretch.round.start
        if stretch.decided and stretch.serious is None:
            continue
        if told.sure and all(_before_anything(case, stretch, item) for item in told.sure):
            yield judge.review(stretch.scope, "before_its_cause", *told.sure, event=event)
        elif told.sure:
            about_it = next(item for item in told.sure if not _before_anything(case, stretch, item))
            yield judge.done("VA-09", stretch.scope, about_it, since=event)
        elif told.acknowledged:
            yield judge.done("VA-09", stretch.scope, told.acknowledged[0], since=event, remarks=(_WEAK,))
        elif stretch.serious is None:
            yield from _undecided(case, judge, stretch)
        elif not _missed_in_a_staff_case(case, judge, stretch, stretch.serious):
            outcome = waited(case, judge, "VA-09", stretch.scope, stretch.serious)
            outcome = or_which(outcome, "told_another", *told.unsure)
            outcome = or_which(outcome, "told_by_others", *told.by_others)
            if outcome is not None:
                yield outcome


def _before_anything(case: CaseIndex, stretch: _Stretch, item: Recorded) -> bool:
    """Whether ``item`` is dated on a day before anything of the stretch was known: it can't be about it."""
    known = [stretch.round.start, stretch.round.period.opened, *(s.at for s in case.suspicions)]
    known += [when for incident in case.incidents if (when := when_of(incident)) is not None]
    since = [moment.day for moment in known if stretch.round.holds(moment)]
    told = when_of(item)
    return told is not None and told.day < min(since, default=told.day)


def _undecided(case: CaseIndex, judge: Judge, stretch: _Stretch) -> Iterator[Outcome]:
    """Nobody has decided whether it is serious: asked while the case is open (A-09), and later where there are signs."""
    event = stretch.round.start
    if stretch.serious_before:
        yield judge.review(stretch.scope, "still_serious", event=event)
    elif stretch.round.closed is None or _looks_serious(case):
        yield judge.review(stretch.scope, "is_it_serious", event=event)
    elif any(case.case.is_hidden(path) for path in ("suspicions", "pupils", "incidents.level")):
        yield Outcome(scope=stretch.scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN, event_day=event.day)


def _missed_in_a_staff_case(case: CaseIndex, judge: Judge, stretch: _Stretch, serious: Moment) -> bool:
    """Whether SK-07 or SK-02 tells of this same missing notice: one who works at the school was suspected by then."""
    if case.case.hides_part_of("suspicions"):
        return False
    for suspicion in case.staff_suspicions:
        since = stretch.round.after
        if serious.before(suspicion.at) is True or (since is not None and suspicion.at.before(since) is True):
            continue
        against_a_leader = suspicion in case.leader_suspicions
        tellers = ("SK-02", "SK-07") if against_a_leader else ("SK-07",)
        told_there = any(judge.plan.is_on(rule, optional=False) for rule in tellers)
        # «openbert grunnlaus» is a question about the staff case; that the case is «alvorlig» stands by itself.
        if told_there and (against_a_leader or not suspicion.obviously_unfounded):
            return True
    return False


def _looks_serious(case: CaseIndex) -> bool:
    """Signs that a field can show, of those the catalogue lists (A-09). They only ask; they decide nothing."""
    return bool(
        any(s.suspected in (Suspected.STAFF, Suspected.LEADER) for s in case.suspicions)
        or len(case.affected) > 1
        or any(i.level in (3, 4) or i.physical_intervention for i in case.incidents)
        or case.first(LogKind.REPORTED_TO_STATE)
    )


@CHAPTER.rule(
    "VA-10",
    "rektor-dokumenterer-varsel-til-eier",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "notices", "severity", "suspicions", "status_history"),
    decided_by=(
        "log.author",
        "notices.receiver",
    ),
)
def notification_documented(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rektor dokumenterer at det er varslet i Visma Sikker Sak.» Owed once the owner was told; until then VA-09 speaks.

    Not for what was told after a leader was accused: then the way is another.
    """
    for stretch in _stretches(case):
        if stretch.serious is None:
            continue
        told = owner_told(case, stretch.round.after)
        items = [
            item
            for item in (*told.sure, *told.by_others, *told.unsure, *told.acknowledged)
            if not _past_rector(case, stretch, item)
        ]
        # What the owner wrote herself is her own receipt, and no log of another in rektor's place.
        entries = tuple(
            e
            for e in items
            if isinstance(e, LogEntry) and e.kind is LogKind.OWNER_NOTIFIED and not acted_as(e.author, Role.OWNER)
        )
        outcome = _written_by(judge, "VA-10", stretch.scope, entries, Role.RECTOR, stretch.serious)
        told_at = [when for item in items if (when := when_of(item)) is not None]
        if outcome is None and told_at:
            known = max(stretch.serious, min(told_at, key=lambda m: m.sort_key), key=lambda m: m.sort_key)
            outcome = waited(case, judge, "VA-10", stretch.scope, known)
        if outcome is not None:
            yield outcome


def _past_rector(case: CaseIndex, stretch: _Stretch, item: Recorded) -> bool:
    """Whether someone in the leadership was accused in this stretch by the day the owner was told."""
    since, when = stretch.round.after, when_of(item)
    return when is not None and any(
        suspicion.at.day <= when.day and (since is None or suspicion.at.before(since) is not True)
        for suspicion in case.leader_suspicions
    )


@CHAPTER.rule(
    "VA-11",
    "skoleeier-dokumenterer-mottak",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.OWNER,
    needs=("log", "notices"),
    decided_by=(
        "log.author",
        "notices.receiver",
    ),
)
def owner_acknowledged(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Skoleeier dokumenterer mottatt varsel.» One party cannot acknowledge for the other, and no system for either."""
    told = owner_told(case)
    notices = (*told.sure, *told.by_others)
    if not notices and not told.unsure and told.acknowledged:
        receipt = told.acknowledged[0]
        yield judge.met(scope_of(log=receipt.id), receipt, event=when_of(receipt))
    for notified in sorted((*notices, *told.unsure), key=lambda item: item.sort_key):
        when = when_of(notified)
        if when is None:
            continue
        scope = scope_of(notice=notified.id) if isinstance(notified, Notice) else scope_of(log=notified.id)
        receipts = tuple(_receipts(case, when))
        by_owner = [e for e in receipts if acted_as(e.author, Role.OWNER) or judge.is_filled_in(e.reference)]
        if by_owner:
            yield judge.done("VA-11", scope, by_owner[0], since=when, remarks=delegate(by_owner[0].author))
            continue
        if acted_as(notified.author, Role.OWNER):
            yield judge.met(scope, notified, event=when, remarks=(_WEAK,))
            continue
        outcome = _written_by(judge, "VA-11", scope, receipts, Role.OWNER, when) or waited(
            case, judge, "VA-11", scope, when
        )
        if outcome is not None:
            yield outcome


def _receipts(case: CaseIndex, notified: Moment) -> Iterator[LogEntry]:
    """The owner's receipts from ``notified`` on; an automatic read receipt is none (A-11)."""
    for entry in case.all(LogKind.OWNER_ACKNOWLEDGED):
        when = when_of(entry)
        automatic = entry.author is not None and entry.author.role is Role.SYSTEM
        if when is not None and when.before(notified) is not True and entry.held is not False and not automatic:
            yield entry
