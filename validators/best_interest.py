"""Barns beste-vurdering (BB): that it was made, and its three steps: vurdere, vekte, vise."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.log import Consideration
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Reason, Severity
from .assessment import IN_TEXT, Assessed, assessed, current_assessments
from .index import CaseIndex
from .judge import Judge
from .rule import Chapter, Text

CHAPTER = Chapter("best_interest", Text("Barns beste-vurdering", "Vurdering av det beste for barnet"))

_NEEDS = ("activity_plans", "activity_plans.best_interest", "log")
_LIMITS = Text(
    "Regelen ser at det er svart, ikke om svaret er godt. Det er en faglig og rettslig vurdering.",
    "Regelen ser at det er svart, ikkje om svaret er godt. Det er ei fagleg og rettsleg vurdering.",
)


@CHAPTER.rule(
    "BB-01",
    "barnets-beste-ved-hver-plan",
    title=Text(
        "Barnets beste er vurdert for hver plan som er vedtatt",
        "Det beste for barnet er vurdert for kvar plan som er vedteken",
    ),
    remedy=Text(
        "Gjør vurderingen av barnets beste, og skriv den i planen eller i en logg planen viser til.",
        "Gjer vurderinga av det beste for barnet, og skriv henne i planen eller i ein logg planen viser til.",
    ),
    proof=Text(
        "En vurdering i planen, eller i en logg om den.",
        "Ei vurdering i planen, eller i ein logg om han.",
    ),
    limits=Text(
        "Regelen ser planene. Andre handlinger som angår barnet, ser den ikke.",
        "Regelen ser planane. Andre handlingar som gjeld barnet, ser han ikkje.",
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-1", "grunnloven-104"),
    needs=_NEEDS,
    questions={
        "only_ticks": Text(
            "Momentene er krysset av, men ingenting er skrevet. Hva er vurdert?",
            "Momenta er kryssa av, men ingenting er skrive. Kva er vurdert?",
        ),
    },
)
def assessed_for_each_plan(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«barns beste være grunnleggende hensyn ved alle handlinger/avgjørelser som angår barn»: each decided version."""
    for versions in case.histories:
        for plan in versions:
            found = assessed(case, plan)
            if found.has_text(judge) or any(found.says(judge, field) for field in _WRITTEN):
                yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
            elif any(stand is not None for part in found.parts for stand in (part.moments or {}).values()):
                yield judge.review(found.scope, "only_ticks", *found.items, event=found.event)
            else:
                yield judge.deviation(found.scope, Reason.INCOMPLETE, *found.items, event=found.event)


_WRITTEN = (
    "child_views",
    "age_and_maturity",
    "guardians_and_experts",
    "weighing",
    "best_for_involved",
    "harmonise",
    "conflict_weight",
    "how_examined",
    "weight_given",
    "weighing_explained",
)


