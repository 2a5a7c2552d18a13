"""Plikt til å gripe inn (GI): the plan's four kinds of situation, and what each asks for afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...domain.case import GuardiansInformed, Incident
from ...domain.log import Hearing, LogKind, Recorded
from ...domain.moment import Moment, earliest
from ...domain.people import Role
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..erased import ask_why, erased
from ..heard import HEARD, hearings
from ..judge import Judge
from ..known import KnownCase, was_heard
from ..proof import DECLINED, WEAK, Proof, by, from_outside, sort
from ..rule import Chapter
from ..who_was_told import acted_as, is_known, or_which, shown, waited

CHAPTER = Chapter("intervention")


def _at_level(*levels: int | None) -> Callable[[KnownCase], list[tuple[Incident, Moment]]]:
    """The incidents of these kinds (they are kinds, not steps: requirements A-15) with when they happened."""
    return lambda case: [(i, when) for i in case.incidents if i.level in levels and (when := i.at) is not None]


def _pupils(case: KnownCase, incident: Incident) -> tuple[str, ...]:
    """The pupils involved; where the incident names none, the pupil of a case with a single one."""
    if incident.pupils:
        return tuple(dict.fromkeys(incident.pupils))
    return (case.pupils[0].ref,) if len(case.pupils) == 1 else ()


def _scope(incident: Incident, pupil: str | None = None) -> str:
    return scope_of(incident=incident.id) if pupil is None else scope_of(incident=incident.id, pupil=pupil)


@CHAPTER.rule("GI-00")
def intervened(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«ansatte ved skolen skal stoppe en situasjon som er akutt»: at every level, and only where it is written down."""
    for incident in case.incidents:
        when, intervener = incident.at, incident.intervener
        if intervener is not None and intervener.role.works_at_school:
            yield judge.met(_scope(incident), incident, event=when)
        else:
            yield judge.review(_scope(incident), "who_intervened", incident, event=when)
    deleted = erased(case, case.raw.incidents, case.incidents)
    yield from ask_why(judge, "incident", (incident for incident in deleted if incident.level != 1))


LED_BY_THE_TEACHER = Proof(
    (LogKind.PUPIL_CONVERSATION,),
    by=by(Role.CONTACT_TEACHER, words="Kontaktlærer leder samtale med elevene."),
    present=HEARD.present,
    may_be_declined=True,
)


