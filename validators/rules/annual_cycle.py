"""Ansvar, forankring og oppfølging: årshjulet (AAR). What is recorded in 1310.no, per school and for the municipality."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ...domain.annual_cycle import CycleEntry, CycleKind, CycleState, Group
from ...domain.moment import end_of, local_day, start_of
from ...domain.people import Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict
from ..judge import Judge
from ..known import CycleIndex
from ..rule import Chapter, CycleRule, Subject, Text

CHAPTER = Chapter(
    "annual_cycle",
    Text("Ansvar, forankring og oppfølging: årshjulet", "Ansvar, forankring og oppfølging: årshjulet"),
)

_PROOF = Text(
    "En oppføring i årshjulet (1310.no) for skoleåret, med dato for når det ble gjort.",
    "Ei oppføring i årshjulet (1310.no) for skoleåret, med dato for når det vart gjort.",
)
_LIMITS = Text(
    "Regelen ser at det er ført, ikke hvor godt det ble gjort. Planen sier ikke når i skoleåret; årshjulet tilsier hvert år.",
    "Regelen ser at det er ført, ikkje kor godt det vart gjort. Planen seier ikkje når i skoleåret; årshjulet tilseier kvart år.",
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
    question: str | None = None,
) -> Outcome:
    """Done on a day from ``first`` to ``last`` (standard: the whole school year), else open, soon due, or late.

    ``question``: for what is owed only where there is need. A missing entry is then asked about and is no deviation.
    """
    first, last = first or index.first_day, last or index.last_day
    scope = scope_of_year(index, group)
    in_time = [e for e in entries if e.done_at is not None and first <= e.done_at <= last]
    late = [e for e in entries if e.done_at is not None and e.done_at > last]
    if in_time:
        return _done_in_time(index, scope, in_time, last)
    if late:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.LATE, evidence=(late[0].id,))
    if index.today > last and question is not None:
        return _asked(scope, question, last, ())
    if index.today > last:
        return _outcome(scope, Verdict.DEVIATION, CycleState.LATE, last, reason=Reason.UNDOCUMENTED)
    soon = last - timedelta(days=judge.plan.readings.cycle_due_soon_days)
    state = CycleState.DUE_SOON if index.today >= soon else CycleState.OPEN
    # «open» becomes «due soon» under one and the same verdict; the status that is written back changes with it.
    changes_at = start_of(soon) if state is CycleState.OPEN else end_of(last)
    return _outcome(scope, Verdict.DUE, state, last).model_copy(update={"changes_at": changes_at})


def _done_in_time(index: CycleIndex, scope: str, entries: list[CycleEntry], last: date) -> Outcome:
    """The best shown of several entries speaks: written down afterwards, then not written down, then written before."""
    for entry in entries:
        if _documented(entry, index) and not _written_before(entry, index):
            return _outcome(scope, Verdict.MET, CycleState.DONE, last, evidence=(entry.id,))
    for entry in entries:
        if not _written_before(entry, index):
            remarks = (Remark(code=RemarkCode.NOT_DOCUMENTED),)
            state = CycleState.DONE_UNDOCUMENTED
            return _outcome(scope, Verdict.MET, state, last, evidence=(entry.id,), remarks=remarks)
    asked = _asked(scope, "written_before_it_happened", last, (entries[0],))
    return asked.model_copy(update={"state": CycleState.DONE_UNDOCUMENTED.value})


def _documented(entry: CycleEntry, index: CycleIndex) -> bool:
    return entry.documented_at is not None and entry.documented_at <= index.today


def _written_before(entry: CycleEntry, index: CycleIndex) -> bool:
    """Whether all that is written is from before the day it is said to have been done: an intention, not a deed."""
    written = entry.documented_at if _documented(entry, index) else None
    if written is None and entry.registered_at is not None:
        written = local_day(entry.registered_at)
    return written is not None and entry.done_at is not None and written < entry.done_at


def _asked(scope: str, question: str, last: date, entries: tuple[CycleEntry, ...]) -> Outcome:
    """A question to a person; the item stays open in the annual cycle until it is answered there."""
    outcome = _outcome(scope, Verdict.REVIEW, CycleState.OPEN, last, evidence=tuple(e.id for e in entries))
    return outcome.model_copy(update={"question": question})


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


def _once_a_year(kind: CycleKind, question: str | None = None) -> CycleRule:
    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        yield within_year(index, judge, done(index.all(kind)), question=question)

    return rule


def _once_a_year_for(group: Group) -> CycleRule:
    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        """«Det er rektors ansvar at regelverket om skolemiljø er gjort kjent for elever, foreldre og ansatte»."""
        yield made_known(index, judge, CycleKind.RULES_MADE_KNOWN, group)

    return rule


def made_known(index: CycleIndex, judge: Judge, kind: CycleKind, group: Group) -> Outcome:
    """Whether what ``kind`` says was made known to ``group`` in the school year; to nobody in particular is a question."""
    entries = done(index.all(kind))
    outcome = within_year(index, judge, [e for e in entries if e.group is group], group=group)
    for_anyone = [e for e in entries if e.group is None and e.done_at is not None and e.done_at <= index.last_day]
    if outcome.verdict in (Verdict.DUE, Verdict.DEVIATION) and for_anyone:
        return _asked(outcome.scope, "for_whom", index.last_day, (for_anyone[0],))
    return outcome


def _in_place(kind: CycleKind) -> CycleRule:
    """A routine that the school is to have: its version may be older than the school year, and then that is told."""

    def rule(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
        newest_first = done(index.all(kind))[::-1]
        outcome = within_year(index, judge, newest_first, first=date.min)
        version = next((e.done_at for e in newest_first if e.id in outcome.evidence), None)
        oldest = min(index.today, index.last_day) - timedelta(days=judge.plan.readings.routine_old_after_days)
        if outcome.verdict is Verdict.MET and version is not None and version < oldest:
            old = Remark(code=RemarkCode.OLD_VERSION, day=version)
            outcome = outcome.model_copy(update={"remarks": (*outcome.remarks, old)})
        yield outcome

    return rule


def _item(
    code: str,
    slug: str,
    title: Text,
    remedy: Text,
    function: CycleRule,
    severity: Severity,
    *,
    proof: Text = _PROOF,
    limits: Text = _LIMITS,
    basis: Basis = Basis.PLAN,
    law: tuple[str, ...] = (),
    role: Role = Role.RECTOR,
    subject: Subject = Subject.SCHOOL_YEAR,
    questions: dict[str, Text] | None = None,
) -> None:
    """Enters a rule of the commonest form: an entry of one kind, done within the school year."""
    CHAPTER.rule(
        code,
        slug,
        title=title,
        remedy=remedy,
        proof=proof,
        limits=limits,
        severity=severity,
        basis=basis,
        role=role,
        subject=subject,
        law=law,
        needs=("entries",),
        questions=questions,
    )(function)


_FOR_WHOM = {
    "for_whom": Text(
        "Regelverket er ført som gjort kjent, men ikke for hvem. Gjaldt det denne gruppen også?",
        "Regelverket er ført som gjort kjent, men ikkje for kven. Gjaldt det denne gruppa òg?",
    )
}

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
            f"Regelverket om skolemiljø er gjort kjent for {_who[1]} i skoleåret",
        ),
        Text(
            f"Gjør regelverket kjent for {_who[0]}, og før det i årshjulet med dato, måte og gruppe.",
            f"Gjer regelverket kjent for {_who[1]}, og før det i årshjulet med dato, måte og gruppe.",
        ),
        _once_a_year_for(_group),
        Severity.HIGH,
        proof=Text(
            f"En oppføring i årshjulet (1310.no) for {_who[0]}, gjort i skoleåret.",
            f"Ei oppføring i årshjulet (1310.no) for {_who[1]}, gjord i skoleåret.",
        ),
        limits=Text(
            "Regelen ser at det er ført, ikke om det ble forstått eller nådde alle (språk, vikarer, de som ikke møtte).",
            "Regelen ser at det er ført, ikkje om det vart forstått eller nådde alle (språk, vikarar, dei som ikkje møtte).",
        ),
        basis=_basis,
        law=_laws,
        questions=_FOR_WHOM,
    )


@CHAPTER.rule(
    "AAR-04",
    "arshjulet-er-i-bruk",
    title=Text("Skolen skal bruke årshjulet i 1310.no", "Skolen skal bruke årshjulet i 1310.no"),
    remedy=Text(
        "Opprett skolens årshjul, og før det som er gjort.", "Opprett årshjulet til skolen, og før det som er gjort."
    ),
    proof=Text(
        "Skolen finnes i årshjulet, og noe er ført i skoleåret.",
        "Skolen finst i årshjulet, og noko er ført i skoleåret.",
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
    """«skolene bruker 1310.no som årshjul for internkontroll»: the school is found there, with something done."""
    yield within_year(index, judge, done(index.entries) if index.facts.found else [])


@CHAPTER.rule(
    "AAR-05",
    "dokumentert-nar-det-er-gjort",
    title=Text(
        "Det er dokumentert i 1310.no når regelverket ble gjort kjent",
        "Det er dokumentert i 1310.no når regelverket vart gjort kjent",
    ),
    remedy=Text("Før i årshjulet når det ble gjort, og for hvem.", "Før i årshjulet når det vart gjort, og for kven."),
    proof=Text(
        "En dokumentasjonsdato for hver gruppe, ikke før dagen det ble gjort.",
        "Ein dokumentasjonsdato for kvar gruppe, ikkje før dagen det vart gjort.",
    ),
    limits=Text(
        "Regelen ser datoen, ikke hva som ble skrevet. Planen sier ikke hvor fort; antall dager er satt i verktøyet.",
        "Regelen ser datoen, ikkje kva som vart skrive. Planen seier ikkje kor fort; talet på dagar er sett i verktøyet.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    needs=("entries",),
)
def documented_when_done(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«det skal dokumenteres der når dette er gjort»: per group; nothing to document before it is done."""
    for group in Group:
        entries = [
            e
            for e in done(index.all(CycleKind.RULES_MADE_KNOWN))
            if e.group is group and e.done_at is not None and index.first_day <= e.done_at <= index.last_day
        ]
        if entries:
            yield _documentation_of(entries, scope_of_year(index, group), index, judge)


