"""What was planned is done: the pupil heard, the enquiry summed up, and told of (UN-09 to UN-14), in the plan's order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...domain.activity_plan import ActivityPlan
from ...domain.case import Pupil
from ...domain.log import FINDS_OUT, LOOKS_INTO, Hearing, LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Verdict, best_of
from ..heard import ANALYSIS, hearings
from ..judge import Judge
from ..known import KnownCase
from ..occasions import each_stretch
from ..proof import DECLINED, WEAK, Proof, Shown, Weighed, anyone, by, from_outside, sort
from ..reading.bare_words import bare
from ..rule import Chapter
from ..stretches import Stretch, owed, stretches
from ..undertaken import undertaken
from .enquiry import about_her, left_out, says_nothing

CHAPTER = Chapter("enquiry")


@CHAPTER.rule("UN-09")
def pupil_heard(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Samtale med eleven for å ivareta barnets rett til å bli hørt.» Per affected pupil; a declined offer counts."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for stretch, pupil, start in owed(case):
        if start.known_at(case.as_of):
            yield _heard(case, judge, stretch, pupil, start)


def _heard(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, start: Moment) -> Outcome | None:
    scope = stretch.scope(pupil)
    found = hearings(case, judge, pupil.ref).where(stretch.has)
    after = [e for e in found.sure if e.can_follow(start)]
    heard = [e for e in after if e.hearing is not Hearing.DECLINED]
    unnamed = [e for e in stretch.entries(case, LogKind.PUPIL_CONVERSATION) if not e.pupils]
    if heard:
        return judge.done("UN-09", scope, heard[0], since=start)
    if after:
        return judge.done("UN-09", scope, after[0], since=start, remarks=(DECLINED,))
    if found.sure:
        return judge.review(scope, "before_its_cause", *found.sure, event=start)
    if unnamed:
        return judge.review(scope, "which_pupil", *unnamed, event=start)
    if not found.doubtful and _missed_in_a_staff_case(case, judge, stretch, start):
        return None
    overtaken = stretch.chosen_without(case, pupil)
    return found.settle(stretch.missing(judge, "UN-09", scope, start, overtaken=overtaken))


def _missed_in_a_staff_case(case: KnownCase, judge: Judge, stretch: Stretch, start: Moment) -> bool:
    """Whether SK-08 tells of this same missing conversation: «utover disse spesielle punktene» the general ones apply."""
    if case.raw.hides_part_of("suspicions") or not judge.plan.is_on("SK-08", optional=False):
        return False
    return any(stretch.holds(s.at) and s.at.day <= start.day for s in case.staff_suspicions)


@CHAPTER.each("UN-10", owed)
def form_considered(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, _since: Moment) -> Outcome | None:
    """«Tenk igjennom form og hvem som skal delta på samtalen.» Before the first conversation with each pupil."""
    talk = next(iter(about_her(stretch.entries(case, LogKind.PUPIL_CONVERSATION), pupil)), None)
    when = talk.at if talk is not None else None
    if talk is None or when is None:
        return None
    plans = about_her(stretch.entries(case, LogKind.ENQUIRY_PLAN), pupil)
    outcome = _form(judge, stretch.scope(pupil), talk, [p for p in plans if p.can_precede(when)], when)
    after_one = outcome.verdict is Verdict.DEVIATION and _after_an_incident(case, pupil, when)
    return outcome.ask("after_the_incident", talk) if after_one else outcome


def _after_an_incident(case: KnownCase, pupil: Pupil, when: Moment) -> bool:
    """Whether somebody intervened with her before ``when``: then the talk may be the one that follows that (GI-05), and no enquiry's."""
    hers = (incident for incident in case.incidents if not incident.pupils or pupil.ref in incident.pupils)
    return any(incident.can_precede(when) for incident in hers)


