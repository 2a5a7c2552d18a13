"""Plikter i loven som planen ikke nevner (L): optional; a municipality turns each on or off in its plan, with a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...domain.annual_cycle import CycleKind, Group
from ...domain.case import Incident
from ...domain.log import Hearing, LogEntry, LogKind, Recorded
from ...domain.moment import Moment, end_of
from ...domain.notice import NoticeSource
from ...domain.people import Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from ..judge import Judge, when_of
from ..known import CaseIndex, CycleIndex
from ..rule import Chapter, Subject, Text
from ..who_was_told import (
    WHICH_PUPIL,
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
from .notification import RECEIVING_QUESTIONS, received

CHAPTER = Chapter("law", Text("Plikter i loven som planen ikke nevner", "Plikter i lova som planen ikkje nemner"))
_ENQUIRY = (
    LogKind.ENQUIRY_STEP,
    LogKind.SUSPICION_ENQUIRY,
    LogKind.PUPIL_CONVERSATION,
    LogKind.HOME_MEETING,
    LogKind.STAFF_CONVERSATION,
    LogKind.OBSERVATION,
)


@CHAPTER.rule(
    "L-01",
    "varsel-fra-eleven-selv-tatt-imot",
    title=Text(
        "Varsel fra eleven selv skal tas imot og dokumenteres av rektor eller kontaktlærer",
        "Varsel frå eleven sjølv skal takast imot og dokumenterast av rektor eller kontaktlærar",
    ),
    remedy=Text(
        "Skriv på varselet hvem eleven sa det til, og gi det videre til rektor.",
        "Skriv på varselet kven eleven sa det til, og gi det vidare til rektor.",
    ),
    proof=Text(
        "Varselet står i saken, mottatt av rektor eller kontaktlærer, og skrevet inn eller loggført av en av dem.",
        "Varselet står i saka, motteke av rektor eller kontaktlærar, og skrive inn eller loggført av ein av dei.",
    ),
    limits=Text(
        "Det eleven sa uten at noen skrev det, ser regelen ikke.",
        "Det eleven sa utan at nokon skreiv det, ser regelen ikkje.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log", "suspicions"),
    questions=RECEIVING_QUESTIONS,
    optional=True,
)
def pupil_tells(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """The law's duty to notify holds also when the pupil herself says so."""
    yield from received("L-01", case, judge, NoticeSource.PUPIL)


