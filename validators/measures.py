"""Plikt til å sette inn tiltak (TI, AP): the activity plan and its six fields, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Severity, scope_of
from .index import CaseIndex
from .judge import Judge
from .rule import Chapter, Text

CHAPTER = Chapter("measures", Text("Plikt til å sette inn tiltak", "Plikt til å setje inn tiltak"))


@CHAPTER.rule(
    "AP-A",
    "problemet-tiltakene-skal-lose",
    title=Text(
        "Aktivitetsplanen sier hvilket problem tiltakene skal løse",
        "Aktivitetsplanen seier kva problem tiltaka skal løyse",
    ),
    remedy=Text(
        "Skriv i felt a hva i skolemiljøet tiltakene skal løse, og vedta planen på nytt.",
        "Skriv i felt a kva i skolemiljøet tiltaka skal løyse, og vedta planen på nytt.",
    ),
    proof=Text(
        "Felt a i den gjeldende, vedtatte versjonen av planen har et svar.",
        "Felt a i den gjeldande, vedtekne versjonen av planen har eit svar.",
    ),
    limits=Text(
        "Regelen ser at feltet har et svar, ikke om det er riktig problem, og ikke om det handler om miljøet og ikke barnet.",
        "Regelen ser at feltet har eit svar, ikkje om det er rett problem, og ikkje om det handlar om miljøet og ikkje barnet.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-3",),
    needs=("activity_plans", "activity_plans.problem"),
)
def problem_stated(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«hvilket problem tiltakene skal løse»: per current plan; a draft or replaced version answers nothing."""
    for plan in case.current_plans:
        scope = scope_of(plan=plan.plan, version=str(plan.version))
        yield judge.field(scope, plan.problem, plan, event=plan.happened_at)
