"""Barns beste-vurdering (BB): that it was made, and its three steps: vurdere, vekte, vise."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.activity_plan import ActivityPlan
from ...domain.log import Consideration, LogEntry
from ...domain.people import Role
from ...domain.verdict import Basis, Outcome, Reason, Severity, Verdict, scope_of
from ..best_interest_entries import (
    FIELD_QUESTIONS,
    WRITTEN,
    Assessed,
    assessments_of,
    current_assessments,
    has_words,
    own_entries,
    shared_entries,
)
from ..judge import Judge, when_of
from ..known import CaseIndex
from ..rule import Chapter, Text
from ..stretches import only_protects

CHAPTER = Chapter("best_interest", Text("Vurdering av barnets beste", "Vurdering av det beste for barnet"))

_NEEDS = ("activity_plans", "activity_plans.pupils", "activity_plans.best_interest", "pupils")
"""The log is not among them: an assessment that stands in the plan is seen without it (Assessed.unseen asks for it)."""
_ONLY_TICKS = Text(
    "Det er krysset av for momenter, men ingenting er skrevet. Hva er vurdert?",
    "Det er kryssa av for moment, men ingenting er skrive. Kva er vurdert?",
)
_LIMITS = Text(
    "Regelen ser at det er svart, ikke om svaret er godt. Det er en faglig og rettslig vurdering.",
    "Regelen ser at det er svart, ikkje om svaret er godt. Det er ei fagleg og rettsleg vurdering.",
)


@CHAPTER.rule(
    "BB-01",
    "barnets-beste-ved-hver-avgjorelse",
    title=Text(
        "Barnets beste skal vurderes for hver elev når en plan blir lagret som gjeldende",
        "Det beste for barnet skal vurderast for kvar elev når ein plan blir lagra som gjeldande",
    ),
    remedy=Text(
        "Vurder hva som er best for eleven nå, skriv vurderingen i aktivitetsplanen eller i en egen logg, og se om tiltakene står seg.",
        "Vurder kva som er best for eleven no, skriv vurderinga i aktivitetsplanen eller i ein eigen logg, og sjå om tiltaka står seg.",
    ),
    proof=Text(
        "En vurdering med ord i den gjeldende planen, eller i en logg fra før den ble lagret, for hver elev planen gjelder.",
        "Ei vurdering med ord i den gjeldande planen, eller i ein logg frå før han vart lagra, for kvar elev planen gjeld.",
    ),
    limits=Text(
        "Regelen ser planene. Andre handlinger som angår barnet, ser den ikke. Den ser at det er en vurdering, ikke om den er god.",
        "Regelen ser planane. Andre handlingar som gjeld barnet, ser han ikkje. Han ser at det er ei vurdering, ikkje om ho er god.",
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-10-1", "grunnloven-104"),
    needs=(*_NEEDS, "activity_plans.measures", "activity_plans.best_interest_ref"),
    questions={
        "bare_claim": FIELD_QUESTIONS["bare_claim"],
        "only_ticks": _ONLY_TICKS,
        "one_for_several": Text(
            "Planen gjelder flere elever og har én vurdering av barnets beste. Er det vurdert hva som er best også for denne eleven?",
            "Planen gjeld fleire elevar og har éi vurdering av det beste for barnet. Er det vurdert kva som er best òg for denne eleven?",
        ),
        "before_earlier_version": Text(
            "Vurderingen er fra før en tidligere versjon, og planen har fått andre tiltak siden. Er barnets beste vurdert på nytt?",
            "Vurderinga er frå før ein tidlegare versjon, og planen har fått andre tiltak sidan. Er det beste for barnet vurdert på nytt?",
        ),
        "protective_first": Text(
            "Vernetiltak ble satt inn før en vurdering av barnets beste var skrevet. Var det vern som ikke kunne vente?",
            "Vernetiltak vart sette inn før ei vurdering av det beste for barnet var skriven. Var det vern som ikkje kunne vente?",
        ),
    },
)
def assessed_for_each_pupil(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«barns beste være grunnleggende hensyn ved alle handlinger/avgjørelser som angår barn»: per decided version and pupil."""
    for versions in case.histories:
        before: ActivityPlan | None = None
        for plan in versions:
            pupils = case.pupils_of_plan(plan)
            for pupil in pupils:
                yield _assessed(case, judge, plan, before, pupil, alone=len(pupils) == 1)
            before = plan


