"""Skjerpet aktivitetsplikt (SK): an adult at the school is said to violate a pupil, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.case import Suspected, Suspicion
from ..domain.log import LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.people import Actor, Role
from ..domain.verdict import Basis, Outcome, Reason, Severity, Verdict, scope_of
from .index import CaseIndex
from .judge import Judge, when_of
from .rule import Chapter, Text

CHAPTER = Chapter("staff_suspicion", Text("Skjerpet aktivitetsplikt", "Skjerpa aktivitetsplikt"))
_ENQUIRY = (
    LogKind.ENQUIRY_PLAN,
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.HOME_MEETING,
    LogKind.STAFF_CONVERSATION,
)


def _place(case: CaseIndex, suspicion: Suspicion) -> str:
    """The suspicions of a case have no ids of their own: they are numbered in the order they came."""
    return scope_of(suspicion=str(case.staff_suspicions.index(suspicion) + 1))


def _against_a_leader(case: CaseIndex, suspicion: Suspicion) -> bool:
    return suspicion in case.leader_suspicions


def _after(entries: list[LogEntry], start: Moment) -> list[LogEntry]:
    found = []
    for entry in entries:
        when = when_of(entry)
        if when is not None and when.before(start) is not True:
            found.append(entry)
    return found


@CHAPTER.rule(
    "SK-01",
    "straks-varsle-rektor",
    title=Text("Rektor ble varslet straks", "Rektor vart varsla straks"),
    remedy=Text(
        "Varsle rektor nå, og loggfør når. Gjelder det ledelsen: varsle skoleeier direkte.",
        "Varsle rektor no, og loggfør når. Gjeld det leiinga: varsle skuleeigar direkte.",
    ),
    proof=Text(
        "Rektors mottak, eller varselet selv, samme dag som mistanken oppsto.",
        "Mottaket til rektor, eller sjølve varselet, same dag som mistanken oppstod.",
    ),
    limits=Text(
        "Når noen forsto hva de så, vet bare de selv.", "Når nokon forstod kva dei såg, veit berre dei sjølve."
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-5-1", "opplaeringslova-12-9"),
    needs=("suspicions", "notices", "log"),
)
def rector_at_once(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«skal vedkommende straks varsle rektor». Not where a leader is accused: that way goes to the owner (SK-02)."""
    for suspicion in case.staff_suspicions:
        if _against_a_leader(case, suspicion):
            continue
        told = [e for e in _after(case.all(LogKind.RECTOR_RECEIVED), suspicion.at) if _by(e, Role.RECTOR)]
        to_rector = [
            n
            for n in case.notices
            if n.receiver is not None
            and n.receiver.acts_as(Role.RECTOR)
            and n.arrived_at is not None
            and n.arrived_at.before(suspicion.at) is not True
        ]
        yield judge.straks(_place(case, suspicion), suspicion.at, sorted([*told, *to_rector], key=lambda e: e.sort_key))


