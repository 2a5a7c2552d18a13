"""Ansvar, forankring og oppfølging: årshjulet (AAR). What is recorded in 1310.no, per school and for the municipality."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..domain.annual_cycle import CycleEntry, CycleKind, CycleState, Group
from ..domain.moment import end_of, start_of
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict
from .index import CycleIndex
from .judge import Judge
from .rule import Chapter, CycleRule, Subject, Text

CHAPTER = Chapter(
    "annual_cycle",
    Text("Ansvar, forankring og oppfølging: årshjulet", "Ansvar, forankring og oppfølging: årshjulet"),
)

_PROOF = Text(
    "En oppføring i årshjulet (1310.no) for skoleåret, med dato for når det ble gjort.",
    "Ei oppføring i årshjulet (1310.no) for skuleåret, med dato for når det vart gjort.",
)
_REMEDY = Text(
    "Gjør det, og før det i årshjulet med dato og for hvem.", "Gjer det, og før det i årshjulet med dato og for kven."
)
_LIMITS = Text(
    "Regelen ser at det er ført, ikke om det ble forstått eller nådde alle.",
    "Regelen ser at det er ført, ikkje om det vart forstått eller nådde alle.",
)


def scope_of_year(index: CycleIndex, group: Group | None = None) -> str:
    """``school_year:2025-2026``, with ``/group:pupils`` where an item is per group."""
    return f"school_year:{index.school_year}" + (f"/group:{group.value}" if group is not None else "")


def done(entries: tuple[CycleEntry, ...]) -> list[CycleEntry]:
    """The entries with a day on which it was done."""
    return [entry for entry in entries if entry.done_at is not None]


def within_year(
    index: CycleIndex,
    judge: Judge,
    entries: list[CycleEntry],
    *,
    first: date | None = None,
    last: date | None = None,
    group: Group | None = None,
) -> Outcome:
    """Done on a day from ``first`` to ``last`` (standard: the whole school year), else open, soon due, or late."""
    first, last = first or index.first_day, last or index.last_day
    scope = scope_of_year(index, group)
    in_time = [e for e in entries if e.done_at is not None and first <= e.done_at <= last]
    late = [e for e in entries if e.done_at is not None and e.done_at > last]
    if in_time:
        entry = in_time[0]
        documented = entry.documented_at is not None and entry.documented_at <= index.today
        remarks = () if documented else (Remark(code=RemarkCode.NOT_DOCUMENTED),)
        state = CycleState.DONE if documented else CycleState.DONE_UNDOCUMENTED
        return _outcome(scope, Verdict.MET, state, last, evidence=(entry.id,), remarks=remarks)
    if late:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.LATE, evidence=(late[0].id,))
    if index.today > last:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.UNDOCUMENTED)
    soon = last - timedelta(days=judge.plan.readings.cycle_due_soon_days)
    state = CycleState.DUE_SOON if index.today >= soon else CycleState.OPEN
    changes_at = start_of(soon) if state is CycleState.OPEN else end_of(last)
    return _outcome(scope, Verdict.DUE, state, last).model_copy(update={"changes_at": changes_at})


def _outcome(
    scope: str,
    verdict: Verdict,
    state: CycleState,
    last: date,
    *,
    reason: Reason | None = None,
    evidence: tuple[str, ...] = (),
    remarks: tuple[Remark, ...] = (),
) -> Outcome:
    return Outcome(
        scope=scope,
        verdict=verdict,
        state=state.value,
        reason=reason,
        deadline=last,
        event_day=last,
        evidence=evidence,
        remarks=remarks,
    )


def _once_a_year(kind: CycleKind, group: Group | None = None) -> CycleRule:
    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        entries = [e for e in done(index.all(kind)) if group is None or e.group is group]
        yield within_year(index, judge, entries, group=group)

    return rule


def _item(
    code: str,
    slug: str,
    title: Text,
    kind: CycleKind,
    severity: Severity,
    *,
    group: Group | None = None,
    basis: Basis = Basis.PLAN,
    law: tuple[str, ...] = (),
    role: Role = Role.RECTOR,
    subject: Subject = Subject.SCHOOL_YEAR,
    remedy: Text = _REMEDY,
    limits: Text = _LIMITS,
) -> None:
    """Enters a rule of the commonest form: an entry of one kind, done within the school year."""
    enter = CHAPTER.rule(
        code,
        slug,
        title=title,
        remedy=remedy,
        proof=_PROOF,
        limits=limits,
        severity=severity,
        basis=basis,
        role=role,
        subject=subject,
        law=law,
        needs=("entries",),
    )
    enter(_once_a_year(kind, group))


for _code, _group, _who, _basis, _laws in (
    ("AAR-01", Group.PUPILS, ("elevene", "elevane", "elever"), Basis.BOTH, ("opplaeringslova-10-8",)),
    ("AAR-02", Group.GUARDIANS, ("foreldrene", "foreldra", "foreldre"), Basis.BOTH, ("opplaeringslova-10-8",)),
    ("AAR-03", Group.STAFF, ("de ansatte", "dei tilsette", "ansatte"), Basis.PLAN, ()),
):
    _item(
        _code,
        f"regelverket-kjent-for-{_who[2]}",
        Text(
            f"Regelverket om skolemiljø er gjort kjent for {_who[0]} i skoleåret",
            f"Regelverket om skulemiljø er gjort kjent for {_who[1]} i skuleåret",
        ),
        CycleKind.RULES_MADE_KNOWN,
        Severity.HIGH,
        group=_group,
        basis=_basis,
        law=_laws,
    )


@CHAPTER.rule(
    "AAR-04",
    "arshjulet-er-i-bruk",
    title=Text("Skolen bruker årshjulet i 1310.no", "Skulen bruker årshjulet i 1310.no"),
    remedy=Text(
        "Opprett skolens årshjul, og før det som er gjort.", "Opprett årshjulet til skulen, og før det som er gjort."
    ),
    proof=Text(
        "Skolen finnes i årshjulet, og noe er ført i skoleåret.",
        "Skulen finst i årshjulet, og noko er ført i skuleåret.",
    ),
    limits=Text("Regelen ser at noe er ført, ikke om alt er det.", "Regelen ser at noko er ført, ikkje om alt er det."),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    law=("kommuneloven-25-1",),
    needs=("entries",),
)
def cycle_in_use(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«skolene bruker 1310.no som årshjul for internkontroll»."""
    yield within_year(index, judge, done(index.entries) if index.facts.found else [])