def _documentation_of(entries: list[CycleEntry], scope: str, index: CycleIndex, judge: Judge) -> Outcome:
    """One group's: documented by any of ``entries``, else still possible, else missing."""
    allowed = timedelta(days=judge.plan.readings.cycle_documented_within_days)
    written = [e for e in entries if _documented(e, index)]
    for entry in written:
        if not _written_before(entry, index) and entry.done_at is not None and entry.documented_at is not None:
            late = entry.documented_at - entry.done_at > allowed
            remarks = (Remark(code=RemarkCode.REGISTERED_LATE, day=entry.documented_at),) if late else ()
            return _outcome(scope, Verdict.MET, CycleState.DONE, entry.done_at, evidence=(entry.id,), remarks=remarks)
    first = entries[0]
    assert first.done_at is not None  # noqa: S101 - only entries with a day are asked about
    last = first.done_at + allowed
    if written:
        outcome = _asked(scope, "written_before_it_happened", last, (written[0],))
    elif index.today <= last:
        outcome = _outcome(scope, Verdict.DUE, CycleState.DONE_UNDOCUMENTED, last, evidence=(first.id,))
        outcome = outcome.model_copy(update={"changes_at": end_of(last)})
    else:
        reason = Reason.UNDOCUMENTED
        outcome = _outcome(
            scope, Verdict.DEVIATION, CycleState.DONE_UNDOCUMENTED, last, reason=reason, evidence=(first.id,)
        )
    return outcome.model_copy(
        update={"state": CycleState.DONE_UNDOCUMENTED.value, "counted_from": first.done_at, "event_day": first.done_at}
    )