def _form(judge: Judge, scope: str, talk: LogEntry, before: Sequence[LogEntry], when: Moment) -> Outcome:
    places = [e for e in (*before, talk) if judge.answers(e.form_and_participants, "log.form_and_participants")]
    if places:
        return judge.met(scope, places[0], event=when, remarks=judge.presence_remarks())
    if any(judge.answers(p.text, "log.text") for p in before):
        return judge.review(scope, "in_text", *before, event=when)
    return judge.deviation(scope, Reason.INCOMPLETE, talk, event=when)


@CHAPTER.each("UN-11", each_stretch)
def as_planned(case: KnownCase, judge: Judge, stretch: Stretch) -> Outcome | None:
    """«Gjennomfør undersøkelsen i tråd med planen»: asked when the enquiry has ended in an analysis, measures or a closing."""
    plans = [
        p
        for p in undertaken(case, judge, stretch.entries(case, LogKind.ENQUIRY_PLAN)).sure
        if any(judge.answers(m, "log.methods") for m in p.methods)
    ]
    closed = stretch.closed is not None and stretch.period.moved is None  # the clock stops when the pupil moves
    ended = closed or bool(stretch.entries(case, LogKind.ANALYSIS))
    if not plans or not (ended or stretch.decision(case) is not None):
        return None
    shown = undertaken(case, judge, stretch.entries(case, *LOOKS_INTO))
    steps = shown.sure
    reasons = [e for e in (*steps, *plans) if judge.answers(e.deviates_because, "log.deviates_because")]
    unseen = [m for m in plans[-1].methods if judge.answers(m, "log.methods") and not _used(m, steps)]
    if not steps:
        return shown.settle(judge.deviation(stretch.scope(), Reason.UNDOCUMENTED, plans[-1], event=stretch.start))
    if unseen and not reasons:
        return judge.review(stretch.scope(), "method_not_seen", plans[-1], event=stretch.start)
    return judge.met(stretch.scope(), plans[-1], *(reasons if unseen else steps), event=stretch.start)


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


