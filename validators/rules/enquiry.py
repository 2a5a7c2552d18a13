"""Plikt til å undersøke (UN): from the first act of the enquiry to the feedback, in the plan's order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ...domain.activity_plan import ActivityPlan
from ...domain.case import ClosingReason, Pupil
from ...domain.log import Hearing, LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.notice import Notice
from ...domain.people import Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from ..heard import ANALYSIS, hearings
from ..judge import Judge, when_of
from ..known import CaseIndex
from ..proof import Proof, Shown, Weighed, anyone, by, sort
from ..reading.words import bare
from ..rule import Chapter
from ..stretches import Round, reopened_without_notice, rounds, took_place
from ..who_was_told import RECEIVES, acted_as, rector_reached, stopped

CHAPTER = Chapter("enquiry")

_STEPS = (
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.STAFF_CONVERSATION,
    LogKind.SUSPICION_ENQUIRY,
)
"""Acts by which something is found out."""
_ACTS = (*_STEPS, LogKind.HOME_MEETING, LogKind.ANALYSIS)
"""All that shows that the enquiry has begun. A plan for it is none yet: what is written down to be done, is not done."""
_MEETINGS = (LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION, LogKind.FEEDBACK_MEETING)
"""Meetings with parents and/or pupil."""
_WEAK = Remark(code=RemarkCode.WEAKLY_SHOWN)


# --- «Møte med foreldre/foresatte og/eller elev samme dag …» --------------------------------------------------------------


@CHAPTER.rule(
    "UN-07",
    "mote-senest-dagen-etter",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log", "pupils", "status_history"),
)
def meeting_by_next_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
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
                outcome = _with_doubt(case, judge, notice, outcome, meetings.sure, start)
                yield meetings.settle(outcome)
    for stretch in reopened_without_notice(case):
        for pupil in case.affected:
            since = stretch.since(pupil)
            if since is not None and since.known_at(case.as_of):
                yield from _met_again(case, judge, stretch, pupil, since)


def _met_again(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil, since: Moment) -> Iterator[Outcome]:
    """Opened again without a notice: the day it was opened is the only one to count from, so no meeting is a question."""
    held = [e for e in case.for_pupil(pupil.ref, *_MEETINGS) if _met(e) and stretch.holds(when_of(e))]
    outcome = judge.by_day(stretch.scope(pupil), since, sort(case, judge, MEETING, held).sure, days=1)
    if outcome.verdict is Verdict.DEVIATION:
        update = {"verdict": Verdict.REVIEW, "reason": None, "question": "reopened"}
        outcome = outcome.model_copy(update=update)
    if outcome.verdict is Verdict.MET or not stopped(case, since, outcome):
        yield outcome


def _start(notice: Notice, pupil: Pupil) -> Moment | None:
    """When the notice arrived; where the pupil was found out later, then (A-07)."""
    arrived = notice.arrived_at or notice.registered_at
    found_out = pupil.identified_at
    if arrived is None or found_out is None or found_out.before(arrived) is True:
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
    there = any(p.acts_as(Role.GUARDIAN, Role.PUPIL) for p in entry.participants)
    return took_place(entry) and (there or entry.kind is not LogKind.FEEDBACK_MEETING)


def _meetings(case: CaseIndex, judge: Judge, notice: Notice, pupil: Pupil, start: Moment) -> Shown:
    """Meetings that took place and are not about another notice, or the answer to an earlier one."""
    earlier = [n.arrived_at for n in case.notices if n.arrived_at is not None and n.arrived_at.before(start) is True]
    found = []
    for entry in case.for_pupil(pupil.ref, *_MEETINGS):
        when = when_of(entry)
        if when is None or not _met(entry) or entry.notice not in (None, notice.id):
            continue
        if when.before(start) is True and any(when.before(other) is not True for other in earlier):
            continue
        found.append(entry)
    return sort(case, judge, MEETING, found)


def _with_doubt(
    case: CaseIndex, judge: Judge, notice: Notice, outcome: Outcome, meetings: Sequence[LogEntry], start: Moment
) -> Outcome:
    """A deviation is a question where it hangs on what the plan leaves open, or on what the log does not say."""
    if outcome.verdict is not Verdict.DEVIATION:
        return outcome
    asked = {"verdict": Verdict.REVIEW, "reason": None}
    for later in _received_later(case, notice, start):
        counted = judge.by_day(outcome.scope, later, meetings, days=1)
        if counted.verdict in (Verdict.MET, Verdict.DUE):
            changes = {"question": "received_later", "changes_at": counted.changes_at}
            return outcome.model_copy(update={**asked, **changes})
    late = outcome.reason is Reason.LATE
    by_another = notice.receiver is not None and not acted_as(notice.receiver, *RECEIVES)
    if late and by_another and not rector_reached(case, notice).sure:
        return outcome.model_copy(update={**asked, "question": "who_received"})
    if notice.suspicion_only:
        return outcome.model_copy(update={**asked, "question": "only_a_suspicion"})
    limit = outcome.deadline or start.day
    unnamed = [
        e
        for e in case.all(*_MEETINGS)
        if e not in meetings and not e.pupils and _met(e) and e.notice in (None, notice.id) and _by(e, start, limit)
    ]
    if unnamed:
        evidence = tuple(dict.fromkeys([*outcome.evidence, *(e.id for e in unnamed)]))
        return outcome.model_copy(update={**asked, "question": "which_pupil", "evidence": evidence})
    return outcome


def _by(entry: LogEntry, start: Moment, limit: date) -> bool:
    when = when_of(entry)
    return when is not None and when.before(start) is not True and when.day <= limit


def _received_later(case: CaseIndex, notice: Notice, start: Moment) -> list[Moment]:
    """Later days that can be when it was received: when it was read, and when another who took it passed it on to rektor."""
    moments = [notice.read_at]
    if not acted_as(notice.receiver, *RECEIVES):
        moments.append(notice.rector_told_at)
        moments += [when_of(entry) for entry in case.for_notice(notice, LogKind.RECTOR_RECEIVED)]
    return [m for m in moments if m is not None and m.known_at(case.as_of) and m.day > start.day]


# --- «… er det nødvendig å undersøke snarest.» -----------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-01",
    "undersokelsen-i-gang-snarest",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=("notices", "log", "status_history"),
)
def enquiry_soon(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«er det nødvendig å undersøke snarest»: per notice, the first act of the enquiry that did not come before it."""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if arrived is None:
            continue
        scope = scope_of(notice=notice.id)
        acts = [
            e
            for e in case.all(*_ACTS)
            if e.held is not False
            and e.hearing is not Hearing.OFFERED
            and e.notice in (None, notice.id)
            and (when := when_of(e)) is not None
            and when.before(arrived) is not True
        ]
        if acts:
            yield _began(judge, scope, arrived, acts[0])
        else:
            yield from _not_begun(case, judge, scope, arrived)
    for stretch in reopened_without_notice(case):
        scope, opened = stretch.scope(), stretch.start
        anew = [
            e for e in stretch.entries(case, *_ACTS) if (w := when_of(e)) is not None and w.before(opened) is not True
        ]
        if anew:
            yield _began(judge, scope, opened, anew[0])
        else:
            yield from _not_begun(case, judge, scope, opened)


