"""Dokumentet (META): the plan's own header, and whether it is kept up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..domain.annual_cycle import CycleState
from ..domain.moment import end_of, start_of
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Reason, Severity, Verdict
from .index import CycleIndex
from .judge import Judge
from .rule import Chapter, Subject, Text

CHAPTER = Chapter("metadata", Text("Dokumentet", "Dokumentet"))


@CHAPTER.rule(
    "META-01",
    "planen-er-ikke-forbi-revisjonsdatoen",
    title=Text("Planen er ikke forbi datoen for neste revisjon", "Planen er ikkje forbi datoen for neste revisjon"),
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
    if due is None or not index.first_day <= index.today <= index.last_day:
        return
    scope = f"plan:{judge.plan.document.id}"
    if index.today > due:
        yield Outcome(
            scope=scope,
            verdict=Verdict.DEVIATION,
            reason=Reason.LATE,
            deadline=due,
            state=CycleState.LATE.value,
            event_day=index.today,
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
    title=Text("Planen er godkjent før den brukes", "Planen er godkjend før han blir brukt"),
    remedy=Text("Få planen godkjent.", "Få planen godkjend."),
    proof=Text("En godkjenningsdato i dokumentet.", "Ein godkjenningsdato i dokumentet."),
    limits=Text(
        "Om den som godkjente kunne det, ser regelen ikke.", "Om den som godkjende kunne det, ser regelen ikkje."
    ),
    severity=Severity.LOW,
    basis=Basis.PLAN,
    role=Role.OWNER,
    subject=Subject.MUNICIPALITY_YEAR,
)
def plan_approved(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Sist godkjent dato»."""
    if not index.first_day <= index.today <= index.last_day:
        return
    document = judge.plan.document
    approved = document.approved <= index.today
    yield Outcome(
        scope=f"plan:{document.id}",
        verdict=Verdict.MET if approved else Verdict.DEVIATION,
        reason=None if approved else Reason.UNDOCUMENTED,
        state=(CycleState.DONE if approved else CycleState.OPEN).value,
        event_day=index.today,
        changes_at=None if approved else start_of(document.approved),
    )


@CHAPTER.rule(
    "META-03",
    "metadatafeltene-er-fylt-ut",
    title=Text("Feltene i dokumentets hode er fylt ut", "Felta i hovudet på dokumentet er fylte ut"),
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
    if not index.first_day <= index.today <= index.last_day:
        return
    document = judge.plan.document
    filled = document.last_revision is not None and document.category is not None
    yield Outcome(
        scope=f"plan:{document.id}",
        verdict=Verdict.MET if filled else Verdict.DEVIATION,
        reason=None if filled else Reason.INCOMPLETE,
        state=(CycleState.DONE if filled else CycleState.OPEN).value,
        event_day=index.today,
    )