@CHAPTER.rule("UN-12")
def summed_up(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Sammenfatt og analyser det som er kommet fram i undersøkelsen, opp mot vurdering av tiltak.» Per affected pupil."""
    if case.nobody_identified:
        yield judge.review("case", "which_pupil_is_it", *case.nobody_identified, event=case.received)
    for stretch, pupil, _ in owed(case):
        yield _summed_up(case, judge, stretch, pupil)


def _summed_up(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil) -> Outcome | None:
    scope, decision = stretch.scope(pupil), stretch.decision(case, pupil)
    analyses = sort(case, judge, ANALYSIS, about_her(stretch.entries(case, LogKind.ANALYSIS), pupil))
    analysis = next(iter(analyses.sure), None)
    found = next(iter(about_her(stretch.entries(case, *FINDS_OUT), pupil)), None)
    begun = stretch.start
    if found is not None and found.at is not None and begun.certainly_before(found.at):
        begun = found.at
    if analysis is None and analyses.doubtful:
        asked = analyses.doubtful[0]
        event = (decision or asked.item).at
        if says_nothing(judge, asked.item):
            return judge.deviation(scope, Reason.INCOMPLETE, asked.item, event=event)
        return judge.review(scope, asked.why, asked.item, event=event)
    if analysis is not None and decision is not None:
        in_order = judge.in_order(scope, analysis, decision, event=decision.at)
        return judge.since("UN-12", in_order, analysis, begun)
    if analysis is not None:
        return judge.since("UN-12", judge.met(scope, analysis, event=analysis.at), analysis, begun)
    if found is None and decision is None:
        return None
    return stretch.missing(judge, "UN-12", scope, begun, overtaken=stretch.chosen_without(case, pupil))


FEEDBACK = Proof(
    (LogKind.FEEDBACK_MEETING,),
    by=anyone("Tilbakemelding fra skolens undersøkelser og planlegging av tiltak."),
    present=by(Role.GUARDIAN, Role.PUPIL, words="Tilbakemelding fra skolens undersøkelser"),
    by_the_accused=True,
)
"""A meeting with parents or pupil. Whoever is accused may be there: what the school found is told, and nobody is heard."""


@CHAPTER.each("UN-13", owed)
def feedback_given(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, _since: Moment) -> Outcome | None:
    """«Tilbakemelding fra skolens undersøkelser og planlegging av tiltak.» After the analysis, before the plan, per pupil."""
    scope, decision = stretch.scope(pupil), stretch.decision(case, pupil)
    analysis = next(iter(about_her(stretch.entries(case, LogKind.ANALYSIS), pupil)), None)
    trigger = analysis.at if analysis is not None else (decision.at if decision is not None else None)
    if trigger is None:
        return None
    shown = sort(case, judge, FEEDBACK, stretch.entries(case, *FEEDBACK.kinds))
    held = [*shown.sure, *(w.item for w in shown.doubtful if w.why == "who_was_there")]  # who took part is asked below
    own = [m for m in held if pupil.ref in m.pupils or (not m.pupils and len(case.affected) == 1)]
    unnamed = [m for m in held if not m.pupils]
    best = best_of(
        judge.since("UN-13", _feedback(judge, scope, meeting, analysis, decision, trigger), meeting, trigger)
        for meeting in own
    )
    if best is not None:
        return best
    if unnamed:
        return judge.review(scope, "which_pupil", *unnamed, event=trigger)
    chosen = stretch.chosen_without(case, pupil)
    met = [m for m in about_her(stretch.entries(case, LogKind.HOME_MEETING), pupil) if _between(m, trigger, chosen)]
    perhaps = Shown(doubtful=tuple(Weighed(meeting, "was_it_this_meeting") for meeting in met))
    return perhaps.settle(stretch.missing(judge, "UN-13", scope, trigger, overtaken=chosen))


def _between(meeting: LogEntry, analysed: Moment, chosen: ActivityPlan | None) -> bool:
    """Whether ``meeting`` can have come after the analysis and before measures were chosen."""
    when, choice = meeting.at, None if chosen is None else chosen.at
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


@CHAPTER.rule("UN-14")
def class_feedback(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Det må tas stilling til hvordan det skal gis tilbakemelding til klassa.» After the enquiry; no time is set."""
    for stretch in stretches(case):
        ended = _enquiry_over(case, stretch)
        every = stretch.entries(case, LogKind.CLASS_FEEDBACK)
        decisions = [entry for entry in every if not from_outside(entry.doer)]
        decided = [e for e in decisions if judge.answers(e.decision, "log.decision")]
        in_words = [e for e in decisions if judge.answers(e.text, "log.decision")]
        event = ended or stretch.start
        if decided:
            yield judge.done("UN-14", stretch.scope(), decided[0], since=event, remarks=judge.presence_remarks())
        elif in_words:
            remarks = (*judge.presence_remarks(), WEAK)
            yield judge.done("UN-14", stretch.scope(), in_words[0], since=event, remarks=remarks)
        elif decisions:
            most = max(decisions, key=lambda entry: judge.said(entry.decision, "log.decision"))
            yield judge.field(stretch.scope(), most.decision, *decisions, path="log.decision", event=event)
        elif every:
            yield judge.review(stretch.scope(), "who_did_it", *every, event=event)
        elif ended is not None:
            yield stretch.missing(judge, "UN-14", stretch.scope(), ended)
        for pupil, _ in left_out(case, stretch, decisions):
            ended = _enquiry_over(case, stretch, pupil)
            if ended is not None:
                yield stretch.missing(judge, "UN-14", stretch.scope(pupil), ended)


def _enquiry_over(case: KnownCase, stretch: Stretch, pupil: Pupil | None = None) -> Moment | None:
    """When the enquiry was summed up, else when measures were chosen or begun without a plan; with ``pupil``, for her."""
    kinds = (LogKind.ANALYSIS, LogKind.MEASURE_STARTED)
    analyses, begun = (
        entries if pupil is None else about_her(entries, pupil)
        for entries in (stretch.entries(case, kind) for kind in kinds)
    )
    over = next(iter(analyses), None) or stretch.decision(case, pupil) or next(iter(begun), None)
    return over.at if over is not None else None
