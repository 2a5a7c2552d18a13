"""Plikt til å varsle (VA): from the first notice to the owner's receipt, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.log import LogEntry, LogKind, Recorded
from ..domain.moment import Moment, end_of
from ..domain.notice import Notice, NoticeSource
from ..domain.people import Actor, Role
from ..domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from .index import CaseIndex
from .judge import Judge, when_of
from .rule import CaseRule, Chapter, Text

CHAPTER = Chapter("notification", Text("Plikt til å varsle", "Plikt til å varsle"))


_RECEIVES = (Role.RECTOR, Role.CONTACT_TEACHER)
WHO_RECEIVED = Text(
    "Varselet ble tatt imot av en annen enn rektor eller kontaktlærer, eller det står ikke av hvem. Hvem tok imot?",
    "Varselet vart teke imot av ein annan enn rektor eller kontaktlærar, eller det står ikkje av kven. Kven tok imot?",
)


def taken(judge: Judge, notice: Notice, roles: tuple[Role, ...] = _RECEIVES) -> Outcome | None:
    """Whether one of ``roles`` took the notice; anyone else, or nobody named, is a question. ``None`` = it has no day."""
    arrived = notice.arrived_at or notice.registered_at
    if arrived is None:
        return None
    scope = scope_of(notice=notice.id)
    if notice.receiver is not None and notice.receiver.acts_as(*roles):
        return judge.met(scope, notice, event=arrived)
    return judge.review(scope, "who_received", notice, event=arrived)


@CHAPTER.rule(
    "VA-00",
    "saken-har-et-varsel",
    title=Text("Saken begynner med et varsel til rektor", "Saka byrjar med eit varsel til rektor"),
    remedy=Text("Loggfør hvem som meldte ifra, når, og til hvem.", "Loggfør kven som melde frå, når, og til kven."),
    proof=Text("Et varsel i saken.", "Eit varsel i saka."),
    limits=Text(
        "En mistanke ingen har meldt, finnes ikke i noe system.",
        "Ein mistanke ingen har meldt, finst ikkje i noko system.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=("notices", "status_history"),
)
def notice_exists(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«en plikt til å melde ifra når de mistenker eller har kjennskap til»: a case without a notice cannot show it."""
    if case.notices:
        yield judge.met("case", case.notices[0], event=case.received)
    elif case.periods:
        opened = case.periods[0].opened
        yield judge.ladder("VA-00", "case", opened, closed=case.closed_after(opened))


@CHAPTER.rule(
    "VA-01",
    "mistanke-til-rektor-samme-dag",
    title=Text(
        "Den som ville undersøke en mistanke, meldte ifra til rektor samme dag",
        "Den som ville undersøkje ein mistanke, melde frå til rektor same dag",
    ),
    remedy=Text(
        "Meld ifra til rektor i dag, og loggfør når mistanken oppsto.",
        "Meld frå til rektor i dag, og loggfør når mistanken oppstod.",
    ),
    proof=Text(
        "Varselet nådde rektor samme dato som mistanken oppsto.",
        "Varselet nådde rektor same dato som mistanken oppstod.",
    ),
    limits=Text(
        "Når mistanken oppsto, vet bare den som fikk den.", "Når mistanken oppstod, veit berre den som fekk han."
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "log"),
    questions={
        "when_learned": Text(
            "Det står ikke når mistanken oppsto. Var det samme dag som rektor fikk vite det?",
            "Det står ikkje når mistanken oppstod. Var det same dag som rektor fekk vite det?",
        ),
    },
)
def suspicion_same_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«skal vedkommende melde ifra til rektor samme dag»: counted from when the suspicion arose, never from the log."""
    for notice in case.notices:
        if notice.source is not NoticeSource.STAFF or notice.suspicion_only is not True:
            continue
        scope = scope_of(notice=notice.id)
        if notice.learned_at is None:
            yield judge.review(scope, "when_learned", notice, event=notice.arrived_at)
            continue
        reached: list[Recorded] = [e for e in case.for_notice(notice, LogKind.RECTOR_RECEIVED) if _by_rector(e)]
        if notice.receiver is not None and notice.receiver.acts_as(Role.RECTOR):
            reached.append(notice)
        yield judge.by_day(scope, notice.learned_at, reached, days=0)


@CHAPTER.rule(
    "VA-02",
    "undersokelse-av-mistanke-dokumentert",
    title=Text(
        "Kontaktlærer har dokumentert undersøkelsen av mistanken",
        "Kontaktlærar har dokumentert undersøkinga av mistanken",
    ),
    remedy=Text("Kontaktlærer skriver hva som er undersøkt.", "Kontaktlærar skriv kva som er undersøkt."),
    proof=Text(
        "En logg av kontaktlærer etter at mistanken ble meldt.",
        "Ein logg av kontaktlærar etter at mistanken vart meld.",
    ),
    limits=Text(
        "Regelen ser loggen, ikke hvor godt det er undersøkt.", "Regelen ser loggen, ikkje kor godt det er undersøkt."
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.CONTACT_TEACHER,
    law=("opplaeringslova-12-4-4",),
    needs=("notices", "log"),
)
def suspicion_documented(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Undersøkelsen dokumenteres av kontaktlærer i Visma Sikker Sak.»"""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if notice.source is not NoticeSource.STAFF or notice.suspicion_only is not True or arrived is None:
            continue
        scope = scope_of(notice=notice.id)
        entries = [e for e in case.for_notice(notice, LogKind.SUSPICION_ENQUIRY) if when_of(e) is not None]
        by_teacher = [e for e in entries if e.author is not None and e.author.acts_as(Role.CONTACT_TEACHER)]
        if by_teacher:
            yield judge.met(scope, by_teacher[0], event=arrived)
        elif entries:
            yield judge.deviation(scope, Reason.WRONG_ROLE, *entries, event=arrived)
        else:
            yield judge.ladder("VA-02", scope, arrived, closed=case.closed_after(arrived))


