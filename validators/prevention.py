"""Grunnlaget (FO, DP, FM): the child's own experience, the vulnerable child, the five duties, and following with."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.annual_cycle import CycleKind
from ..domain.case import ClosingReason
from ..domain.log import Consideration, LogEntry, LogKind
from ..domain.people import Role
from ..domain.verdict import Basis, Outcome, Severity, scope_of
from .annual_cycle import done, within_year
from .assessment import current_assessments
from .index import CaseIndex, CycleIndex
from .judge import Judge, when_of
from .rule import Chapter, Subject, Text

CHAPTER = Chapter("prevention", Text("Grunnlaget og plikten til å følge med", "Grunnlaget og plikta til å følgje med"))

_NO_VIOLATION = (ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION)
_EXAMINED = (
    LogKind.ENQUIRY_STEP,
    LogKind.OBSERVATION,
    LogKind.PUPIL_CONVERSATION,
    LogKind.STAFF_CONVERSATION,
    LogKind.SUSPICION_ENQUIRY,
    LogKind.ANALYSIS,
)


@CHAPTER.rule(
    "FO-03",
    "elevens-opplevelse-avgjor",
    title=Text(
        "Elevens egen opplevelse er lagt til grunn når saken lukkes som «ikke krenkelse»",
        "Elevens eiga oppleving er lagd til grunn når saka blir lukka som «ikkje krenking»",
    ),
    remedy=Text(
        "Snakk med eleven om hvordan det er nå. Er det ikke trygt: gjenåpne saken.",
        "Snakk med eleven om korleis det er no. Er det ikkje trygt: opne saka att.",
    ),
    proof=Text(
        "Det siste eleven sa før saken ble lukket, er at det er trygt og godt.",
        "Det siste eleven sa før saka vart lukka, er at det er trygt og godt.",
    ),
    limits=Text(
        "Ikke all kritikk er en krenkelse; det er en vurdering. Derfor spør regelen, og gir aldri avvik.",
        "Ikkje all kritikk er ei krenking; det er ei vurdering. Difor spør regelen, og gir aldri avvik.",
    ),
    severity=Severity.CRITICAL,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4",),
    needs=("log", "log.feels_safe", "pupils", "status_history"),
    questions={
        "says_unsafe": Text(
            "Saken er lukket, men det siste eleven sa, er at det ikke er trygt. Hva bygger lukkingen på?",
            "Saka er lukka, men det siste eleven sa, er at det ikkje er trygt. Kva byggjer lukkinga på?",
        ),
        "not_said": Text(
            "Saken er lukket uten at loggen viser hva eleven selv sier. Hvordan opplever eleven det?",
            "Saka er lukka utan at loggen viser kva eleven sjølv seier. Korleis opplever eleven det?",
        ),
    },
)
def own_experience(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Det som er avgjørende er om barnet som blir utsatt opplever handlingen som nedverdigende eller integritetskrenkende.»"""
    closed = case.closed
    if closed is None or closed.reason not in _NO_VIOLATION:
        return
    for pupil in case.affected:
        said = [e for e in case.for_pupil(pupil.ref, LogKind.PUPIL_CONVERSATION) if e.feels_safe is not None]
        before = [e for e in said if (when := when_of(e)) is not None and closed.at.before(when) is not True]
        scope = scope_of(pupil=pupil.ref)
        if not before:
            yield judge.review(scope, "not_said", event=closed.at)
        elif before[-1].feels_safe:
            yield judge.met(scope, before[-1], event=closed.at)
        else:
            yield judge.review(scope, "says_unsafe", before[-1], event=closed.at)