@CHAPTER.rule(
    "SK-02",
    "ledelsen-direkte-til-skoleeier",
    title=Text(
        "Skoleeier er varslet direkte når en i ledelsen er den det gjelder",
        "Skuleeigar er varsla direkte når ein i leiinga er den det gjeld",
    ),
    remedy=Text(
        "Den som fikk mistanken, varsler skoleeier direkte nå, ikke gjennom skolens ledelse.",
        "Den som fekk mistanken, varslar skuleeigar direkte no, ikkje gjennom leiinga ved skulen.",
    ),
    proof=Text(
        "En logg om at skoleeier er varslet samme dag, av en annen enn den det gjelder og utenom skolens ledelse.",
        "Ein logg om at skuleeigar er varsla same dag, av ein annan enn den det gjeld og utanom leiinga ved skulen.",
    ),
    limits=Text("Hvem som er «ledelse», må kilden si.", "Kven som er «leiing», må kjelda seie."),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-5-2", "opplaeringslova-12-9"),
    needs=("suspicions", "log"),
    questions={
        "who_notified": Text(
            "Det står ikke hvem som varslet skoleeier. Gikk det utenom den det gjelder og skolens ledelse?",
            "Det står ikkje kven som varsla skuleeigar. Gjekk det utanom den det gjeld og leiinga ved skulen?",
        ),
    },
)
def owner_directly(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«skal skoleeier/kommunalsjef varsles direkte»: not by or through the accused, and not through the leadership."""
    for suspicion in case.staff_suspicions:
        if not _against_a_leader(case, suspicion):
            continue
        scope = _place(case, suspicion)
        notified = _after(case.all(LogKind.OWNER_NOTIFIED), suspicion.at)
        direct = [e for e in notified if _route(e, suspicion) is True]
        unclear = [e for e in notified if _route(e, suspicion) is None]
        if direct:
            yield judge.straks(scope, suspicion.at, direct)
        elif unclear:
            yield judge.review(scope, "who_notified", *unclear, event=suspicion.at)
        elif notified:
            yield judge.deviation(scope, Reason.WRONG_ROLE, *notified, event=suspicion.at)
        else:
            yield judge.straks(scope, suspicion.at, [])


def _route(entry: LogEntry, suspicion: Suspicion) -> bool | None:
    """Whether the owner was told straight: by somebody outside the leadership, through nobody in it."""
    doer = entry.doer
    if doer is None or doer.role is Role.UNKNOWN:
        return None
    ways = (doer, *entry.via)
    if any(_is_accused(actor, suspicion) or actor.acts_as(Role.RECTOR, Role.LEADER) for actor in ways):
        return False
    return None if any(actor.role is Role.UNKNOWN for actor in ways) else True


def _is_accused(actor: Actor, suspicion: Suspicion) -> bool:
    return any(actor.is_same_person(accused) is True for accused in suspicion.accused)


@CHAPTER.rule(
    "SK-03",
    "undersokelser-i-gang-straks",
    title=Text("Undersøkelser ble satt i gang straks", "Undersøkingar vart sette i gang straks"),
    remedy=Text("Sett i gang undersøkelsene nå, og loggfør det.", "Set i gang undersøkingane no, og loggfør det."),
    proof=Text("Den første undersøkelsen er loggført samme dag.", "Den første undersøkinga er loggført same dag."),
    limits=Text(
        "Om det var grunn til å vente (politi), ser regelen ikke.",
        "Om det var grunn til å vente (politi), ser regelen ikkje.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("suspicions", "log"),
)
def enquiry_at_once(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Undersøkelser skal settes i gang straks»."""
    for suspicion in case.staff_suspicions:
        steps = [e for e in _after(case.all(*_ENQUIRY), suspicion.at) if e.held is not False]
        yield judge.straks(_place(case, suspicion), suspicion.at, steps)


@CHAPTER.rule(
    "SK-05",
    "tiltak-straks-etter-funn",
    title=Text(
        "Tiltak ble satt i verk straks da undersøkelsen avdekket en krenkelse",
        "Tiltak vart sett i verk straks då undersøkinga avdekte ei krenking",
    ),
    remedy=Text("Sett tiltak i verk nå, og loggfør det.", "Set tiltak i verk no, og loggfør det."),
    proof=Text("Et tiltak er i gang samme dag som funnet.", "Eit tiltak er i gang same dag som funnet."),
    limits=Text("Personalsaken mot den ansatte hentes aldri.", "Personalsaka mot den tilsette blir aldri henta."),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2",),
    needs=("log",),
)
def measures_at_once(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«må tiltaks settes i verk straks»: from the day of the finding."""
    for found in case.all(LogKind.STAFF_FINDING):
        when = when_of(found)
        if when is not None:
            yield judge.straks(scope_of(log=found.id), when, _after(case.all(LogKind.MEASURE_STARTED), when))


@CHAPTER.rule(
    "SK-06",
    "rektor-undersoker-og-ivaretar-alle",
    title=Text(
        "Eleven, foreldrene og den ansatte er ivaretatt, og den som undersøker er ikke den det gjelder",
        "Eleven, foreldra og den tilsette er tekne vare på, og den som undersøkjer er ikkje den det gjeld",
    ),
    remedy=Text(
        "Loggfør hvordan hver av de tre er ivaretatt. Skoleeier peker ut en annen til å undersøke en leder.",
        "Loggfør korleis kvar av dei tre er teken vare på. Skuleeigar peikar ut ein annan til å undersøkje ein leiar.",
    ),
    proof=Text(
        "En logg som nevner eleven, foreldrene og den ansatte.", "Ein logg som nemner eleven, foreldra og den tilsette."
    ),
    limits=Text(
        "Regelen ser at de er nevnt, ikke hvordan de har det.",
        "Regelen ser at dei er nemnde, ikkje korleis dei har det.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("suspicions", "log"),
    questions={
        "accused_investigates": Text(
            "Den som undersøker, er den det gjelder, eller en annen i ledelsen. Hvem skal undersøke?",
            "Den som undersøkjer, er den det gjeld, eller ein annan i leiinga. Kven skal undersøkje?",
        )
    },
)
def everyone_cared_for(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«sørge for at både eleven, foreldrene og den ansatte blir ivaretatt»; a leader cannot investigate herself (A-25)."""
    staff = {Role.STAFF, Role.TEACHER, Role.CONTACT_TEACHER, Role.LEADER, Role.RECTOR}
    for suspicion in case.staff_suspicions:
        scope = _place(case, suspicion)
        investigator = case.case.investigator
        against_leader = _against_a_leader(case, suspicion)
        if investigator is not None and (
            _is_accused(investigator, suspicion) or (against_leader and investigator.acts_as(Role.RECTOR, Role.LEADER))
        ):
            yield judge.review(scope, "accused_investigates", event=suspicion.at)
            continue
        entries = _after(case.all(LogKind.CARE_OF_PARTIES), suspicion.at)
        cared = {role for entry in entries for role in entry.cared_for}
        if {Role.PUPIL, Role.GUARDIAN} <= cared and cared & staff:
            yield judge.met(scope, *entries, event=suspicion.at)
        elif entries and case.closed_after(suspicion.at) is not None:
            yield judge.deviation(scope, Reason.INCOMPLETE, *entries, event=suspicion.at)
        else:
            yield judge.ladder("SK-06", scope, suspicion.at, closed=case.closed_after(suspicion.at))


@CHAPTER.rule(
    "SK-07",
    "skoleeier-varslet-i-ansattsak",
    title=Text(
        "Skoleeier er varslet når en ansatt er den det gjelder", "Skuleeigar er varsla når ein tilsett er den det gjeld"
    ),
    remedy=Text(
        "Varsle skoleeier (kommunalsjef) nå, og loggfør det.", "Varsle skuleeigar (kommunalsjef) no, og loggfør det."
    ),
    proof=Text("En logg om at skoleeier er varslet.", "Ein logg om at skuleeigar er varsla."),
    limits=Text(
        "Loven unntar meldinger som er åpenbart grunnløse; planen gjør det ikke.",
        "Lova gjer unntak for meldingar som er openbert grunnlause; planen gjer det ikkje.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-5-1", "opplaeringslova-12-9"),
    needs=("suspicions", "log"),
    questions={
        "unfounded": Text(
            "Rektor har funnet meldingen åpenbart grunnløs. Loven unntar den da; planen gjør det ikke. Skal eier varsles?",
            "Rektor har funne meldinga openbert grunnlaus. Lova gjer då unntak; planen gjer det ikkje. Skal eigar varslast?",
        ),
    },
)
def owner_in_staff_cases(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Varsle skoleeier/kommunalsjef»: in every case about someone who works at the school; no time is set."""
    for suspicion in case.staff_suspicions:
        if suspicion.suspected is Suspected.LEADER or _against_a_leader(case, suspicion):
            continue
        scope = _place(case, suspicion)
        notified = _after(case.all(LogKind.OWNER_NOTIFIED), suspicion.at)
        if notified:
            yield judge.met(scope, notified[0], event=suspicion.at)
            continue
        outcome = judge.ladder("SK-07", scope, suspicion.at, closed=case.closed_after(suspicion.at))
        if suspicion.obviously_unfounded and outcome.verdict is not Verdict.DUE:
            outcome = judge.review(scope, "unfounded", event=suspicion.at)
        yield outcome


@CHAPTER.rule(
    "SK-08",
    "samtale-med-eleven-i-ansattsak",
    title=Text("Eleven er hørt om sin opplevelse", "Eleven er høyrd om si oppleving"),
    remedy=Text("Snakk med eleven, og loggfør samtalen.", "Snakk med eleven, og loggfør samtalen."),
    proof=Text(
        "En samtale med hver berørt elev, eller et tilbud eleven takket nei til.",
        "Ein samtale med kvar råka elev, eller eit tilbod eleven takka nei til.",
    ),
    limits=Text("Om eleven virkelig ble hørt, ser regelen ikke.", "Om eleven verkeleg vart høyrd, ser regelen ikkje."),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-2",),
    needs=("suspicions", "log", "pupils"),
)
def pupil_heard(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Samtale med elev for å høre vedkommende sin opplevelse av situasjonen»: every affected pupil."""
    for suspicion in case.staff_suspicions[:1]:
        for pupil in case.affected:
            scope = scope_of(pupil=pupil.ref)
            held = _after(case.hearings(pupil.ref), suspicion.at)
            if held:
                yield judge.met(scope, held[0], event=suspicion.at)
            else:
                yield judge.ladder("SK-08", scope, suspicion.at, closed=case.closed_after(suspicion.at))


@CHAPTER.rule(
    "SK-09",
    "samtale-med-den-beskyldte",
    title=Text("Den som er beskyldt, er hørt", "Den som er skulda, er høyrd"),
    remedy=Text(
        "Snakk med den som er beskyldt, og loggfør at det er gjort.",
        "Snakk med den som er skulda, og loggfør at det er gjort.",
    ),
    proof=Text(
        "En logg om at samtalen er holdt. Innholdet hentes aldri.",
        "Ein logg om at samtalen er halden. Innhaldet blir aldri henta.",
    ),
    limits=Text(
        "Samtalen er en personalsak; regelen ser bare at den er holdt.",
        "Samtalen er ei personalsak; regelen ser berre at han er halden.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("suspicions", "log"),
)
def accused_heard(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Samtale med den som er beskyldt for å ha krenka for å høre oppfatning av situasjonen»."""
    for suspicion in case.staff_suspicions:
        scope = _place(case, suspicion)
        held = [e for e in _after(case.all(LogKind.STAFF_CONVERSATION), suspicion.at) if e.held is not False]
        if held:
            yield judge.met(scope, held[0], event=suspicion.at)
        else:
            yield judge.ladder("SK-09", scope, suspicion.at, closed=case.closed_after(suspicion.at))


def _by(entry: LogEntry, role: Role) -> bool:
    return entry.author is not None and entry.author.acts_as(role)
