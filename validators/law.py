"""Plikter i loven som planen ikke nevner (L): optional; a municipality turns each on or off in its plan, with a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..domain.log import LogKind
from ..domain.moment import end_of
from ..domain.notice import NoticeSource
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from .index import CaseIndex
from .judge import Judge, when_of
from .notification import WHO_RECEIVED, taken
from .rule import Chapter, Text

CHAPTER = Chapter("law", Text("Plikter i loven som planen ikke nevner", "Plikter i lova som planen ikkje nemner"))


@CHAPTER.rule(
    "L-01",
    "varsel-fra-eleven-selv-tatt-imot",
    title=Text(
        "Varsel fra eleven selv er tatt imot av rektor eller kontaktlærer",
        "Varsel frå eleven sjølv er teke imot av rektor eller kontaktlærar",
    ),
    remedy=Text(
        "Før hvem eleven sa det til, og gi det videre til rektor.",
        "Før kven eleven sa det til, og gi det vidare til rektor.",
    ),
    proof=Text(
        "Varselet står i saken, mottatt av rektor eller kontaktlærer.",
        "Varselet står i saka, motteke av rektor eller kontaktlærar.",
    ),
    limits=Text(
        "Det eleven sa uten at noen skrev det, ser regelen ikke.",
        "Det eleven sa utan at nokon skreiv det, ser regelen ikkje.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("notices",),
    questions={"who_received": WHO_RECEIVED},
    optional=True,
)
def pupil_tells(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """The law's duty to notify holds also when the pupil herself says so."""
    for notice in case.notices:
        if notice.source is NoticeSource.PUPIL:
            outcome = taken(judge, notice)
            if outcome is not None:
                yield outcome