@CHAPTER.rule(
    "FO-04",
    "saerskilt-sarbarhet-vurdert",
    title=Text("Det er vurdert om barnet er særskilt sårbart", "Det er vurdert om barnet er særskilt sårbart"),
    remedy=Text(
        "Ta stilling til sårbarhet i vurderingen av barnets beste. Skriv ikke mer om årsaken enn dere trenger.",
        "Ta stilling til sårbarheit i vurderinga av det beste for barnet. Skriv ikkje meir om årsaka enn de treng.",
    ),
    proof=Text(
        "Et kryss for at sårbarhet er vurdert, eller momentet «sårbarhet» er tatt stilling til.",
        "Eit kryss for at sårbarheit er vurdert, eller momentet «sårbarheit» er teke stilling til.",
    ),
    limits=Text(
        "Regelen ser bare ja eller nei. Hva som gjør barnet sårbart, leser og lagrer verktøyet aldri.",
        "Regelen ser berre ja eller nei. Kva som gjer barnet sårbart, les og lagrar verktøyet aldri.",
    ),
    severity=Severity.HIGH,
    basis=Basis.PLAN,
    role=Role.RECTOR,
    needs=("activity_plans", "activity_plans.best_interest", "log"),
    questions={
        "not_considered": Text(
            "Vurderingen viser ikke om barnet er særskilt sårbart. Er det vurdert?",
            "Vurderinga viser ikkje om barnet er særskilt sårbart. Er det vurdert?",
        ),
    },
)
def vulnerability_considered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«Skolen har et skjerpa ansvar for å ivareta særskilt sårbare barn.» Only whether it was considered."""
    for found in current_assessments(case):
        stands = [(part.moments or {}).get(Consideration.VULNERABILITY) for part in found.parts]
        if any(part.vulnerability_considered for part in found.parts) or any(s is not None for s in stands):
            yield judge.met(found.scope, *found.items, event=found.event)
        else:
            yield judge.review(found.scope, "not_considered", *found.items, event=found.event)


@CHAPTER.rule(
    "DP-01",
    "delpliktene-dekket",
    title=Text(
        "Den lukkede saken viser at delpliktene er fulgt: varsle, undersøke, sette inn tiltak",
        "Den lukka saka viser at delpliktene er følgde: varsle, undersøkje, setje inn tiltak",
    ),
    remedy=Text(
        "Loggfør det som mangler, eller skriv hvorfor plikten ikke var aktuell i denne saken.",
        "Loggfør det som manglar, eller skriv kvifor plikta ikkje var aktuell i denne saka.",
    ),
    proof=Text(
        "Saken har varsel, undersøkelse og tiltak. Er den lukket som grunnløs, trengs ikke tiltak.",
        "Saka har varsel, undersøking og tiltak. Er ho lukka som grunnlaus, trengst ikkje tiltak.",
    ),
    limits=Text(
        "Å følge med og gripe inn skjer ofte før saken finnes, og kan ikke ses her.",
        "Å følgje med og gripe inn skjer ofte før saka finst, og kan ikkje sjåast her.",
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    law=("opplaeringslova-12-4-1", "opplaeringslova-12-4-2"),
    needs=("notices", "log", "activity_plans", "status_history"),
    questions={
        "duty_not_seen": Text(
            "Saken er lukket, og én av pliktene varsle, undersøke eller sette inn tiltak vises ikke. Var den ikke aktuell?",
            "Saka er lukka, og ei av pliktene varsle, undersøkje eller setje inn tiltak viser ikkje. Var ho ikkje aktuell?",
        ),
    },
)
def duties_covered(case: CaseIndex, judge: Judge) -> Iterator[Outcome]:
    """«grunnleggende hensyn i alle fem delpliktene»: looked at when the case is closed; whether one was irrelevant is asked."""
    closed = case.closed
    if closed is None:
        return
    examined = [e for e in case.all(*_EXAMINED) if _took_place(e)]
    measures_owed = closed.reason not in (*_NO_VIOLATION, ClosingReason.UNFOUNDED)
    plans = case.decided_plans
    if case.notices and examined and (plans or not measures_owed):
        yield judge.met("case", case.notices[0], examined[0], *plans[:1], event=closed.at)
    else:
        yield judge.review("case", "duty_not_seen", event=closed.at)


def _took_place(entry: LogEntry) -> bool:
    return entry.held is not False


@CHAPTER.rule(
    "FM-01",
    "inspeksjonsplan-finnes",
    title=Text("Skolen har en inspeksjonsplan for skoleåret", "Skulen har ein inspeksjonsplan for skuleåret"),
    remedy=Text(
        "Lag inspeksjonsplanen, og før den i årshjulet med dato.",
        "Lag inspeksjonsplanen, og før han i årshjulet med dato.",
    ),
    proof=Text(
        "En oppføring i årshjulet (1310.no) om inspeksjonsplanen, i skoleåret.",
        "Ei oppføring i årshjulet (1310.no) om inspeksjonsplanen, i skuleåret.",
    ),
    limits=Text(
        "Regelen ser at planen finnes, ikke om noen var der, eller hvor tett.",
        "Regelen ser at planen finst, ikkje om nokon var der, eller kor tett.",
    ),
    severity=Severity.HIGH,
    basis=Basis.BOTH,
    role=Role.RECTOR,
    subject=Subject.SCHOOL_YEAR,
    law=("opplaeringslova-12-4-1",),
    needs=("entries",),
)
def supervision_roster(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«Tilstedeværelse»: the part of it that leaves a trace, the roster of who is where."""
    yield within_year(index, judge, done(index.all(CycleKind.SUPERVISION_ROSTER)))