def _not_begun(case: CaseIndex, judge: Judge, scope: str, arrived: Moment) -> Iterator[Outcome]:
    ended = next((p for p in case.periods if p.closed is not None and p.closed.before(arrived) is not True), None)
    if ended is None or ended.closed is None:
        yield judge.snarest("UN-01", scope, arrived)
    elif ended.reason is not ClosingReason.MOVED:
        yield judge.review(scope, "closed_without", event=arrived)
    else:  # the clock stopped when the pupil moved: only a delay that was there by then is asked about
        then = judge.at(ended.closed).snarest("UN-01", scope, arrived)
        if then.verdict is Verdict.REVIEW:
            yield then


def _began(judge: Judge, scope: str, arrived: Moment, act: LogEntry) -> Outcome:
    when = when_of(act)
    assert when is not None  # noqa: S101 - acts without any time were left out
    days = judge.calendar.between(arrived.day, when.day)
    remarks = judge.elapsed(arrived.day, when.day)
    if days > judge.plan.readings.ladder("UN-01").review_after:
        return judge.review(scope, "began_late", act, event=arrived, remarks=remarks)
    if act.happened_at is None:
        return judge.review(scope, "time_unknown", act, event=arrived)
    if act.time_edits(judge.as_of):
        return judge.review(scope, "time_edited", act, event=arrived)
    return judge.met(scope, act, event=arrived, remarks=remarks)