@CHAPTER.rule(
    "AAR-05",
    "dokumentert-nar-det-er-gjort",
    title=Text(
        "Det er dokumentert i 1310.no når regelverket ble gjort kjent",
        "Det er dokumentert i 1310.no når regelverket vart gjort kjent",
    ),
    remedy=Text("Før i årshjulet når det ble gjort, og for hvem.", "Før i årshjulet når det vart gjort, og for kven."),
    proof=Text("En dokumentasjonsdato for hver gruppe.", "Ein dokumentasjonsdato for kvar gruppe."),
    limits=Text("Regelen ser datoen, ikke hva som ble skrevet.", "Regelen ser datoen, ikkje kva som vart skrive."),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    needs=("entries",),
)
def documented_when_done(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«det skal dokumenteres der når dette er gjort»: per group; nothing to document before it is done."""
    allowed = timedelta(days=judge.plan.readings.cycle_documented_within_days)
    for group in Group:
        for entry in [e for e in done(index.all(CycleKind.RULES_MADE_KNOWN)) if e.group is group][:1]:
            assert entry.done_at is not None  # noqa: S101 - done() keeps only entries with a day
            scope = scope_of_year(index, group)
            if entry.documented_at is None or entry.documented_at > index.today:
                yield _outcome(
                    scope,
                    Verdict.DEVIATION,
                    CycleState.DONE_UNDOCUMENTED,
                    entry.done_at,
                    reason=Reason.UNDOCUMENTED,
                    evidence=(entry.id,),
                )
                continue
            late = entry.documented_at - entry.done_at > allowed
            remarks = (Remark(code=RemarkCode.REGISTERED_LATE, day=entry.documented_at),) if late else ()
            yield _outcome(scope, Verdict.MET, CycleState.DONE, entry.done_at, evidence=(entry.id,), remarks=remarks)


@CHAPTER.rule(
    "AAR-06",
    "planen-gjort-kjent",
    title=Text("Den gjeldende planen er gjort kjent i skoleåret", "Den gjeldande planen er gjord kjend i skuleåret"),
    remedy=Text(
        "Gjør planen kjent, og før i årshjulet hvilken versjon.", "Gjer planen kjend, og før i årshjulet kva versjon."
    ),
    proof=Text(
        "En oppføring som navngir planens gjeldende versjon.",
        "Ei oppføring som nemner den gjeldande versjonen av planen.",
    ),
    limits=Text(
        "Planen sier ikke for hvem; regelen ser bare at det er ført.",
        "Planen seier ikkje for kven; regelen ser berre at det er ført.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    needs=("entries",),
    questions={
        "which_version": Text(
            "Planen er gjort kjent, men det står ikke hvilken versjon. Var det den som gjelder?",
            "Planen er gjord kjend, men det står ikkje kva versjon. Var det den som gjeld?",
        )
    },
)
def plan_made_known(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Planen skal gjøres kjent»: the version that holds, in the school year."""
    entries = done(index.all(CycleKind.PLAN_MADE_KNOWN))
    right = [e for e in entries if e.plan_version == judge.plan.document.version]
    unnamed = [e for e in entries if e.plan_version is None]
    outcome = within_year(index, judge, right)
    if outcome.verdict is not Verdict.MET and unnamed:
        update = {"verdict": Verdict.REVIEW, "reason": None, "question": "which_version", "evidence": (unnamed[0].id,)}
        outcome = outcome.model_copy(update={**update, "changes_at": None})
    yield outcome


_item(
    "AAR-07",
    "planen-fulgt-opp-i-arshjulet",
    Text("Planen er fulgt opp i skolens årshjul", "Planen er følgd opp i årshjulet til skulen"),
    CycleKind.PLAN_FOLLOWED_UP,
    Severity.MEDIUM,
)


@CHAPTER.rule(
    "AAR-08",
    "arlig-revidering-i-juni",
    title=Text("Planen er revidert i juni", "Planen er revidert i juni"),
    remedy=Text(
        "Gå gjennom planen, og før det i årshjulet, også når ingenting måtte endres.",
        "Gå gjennom planen, og før det i årshjulet, også når ingenting måtte endrast.",
    ),
    proof=Text(
        "En oppføring om revidering datert 1.–30. juni i skoleåret.",
        "Ei oppføring om revidering datert 1.–30. juni i skuleåret.",
    ),
    limits=Text(
        "Planen sier «legges opp til». Om gjennomgangen var god, ser regelen ikke.",
        "Planen seier «legges opp til». Om gjennomgangen var god, ser regelen ikkje.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
    law=("kommuneloven-25-1",),
    needs=("entries",),
)
def june_revision(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«en årlig revidering i juni der nødvendige justeringer blir gjort»: June of the school year, 1st to 30th."""
    year = index.last_day.year
    entries = done(index.all(CycleKind.PLAN_REVISED))
    yield within_year(index, judge, entries, first=date(year, 6, 1), last=date(year, 6, 30))


@CHAPTER.rule(
    "AAR-09",
    "radgiver-tar-initiativ",
    title=Text(
        "Rådgiver hos skoleeier har tatt initiativ til revideringen",
        "Rådgivar hos skuleeigar har teke initiativ til revideringa",
    ),
    remedy=Text("Kall inn til revidering, og før det i årshjulet.", "Kall inn til revidering, og før det i årshjulet."),
    proof=Text(
        "En oppføring av rådgiver før revideringen, senest 30. juni.",
        "Ei oppføring av rådgivar før revideringa, seinast 30. juni.",
    ),
    limits=Text("Regelen ser rollen, ikke hvem.", "Regelen ser rolla, ikkje kven."),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.ADVISER,
    subject=Subject.MUNICIPALITY_YEAR,
    needs=("entries",),
)
def adviser_takes_initiative(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rådgiver hos skoleeier har ansvar for å ta initiativ til det.» Before the revision, and by the adviser."""
    year = index.last_day.year
    entries = done(index.all(CycleKind.REVISION_INITIATED))
    by_adviser = [e for e in entries if e.by is Role.ADVISER]
    outcome = within_year(index, judge, by_adviser, last=date(year, 6, 30))
    revised = done(index.all(CycleKind.PLAN_REVISED))
    first = by_adviser[0].done_at if by_adviser else None
    after = revised[0].done_at if revised else None
    if outcome.verdict is Verdict.MET and first is not None and after is not None and first > after:
        outcome = outcome.model_copy(
            update={"verdict": Verdict.DEVIATION, "reason": Reason.ORDER, "state": CycleState.LATE.value}
        )
    elif outcome.verdict is not Verdict.MET and entries and not by_adviser:
        update = {"verdict": Verdict.DEVIATION, "reason": Reason.WRONG_ROLE, "state": CycleState.LATE.value}
        outcome = outcome.model_copy(update={**update, "evidence": (entries[0].id,), "changes_at": None})
    yield outcome


_YEARLY: tuple[tuple[str, str, Text, CycleKind, Severity], ...] = (
    (
        "AAR-11",
        "saerskilt-sarbarhet-pa-fellesmote",
        Text("Særskilt sårbarhet har vært tema på fellesmøte", "Særskild sårbarheit har vore tema på fellesmøte"),
        CycleKind.VULNERABILITY_MEETING,
        Severity.MEDIUM,
    ),
    (
        "AAR-12",
        "nodvendig-informasjon-gitt",
        Text("Nødvendig informasjon om oppfølging er gitt", "Nødvendig informasjon om oppfølging er gitt"),
        CycleKind.INFORMATION_GIVEN,
        Severity.MEDIUM,
    ),
    (
        "AAR-13",
        "hva-og-hvordan-dokumentere-er-droftet",
        Text(
            "Hva som skal dokumenteres og hvordan, er drøftet på skolen",
            "Kva som skal dokumenterast og korleis, er drøfta på skulen",
        ),
        CycleKind.DOCUMENTATION_DISCUSSED,
        Severity.MEDIUM,
    ),
    (
        "AAR-15",
        "inspeksjonsrutiner-finnes",
        Text(
            "Skolen har inspeksjonsrutiner som er sett over i skoleåret",
            "Skulen har inspeksjonsrutinar som er sett over i skuleåret",
        ),
        CycleKind.SUPERVISION_ROUTINE,
        Severity.HIGH,
    ),
    (
        "AAR-16",
        "inspeksjon-ved-fravaer",
        Text(
            "Rutinen sier hvordan inspeksjon løses ved fravær", "Rutinen seier korleis inspeksjon blir løyst ved fråvær"
        ),
        CycleKind.SUPERVISION_AT_ABSENCE,
        Severity.MEDIUM,
    ),
    (
        "AAR-17",
        "ansatte-kjenner-igjen-tegn",
        Text(
            "De ansatte har fått opplæring i å kjenne igjen tegn",
            "Dei tilsette har fått opplæring i å kjenne att teikn",
        ),
        CycleKind.SIGNS_TRAINING,
        Severity.MEDIUM,
    ),
    (
        "AAR-18",
        "krenkelse-er-droftet",
        Text("Hva som er krenkelse, er drøftet i skoleåret", "Kva som er krenking, er drøfta i skuleåret"),
        CycleKind.VIOLATION_DISCUSSED,
        Severity.LOW,
    ),
    (
        "AAR-19",
        "tilbakemeldingskultur",
        Text("Skolen har arbeidet med tilbakemeldingskulturen", "Skulen har arbeidd med tilbakemeldingskulturen"),
        CycleKind.FEEDBACK_CULTURE,
        Severity.LOW,
    ),
    (
        "AAR-20",
        "moteplasser-skole-hjem",
        Text("Det har vært møteplasser mellom skole og hjem", "Det har vore møteplassar mellom skule og heim"),
        CycleKind.HOME_SCHOOL_ARENA,
        Severity.LOW,
    ),
)
_LAWS = {
    "AAR-15": ("opplaeringslova-12-4-1",),
    "AAR-20": ("opplaeringslova-10-3", "opplaeringslova-10-4"),
}

_item(
    "AAR-10",
    "kompetansebehov-vurdert",
    Text(
        "Behovet for kompetanseutvikling er vurdert ved revideringen",
        "Behovet for kompetanseutvikling er vurdert ved revideringa",
    ),
    CycleKind.COMPETENCE_CONSIDERED,
    Severity.LOW,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
    law=("opplaeringslova-17-1",),
)
_item(
    "AAR-14",
    "maler-ligger-i-sikker-sak",
    Text("Malene ligger i Visma Sikker Sak", "Malane ligg i Visma Sikker Sak"),
    CycleKind.TEMPLATES_AVAILABLE,
    Severity.LOW,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
)
for _code, _slug, _title, _kind, _severity in _YEARLY:
    _item(
        _code,
        _slug,
        _title,
        _kind,
        _severity,
        law=_LAWS.get(_code, ()),
        basis=Basis.BOTH if _code == "AAR-20" else Basis.PLAN,
    )
CHAPTER.rules.sort(key=lambda rule: rule.code)