@CHAPTER.rule(
    "VA-03",
    "ansatte-varsler-rektor-direkte",
    title=Text("Den ansatte tok saken direkte opp med rektor", "Den tilsette tok saka direkte opp med rektor"),
    remedy=Text("Ta saken opp med rektor, og loggfør det.", "Ta saka opp med rektor, og loggfør det."),
    proof=Text(
        "Rektor (eller registrert stedfortreder) tok imot.", "Rektor (eller registrert stadfortredar) tok imot."
    ),
    limits=Text("Regelen ser hvem som er ført som mottaker.", "Regelen ser kven som er ført som mottakar."),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.STAFF,
    law=("opplaeringslova-12-4-2",),
    needs=("notices", "suspicions"),
    questions={
        "who_received": Text(
            "Varselet fra en ansatt er ikke ført som mottatt av rektor. Fikk rektor det direkte?",
            "Varselet frå ein tilsett er ikkje ført som motteke av rektor. Fekk rektor det direkte?",
        ),
    },
)
def staff_tell_rector(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Ansatte ved skolen varsler ved å ta saken direkte opp med rektor». Not where a leader is accused (SK-02)."""
    for notice in case.notices:
        if notice.source is NoticeSource.STAFF and not case.leader_suspicions:
            outcome = taken(judge, notice, (Role.RECTOR,))
            if outcome is not None:
                yield outcome


@CHAPTER.rule(
    "VA-04",
    "melderen-skriver-logg",
    title=Text(
        "Den ansatte har selv skrevet logg om at det er meldt ifra",
        "Den tilsette har sjølv skrive logg om at det er meldt frå",
    ),
    remedy=Text("Den som meldte ifra, skriver logg om det.", "Den som melde frå, skriv logg om det."),
    proof=Text(
        "En logg av melderen selv; rektors mottak er en annen logg.",
        "Ein logg av meldaren sjølv; mottaket til rektor er ein annan logg.",
    ),
    limits=Text(
        "Gjelder pedagogisk personale. Andre ansatte skriver e-post til rektor (DOK-04).",
        "Gjeld pedagogisk personale. Andre tilsette skriv e-post til rektor (DOK-04).",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.TEACHER,
    needs=("notices", "log"),
)
def notifier_logs(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«dokumenter at det er meldt ifra ved å skrive logg»: two logs by two people, never one for both."""
    for notice in case.notices:
        notifier, arrived = notice.notifier, notice.arrived_at or notice.registered_at
        if (
            notice.source is not NoticeSource.STAFF
            or notifier is None
            or arrived is None
            or not notifier.role.is_pedagogical
        ):
            continue
        scope = scope_of(notice=notice.id)
        logs = list(case.for_notice(notice, LogKind.NOTICE_LOGGED))
        own = [e for e in logs if e.author is not None and _is_notifier(e.author, notifier)]
        if own:
            yield judge.met(scope, own[0], event=arrived)
        elif logs:
            yield judge.deviation(scope, Reason.WRONG_ROLE, *logs, event=arrived)
        else:
            yield judge.ladder("VA-04", scope, arrived, closed=case.closed_after(arrived))


def _is_notifier(author: Actor, notifier: Actor) -> bool:
    same = author.is_same_person(notifier)
    return same if same is not None else author.role is notifier.role


@CHAPTER.rule(
    "VA-05",
    "rektor-loggforer-mottatt-beskjed",
    title=Text("Rektor har loggført mottatt beskjed", "Rektor har loggført motteken beskjed"),
    remedy=Text(
        "Rektor skriver logg om at meldingen er mottatt, med tidspunktet den kom.",
        "Rektor skriv logg om at meldinga er motteken, med tidspunktet ho kom.",
    ),
    proof=Text(
        "En logg av rektor (eller registrert stedfortreder) om at denne meldingen er mottatt.",
        "Ein logg av rektor (eller registrert stadfortredar) om at denne meldinga er motteken.",
    ),
    limits=Text("Regelen ser loggen, ikke samtalen.", "Regelen ser loggen, ikkje samtalen."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log"),
)
def rector_receipt(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rektor loggfører mottatt beskjed i Visma Sikker Sak.» Nobody can acknowledge for rektor but a delegate."""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if arrived is None:
            continue
        scope = scope_of(notice=notice.id)
        receipts = list(case.for_notice(notice, LogKind.RECTOR_RECEIVED))
        by_rector = [e for e in receipts if _by_rector(e)]
        if by_rector:
            yield judge.met(scope, by_rector[0], event=arrived, remarks=_delegate(by_rector[0]))
        elif receipts:
            yield judge.deviation(scope, Reason.WRONG_ROLE, *receipts, event=arrived)
        else:
            yield judge.ladder("VA-05", scope, arrived, closed=case.closed_after(arrived))


def _from_outside(source: NoticeSource) -> CaseRule:
    def rule(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
        for notice in case.notices:
            if notice.source is source:
                outcome = taken(judge, notice)
                if outcome is not None:
                    yield outcome

    return rule


for _code, _slug, _source, _title in (
    (
        "VA-06",
        "varsel-fra-foreldre-tatt-imot",
        NoticeSource.GUARDIAN,
        Text(
            "Varsel fra foreldre er tatt imot av rektor eller kontaktlærer",
            "Varsel frå foreldre er teke imot av rektor eller kontaktlærar",
        ),
    ),
    (
        "VA-07",
        "varsel-fra-andre-tatt-imot",
        NoticeSource.OTHER,
        Text(
            "Varsel fra andre er tatt imot av rektor eller kontaktlærer",
            "Varsel frå andre er teke imot av rektor eller kontaktlærar",
        ),
    ),
):
    CHAPTER.rule(
        _code,
        _slug,
        title=_title,
        remedy=Text("Før hvem som tok imot varselet.", "Før kven som tok imot varselet."),
        proof=Text(
            "Varselet står i saken, mottatt av rektor eller kontaktlærer.",
            "Varselet står i saka, motteke av rektor eller kontaktlærar.",
        ),
        limits=Text(
            "Et varsel ingen oppfattet som et varsel, ser regelen ikke.",
            "Eit varsel ingen oppfatta som eit varsel, ser regelen ikkje.",
        ),
        severity=Severity.HIGH,
        basis=Basis.BOTH,
        role=Role.RECTOR,
        law=("opplaeringslova-12-4-2",),
        needs=("notices",),
        questions={"who_received": WHO_RECEIVED},
    )(_from_outside(_source))


@CHAPTER.rule(
    "VA-08",
    "elev-far-beskjed-samme-dag",
    title=Text(
        "Eleven fikk samme dag beskjed om at rektor har fått melding",
        "Eleven fekk same dag beskjed om at rektor har fått melding",
    ),
    remedy=Text(
        "Snakk med eleven i dag, si at rektor har fått meldingen, og loggfør når det ble gjort og av hvem.",
        "Snakk med eleven i dag, sei at rektor har fått meldinga, og loggfør når det vart gjort og av kven.",
    ),
    proof=Text(
        "En logg for hver elev meldingen gjelder, med samme dato (norsk tid) som meldingen kom.",
        "Ein logg for kvar elev meldinga gjeld, med same dato (norsk tid) som meldinga kom.",
    ),
    limits=Text(
        "Regelen ser ikke om det var trygt å si det, eller om det ble sagt slik at eleven forsto.",
        "Regelen ser ikkje om det var trygt å seie det, eller om det vart sagt slik at eleven forstod.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("notices", "log", "pupils"),
    questions={
        "read_later": Text(
            "Meldingen kom én dag og ble lest en annen. Hvilken dag var den «mottatt»?",
            "Meldinga kom ein dag og vart lesen ein annan. Kva dag var ho «motteken»?",
        ),
    },
)
def pupil_told_same_day(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«samme dag som melding er mottatt»: the local date, per notice and per pupil it is about."""
    for notice in case.notices:
        arrived = notice.arrived_at or notice.registered_at
        if arrived is None:
            continue
        for pupil in case.pupils_of(notice):
            start = arrived
            if pupil.identified_at is not None and pupil.identified_at.before(arrived) is not True:
                if not pupil.identified_at.known_at(case.as_of):
                    continue  # an anonymous notice: the clock starts when the pupil is known
                start = pupil.identified_at
            told = [e for e in case.for_pupil(pupil.ref, LogKind.PUPIL_TOLD) if e.notice in (None, notice.id)]
            if len(case.notices) > 1:
                told = [e for e in told if e.notice == notice.id]
            scope = scope_of(notice=notice.id, pupil=pupil.ref)
            yield _told(judge, scope, start, notice, told)


def _told(judge: Judge, scope: str, start: Moment, notice: Notice, told: list[LogEntry]) -> Outcome:
    outcome = judge.by_day(scope, start, told, days=0, anchor_item=notice)
    read = notice.read_at
    if (
        read is None
        or not read.known_at(judge.as_of)
        or read.day <= start.day
        or outcome.verdict is not Verdict.DEVIATION
    ):
        return outcome
    by_reading = judge.by_day(scope, read, told, days=0)
    if by_reading.verdict in (Verdict.MET, Verdict.DUE):
        changes_at = end_of(read.day) if by_reading.verdict is Verdict.DUE else None
        update = {"verdict": Verdict.REVIEW, "reason": None, "question": "read_later", "changes_at": changes_at}
        return outcome.model_copy(update=update)
    return outcome


@CHAPTER.rule(
    "VA-09",
    "skoleeier-varslet-i-alvorlig-sak",
    title=Text("Skoleeier er varslet i alvorlige saker", "Skuleeigar er varsla i alvorlege saker"),
    remedy=Text(
        "Varsle skoleeier (kommunalsjef) nå, og loggfør det. Er det ikke tatt stilling til om saken er alvorlig: gjør det.",
        "Varsle skuleeigar (kommunalsjef) no, og loggfør det. Er det ikkje teke stilling til om saka er alvorleg: gjer det.",
    ),
    proof=Text(
        "En logg om at skoleeier er varslet, når saken er vurdert som alvorlig.",
        "Ein logg om at skuleeigar er varsla, når saka er vurdert som alvorleg.",
    ),
    limits=Text(
        "Om saken er alvorlig, avgjør et menneske. Regelen gjetter aldri ut fra teksten.",
        "Om saka er alvorleg, avgjer eit menneske. Regelen gissar aldri ut frå teksten.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-2", "opplaeringslova-12-9"),
    needs=("log", "severity"),
    questions={
        "is_it_serious": Text(
            "Det er ikke tatt stilling til om saken er alvorlig. Er den det?",
            "Det er ikkje teke stilling til om saka er alvorleg. Er ho det?",
        ),
    },
)
def owner_notified(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«I alvorlige skolesaker skal skoleeier/kommunalsjef varsles.» Decided by a person; an empty field is a question."""
    decided = case.serious_since
    notified = case.first(LogKind.OWNER_NOTIFIED)
    if decided is None:
        if case.is_serious is None:
            yield judge.review("case", "is_it_serious", event=case.received)
        return
    if notified is not None:
        yield judge.met("case", notified, event=decided.at)
    else:
        yield judge.ladder("VA-09", "case", decided.at, closed=case.closed_after(decided.at))


@CHAPTER.rule(
    "VA-10",
    "rektor-dokumenterer-varsel-til-eier",
    title=Text("Rektor har dokumentert at skoleeier er varslet", "Rektor har dokumentert at skuleeigar er varsla"),
    remedy=Text(
        "Rektor skriver logg om at skoleeier er varslet, med tidspunkt.",
        "Rektor skriv logg om at skuleeigar er varsla, med tidspunkt.",
    ),
    proof=Text("En logg av rektor om varselet til eier.", "Ein logg av rektor om varselet til eigar."),
    limits=Text("Regelen ser loggen, ikke varselet selv.", "Regelen ser loggen, ikkje sjølve varselet."),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("log", "severity", "suspicions"),
)
def notification_documented(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rektor dokumenterer at det er varslet i Visma Sikker Sak.» Not where a leader is accused: then the way is another."""
    decided = case.serious_since
    if decided is None or case.leader_suspicions:
        return
    notified = case.all(LogKind.OWNER_NOTIFIED)
    by_rector = [e for e in notified if _by_rector(e)]
    if by_rector:
        yield judge.met("case", by_rector[0], event=decided.at, remarks=_delegate(by_rector[0]))
    elif notified:
        yield judge.deviation("case", Reason.WRONG_ROLE, *notified, event=decided.at)
    else:
        yield judge.ladder("VA-10", "case", decided.at, closed=case.closed_after(decided.at))


@CHAPTER.rule(
    "VA-11",
    "skoleeier-dokumenterer-mottak",
    title=Text("Skoleeier har dokumentert mottatt varsel", "Skuleeigar har dokumentert motteke varsel"),
    remedy=Text(
        "Skoleeier loggfører at varselet er mottatt, eller oppgir journalnummeret.",
        "Skuleeigar loggfører at varselet er motteke, eller oppgir journalnummeret.",
    ),
    proof=Text(
        "En logg av skoleeier om mottaket, eller et journalnummer. En automatisk lesekvittering holder ikke.",
        "Ein logg av skuleeigar om mottaket, eller eit journalnummer. Ei automatisk lesekvittering held ikkje.",
    ),
    limits=Text(
        "Planen sier ikke i hvilket system. Et mottak som bare står et annet sted, ser regelen ikke.",
        "Planen seier ikkje i kva system. Eit mottak som berre står ein annan stad, ser regelen ikkje.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.OWNER,
    needs=("log",),
)
def owner_acknowledged(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Skoleeier dokumenterer mottatt varsel.» One party cannot acknowledge for the other."""
    for notified in case.all(LogKind.OWNER_NOTIFIED):
        when = notified.happened_at or notified.registered_at
        if when is None:
            continue
        scope = scope_of(log=notified.id)
        receipts = [
            e
            for e in case.all(LogKind.OWNER_ACKNOWLEDGED)
            if (e.happened_at or e.registered_at or when).before(when) is not True
        ]
        by_owner = [e for e in receipts if _by_owner(e)]
        if by_owner:
            yield judge.met(scope, by_owner[0], event=when)
        elif receipts:
            yield judge.deviation(scope, Reason.WRONG_ROLE, *receipts, event=when)
        else:
            yield judge.ladder("VA-11", scope, when, closed=case.closed_after(when))


def _by_rector(entry: LogEntry) -> bool:
    return entry.author is not None and entry.author.acts_as(Role.RECTOR)


def _by_owner(entry: LogEntry) -> bool:
    if entry.author is not None and entry.author.acts_as(Role.OWNER):
        return True
    return bool(entry.reference) and (entry.author is None or entry.author.role is not Role.SYSTEM)


def _delegate(entry: LogEntry) -> tuple[Remark, ...]:
    acted_for = entry.author is not None and entry.author.acts_for is not None
    return (Remark(code=RemarkCode.DELEGATE),) if acted_for else ()
