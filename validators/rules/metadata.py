"""Dokumentet (META): the plan's own header, and whether it is kept up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...domain.annual_cycle import CycleState
from ...domain.moment import end_of, start_of
from ...domain.people import Role
from ...domain.verdict import Basis, Outcome, Reason, Remark, RemarkCode, Severity, Verdict, scope_of
from ...plans.loader import headings
from ..judge import Judge
from ..known import CycleIndex
from ..reading.filled_in import is_filled_in
from ..rule import Chapter, Subject, Text

CHAPTER = Chapter("metadata", Text("Dokumentet", "Dokumentet"))


def _is_this_year(index: CycleIndex) -> bool:
    """What concerns the document is told once, in the school year that we are in."""
    return index.first_day <= index.today <= index.last_day


@CHAPTER.rule(
    "META-01",
    "planen-er-ikke-forbi-revisjonsdatoen",
    title=Text(
        "Planen skal ikke være forbi datoen for neste revisjon",
        "Planen skal ikkje vere forbi datoen for neste revisjon",
    ),
    remedy=Text(
        "Revider planen, få den godkjent, og legg inn den nye versjonen her. Den gamle gjelder til da.",
        "Revider planen, få han godkjend, og legg inn den nye versjonen her. Den gamle gjeld til då.",
    ),
    proof=Text(
        "En godkjent versjon med en revisjonsdato som ikke er passert.",
        "Ein godkjend versjon med ein revisjonsdato som ikkje er passert.",
    ),
    limits=Text(
        "Verktøyet kjenner bare de versjonene som er lagt inn. En ny versjon i dokumentsystemet ser det ikke.",
        "Verktøyet kjenner berre dei versjonane som er lagde inn. Ein ny versjon i dokumentsystemet ser det ikkje.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
)
def revision_date_not_passed(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Neste revisjonsdato»: told once, in the school year that we are in; the old text holds until a new one does."""
    due = judge.plan.document.next_revision
    if due is None or not _is_this_year(index):
        return
    scope = scope_of(plan=judge.plan.document.id)
    if index.today > due:
        yield Outcome(
            scope=scope,
            verdict=Verdict.DEVIATION,
            reason=Reason.LATE,
            deadline=due,
            state=CycleState.LATE.value,
            event_day=index.today,
            remarks=(Remark(code=RemarkCode.REVISION_OVERDUE, day=due),),
        )
        return
    soon = due - timedelta(days=judge.plan.readings.cycle_due_soon_days)
    near = index.today >= soon
    yield Outcome(
        scope=scope,
        verdict=Verdict.DUE if near else Verdict.MET,
        deadline=due,
        state=(CycleState.DUE_SOON if near else CycleState.DONE).value,
        changes_at=end_of(due) if near else start_of(soon),
        event_day=index.today,
    )