def _assessed(
    case: CaseIndex, judge: Judge, plan: ActivityPlan, before: ActivityPlan | None, pupil: str, *, alone: bool
) -> Outcome:
    """In the plan's own field, else in the log; what stands there for several pupils at once is a question for each."""
    scope = scope_of(pupil=pupil, plan=plan.plan, version=str(plan.version))
    in_plan = has_words(judge, plan.best_interest)
    own, shared = own_entries(case, plan, pupil), shared_entries(case, plan)
    for_her = _best([_in_log(case, judge, scope, entry, plan, before) for entry in (shared if alone else own)])
    if alone and in_plan:
        return judge.met(scope, plan, event=when_of(plan), remarks=judge.presence_remarks())
    if for_her is not None and for_her.verdict is Verdict.MET:
        return for_her
    if not alone and (in_plan or any(has_words(judge, entry.best_interest, entry.text) for entry in shared)):
        return judge.review(scope, "one_for_several", plan, *shared, event=when_of(plan))
    return for_her or _not_assessed(judge, scope, Assessed(case, plan, (*own, *shared)))


def _in_log(
    case: CaseIndex, judge: Judge, scope: str, entry: LogEntry, plan: ActivityPlan, before: ActivityPlan | None
) -> Outcome | None:
    """What an assessment in the log shows for this version; ``None`` where it has no words."""
    if not has_words(judge, entry.best_interest, entry.text):
        return None
    outcome = judge.in_order(scope, entry, plan, event=when_of(plan))
    if outcome.verdict is Verdict.DEVIATION and only_protects(plan):
        return judge.review(scope, "protective_first", plan, entry, event=when_of(plan))
    if outcome.verdict is not Verdict.MET:
        return outcome
    older = before is not None and judge.in_order(scope, entry, before).verdict is not Verdict.DEVIATION
    if older and before is not None and plan.best_interest_ref != entry.id and plan.chooses_other_measures_than(before):
        return judge.review(scope, "before_earlier_version", plan, entry, event=when_of(plan))
    remarks = (*outcome.remarks, *judge.presence_remarks())
    return outcome.model_copy(update={"evidence": (plan.id, entry.id), "remarks": remarks})


def _best(outcomes: list[Outcome | None]) -> Outcome | None:
    """The best of what several entries show: in order, else a question, else the wrong order."""
    ranks = (Verdict.MET, Verdict.REVIEW, Verdict.DEVIATION)
    shown = [outcome for outcome in outcomes if outcome is not None]
    return min(shown, key=lambda outcome: ranks.index(outcome.verdict), default=None)


def _not_assessed(judge: Judge, scope: str, found: Assessed) -> Outcome:
    plan, event = found.plan, found.event
    if found.unseen(*WRITTEN):
        return found.unknown().model_copy(update={"scope": scope})
    if found.only_claims(judge):
        return judge.review(scope, "bare_claim", *found.items, event=event)
    if found.stands:
        return _only_ticks(judge, found).model_copy(update={"scope": scope})
    if only_protects(plan):
        return judge.review(scope, "protective_first", plan, event=event)
    written = bool(found.entries) or any((part.text or "").strip() for part in found.parts)
    return judge.deviation(scope, Reason.INCOMPLETE if written else Reason.UNDOCUMENTED, *found.items, event=event)