@CHAPTER.rule(
    "AAR-06",
    "planen-gjort-kjent",
    title=Text(
        "Den gjeldende planen skal gjøres kjent i skoleåret", "Den gjeldande planen skal gjerast kjend i skoleåret"
    ),
    remedy=Text(
        "Gjør planen kjent, og før i årshjulet når det ble gjort, og hvilken versjon det gjaldt.",
        "Gjer planen kjend, og før i årshjulet når det vart gjort, og kva versjon det gjaldt.",
    ),
    proof=Text(
        "En oppføring i årshjulet som oppgir planens gjeldende versjon.",
        "Ei oppføring i årshjulet som oppgir den gjeldande versjonen av planen.",
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
    """«Planen skal gjøres kjent»: the version that holds, in the school year; a new version is made known anew."""
    document = judge.plan.document
    entries = done(index.all(CycleKind.PLAN_MADE_KNOWN))
    right = [e for e in entries if e.plan_version in (document.version, document.label)]
    unnamed = [
        e
        for e in entries
        if e.plan_version is None and e.done_at is not None and index.first_day <= e.done_at <= index.last_day
    ]
    outcome = within_year(index, judge, right)
    if outcome.verdict in (Verdict.DUE, Verdict.DEVIATION) and unnamed:
        outcome = _asked(outcome.scope, "which_version", index.last_day, (unnamed[0],))
    yield outcome


_item(
    "AAR-07",
    "planen-fulgt-opp-i-arshjulet",
    Text("Planen er fulgt opp i skolens årshjul", "Planen er følgd opp i årshjulet til skolen"),
    Text(
        "Følg opp planen på skolen, og før minst ett oppfølgingspunkt som gjort i årshjulet.",
        "Følg opp planen på skolen, og før minst eitt oppfølgingspunkt som gjort i årshjulet.",
    ),
    _once_a_year(CycleKind.PLAN_FOLLOWED_UP),
    Severity.MEDIUM,
)


def _june(index: CycleIndex) -> tuple[date, date]:
    """«juni»: the 1st to the 30th, in the school year's second half."""
    return date(index.last_day.year, 6, 1), date(index.last_day.year, 6, 30)


@CHAPTER.rule(
    "AAR-08",
    "arlig-revidering-i-juni",
    title=Text("Planen skal revideres i juni", "Planen skal reviderast i juni"),
    remedy=Text(
        "Gå gjennom planen i juni, og før det i årshjulet, også når ingenting måtte endres.",
        "Gå gjennom planen i juni, og før det i årshjulet, også når ingenting måtte endrast.",
    ),
    proof=Text(
        "En oppføring om revidering datert 1.–30. juni i skoleåret.",
        "Ei oppføring om revidering datert 1.–30. juni i skoleåret.",
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
    """«en årlig revidering i juni der nødvendige justeringer blir gjort»: in June; that nothing had to change counts."""
    first, last = _june(index)
    yield within_year(index, judge, done(index.all(CycleKind.PLAN_REVISED)), first=first, last=last)


@CHAPTER.rule(
    "AAR-09",
    "radgiver-tar-initiativ",
    title=Text(
        "Rådgiver hos skoleeier skal ta initiativ til revideringen",
        "Rådgivar hos skoleeigar skal ta initiativ til revideringa",
    ),
    remedy=Text(
        "Kall inn til revidering før juni er ute, og før det i årshjulet.",
        "Kall inn til revidering før juni er ute, og før det i årshjulet.",
    ),
    proof=Text(
        "En oppføring av rådgiver før revideringen, senest 30. juni.",
        "Ei oppføring av rådgivar før revideringa, seinast 30. juni.",
    ),
    limits=Text(
        "Regelen ser rollen, ikke hvem, og ikke hva innkallingen sa.",
        "Regelen ser rolla, ikkje kven, og ikkje kva innkallinga sa.",
    ),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.ADVISER,
    subject=Subject.MUNICIPALITY_YEAR,
    needs=("entries",),
    questions={
        "who_took_it": Text(
            "Det er tatt initiativ til revideringen, men det står ikke av hvem. Var det rådgiver hos skoleeier?",
            "Det er teke initiativ til revideringa, men det står ikkje av kven. Var det rådgivar hos skoleeigar?",
        )
    },
)
def adviser_takes_initiative(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Rådgiver hos skoleeier har ansvar for å ta initiativ til det.» By the adviser, and before the revision."""
    first, last = _june(index)
    taken = [e for e in done(index.all(CycleKind.REVISION_INITIATED)) if e.done_at and e.done_at >= index.first_day]
    by_adviser = [e for e in taken if e.by is Role.ADVISER]
    unnamed = [e for e in taken if e.by in (None, Role.UNKNOWN)]
    revised = [e for e in done(index.all(CycleKind.PLAN_REVISED)) if e.done_at is not None and e.done_at >= first]
    outcome = within_year(index, judge, by_adviser, last=last)
    if outcome.verdict is Verdict.MET and revised:
        yield _before_the_revision(outcome, by_adviser[0], revised[0], last)
    elif by_adviser:
        yield outcome
    elif unnamed:
        yield _asked(outcome.scope, "who_took_it", last, (unnamed[0],))
    elif taken:
        yield _missed(outcome, last, Reason.WRONG_ROLE, taken[0])
    elif revised:
        # The revision was held; nobody can take the initiative to it any more.
        yield _missed(outcome, last, Reason.UNDOCUMENTED, revised[0])
    else:
        yield outcome


def _before_the_revision(outcome: Outcome, initiative: CycleEntry, revision: CycleEntry, last: date) -> Outcome:
    assert initiative.done_at is not None and revision.done_at is not None  # noqa: S101, PT018 - both come from done()
    if initiative.done_at == revision.done_at:
        return _asked(outcome.scope, "order_unclear", last, (initiative, revision))
    if initiative.done_at > revision.done_at:
        return _missed(outcome, last, Reason.ORDER, initiative, revision)
    return outcome


def _missed(outcome: Outcome, last: date, reason: Reason, *entries: CycleEntry) -> Outcome:
    evidence = tuple(entry.id for entry in entries)
    return _outcome(outcome.scope, Verdict.DEVIATION, CycleState.LATE, last, reason=reason, evidence=evidence)


@CHAPTER.rule(
    "AAR-10",
    "kompetansebehov-vurdert",
    title=Text(
        "Behovet for kompetanseutvikling skal vurderes ved revideringen i juni",
        "Behovet for kompetanseutvikling skal vurderast ved revideringa i juni",
    ),
    remedy=Text(
        "Sett kompetansebehov på sakslista for revideringen, og før det i årshjulet.",
        "Set kompetansebehov på sakslista for revideringa, og før det i årshjulet.",
    ),
    proof=Text(
        "En oppføring om kompetansebehov datert 1.–30. juni i skoleåret.",
        "Ei oppføring om kompetansebehov datert 1.–30. juni i skoleåret.",
    ),
    limits=Text(
        "Regelen ser at det ble vurdert, ikke om vurderingen var god.",
        "Regelen ser at det vart vurdert, ikkje om vurderinga var god.",
    ),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
    law=("opplaeringslova-17-1",),
    needs=("entries",),
)
def competence_considered(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Denne revidering har også som mål å avdekke behov for videre kompetanseutvikling.» With the June revision."""
    first, last = _june(index)
    yield within_year(index, judge, done(index.all(CycleKind.COMPETENCE_CONSIDERED)), first=first, last=last)


_item(
    "AAR-11",
    "saerskilt-sarbarhet-pa-fellesmote",
    Text("Særskilt sårbarhet har vært tema på fellesmøte", "Særskild sårbarheit har vore tema på fellesmøte"),
    Text(
        "Ta opp særskilt sårbarhet på et fellesmøte, og før møtet i årshjulet. Ikke skriv navn på elever.",
        "Ta opp særskild sårbarheit på eit fellesmøte, og før møtet i årshjulet. Ikkje skriv namn på elevar.",
    ),
    _once_a_year(CycleKind.VULNERABILITY_MEETING),
    Severity.MEDIUM,
)
_item(
    "AAR-12",
    "nodvendig-informasjon-gitt",
    Text(
        "De ansatte har fått nødvendig informasjon om oppfølging av sårbare elever",
        "Dei tilsette har fått nødvendig informasjon om oppfølging av sårbare elevar",
    ),
    Text(
        "Gi den informasjonen som trengs, innenfor taushetsplikten, og før i årshjulet at det er gjort. Ikke skriv hva informasjonen gikk ut på.",
        "Gi den informasjonen som trengst, innanfor teieplikta, og før i årshjulet at det er gjort. Ikkje skriv kva informasjonen gjekk ut på.",
    ),
    _once_a_year(CycleKind.INFORMATION_GIVEN, question="was_it_needed"),
    Severity.MEDIUM,
    limits=Text(
        "Hva som er nødvendig, og hva taushetsplikten tillater, kan bare et menneske vurdere. Mangler oppføringen, spør regelen.",
        "Kva som er nødvendig, og kva teieplikta tillèt, kan berre eit menneske vurdere. Manglar oppføringa, spør regelen.",
    ),
    questions={
        "was_it_needed": Text(
            "Ingen informasjon er ført i skoleåret. Var det ikke behov, eller er den gitt uten å være ført?",
            "Ingen informasjon er ført i skoleåret. Var det ikkje behov, eller er han gitt utan å vere ført?",
        )
    },
)
_item(
    "AAR-13",
    "hva-og-hvordan-dokumentere-er-droftet",
    Text(
        "Hva som skal dokumenteres og hvordan, er drøftet på skolen",
        "Kva som skal dokumenterast og korleis, er drøfta på skolen",
    ),
    Text(
        "Gå gjennom og drøft det i fellesskap på skolen, og før møtet i årshjulet.",
        "Gå gjennom og drøft det i fellesskap på skolen, og før møtet i årshjulet.",
    ),
    _once_a_year(CycleKind.DOCUMENTATION_DISCUSSED),
    Severity.MEDIUM,
)
_item(
    "AAR-14",
    "maler-ligger-i-sikker-sak",
    Text("Malene ligger i Visma Sikker Sak", "Malane ligg i Visma Sikker Sak"),
    Text(
        "Legg de gjeldende malene i Visma Sikker Sak, og før i årshjulet at de er gått gjennom.",
        "Legg dei gjeldande malane i Visma Sikker Sak, og før i årshjulet at dei er gått gjennom.",
    ),
    _once_a_year(CycleKind.TEMPLATES_AVAILABLE),
    Severity.LOW,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
    limits=Text(
        "Verktøyet ser ikke malene selv, bare at det er ført at de ligger der.",
        "Verktøyet ser ikkje malane sjølve, berre at det er ført at dei ligg der.",
    ),
)
_OLD_ROUTINE = Text(
    "Regelen ser at den finnes og hvor gammel versjonen er, ikke om den passer på skolen eller blir fulgt.",
    "Regelen ser at han finst og kor gammal versjonen er, ikkje om han passar på skolen eller blir følgd.",
)
_item(
    "AAR-15",
    "inspeksjonsrutiner-finnes",
    Text("Skolen har inspeksjonsrutiner", "Skolen har inspeksjonsrutinar"),
    Text(
        "Lag inspeksjonsrutiner som passer på skolen, og før datoen for versjonen i årshjulet.",
        "Lag inspeksjonsrutinar som passar på skolen, og før datoen for versjonen i årshjulet.",
    ),
    _in_place(CycleKind.SUPERVISION_ROUTINE),
    Severity.HIGH,
    proof=Text(
        "En oppføring i årshjulet med datoen for versjonen av rutinen.",
        "Ei oppføring i årshjulet med datoen for versjonen av rutinen.",
    ),
    limits=_OLD_ROUTINE,
    law=("opplaeringslova-12-4-1",),
)
_item(
    "AAR-16",
    "inspeksjon-ved-fravaer",
    Text("Rutinen sier hvordan inspeksjon løses ved fravær", "Rutinen seier korleis inspeksjon blir løyst ved fråvær"),
    Text(
        "Skriv i rutinen hvordan inspeksjon løses ved fravær, og før det i årshjulet.",
        "Skriv i rutinen korleis inspeksjon blir løyst ved fråvær, og før det i årshjulet.",
    ),
    _in_place(CycleKind.SUPERVISION_AT_ABSENCE),
    Severity.MEDIUM,
    limits=_OLD_ROUTINE,
)
_item(
    "AAR-17",
    "ansatte-kjenner-igjen-tegn",
    Text(
        "De ansatte har fått opplæring i å kjenne igjen tegn",
        "Dei tilsette har fått opplæring i å kjenne att teikn",
    ),
    Text(
        "Gi de ansatte opplæring i hvilke tegn de skal se etter, og før det i årshjulet.",
        "Gi dei tilsette opplæring i kva teikn dei skal sjå etter, og før det i årshjulet.",
    ),
    _once_a_year(CycleKind.SIGNS_TRAINING),
    Severity.MEDIUM,
)
_item(
    "AAR-18",
    "krenkelse-er-droftet",
    Text("Hva som er krenkelse, er drøftet i skoleåret", "Kva som er krenking, er drøfta i skoleåret"),
    Text(
        "Drøft hva som er krenkelse, særlig opp mot barns subjektive opplevelse, og før møtet i årshjulet.",
        "Drøft kva som er krenking, særleg opp mot den subjektive opplevinga til barn, og før møtet i årshjulet.",
    ),
    _once_a_year(CycleKind.VIOLATION_DISCUSSED),
    Severity.LOW,
)
_item(
    "AAR-19",
    "tilbakemeldingskultur",
    Text("Skolen har arbeidet med tilbakemeldingskulturen", "Skolen har arbeidd med tilbakemeldingskulturen"),
    Text(
        "Sett tilbakemeldingskulturen på dagsordenen, og før det i årshjulet.",
        "Set tilbakemeldingskulturen på dagsordenen, og før det i årshjulet.",
    ),
    _once_a_year(CycleKind.FEEDBACK_CULTURE, question="worked_with"),
    Severity.LOW,
    limits=Text(
        "Kultur kan ikke sjekkes av en maskin. Mangler oppføringen, spør regelen; den sier aldri avvik for det.",
        "Kultur kan ikkje sjekkast av ei maskin. Manglar oppføringa, spør regelen; han seier aldri avvik for det.",
    ),
    questions={
        "worked_with": Text(
            "Ingenting er ført i skoleåret. Hvordan har skolen arbeidet med tilbakemeldingskulturen?",
            "Ingenting er ført i skoleåret. Korleis har skolen arbeidd med tilbakemeldingskulturen?",
        )
    },
)
_item(
    "AAR-20",
    "moteplasser-skole-hjem",
    Text("Det har vært møteplasser mellom skole og hjem", "Det har vore møteplassar mellom skole og heim"),
    Text(
        "Hold minst én møteplass med dialog og medvirkning (foreldremøte, FAU, SU), og før det i årshjulet.",
        "Hald minst éin møteplass med dialog og medverknad (foreldremøte, FAU, SU), og før det i årshjulet.",
    ),
    _once_a_year(CycleKind.HOME_SCHOOL_ARENA),
    Severity.LOW,
    basis=Basis.BOTH,
    law=("opplaeringslova-10-3", "opplaeringslova-10-4"),
)