@CHAPTER.rule(
    "L-02",
    "kontaktlaerer-melder-videre-til-rektor",
    title=Text(
        "Varsel som kontaktlærer eller en annen på skolen tar imot, skal meldes videre til rektor",
        "Varsel som kontaktlærar eller ein annan på skolen tek imot, skal meldast vidare til rektor",
    ),
    remedy=Text(
        "Gi varselet videre til rektor nå, og loggfør det.", "Gi varselet vidare til rektor no, og loggfør det."
    ),
    proof=Text(
        "Rektors mottak, eller når rektor fikk vite det.", "Mottaket til rektor, eller når rektor fekk vite det."
    ),
    limits=Text(
        "Loven setter ingen frist i dager; skoledager til spørsmål og avvik er satt i verktøyet. Varsel fra ansatte selv ser VA-03 på.",
        "Lova set ingen frist i dagar; skoledagar til spørsmål og avvik er sette i verktøyet. Varsel frå tilsette sjølve ser VA-03 på.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.CONTACT_TEACHER,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log", "suspicions"),
    decided_by=("notices.receiver",),
    questions={
        "which_receipt": Text(
            "Loggen har et mottak som kan gjelde dette varselet. Gjelder mottaket dette varselet, og har rektor skrevet det?",
            "Loggen har eit mottak som kan gjelde dette varselet. Gjer det det, og skreiv rektor det?",
        ),
    },
    optional=True,
)
def passed_on(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """The plan lets kontaktlærer receive a notice; the law wants rektor told, by everyone who works at the school."""
    for notice in case.notices:
        arrived, receiver = when_of(notice), notice.receiver
        if arrived is None or receiver is None or not receiver.role.works_at_school or receiver.acts_as(Role.RECTOR):
            continue
        if notice.source is NoticeSource.STAFF or goes_to_the_owner(case, notice):
            continue
        scope = scope_of(notice=notice.id)
        reached = rector_reached(case, notice)
        if reached.sure:
            yield judge.done("L-02", scope, reached.sure[0], since=arrived)
            continue
        outcome = or_which(waited(case, judge, "L-02", scope, arrived), "which_receipt", *reached.unsure)
        if outcome is not None:
            yield outcome


@CHAPTER.rule(
    "L-03",
    "en-uke-siden-rektor-fikk-saken",
    title=Text(
        "Innen en uke skal det undersøkes eller lages en plan",
        "Innan ei veke skal det undersøkjast eller lagast ein plan",
    ),
    remedy=Text(
        "Undersøk, og loggfør det. Har eleven det ikke trygt og godt: lag en aktivitetsplan.",
        "Undersøk, og loggfør det. Har eleven det ikkje trygt og godt: lag ein aktivitetsplan.",
    ),
    proof=Text("En undersøkelse eller en gjeldende plan.", "Ei undersøking eller ein gjeldande plan."),
    limits=Text(
        "Dette er ikke en frist for skolen, men en opplysning: etter en uke kan eleven melde saken til statsforvalteren.",
        "Dette er ikkje ein frist for skolen, men ei opplysning: etter ei veke kan eleven melde saka til statsforvaltaren.",
    ),
    severity=Severity.HIGH,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-12-6",),
    needs=("notices", "log", "activity_plans"),
    decided_by=(
        "notices.rector_told_at",
        "notices.receiver",
    ),
    questions={
        "may_be_reported": Text(
            "Det er gått en uke uten undersøkelse eller plan. Eleven kan nå melde saken til statsforvalteren. Hva gjør skolen nå?",
            "Det har gått ei veke utan undersøking eller plan. Eleven kan no melde saka til statsforvaltaren. Kva gjer skolen no?",
        )
    },
    optional=True,
)
def one_week(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 12-6: the later of one week and five school days since it was raised with rektor; a horizon, never a deviation."""
    raised = _raised_with_rector(case)
    if raised is None:
        return
    # A week ends on the same weekday (domstolloven § 148), and in practice it is five working days: the later of the two.
    horizon = max(raised.day + timedelta(days=7), judge.calendar.add(raised.day, 5))
    remarks = [Remark(code=RemarkCode.MAY_BE_REPORTED_TO_STATE, day=horizon + timedelta(days=1))]
    remarks += judge.uncounted(raised.day, horizon)
    done = [e for e in case.all(*_ENQUIRY) if _took_place(e) and _from(e, raised)]
    decided = [p for p in case.decided_plans if _from(p, raised)]
    if done or decided:
        yield judge.met("case", *(done[:1] or decided[:1]), event=raised)
    elif case.closed is not None:
        return
    elif judge.today <= horizon:
        pending = Outcome(
            scope="case", verdict=Verdict.DUE, deadline=horizon, counted_from=raised.day, event_day=raised.day
        )
        yield pending.model_copy(update={"changes_at": end_of(horizon), "remarks": tuple(remarks)})
    else:
        yield judge.review("case", "may_be_reported", event=raised, remarks=remarks)


def _raised_with_rector(case: CaseIndex) -> Moment | None:
    """When it was first raised with rektor since the case was last opened; a notice that names no receiver counts."""
    closed = [period.closed for period in case.periods[:-1]]
    since = closed[-1] if closed else None
    found = []
    for notice in case.notices:
        if goes_to_the_owner(case, notice):
            continue
        came = when_of(notice) if not is_known(notice.receiver) else None
        reached = [when_of(item) for item in rector_reached(case, notice).sure]
        found += [m for m in (came, *reached) if m is not None and (since is None or m.before(since) is not True)]
    return min(found, key=lambda m: m.sort_key, default=None)


def _took_place(entry: LogEntry) -> bool:
    return entry.held is not False and entry.hearing is not Hearing.OFFERED


def _from(item: Recorded, moment: Moment) -> bool:
    when = when_of(item)
    return when is not None and when.before(moment) is not True


@CHAPTER.rule(
    "L-04",
    "fysisk-inngrep-er-dokumentert",
    title=Text(
        "Fysiske inngrep er dokumentert med hendelsen, inngrepet og elevens syn, og rektor og foreldre vet om dem",
        "Fysiske inngrep er dokumenterte med hendinga, inngrepet og synet til eleven, og rektor og foreldre veit om dei",
    ),
    remedy=Text(
        "Skriv på hendelsen en kort omtale av det som skjedde, av inngrepet og av elevens syn. Si det til rektor, som sier det til "
        "foreldrene, og loggfør det. Gjentar det seg, eller er det særlig alvorlig, skal skoleeier også vite det.",
        "Skriv på hendinga ein kort omtale av det som hende, av inngrepet og av synet til eleven. Sei det til rektor, som seier det til "
        "foreldra, og loggfør det. Tek det seg opp att, eller er det særleg alvorleg, skal skoleeigar òg vite det.",
    ),
    proof=Text(
        "De tre feltene er fylt ut, loggen viser at rektor og foreldrene fikk vite det, og ved gjentakelse at skoleeier fikk vite det.",
        "Dei tre felta er fylte ut, loggen viser at rektor og foreldra fekk vite det, og ved gjentaking at skoleeigar fekk vite det.",
    ),
    limits=Text(
        "Regelen ser at det står noe, ikke om inngrepet var lovlig. På nivå 3 og 4 spør den når det ikke er tatt stilling til om inngrepet "
        "var fysisk.",
        "Regelen ser at det står noko, ikkje om inngrepet var lovleg. På nivå 3 og 4 spør han når det ikkje er teke stilling til om "
        "inngrepet var fysisk.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.LAW,
    role=Role.STAFF,
    law=("opplaeringslova-13-5",),
    needs=(
        "incidents",
        "incidents.physical_intervention",
        "incidents.description",
        "incidents.intervention_account",
        "incidents.pupil_view",
        "log",
        "notices",
        "incidents.author",
        "incidents.guardians_informed",
        "incidents.intervener",
        "incidents.pupils",
    ),
    questions={
        "was_it_physical": Text("Ble det gjort et fysisk inngrep?", "Vart det gjort eit fysisk inngrep?"),
        "rector_told": Text(
            "Inngrepet er dokumentert. Har rektor fått vite om det?",
            "Inngrepet er dokumentert. Har rektor fått vite om det?",
        ),
        "guardians_told": Text(
            "Inngrepet er dokumentert. Har foreldrene til hver elev fått vite om det?",
            "Inngrepet er dokumentert. Har foreldra til kvar elev fått vite om det?",
        ),
        "repeated": Text(
            "Det er gjort fysisk inngrep mot samme elev før. Har skoleeier fått vite det?",
            "Det er gjort fysisk inngrep mot same elev før. Har skoleeigar fått vite det?",
        ),
    },
    optional=True,
)
def physical_intervention(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Skolen skal dokumentere alle fysiske inngrep» (§ 13-5): three things written, and who must know, knows."""
    for number, incident in enumerate(case.incidents):
        scope, when = scope_of(incident=incident.id), when_of(incident)
        if incident.physical_intervention is None and incident.level in (3, 4):
            yield judge.review(scope, "was_it_physical", incident, event=when)
        elif incident.physical_intervention:
            yield _physical(case, judge, scope, incident, when, case.incidents[:number])


def _physical(
    case: CaseIndex,
    judge: Judge,
    scope: str,
    incident: Incident,
    when: Moment | None,
    earlier: tuple[Incident, ...],
) -> Outcome:
    told = all(judge.answers(text) for text in (incident.description, incident.intervention_account))
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


def _rector_knows(case: CaseIndex, incident: Incident, when: Moment | None) -> Recorded | None:
    """What shows that rektor knows of it."""
    if acted_as(incident.intervener, Role.RECTOR) or acted_as(incident.author, Role.RECTOR):
        return incident
    told: list[Recorded] = [item for notice in case.notices for item in rector_reached(case, notice).sure]
    told += [e for e in case.all(LogKind.RECTOR_RECEIVED) if acted_as(e.doer, Role.RECTOR)]
    return next((item for item in told if when is not None and _from(item, when)), None)


@CHAPTER.rule(
    "L-05",
    "eleven-kjenner-rettighetene-sine",
    title=Text(
        "Eleven og foreldrene skal få vite om rettighetene sine", "Eleven og foreldra skal få vite om rettane sine"
    ),
    remedy=Text(
        "Forklar retten til et trygt og godt skolemiljø og hvem de kan melde til, og loggfør det.",
        "Forklar retten til eit trygt og godt skolemiljø og kven dei kan melde til, og loggfør det.",
    ),
    proof=Text(
        "En logg om at rettighetene er forklart, for hver elev saken gjelder.",
        "Ein logg om at rettane er forklarte, for kvar elev saka gjeld.",
    ),
    limits=Text(
        "Regelen ser loggen i saken, ikke om det ble forstått. Informasjonen til alle i skoleåret står i årshjulet; det ser L-05a på.",
        "Regelen ser loggen i saka, ikkje om det vart forstått. Informasjonen til alle i skoleåret står i årshjulet; det ser L-05a på.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.LAW,
    role=Role.RECTOR,
    law=("opplaeringslova-10-8",),
    needs=("log", "notices", "pupils"),
    questions={"which_pupil": WHICH_PUPIL},
    optional=True,
)
def rights_explained(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 10-8: the information pupils and parents need about the school environment and their rights, per pupil."""
    begun = case.received
    if begun is None:
        return
    unnamed = [e for e in case.all(LogKind.RIGHTS_EXPLAINED) if not e.pupils and e.held is not False]
    for pupil in case.affected:
        scope = scope_of(pupil=pupil.ref)
        start = max((m for m in (begun, pupil.joined_at) if m is not None), key=lambda m: m.sort_key)
        told = [e for e in case.for_pupil(pupil.ref, LogKind.RIGHTS_EXPLAINED) if e.held is not False]
        if told:
            yield judge.done("L-05", scope, told[0], since=start)
            continue
        outcome = or_which(waited(case, judge, "L-05", scope, start), "which_pupil", *unnamed)
        if outcome is not None:
            yield outcome


@CHAPTER.rule(
    "L-05a",
    "retten-til-a-melde-er-gjort-kjent",
    title=Text(
        "Elever og foreldre skal i skoleåret få vite at de kan melde en sak til statsforvalteren",
        "Elevar og foreldre skal i skoleåret få vite at dei kan melde ei sak til statsforvaltaren",
    ),
    remedy=Text(
        "Gjør retten til å melde til statsforvalteren kjent for elever og foreldre, og før det i årshjulet med dato og gruppe.",
        "Gjer retten til å melde til statsforvaltaren kjend for elevar og foreldre, og før det i årshjulet med dato og gruppe.",
    ),
    proof=Text(
        "En oppføring i årshjulet (1310.no) for elevene og en for foreldrene, gjort i skoleåret.",
        "Ei oppføring i årshjulet (1310.no) for elevane og ei for foreldra, gjord i skoleåret.",
    ),
    limits=Text(
        "Regelen ser at det er ført, ikke om det nådde alle eller ble forstått. Loven sier ikke hvor ofte; årshjulet tilsier hvert år. "
        "Hver enkelt sak ser L-05 på.",
        "Regelen ser at det er ført, ikkje om det nådde alle eller vart forstått. Lova seier ikkje kor ofte; årshjulet tilseier kvart år. "
        "Kvar enkelt sak ser L-05 på.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.LAW,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    law=("opplaeringslova-10-8",),
    needs=("entries",),
    questions={
        "for_whom": Text(
            "Informasjonen er ført som gitt, men ikke til hvem. Gjaldt det denne gruppen også?",
            "Informasjonen er ført som gitt, men ikkje til kven. Gjaldt det denne gruppa òg?",
        )
    },
    optional=True,
    shares_row="L-05",
)
def right_to_report_made_known(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """§ 10-8: what pupils and parents need to know, the right to report (§ 12-6) included, each school year and group."""
    for group in (Group.PUPILS, Group.GUARDIANS):
        yield made_known(index, judge, CycleKind.STATE_SUPERVISOR_INFORMATION, group)