@CHAPTER.rule(
    "META-02",
    "planen-er-godkjent",
    title=Text("Planen skal være godkjent før den brukes", "Planen skal vere godkjend før han blir brukt"),
    remedy=Text("Få planen godkjent, og legg inn datoen her.", "Få planen godkjend, og legg inn datoen her."),
    proof=Text("En godkjenningsdato i dokumentet.", "Ein godkjenningsdato i dokumentet."),
    limits=Text(
        "Om den som godkjente planen, hadde myndighet til det, ser regelen ikke.",
        "Om den som godkjende planen, hadde myndigheit til det, ser regelen ikkje.",
    ),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
)
def plan_approved(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Sist godkjent dato»."""
    if not _is_this_year(index):
        return
    document = judge.plan.document
    approved = document.approved <= index.today
    yield Outcome(
        scope=scope_of(plan=document.id),
        verdict=Verdict.MET if approved else Verdict.DEVIATION,
        reason=None if approved else Reason.UNDOCUMENTED,
        state=(CycleState.DONE if approved else CycleState.OPEN).value,
        event_day=index.today,
        changes_at=None if approved else start_of(document.approved),
    )


@CHAPTER.rule(
    "META-03",
    "metadatafeltene-er-fylt-ut",
    title=Text("Feltene øverst i dokumentet skal være fylt ut", "Felta øvst i dokumentet skal vere fylte ut"),
    remedy=Text(
        "Fyll ut «Siste revisjonsdato» og «Dokumentkategori» i dokumentsystemet.",
        "Fyll ut «Siste revisjonsdato» og «Dokumentkategori» i dokumentsystemet.",
    ),
    proof=Text("Begge feltene har en verdi.", "Begge felta har ein verdi."),
    limits=Text("Regelen ser det som er lagt inn i plan.toml.", "Regelen ser det som er lagt inn i plan.toml."),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
)
def header_filled_in(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Siste revisjonsdato» and the document's category stand empty in the copy we have."""
    if not _is_this_year(index):
        return
    document = judge.plan.document
    filled = document.last_revision is not None and is_filled_in(document.category)
    yield Outcome(
        scope=scope_of(plan=document.id),
        verdict=Verdict.MET if filled else Verdict.DEVIATION,
        reason=None if filled else Reason.INCOMPLETE,
        state=(CycleState.DONE if filled else CycleState.OPEN).value,
        event_day=index.today,
    )


@CHAPTER.rule(
    "META-04",
    "riktig-planversjon",
    title=Text(
        "Planen som gjaldt da det skjedde, er den som brukes", "Planen som gjaldt då det hende, er den som blir brukt"
    ),
    remedy=Text(
        "Legg inn versjonen som gjaldt tidligere i skoleåret, og nevn den under «earlier» i plan.toml.",
        "Legg inn versjonen som gjaldt tidlegare i skoleåret, og nemn han under «earlier» i plan.toml.",
    ),
    proof=Text(
        "En godkjent versjon er lagt inn for hele den delen av skoleåret som er gått.",
        "Ein godkjend versjon er lagd inn for heile den delen av skoleåret som er gått.",
    ),
    limits=Text(
        "Verktøyet kjenner bare de versjonene som er lagt inn. Hver vurdering i en sak sier hvilken versjon den bruker.",
        "Verktøyet kjenner berre dei versjonane som er lagde inn. Kvar vurdering i ei sak seier kva versjon ho bruker.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.INTERNAL,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
    questions={
        "transition": Text(
            "Planen ble godkjent i løpet av skoleåret. Hvilken plan fulgte skolene før det?",
            "Planen vart godkjend i løpet av skoleåret. Kva plan følgde skolane før det?",
        ),
        "no_longer_valid": Text(
            "Planens gyldighet er ute, og ingen nyere versjon er lagt inn. Hvilken plan gjelder nå?",
            "Gyldigheita til planen er ute, og ingen nyare versjon er lagd inn. Kva plan gjeld no?",
        ),
    },
)
def right_version(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Plan for psykososialt miljø revidert juni 2024 Øyer kommune»: which text holds for what happened this year."""
    if not _is_this_year(index):
        return
    document = judge.plan.document
    scope = scope_of(plan=document.id)
    starts_within_the_year = max(document.valid_from, document.approved) > index.first_day
    question = None
    if document.valid_to is not None and document.valid_to < index.today:
        question = "no_longer_valid"
    elif starts_within_the_year and not judge.plan.earlier:
        question = "transition"
    ends = document.valid_to is not None and question is None
    yield Outcome(
        scope=scope,
        verdict=Verdict.MET if question is None else Verdict.REVIEW,
        question=question,
        state=(CycleState.DONE if question is None else CycleState.OPEN).value,
        event_day=index.today,
        changes_at=end_of(document.valid_to) if ends and document.valid_to is not None else None,
    )


@CHAPTER.rule(
    "META-05",
    "lovhenvisninger-ajour",
    title=Text(
        "Planen kaller paragrafene det samme som loven gjør", "Planen kallar paragrafane det same som lova gjer"
    ),
    remedy=Text(
        "Sammenlign planens henvisninger med loven, og rett dem ved neste revidering.",
        "Samanlikn tilvisingane i planen med lova, og rett dei ved neste revidering.",
    ),
    proof=Text(
        "Overskriften i planen er den samme som i loven, på bokmål eller nynorsk.",
        "Overskrifta i planen er den same som i lova, på bokmål eller nynorsk.",
    ),
    limits=Text(
        "Regelen sammenligner overskrifter med en liste (law.toml). Om innholdet er dekkende, må en jurist vurdere.",
        "Regelen samanliknar overskrifter med ei liste (law.toml). Om innhaldet er dekkjande, må ein jurist vurdere.",
    ),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.ADVISER,
    subject=Subject.MUNICIPALITY_YEAR,
    questions={
        "other_heading": Text(
            "Planen gir paragrafen en annen overskrift enn loven har. Er henvisningen fortsatt riktig?",
            "Planen gir paragrafen ei anna overskrift enn lova har. Er tilvisinga framleis rett?",
        ),
        "not_listed": Text(
            "Paragrafen står ikke i lista over gjeldende overskrifter. Gjelder den fortsatt?",
            "Paragrafen står ikkje i lista over gjeldande overskrifter. Gjeld han framleis?",
        ),
    },
)
def citations_up_to_date(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«§ 12-5 Skjerpa aktivitetsplikt» is no longer what the law calls it: per paragraph that the plan builds on."""
    if not _is_this_year(index):
        return
    for key, heading in judge.plan.citations.items():
        known = headings(key)
        question = None
        if not known:
            question = "not_listed"
        elif heading.casefold() not in {title.casefold() for title in known}:
            question = "other_heading"
        yield Outcome(
            scope=scope_of(law=key),
            verdict=Verdict.MET if question is None else Verdict.REVIEW,
            question=question,
            state=(CycleState.DONE if question is None else CycleState.OPEN).value,
            event_day=index.today,
        )