@CHAPTER.rule(
    "L-02",
    "kontaktlaerer-melder-videre-til-rektor",
    title=Text(
        "Varsel som kontaktlærer tok imot, er meldt videre til rektor",
        "Varsel som kontaktlærar tok imot, er meldt vidare til rektor",
    ),
    remedy=Text(
        "Gi varselet videre til rektor nå, og loggfør det.", "Gi varselet vidare til rektor no, og loggfør det."
    ),
    proof=Text(
        "Rektors mottak, eller når rektor fikk vite det.", "Mottaket til rektor, eller når rektor fekk vite det."
    ),
    limits=Text("Loven setter ingen frist i dager.", "Lova set ingen frist i dagar."),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.CONTACT_TEACHER,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log"),
    optional=True,
)
def passed_on(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """The plan lets kontaktlærer receive a notice; the law wants rektor told."""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if notice.receiver is None or arrived is None or not notice.receiver.acts_as(Role.CONTACT_TEACHER):
            continue
        scope = scope_of(notice=notice.id)
        receipts = list(case.for_notice(notice, LogKind.RECTOR_RECEIVED))
        told = notice.rector_told_at
        if receipts or (told is not None and told.known_at(case.as_of)):
            yield judge.met(scope, receipts[0] if receipts else notice, event=arrived)
        else:
            yield judge.ladder("L-02", scope, arrived, closed=case.closed_after(arrived))


@CHAPTER.rule(
    "L-03",
    "en-uke-siden-rektor-fikk-saken",
    title=Text(
        "Innen en uke er det undersøkt eller laget en plan", "Innan ei veke er det undersøkt eller laga ein plan"
    ),
    remedy=Text(
        "Undersøk, og lag en aktivitetsplan hvis eleven ikke har det trygt og godt.",
        "Undersøk, og lag ein aktivitetsplan om eleven ikkje har det trygt og godt.",
    ),
    proof=Text("En undersøkelse eller en vedtatt plan.", "Ei undersøking eller ein vedteken plan."),
    limits=Text(
        "Dette er ikke en frist for skolen, men en opplysning: etter en uke kan eleven melde saken til statsforvalteren.",
        "Dette er ikkje ein frist for skulen, men ei opplysning: etter ei veke kan eleven melde saka til statsforvaltaren.",
    ),
    severity=Severity.HIGH,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-12-6",),
    needs=("notices", "log", "activity_plans"),
    questions={
        "may_be_reported": Text(
            "Det er gått en uke uten undersøkelse eller plan. Eleven kan nå melde saken til statsforvalteren. Hva gjøres?",
            "Det har gått ei veke utan undersøking eller plan. Eleven kan no melde saka til statsforvaltaren. Kva blir gjort?",
        )
    },
    optional=True,
)
def one_week(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 12-6: the later of one week and five school days since it was raised with rektor; a horizon, never a deviation."""
    received = case.received
    if received is None:
        return
    horizon = max(received.day + timedelta(days=7), judge.calendar.add(received.day, 5))
    remark = Remark(code=RemarkCode.MAY_BE_REPORTED_TO_STATE, day=horizon)
    steps = case.all(
        LogKind.ENQUIRY_STEP,
        LogKind.ENQUIRY_PLAN,
        LogKind.PUPIL_CONVERSATION,
        LogKind.HOME_MEETING,
        LogKind.OBSERVATION,
    )
    done = [e for e in steps if e.held is not False and when_of(e) is not None]
    decided = case.first_decision
    shown = done[0] if done else decided
    if shown is not None:
        yield judge.met("case", shown, event=received)
    elif case.closed is not None:
        return
    elif judge.today <= horizon:
        pending = Outcome(
            scope="case", verdict=Verdict.DUE, deadline=horizon, counted_from=received.day, event_day=received.day
        )
        yield pending.model_copy(update={"changes_at": end_of(horizon), "remarks": (remark,)})
    else:
        yield judge.review("case", "may_be_reported", event=received, remarks=(remark,))


@CHAPTER.rule(
    "L-04",
    "fysisk-inngrep-er-dokumentert",
    title=Text(
        "Fysiske inngrep er dokumentert med hendelsen, inngrepet og elevens syn",
        "Fysiske inngrep er dokumenterte med hendinga, inngrepet og synet til eleven",
    ),
    remedy=Text(
        "Skriv en kort omtale av hendelsen, inngrepet og elevens syn.",
        "Skriv ein kort omtale av hendinga, inngrepet og synet til eleven.",
    ),
    proof=Text("De tre feltene er fylt ut.", "Dei tre felta er fylte ut."),
    limits=Text(
        "Regelen ser at det står noe, ikke om inngrepet var lovlig.",
        "Regelen ser at det står noko, ikkje om inngrepet var lovleg.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.STAFF,
    law=("opplaeringslova-13-5",),
    needs=("incidents",),
    questions={
        "was_it_physical": Text("Ble det gjort et fysisk inngrep?", "Vart det gjort eit fysisk inngrep?"),
    },
    optional=True,
)
def physical_intervention(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Skolen skal dokumentere alle fysiske inngrep» (§ 13-5): three things, for incidents of level 3 and 4."""
    for incident in case.incidents:
        if incident.level not in (3, 4):
            continue
        scope, when = scope_of(incident=incident.id), when_of(incident)
        if incident.physical_intervention is None:
            yield judge.review(scope, "was_it_physical", incident, event=when)
        elif incident.physical_intervention:
            texts = (incident.description, incident.intervention_account, incident.pupil_view)
            if all(judge.is_filled_in(text) for text in texts):
                yield judge.met(scope, incident, event=when, remarks=judge.presence_remarks())
            else:
                yield judge.deviation(scope, Reason.INCOMPLETE, incident, event=when)


@CHAPTER.rule(
    "L-05",
    "eleven-kjenner-rettighetene-sine",
    title=Text(
        "Eleven og foreldrene har fått vite om rettighetene sine", "Eleven og foreldra har fått vite om rettane sine"
    ),
    remedy=Text(
        "Forklar retten til et trygt skolemiljø og hvem de kan melde til, og loggfør det.",
        "Forklar retten til eit trygt skulemiljø og kven dei kan melde til, og loggfør det.",
    ),
    proof=Text("En logg om at rettighetene er forklart.", "Ein logg om at rettane er forklarte."),
    limits=Text("Regelen ser loggen, ikke om det ble forstått.", "Regelen ser loggen, ikkje om det vart forstått."),
    severity=Severity.MEDIUM,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-10-8",),
    needs=("log",),
    optional=True,
)
def rights_explained(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 10-8: the information pupils and parents need about the school environment and their rights."""
    received = case.received
    if received is None:
        return
    explained = case.first(LogKind.RIGHTS_EXPLAINED)
    if explained is not None:
        yield judge.met("case", explained, event=received)
    else:
        yield judge.ladder("L-05", "case", received, closed=case.closed_after(received))