@CHAPTER.each("GI-02a", _at_level(2))
def contact_teacher_leads(case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome | None:
    """«Kontaktlærer leder samtale med elevene.» Levels 1 and 2 never deviate for a missing log."""
    after = (e for e in case.all(LogKind.PUPIL_CONVERSATION) if e.can_follow(when))
    talks = sort(case, judge, LED_BY_THE_TEACHER, after).sure
    pupils = _pupils(case, incident)
    spoken_with = {ref for e in talks for ref in (e.pupils or (pupils if len(pupils) == 1 else ()))}
    if talks and spoken_with >= set(pupils):
        late = judge.elapsed(when.day, talks[0].at.day, beyond=1) if talks[0].at is not None else ()
        return judge.met(_scope(incident), *talks, event=when, remarks=late)
    if incident.considered_not_documented:
        return None
    return judge.review(_scope(incident), "who_led", incident, *talks, event=when)


@CHAPTER.each("GI-03", _at_level(3, None))
def leader_called(case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome | None:
    """«tilkalle nærmeste leder»: while it goes on; a field that says no is an answer, an empty one is only missing."""
    if incident.level is None:
        asks = _home_knows(case, incident) and not _was_called(incident)
        return _which_level(judge, incident) if asks else None
    scope, called = _scope(incident), incident.leader_called_at
    if called is not None and incident.leader_called is False:
        return judge.review(scope, "called_or_not", incident, event=when)
    if called is not None and called.known_at(case.as_of):
        if called.certainly_before(when):
            return judge.review(scope, "before_its_cause", incident, event=when)
        if called.day != when.day:
            return judge.review(scope, "called_another_day", incident, event=when)
        return _called(case, judge, incident, when)
    if incident.leader_called or acted_as(incident.intervener, Role.LEADER, Role.RECTOR):
        return _called(case, judge, incident, when)
    if incident.leader_called is False:
        return judge.deviation(scope, Reason.INCOMPLETE, incident, event=when)
    return waited(case, judge, "GI-03", scope, when)


def _called(case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome:
    """Met, but a question where it was another day before the time was changed."""
    edits = incident.told_by("leader_called_at").time_edits(case.as_of)
    if any(edit.previous is None or edit.previous.day != when.day for edit in edits):
        return judge.review(_scope(incident), "time_edited", incident, event=when)
    return judge.met(_scope(incident), incident, event=when)


def _home_knows(case: KnownCase, incident: Incident) -> bool:
    return all(guardians_know(case, incident, pupil) for pupil in _pupils(case, incident) or ("",))


def _was_called(incident: Incident) -> bool:
    leads = acted_as(incident.intervener, Role.LEADER, Role.RECTOR)
    return bool(incident.leader_called or incident.leader_called_at or leads)


def _which_level(judge: Judge, incident: Incident) -> Outcome:
    """Nobody has said which level it was: asked once, by the first of the duties of level 3 that nothing shows."""
    return judge.review(_scope(incident), "which_level", incident, event=incident.at)


@CHAPTER.each("GI-03a", _at_level(3, None))
def described(case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome | None:
    """«Den ansatte beskriver hendelsen.»"""
    if incident.level is None:
        asks = (
            not judge.answers(incident.description, "incidents.description")
            and _was_called(incident)
            and _home_knows(case, incident)
        )
        return _which_level(judge, incident) if asks else None
    outcome = judge.field(_scope(incident), incident.description, incident, path="incidents.description", event=when)
    if outcome.verdict is not Verdict.MET:
        return outcome
    if incident.intervener is not None and not is_known(incident.author):
        return judge.review(_scope(incident), "who_wrote", incident, event=when)
    return (
        judge.review(_scope(incident), "another_wrote", incident, event=when) if _another_wrote(incident) else outcome
    )


def _another_wrote(incident: Incident) -> bool:
    """Whether the author is certainly another person than the one who intervened."""
    author, intervener = incident.author, incident.intervener
    if author is None or intervener is None or not is_known(author) or not is_known(intervener):
        return False
    same = author.is_same_person(intervener)
    return same is False or (same is None and Role.RECTOR in (author.role, intervener.role) and author != intervener)


def _guardians(code: str, case: KnownCase, judge: Judge, level: int) -> Iterator[Outcome | None]:
    """The guardians of each pupil involved; the plan sets no time."""
    for incident, when in _at_level(level)(case):
        pupils = _pupils(case, incident)
        if not pupils:
            question = "contact_unsafe" if incident.contact_unsafe else "which_pupils"
            yield judge.review(_scope(incident), question, incident, event=when)
        for pupil in pupils:
            yield _guardians_of(code, case, judge, incident, when, pupil)


def _guardians_of(
    code: str, case: KnownCase, judge: Judge, incident: Incident, when: Moment, pupil: str
) -> Outcome | None:
    scope = _scope(incident, pupil)
    informed = _informed(case, incident)
    told = [e for e in case.for_pupil(pupil, LogKind.GUARDIANS_INFORMED) if e.can_follow(when) and e.held is not False]
    logged = [e for e in told if not from_outside(e.doer)]
    of_hers = [g for g in informed if g.pupil == pupil or (g.pupil is None and len(_pupils(case, incident)) == 1)]
    hers = [g.at for g in of_hers if not from_outside(g.by)]
    in_time = [at for at in hers if not at.certainly_before(when)]
    if in_time or logged:
        shown = earliest(in_time) or logged[0].at
        remarks = judge.elapsed(when.day, shown.day, beyond=1) if shown is not None else ()
        return judge.met(scope, *(logged[:1] if not in_time else (incident,)), event=when, remarks=remarks)
    if hers:
        return judge.review(scope, "before_its_cause", incident, event=when)
    if of_hers or told:
        return judge.review(scope, "who_did_it", incident, *told, event=when)
    unnamed = [e for e in case.all(LogKind.GUARDIANS_INFORMED) if not e.pupils and e.can_follow(when)]
    if any(g.pupil is None for g in informed) or unnamed:
        return judge.review(scope, "whose_guardians", incident, *unnamed, event=when)
    if incident.contact_unsafe:
        return judge.review(scope, "contact_unsafe", incident, event=when)
    return waited(case, judge, code, scope, when)


def _informed(case: KnownCase, incident: Incident) -> list[GuardiansInformed]:
    return [
        g
        for g in incident.guardians_informed
        if g.at.known_at(case.as_of) and (g.registered_at is None or g.registered_at.known_at(case.as_of))
    ]


def guardians_know(case: KnownCase, incident: Incident, pupil: str) -> Recorded | None:
    """What shows that the guardians of ``pupil`` know of ``incident``: the incident itself, or the log after it."""
    when = incident.at
    alone = len(_pupils(case, incident)) == 1
    told = [g for g in _informed(case, incident) if not from_outside(g.by)]
    if any(g.pupil == pupil or (g.pupil is None and alone) for g in told):
        return incident
    logged = [e for e in case.for_pupil(pupil, LogKind.GUARDIANS_INFORMED) if not from_outside(e.doer)]
    return next((entry for entry in logged if when is not None and entry.can_follow(when)), None)


@CHAPTER.rule("GI-03b")
def guardians_at_three(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Foresatte blir informert.» Where the level is not stated, whether it was one that asks for this is a question."""
    yield from _guardians("GI-03b", case, judge, 3)
    for incident in case.incidents:
        if incident.level is None and not _home_knows(case, incident):
            yield _which_level(judge, incident)


@CHAPTER.rule("GI-04")
def guardians_at_four(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Eleven klarer ikke å roe seg ned: foresatte blir informert.» Of several pupils, the plan does not say whose."""
    outcomes = [outcome for outcome in _guardians("GI-04", case, judge, 4) if outcome is not None]
    some = {_incident_of(o) for o in outcomes if o.verdict is Verdict.MET}
    for outcome in outcomes:
        missing = outcome.verdict in (Verdict.DUE, Verdict.DEVIATION) or outcome.question == "not_yet"
        if missing and _incident_of(outcome) in some:
            yield outcome.ask("who_could_not_calm_down").but(asks_after=None)
        else:
            yield outcome


def _incident_of(outcome: Outcome) -> str:
    return outcome.scope.partition("/")[0]


@CHAPTER.each("GI-04a", _at_level(4))
def documented_at_four(_case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome:
    """«foresatte blir informert. Dokumentasjon i Visma Sikker Sak.»: at level 4 the incident says what happened."""
    return judge.field(_scope(incident), incident.description, incident, path="incidents.description", event=when)


@CHAPTER.rule("GI-05")
def followed_up(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«må dette følges opp av elevsamtaler med de involverte elevene»: each of them, after the intervention."""
    for incident, when in _at_level(2, 3, 4, None)(case):
        pupils = _pupils(case, incident)
        if not pupils:
            yield judge.review(_scope(incident), "which_pupils", incident, event=when)
        for pupil in pupils:
            yield _followed_up(case, judge, incident, when, pupil)


def _followed_up(case: KnownCase, judge: Judge, incident: Incident, when: Moment, pupil: str) -> Outcome | None:
    scope = _scope(incident, pupil)
    heard = hearings(case, judge, pupil).where(lambda entry: entry.can_follow(when))
    talks = heard.sure
    clear = [e for e in talks if (moment := e.at) is not None and when.certainly_before(moment)]
    declined = all(e.hearing is Hearing.DECLINED for e in clear)
    found = shown(judge, "GI-05", scope, when, clear, remarks=(DECLINED,) if declined else ())
    if found is not None:
        return found
    if talks:
        return judge.review(scope, "order_unclear", incident, *talks, event=when)
    unnamed = [e for e in case.all(LogKind.PUPIL_CONVERSATION) if not e.pupils and was_heard(e) and e.can_follow(when)]
    outcome = waited(case, judge, "GI-05", scope, when)
    if incident.level in (2, None):
        outcome = outcome and outcome.only_asked()
    outcome = or_which(outcome, "which_pupil", *unnamed)
    return outcome and heard.settle(outcome)


@CHAPTER.each("GI-06", _at_level(3, 4))
def responsible_for_follow_up(case: KnownCase, judge: Judge, incident: Incident, when: Moment) -> Outcome:
    """«Den som griper inn, har ansvar for at dette blir gjort.»"""
    scope, intervener, responsible = _scope(incident), incident.intervener, incident.follow_up_responsible
    if responsible is not None and is_known(responsible):
        same = responsible.is_same_person(intervener)
        if same:
            return judge.met(scope, incident, event=when)
        return judge.review(scope, "who_follows_up" if same is None else "another_follows_up", incident, event=when)
    for talk in case.all(LogKind.PUPIL_CONVERSATION):
        if was_heard(talk) and talk.can_follow(when) and talk.doer and talk.doer.is_same_person(intervener):
            return judge.met(scope, talk, event=when, remarks=(WEAK,))
    return judge.review(scope, "who_follows_up", incident, event=when)