# --- «… mer enn de tilfeller der en elev er utsatt for mobbing …» ------------------------------------------------------------


@CHAPTER.rule(
    "UN-02",
    "undersokt-ogsa-nar-det-ikke-er-mobbing",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    decided_by=("status_history.reason",),
    needs=("log", "status_history"),
)
def more_than_bullying(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«omfatter mer enn de tilfeller der en elev er utsatt for mobbing og krenkelser»: per closing that says it was none."""
    for stretch in rounds(case):
        if stretch.period.reason not in (ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION):
            continue
        steps = stretch.entries(case, *_STEPS)
        if steps:
            yield judge.met(stretch.scope(), steps[0], event=stretch.closed)
        else:
            yield judge.review(stretch.scope(), "nothing_examined", event=stretch.closed)


# --- «Undersøkelsen må ta utgangspunkt i barnets subjektive opplevelse …» ----------------------------------------------------


@CHAPTER.rule(
    "UN-04",
    "barnets-opplevelse-og-omgivelsene",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.child_experience", "log.surroundings", "pupils", "log.text", "log.pupils"),
)
def experience_and_surroundings(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«ta utgangspunkt i barnets subjektive opplevelse», and «se hvilke forhold i omgivelsene som påvirker»: per pupil."""
    for stretch in rounds(case):
        for pupil in case.affected:
            analyses = _about(stretch.entries(case, LogKind.ANALYSIS), pupil)
            if analyses and stretch.since(pupil) is not None:
                steps = _about(stretch.entries(case, *_STEPS), pupil)
                yield _experience(case, judge, stretch, pupil, analyses, steps)


def _experience(
    case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil, analyses: list[LogEntry], steps: list[LogEntry]
) -> Outcome:
    scope, everywhere, event = stretch.scope(pupil), [*analyses, *steps], stretch.start
    shown = next((entries for entries in (analyses, everywhere) if _both_parts(judge, entries)), None)
    if shown is not None and not _is_her_own(case, judge, stretch, pupil, shown):
        return judge.review(scope, "whose_experience", *analyses, event=event)
    if shown is analyses:
        return judge.met(scope, analyses[-1], event=event, remarks=judge.presence_remarks())
    if shown is not None:
        return judge.met(scope, *everywhere, event=event, remarks=(*judge.presence_remarks(), _WEAK))
    if any(judge.answers(e.text, "log.text") for e in analyses) and not any(_any_part(judge, e) for e in everywhere):
        return judge.review(scope, "in_text", *analyses, event=event)
    return judge.deviation(scope, Reason.INCOMPLETE, *analyses, event=event)


def _is_her_own(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil, entries: list[LogEntry]) -> bool:
    """Whether what is told of «barnets opplevelse» is hers: told of her alone, or of several and she was talked with."""
    if len(case.affected) == 1 or any(
        e.pupils == (pupil.ref,) and judge.answers(e.child_experience, "log.child_experience") for e in entries
    ):
        return True
    return any(pupil.ref in talk.pupils for talk in stretch.entries(case, LogKind.PUPIL_CONVERSATION))


def _says_nothing(judge: Judge, entry: LogEntry) -> bool:
    """Whether all that is written in it are non-answers. An entry whose text the source does not give has said something."""
    written = [(name, text) for name, text in entry.words() if name in _SAYING and text.strip()]
    return bool(written) and not any(judge.answers(text, f"log.{name}") for name, text in written)


_SAYING = frozenset({"text", "child_experience", "surroundings", "form_and_participants", "methods"})


def _first_that_says_something(judge: Judge, entries: Sequence[LogEntry]) -> LogEntry | None:
    """The first entry with words in it, else the first."""
    return next((e for e in entries if not _says_nothing(judge, e)), next(iter(entries), None))


def _both_parts(judge: Judge, entries: Sequence[LogEntry]) -> bool:
    return any(judge.answers(e.child_experience, "log.child_experience") for e in entries) and any(
        judge.answers(e.surroundings, "log.surroundings") for e in entries
    )


def _any_part(judge: Judge, entry: LogEntry) -> bool:
    return judge.answers(entry.child_experience, "log.child_experience") or judge.answers(
        entry.surroundings, "log.surroundings"
    )


# --- «Lag en skriftlig plan for undersøkelsen.» ------------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-05",
    "skriftlig-plan-for-undersokelsen",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=(
        "notices",
        "log",
        "pupils",
        "transfers",
        "activity_plans",
        "activity_plans.happened_at",
        "activity_plans.pupils",
        "activity_plans.measures",
    ),
    decided_by=("log.text",),
)
def written_plan(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Lag en skriftlig plan for undersøkelsen.» It must come before what it plans; one for a pupil is none for another."""
    for stretch in rounds(case):
        plans = stretch.entries(case, LogKind.ENQUIRY_PLAN)
        plan = _first_that_says_something(judge, plans)
        step = next(iter(stretch.entries(case, LogKind.ENQUIRY_STEP)), None)
        if plan is not None and _says_nothing(judge, plan):
            yield judge.deviation(stretch.scope(), Reason.INCOMPLETE, plan, event=stretch.start)
        elif plan is None:
            overtaken = step or stretch.decision(case)
            yield from stretch.missing(judge, "UN-05", stretch.scope(), stretch.start, overtaken=overtaken)
        elif step is None:
            yield judge.met(stretch.scope(), plan, event=stretch.start)
        else:
            yield judge.in_order(stretch.scope(), plan, step, event=stretch.start)
        for pupil, since in _left_out(case, stretch, plans):
            hers = [e for e in stretch.entries(case, LogKind.ENQUIRY_STEP) if pupil.ref in e.pupils]
            overtaken = next(iter(hers), None) or stretch.decision(case, pupil)
            yield from stretch.missing(judge, "UN-05", stretch.scope(pupil), since, overtaken=overtaken)


def _left_out(case: CaseIndex, stretch: Round, entries: Sequence[LogEntry]) -> Iterator[tuple[Pupil, Moment]]:
    """The affected pupils that none of ``entries`` is about, where each of them names others; and since when they were in."""
    for pupil in case.affected if entries else ():
        since = stretch.since(pupil)
        if since is not None and not _about(entries, pupil):
            yield pupil, since


@CHAPTER.rule(
    "UN-06",
    "metoder-er-vurdert",
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.methods", "log.text"),
)
def methods_considered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Hvilke metoder er aktuelle»: in any version of the plan for the enquiry."""
    for stretch in rounds(case):
        plans = stretch.entries(case, LogKind.ENQUIRY_PLAN)
        if not plans:
            continue
        named = [p for p in plans if any(judge.answers(m, "log.methods") for m in p.methods)]
        if named:
            yield judge.met(stretch.scope(), named[0], event=stretch.start, remarks=judge.presence_remarks())
        elif any(judge.answers(p.text, "log.text") for p in plans):
            yield judge.review(stretch.scope(), "in_text", *plans, event=stretch.start)
        else:
            yield judge.deviation(stretch.scope(), Reason.INCOMPLETE, *plans, event=stretch.start)


@CHAPTER.rule(
    "UN-08",
    "undersokelsesplan-oppdatert",
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "activity_plans", "pupils", "transfers"),
)
def plan_updated(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Plan for undersøkelsen oppdateres med innspill fra elev og/eller foreldre/foresatte»: per pupil, after her first meeting."""
    for stretch in rounds(case):
        for pupil in case.affected:
            if stretch.since(pupil) is not None:
                yield from _updated(case, judge, stretch, pupil)


def _updated(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil) -> Iterator[Outcome]:
    scope, plans = stretch.scope(pupil), _about(stretch.entries(case, LogKind.ENQUIRY_PLAN), pupil)
    meetings = _about(stretch.entries(case, LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION), pupil)
    meeting = next(iter(meetings), None)
    held = when_of(meeting) if meeting is not None else None
    if not plans or meeting is None or held is None:
        return
    none_given = [e for e in (meeting, *plans) if e.no_input]
    later = [p for p in plans if (when := when_of(p)) is not None and when.before(held) is not True]
    if none_given:
        yield judge.met(scope, *none_given, event=held)
    elif later:
        outcome = judge.in_order(scope, meeting, later[-1], event=held)
        yield outcome.model_copy(update={"evidence": (meeting.id, later[-1].id)})
    else:
        analysis = next(iter(_about(stretch.entries(case, LogKind.ANALYSIS), pupil)), None)
        overtaken = analysis or stretch.decision(case, pupil)
        yield from stretch.missing(judge, "UN-08", scope, held, overtaken=overtaken)


# --- «Samtale med eleven for å ivareta barnets rett til å bli hørt.» --------------------------------------------------------


@CHAPTER.rule(
    "UN-09",
    "samtale-med-eleven",
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-2", "opplaeringslova-12-4-2"),
    needs=(
        "notices",
        "log",
        "pupils",
        "status_history",
        "transfers",
        "activity_plans",
        "activity_plans.happened_at",
        "activity_plans.pupils",
        "activity_plans.measures",
    ),
)
def pupil_heard(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Samtale med eleven for å ivareta barnets rett til å bli hørt.» Per affected pupil; a declined offer counts."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for stretch in rounds(case):
        for pupil in case.affected:
            start = stretch.since(pupil)
            if start is not None and start.known_at(case.as_of):
                yield from _heard(case, judge, stretch, pupil, start)


def _heard(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil, start: Moment) -> Iterator[Outcome]:
    scope = stretch.scope(pupil)
    found = hearings(case, judge, pupil.ref).where(stretch.has)
    after = [e for e in found.sure if (when := when_of(e)) is not None and when.before(start) is not True]
    heard = [e for e in after if e.hearing is not Hearing.DECLINED]
    unnamed = [e for e in stretch.entries(case, LogKind.PUPIL_CONVERSATION) if not e.pupils]
    if heard:
        yield judge.done("UN-09", scope, heard[0], since=start)
    elif after:
        yield judge.done("UN-09", scope, after[0], since=start, remarks=(Remark(code=RemarkCode.DECLINED),))
    elif found.sure:
        yield judge.review(scope, "before_its_cause", *found.sure, event=start)
    elif unnamed:
        yield judge.review(scope, "which_pupil", *unnamed, event=start)
    elif found.doubtful or not _missed_in_a_staff_case(case, judge, stretch, start):
        overtaken = stretch.chosen_without(case, pupil)
        for outcome in stretch.missing(judge, "UN-09", scope, start, overtaken=overtaken):
            yield found.settle(outcome)


def _missed_in_a_staff_case(case: CaseIndex, judge: Judge, stretch: Round, start: Moment) -> bool:
    """Whether SK-08 tells of this same missing conversation: «utover disse spesielle punktene» the general ones apply."""
    if case.case.hides_part_of("suspicions") or not judge.plan.is_on("SK-08", optional=False):
        return False
    return any(stretch.holds(s.at) and s.at.day <= start.day for s in case.staff_suspicions)


@CHAPTER.rule(
    "UN-10",
    "form-og-deltakere-vurdert",
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.form_and_participants", "pupils", "log.text", "log.pupils"),
)
def form_considered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tenk igjennom form og hvem som skal delta på samtalen.» Before the first conversation with each pupil."""
    for stretch in rounds(case):
        for pupil in case.affected:
            talk = next(iter(_about(stretch.entries(case, LogKind.PUPIL_CONVERSATION), pupil)), None)
            when = when_of(talk) if talk is not None else None
            if talk is not None and when is not None and stretch.since(pupil) is not None:
                plans = _about(stretch.entries(case, LogKind.ENQUIRY_PLAN), pupil)
                before = [p for p in plans if (made := when_of(p)) is not None and when.before(made) is not True]
                yield _form(judge, stretch.scope(pupil), talk, before, when)


def _form(judge: Judge, scope: str, talk: LogEntry, before: Sequence[LogEntry], when: Moment) -> Outcome:
    places = [e for e in (*before, talk) if judge.answers(e.form_and_participants, "log.form_and_participants")]
    if places:
        return judge.met(scope, places[0], event=when, remarks=judge.presence_remarks())
    if any(judge.answers(p.text, "log.text") for p in before):
        return judge.review(scope, "in_text", *before, event=when)
    return judge.deviation(scope, Reason.INCOMPLETE, talk, event=when)


# --- «Gjennomfør undersøkelsen i tråd med planen» ---------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-11",
    "gjennomfort-i-trad-med-planen",
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("log", "log.methods", "log.deviates_because"),
)
def as_planned(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Gjennomfør undersøkelsen i tråd med planen»: asked when the enquiry has ended in an analysis, measures or a closing."""
    for stretch in rounds(case):
        plans = [
            p
            for p in stretch.entries(case, LogKind.ENQUIRY_PLAN)
            if any(judge.answers(m, "log.methods") for m in p.methods)
        ]
        ended = bool(stretch.entries(case, LogKind.ANALYSIS)) or stretch.closed is not None
        if not plans or not (ended or stretch.decision(case) is not None):
            continue
        steps = stretch.entries(case, *_STEPS, LogKind.HOME_MEETING)
        reasons = [e for e in (*steps, *plans) if judge.answers(e.deviates_because, "log.deviates_because")]
        unseen = [m for m in plans[-1].methods if judge.answers(m, "log.methods") and not _used(m, steps)]
        if not steps:
            yield judge.deviation(stretch.scope(), Reason.UNDOCUMENTED, plans[-1], event=stretch.start)
        elif unseen and not reasons:
            yield judge.review(stretch.scope(), "method_not_seen", plans[-1], event=stretch.start)
        else:
            yield judge.met(stretch.scope(), plans[-1], *(reasons if unseen else steps), event=stretch.start)


_KINDS_OF_METHODS = (
    (re.compile(r"\bobservasjon"), LogKind.OBSERVATION),
    (re.compile(r"\b(elevsamtale|samtaler? med (elev|barn))"), LogKind.PUPIL_CONVERSATION),
    (re.compile(r"\b(foreldresamtale|(samtale|møte)r? med (foreldre|foresatte|føresette))"), LogKind.HOME_MEETING),
)
"""Methods that have a log type of their own, by the words that name them. «Elevundersøkelse» is no conversation."""


def _used(method: str, steps: Sequence[LogEntry]) -> bool:
    wanted = bare(method)
    if any(wanted in {bare(m) for m in step.methods} for step in steps):
        return True
    return any(words.search(wanted) and any(s.kind is kind for s in steps) for words, kind in _KINDS_OF_METHODS)


# --- «Sammenfatt og analyser …» and the feedback ----------------------------------------------------------------------------


@CHAPTER.rule(
    "UN-12",
    "sammenfatning-og-analyse",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "activity_plans", "pupils", "status_history", "transfers"),
    decided_by=("log.text",),
)
def summed_up(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Sammenfatt og analyser det som er kommet fram i undersøkelsen, opp mot vurdering av tiltak.» Per affected pupil."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for stretch in rounds(case):
        for pupil in case.affected:
            if stretch.since(pupil) is not None:
                yield from _summed_up(case, judge, stretch, pupil)


def _summed_up(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil) -> Iterator[Outcome]:
    scope, decision = stretch.scope(pupil), stretch.decision(case, pupil)
    analyses = sort(case, judge, ANALYSIS, _about(stretch.entries(case, LogKind.ANALYSIS), pupil))
    analysis = next(iter(analyses.sure), None)
    found = next(iter(_about(stretch.entries(case, *_STEPS), pupil)), None)
    begun = (when_of(found) if found is not None else None) or stretch.start
    if analysis is None and analyses.doubtful:
        asked = analyses.doubtful[0]
        if _says_nothing(judge, asked.item):
            yield judge.deviation(scope, Reason.INCOMPLETE, asked.item, event=when_of(decision or asked.item))
            return
        yield judge.review(scope, asked.why, asked.item, event=when_of(decision or asked.item))
    elif analysis is not None and decision is not None:
        yield judge.in_order(scope, analysis, decision, event=when_of(decision))
    elif analysis is not None:
        yield judge.met(scope, analysis, event=when_of(analysis))
    elif found is not None or decision is not None:
        overtaken = stretch.chosen_without(case, pupil)
        yield from stretch.missing(judge, "UN-12", scope, begun, overtaken=overtaken)


def _about(entries: Sequence[LogEntry], pupil: Pupil) -> list[LogEntry]:
    """The entries about this pupil; one that names no pupil is about the situation of all."""
    return [entry for entry in entries if not entry.pupils or pupil.ref in entry.pupils]


@CHAPTER.rule(
    "UN-13",
    "tilbakemelding-og-planlegging",
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "activity_plans", "pupils", "status_history", "transfers"),
)
def feedback_given(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tilbakemelding fra skolens undersøkelser og planlegging av tiltak.» After the analysis, before the plan, per pupil."""
    for stretch in rounds(case):
        for pupil in case.affected:
            if stretch.since(pupil) is not None:
                yield from _fed_back(case, judge, stretch, pupil)


def _fed_back(case: CaseIndex, judge: Judge, stretch: Round, pupil: Pupil) -> Iterator[Outcome]:
    scope, decision = stretch.scope(pupil), stretch.decision(case, pupil)
    analysis = next(iter(_about(stretch.entries(case, LogKind.ANALYSIS), pupil)), None)
    trigger = when_of(analysis) if analysis is not None else (when_of(decision) if decision is not None else None)
    if trigger is None:
        return
    held = stretch.entries(case, LogKind.FEEDBACK_MEETING)
    own = [m for m in held if pupil.ref in m.pupils or (not m.pupils and len(case.affected) == 1)]
    unnamed = [m for m in held if not m.pupils]
    if own:
        outcomes = [_feedback(judge, scope, meeting, analysis, decision, trigger) for meeting in own]
        yield min(outcomes, key=lambda o: (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION).index(o.verdict))
    elif unnamed:
        yield judge.review(scope, "which_pupil", *unnamed, event=trigger)
    else:
        chosen = stretch.chosen_without(case, pupil)
        met = [m for m in _about(stretch.entries(case, LogKind.HOME_MEETING), pupil) if _between(m, trigger, chosen)]
        perhaps = tuple(Weighed(meeting, "was_it_this_meeting") for meeting in met)
        for outcome in stretch.missing(judge, "UN-13", scope, trigger, overtaken=chosen):
            yield Shown(doubtful=perhaps).settle(outcome)


def _between(meeting: LogEntry, analysed: Moment, chosen: ActivityPlan | None) -> bool:
    """Whether ``meeting`` can have come after the analysis and before measures were chosen."""
    when, choice = when_of(meeting), None if chosen is None else when_of(chosen)
    return when is not None and analysed.perhaps_before(when) and (choice is None or when.perhaps_before(choice))


def _feedback(
    judge: Judge,
    scope: str,
    meeting: LogEntry,
    analysis: LogEntry | None,
    decision: ActivityPlan | None,
    trigger: Moment,
) -> Outcome:
    if not any(p.acts_as(Role.GUARDIAN, Role.PUPIL) for p in meeting.participants):
        return judge.review(scope, "who_took_part", meeting, event=trigger)
    if analysis is not None:
        outcome = judge.in_order(scope, analysis, meeting, event=trigger)
        if outcome.verdict is not Verdict.MET:
            return outcome
    if decision is not None:
        return judge.in_order(scope, meeting, decision, event=trigger)
    return judge.met(scope, meeting, event=trigger)


@CHAPTER.rule(
    "UN-14",
    "tilbakemelding-til-klassa",
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "log.decision", "activity_plans", "pupils", "transfers", "log.text", "log.pupils"),
)
def class_feedback(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Det må tas stilling til hvordan det skal gis tilbakemelding til klassa.» After the enquiry; no time is set."""
    for stretch in rounds(case):
        ended = _enquiry_over(case, stretch)
        decisions = stretch.entries(case, LogKind.CLASS_FEEDBACK)
        decided = [e for e in decisions if judge.answers(e.decision, "log.decision")]
        in_words = [e for e in decisions if judge.answers(e.text, "log.decision")]
        event = ended or stretch.start
        if decided:
            yield judge.done("UN-14", stretch.scope(), decided[0], since=event, remarks=judge.presence_remarks())
        elif in_words:
            remarks = (*judge.presence_remarks(), _WEAK)
            yield judge.done("UN-14", stretch.scope(), in_words[0], since=event, remarks=remarks)
        elif decisions:
            yield judge.deviation(stretch.scope(), Reason.INCOMPLETE, *decisions, event=event)
        elif ended is not None:
            yield from stretch.missing(judge, "UN-14", stretch.scope(), ended)
        for pupil, _ in _left_out(case, stretch, decisions):
            ended = _enquiry_over(case, stretch, pupil)
            if ended is not None:
                yield from stretch.missing(judge, "UN-14", stretch.scope(pupil), ended)


def _enquiry_over(case: CaseIndex, stretch: Round, pupil: Pupil | None = None) -> Moment | None:
    """When the enquiry was summed up, else when measures were chosen or begun without a plan; with ``pupil``, for her."""
    kinds = (LogKind.ANALYSIS, LogKind.MEASURE_STARTED)
    analyses, begun = (
        entries if pupil is None else _about(entries, pupil)
        for entries in (stretch.entries(case, kind) for kind in kinds)
    )
    over = next(iter(analyses), None) or stretch.decision(case, pupil) or next(iter(begun), None)
    return when_of(over) if over is not None else None