@CHAPTER.rule(
    "BB-03",
    "tatt-stilling-til-momentene",
    title=Text(
        "Skolen skal ta stilling til hvert av de åtte momentene og gi dem et innhold",
        "Skolen skal ta stilling til kvart av dei åtte momenta og gi dei eit innhald",
    ),
    remedy=Text(
        "Ta stilling til hvert av de åtte momentene, relevant eller ikke relevant her, og skriv i vurderingen hva de betyr for eleven.",
        "Ta stilling til kvart av dei åtte momenta, relevant eller ikkje relevant her, og skriv i vurderinga kva dei har å seie for eleven.",
    ),
    proof=Text(
        "Hvert moment er merket relevant eller ikke relevant, minst ett er relevant, og vurderingen har ord, også om barnets syn.",
        "Kvart moment er merkt relevant eller ikkje relevant, minst eitt er relevant, og vurderinga har ord, òg om synet til barnet.",
    ),
    limits=Text(
        "Regelen leser aldri hva som står om helse, sårbarhet og familie; bare om det er tatt stilling. Står alt i én tekst, spør den.",
        "Regelen les aldri kva som står om helse, sårbarheit og familie; berre om det er teke stilling. Står alt i éin tekst, spør han.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions={
        **FIELD_QUESTIONS,
        "only_ticks": _ONLY_TICKS,
        "none_relevant": Text(
            "Alle momentene er merket som ikke relevante. Hva bygger vurderingen på?",
            "Alle momenta er merkte som ikkje relevante. Kva byggjer vurderinga på?",
        ),
        "childs_view": Text(
            "Vurderingen sier ikke hva barnet selv mener. Er barnets syn med?",
            "Vurderinga seier ikkje kva barnet sjølv meiner. Er synet til barnet med?",
        ),
    },
)
def considerations(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«tar vi stilling til hva som er relevante moment, så gir vi dem et innhold»: a stand on all eight, and words."""
    for found in current_assessments(case, judge):
        stands = found.stands
        if not all(moment.value in stands for moment in Consideration):
            yield found.unanswered(judge, "moments")
        elif not any(stands.values()):
            yield judge.review(found.scope, "none_relevant", *found.items, event=found.event)
        elif not found.has_words(judge):
            yield found.unknown() if found.unseen(*WRITTEN) else _only_ticks(judge, found)
        elif found.says(judge, "child_views"):
            yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
        elif found.unseen("child_views"):
            yield found.unknown()
        else:
            yield judge.review(found.scope, "childs_view", *found.items, event=found.event)


def _only_ticks(judge: Judge, found: Assessed) -> Outcome:
    return judge.review(found.scope, "only_ticks", *found.items, event=found.event)


@CHAPTER.rule(
    "BB-04",
    "momentene-er-vektet",
    title=Text("Momentene skal vektes mot hverandre", "Momenta skal vektast mot kvarandre"),
    remedy=Text(
        "Skriv i vurderingen hva som er best for barna, om det lar seg forene med andre hensyn, og hva som veier tyngst hvis det ikke gjør det.",
        "Skriv i vurderinga kva som er best for barna, om det lèt seg sameine med andre omsyn, og kva som veg tyngst om det ikkje gjer det.",
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
        **FIELD_QUESTIONS,
        "questions_unanswered": Text(
            "Vektingen er skrevet, men ikke alle spørsmålene ved vekting er besvart. Er de vurdert?",
            "Vektinga er skriven, men ikkje alle spørsmåla ved vekting er svara på. Er dei vurderte?",
        ),
    },
)
def weighed(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«vekter dem i forhold til hverandre»: the weighing, and the plan's three questions (the third only at a conflict)."""
    for found in current_assessments(case, judge):
        yield _weighing(judge, found)


def _weighing(judge: Judge, found: Assessed) -> Outcome:
    questions = ["best_for_involved", "harmonise"]
    conflict = any(part.conflict for part in found.parts)
    if conflict:
        questions.append("conflict_weight")
    if all(found.says(judge, question) for question in questions):
        return judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
    if not any(found.says(judge, place) for place in ("weighing", *questions)):
        return found.field(judge, "weighing")
    if any(found.unseen(question) for question in questions if not found.says(judge, question)):
        return found.unknown()
    if conflict and not found.says(judge, "conflict_weight") and not found.says(judge, "weighing"):
        return found.unanswered(judge, "conflict_weight")
    return judge.review(found.scope, "questions_unanswered", *found.items, event=found.event)


@CHAPTER.rule(
    "BB-05",
    "vurderingen-er-vist",
    title=Text(
        "Vurderingen skal vise hva dere har kommet fram til, og hvorfor",
        "Vurderinga skal vise kva de har kome fram til, og kvifor",
    ),
    remedy=Text(
        "Skriv i vurderingen hvordan barnets beste er undersøkt, hva dere har kommet fram til, og hvilken vekt det fikk mot andre hensyn.",
        "Skriv i vurderinga korleis det beste for barnet er undersøkt, kva de kom fram til, og kva vekt det fekk mot andre omsyn.",
    ),
    proof=Text(
        "Begge forklaringene står i vurderingen: hvordan barnets beste er undersøkt, og hvilken vekt det fikk.",
        "Begge forklaringane står i vurderinga: korleis det beste for barnet er undersøkt, og kva vekt det fekk.",
    ),
    limits=_LIMITS,
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-4",),
    needs=_NEEDS,
    questions=FIELD_QUESTIONS,
)
def shown(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Innholdet i vurderingen skal vises/dokumenteres»: how it was examined, and the weight; a claim shows neither."""
    for plan in case.current_plans:
        for found in assessments_of(case, plan):
            if found.only_claims(judge) and not found.stands:
                yield judge.review(found.scope, "bare_claim", *found.items, event=found.event)
    for found in current_assessments(case, judge):
        if not found.only_claims(judge) or found.stands:
            yield found.field(judge, "how_examined", "weight_given")


@CHAPTER.rule(
    "BB-06",
    "vektingen-forklart-i-begrunnelsen",
    title=Text(
        "Vektingen skal forklares i begrunnelsen for tiltakene", "Vektinga skal forklarast i grunngivinga for tiltaka"
    ),
    remedy=Text(
        "Forklar i begrunnelsen for tiltakene hvorfor dere valgte nettopp disse, ut fra vektingen.",
        "Forklar i grunngivinga for tiltaka kvifor de valde nettopp desse, ut frå vektinga.",
    ),
    proof=Text("Feltet om vektingen i begrunnelsen er fylt ut.", "Feltet om vektinga i grunngivinga er fylt ut."),
    limits=_LIMITS,
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=_NEEDS,
    questions=FIELD_QUESTIONS,
)
def weighing_explained(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«vektingen av de ulike hensynene i begrunnelsen for tiltakene skal forklares»"""
    for found in current_assessments(case, judge):
        yield found.field(judge, "weighing_explained")


@CHAPTER.rule(
    "BB-07",
    "foreldres-og-fagfolks-syn",
    title=Text(
        "Det er tatt stilling til om foreldre og fagfolk skal gi synspunkt",
        "Det er teke stilling til om foreldre og fagfolk skal gi synspunkt",
    ),
    remedy=Text(
        "Hent inn synspunktene, eller skriv i vurderingen at det ikke er aktuelt.",
        "Hent inn synspunkta, eller skriv i vurderinga at det ikkje er aktuelt.",
    ),
    proof=Text(
        "Feltet har et svar: hentet inn, eller ikke aktuelt.", "Feltet har eit svar: henta inn, eller ikkje aktuelt."
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
            "Er synspunkt fra foreldre og fagfolk hentet inn, eller er det ikke aktuelt her?",
            "Er synspunkt frå foreldre og fagfolk henta inn, eller er det ikkje aktuelt her?",
        ),
    },
)
def others_views(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«er det aktuelt å innhente synspunkt fra foreldre og fagfolk rundt barnet»"""
    for found in current_assessments(case, judge):
        if found.says(judge, "guardians_and_experts"):
            yield judge.met(found.scope, *found.items, event=found.event, remarks=judge.presence_remarks())
        elif found.unseen("guardians_and_experts"):
            yield found.unknown()
        else:
            yield judge.review(found.scope, "asked", *found.items, event=found.event)