@CHAPTER.rule(
    "BB-03",
    "tatt-stilling-til-momentene",
    title=Text("Det er tatt stilling til alle de åtte momentene", "Det er teke stilling til alle dei åtte momenta"),
    remedy=Text(
        "Ta stilling til hvert av de åtte momentene: relevant eller ikke relevant her.",
        "Ta stilling til kvart av dei åtte momenta: relevant eller ikkje relevant her.",
    ),
    proof=Text(
        "Hvert moment er merket relevant eller ikke relevant.", "Kvart moment er merkt relevant eller ikkje relevant."
    ),
    limits=Text(
        "Regelen leser aldri hva som står om helse, sårbarhet og familie; bare om det er tatt stilling.",
        "Regelen les aldri kva som står om helse, sårbarheit og familie; berre om det er teke stilling.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={"in_text": IN_TEXT},
)
def considerations(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«tar vi stilling til hva som er relevante moment»: a stand on each of the eight, «ikke relevant» included."""
    for found in current_assessments(case):
        taken = {name for part in found.parts for name, stand in (part.moments or {}).items() if stand is not None}
        if all(moment.value in taken for moment in Consideration):
            yield judge.met(found.scope, *found.items, event=found.event)
        elif taken:
            yield judge.deviation(found.scope, Reason.INCOMPLETE, *found.items, event=found.event)
        else:
            yield found.unanswered(judge)


@CHAPTER.rule(
    "BB-04",
    "momentene-er-vektet",
    title=Text("Momentene er vektet mot hverandre", "Momenta er vekta mot kvarandre"),
    remedy=Text(
        "Skriv hva som er best for barna, om det kan harmoniseres med andre hensyn, og ved motstrid hva som veier tyngst.",
        "Skriv kva som er best for barna, om det kan harmoniserast med andre omsyn, og ved motstrid kva som veg tyngst.",
    ),
    proof=Text(
        "Vektingen er skrevet, og spørsmålene ved vekting er besvart.",
        "Vektinga er skriven, og spørsmåla ved vekting er svara på.",
    ),
    limits=_LIMITS,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={
        "in_text": IN_TEXT,
        "questions_unanswered": Text(
            "Vektingen er skrevet, men ikke alle spørsmålene ved vekting er besvart. Er de vurdert?",
            "Vektinga er skriven, men ikkje alle spørsmåla ved vekting er svara på. Er dei vurderte?",
        ),
    },
)
def weighed(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«vekter dem i forhold til hverandre»: the weighing, and the plan's three questions (the third only at a conflict)."""
    for found in current_assessments(case):
        yield _weighing(judge, found)


def _weighing(judge: Judge, found: Assessed) -> Outcome:
    conflict = any(part.conflict for part in found.parts)
    answers = [found.says(judge, "best_for_involved"), found.says(judge, "harmonise")]
    if conflict:
        answers.append(found.says(judge, "conflict_weight"))
    written = found.says(judge, "weighing")
    if all(answers):
        return judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
    if conflict and not answers[-1] and not found.has_text(judge) and not written:
        return judge.deviation(found.scope, Reason.INCOMPLETE, *found.items, event=found.event)
    if written or any(answers):
        return judge.review(found.scope, "questions_unanswered", *found.items, event=found.event)
    return found.unanswered(judge)


@CHAPTER.rule(
    "BB-05",
    "vurderingen-er-vist",
    title=Text("Innholdet i vurderingen er vist", "Innhaldet i vurderinga er vist"),
    remedy=Text(
        "Skriv hvordan barnets beste er undersøkt og konkludert, og hvilken vekt det fikk mot andre hensyn.",
        "Skriv korleis det beste for barnet er undersøkt og konkludert, og kva vekt det fekk mot andre omsyn.",
    ),
    proof=Text(
        "Begge forklaringene står i vurderingen: hvordan, og hvilken vekt.",
        "Begge forklaringane står i vurderinga: korleis, og kva vekt.",
    ),
    limits=_LIMITS,
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-4",),
    needs=_NEEDS,
    questions={"in_text": IN_TEXT},
)
def shown(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Innholdet i vurderingen skal vises/dokumenteres»: how it was examined, and the weight it was given."""
    for found in current_assessments(case):
        yield found.field(judge, "how_examined", "weight_given")


@CHAPTER.rule(
    "BB-06",
    "vektingen-forklart-i-begrunnelsen",
    title=Text("Vektingen er forklart i begrunnelsen for tiltakene", "Vektinga er forklart i grunngivinga for tiltaka"),
    remedy=Text(
        "Skriv i begrunnelsen hvorfor nettopp disse tiltakene, ut fra vektingen.",
        "Skriv i grunngivinga kvifor nettopp desse tiltaka, ut frå vektinga.",
    ),
    proof=Text("Feltet om vektingen i begrunnelsen er fylt ut.", "Feltet om vektinga i grunngivinga er fylt ut."),
    limits=_LIMITS,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={"in_text": IN_TEXT},
)
def weighing_explained(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«vektingen av de ulike hensynene i begrunnelsen for tiltakene skal forklares»"""
    for found in current_assessments(case):
        yield found.field(judge, "weighing_explained")


@CHAPTER.rule(
    "BB-07",
    "foreldres-og-fagfolks-syn",
    title=Text(
        "Det er tatt stilling til om foreldre og fagfolk skal gi synspunkt",
        "Det er teke stilling til om foreldre og fagfolk skal gi synspunkt",
    ),
    remedy=Text(
        "Innhent synspunktene, eller skriv at det ikke er aktuelt.",
        "Hent inn synspunkta, eller skriv at det ikkje er aktuelt.",
    ),
    proof=Text(
        "Feltet har et svar: innhentet, eller ikke aktuelt.", "Feltet har eit svar: henta inn, eller ikkje aktuelt."
    ),
    limits=Text(
        "Planen sier «aktuelt», ikke «skal». Derfor spør regelen, og gir aldri avvik.",
        "Planen seier «aktuelt», ikkje «skal». Difor spør regelen, og gir aldri avvik.",
    ),
    severity=Severity.MEDIUM,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={
        "asked": Text(
            "Er synspunkt fra foreldre og fagfolk innhentet, eller er det ikke aktuelt her?",
            "Er synspunkt frå foreldre og fagfolk henta inn, eller er det ikkje aktuelt her?",
        ),
    },
)
def others_views(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«er det aktuelt å innhente synspunkt fra foreldre og fagfolk rundt barnet»"""
    for found in current_assessments(case):
        if found.says(judge, "guardians_and_experts"):
            yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
        else:
            yield judge.review(found.scope, "asked", *found.items, event=found.event)
