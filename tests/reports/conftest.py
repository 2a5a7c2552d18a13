"""Invented schools, rules and findings for the report tests, and a last line about what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from skolemiljo.domain.activity_plan import ActivityPlan, Measure, PlanStatus
from skolemiljo.domain.annual_cycle import CycleItemStatus, CycleState, CycleStatus
from skolemiljo.domain.case import (
    Case,
    CaseStatus,
    Incident,
    Pupil,
    SeverityChange,
    StatusChange,
    Suspected,
    Suspicion,
)
from skolemiljo.domain.log import Channel, Hearing, LogEntry, LogKind
from skolemiljo.domain.moment import Moment
from skolemiljo.domain.notice import Notice, NoticeSource
from skolemiljo.domain.people import Actor, Role
from skolemiljo.domain.plan import Document, Home, MunicipalPlan, PlanRow, Readings
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import (
    Assessment,
    Basis,
    Finding,
    Reading,
    Reason,
    Remark,
    RemarkCode,
    Severity,
    Verdict,
)
from skolemiljo.reports.build import audit_report, school_report
from skolemiljo.reports.dossier import Dossier, RunMark, dossier
from skolemiljo.reports.dossier import render as render_dossier
from skolemiljo.reports.model import AuditReport, Previous, SchoolReport
from skolemiljo.store import Acceptance
from skolemiljo.validators.page import Page, Text
from skolemiljo.validators.rule import Chapter, Rule

AS_OF = datetime(2026, 3, 9, 9, 15, tzinfo=UTC)
TODAY = date(2026, 3, 9)
MARKED = "MERKETORD Knut Villniss"
"""Stands in every free text; nothing made here may hold it."""
PLAN_LABEL = "99999-1/2024"


def _nothing(index: Any, judge: Any) -> Iterator[Any]:
    yield from ()


_RULES = [
    # code, slug, chapter, title nb, title nn, remedy nb, remedy nn, severity, quote, section
    (
        "VA-05",
        "rektor-loggforer-mottak",
        "notification",
        "Rektor har loggført at meldingen er mottatt",
        "Rektor har loggført at meldinga er motteken",
        "Skriv en logg i saken om når du fikk meldingen, og fra hvem (rolle).",
        "Skriv ein logg i saka om når du fekk meldinga, og frå kven (rolle).",
        Severity.HIGH,
        "Rektor loggfører mottatt beskjed i Visma Sikker Sak.",
        "Plikt til å varsle",
    ),
    (
        "VA-08",
        "elev-far-beskjed-samme-dag",
        "notification",
        "Eleven har fått beskjed samme dag som meldingen kom",
        "Eleven har fått beskjed same dag som meldinga kom",
        "Si fra til eleven i dag, og skriv en logg om når det ble gjort.",
        "Sei frå til eleven i dag, og skriv ein logg om når det vart gjort.",
        Severity.HIGH,
        "Det er rektors ansvar å sørge for at eleven, samme dag som melding er mottatt, har fått beskjed om at rektor har fått melding.",
        "Plikt til å varsle",
    ),
    (
        "UN-07",
        "mote-med-hjem-eller-elev",
        "enquiry",
        "Møte med hjem eller elev er holdt senest dagen etter",
        "Møte med heim eller elev er halde seinast dagen etter",
        "Hold møtet, og skriv referat i saken.",
        "Hald møtet, og skriv referat i saka.",
        Severity.MEDIUM,
        "Møte med foreldre/foresatte og/eller elev samme dag eller senest dagen etter",
        "Plikt til å undersøke",
    ),
    (
        "AP-F",
        "barnets-beste-i-planen",
        "measures",
        "Aktivitetsplanen har en vurdering av barnets beste",
        "Aktivitetsplanen har ei vurdering av barnets beste",
        "Fyll ut punkt f) i aktivitetsplanen: vurder, vekt og vis.",
        "Fyll ut punkt f) i aktivitetsplanen: vurder, vekt og vis.",
        Severity.CRITICAL,
        "barns beste vurdering",
        "Plikt til å sette inn tiltak",
    ),
    (
        "EV-01",
        "evaluering-dokumentert",
        "evaluation",
        "Tiltakene er evaluert og evalueringen er dokumentert",
        "Tiltaka er evaluerte og evalueringa er dokumentert",
        "Evaluer tiltaket mot målet, og skriv det i referatet eller planen.",
        "Evaluer tiltaket mot målet, og skriv det i referatet eller planen.",
        Severity.HIGH,
        "Tiltakene skal evalueres.",
        "Plikt til å sette inn tiltak",
    ),
    (
        "AAR-01",
        "regelverk-kjent-for-elever",
        "annual_cycle",
        "Regelverket er gjort kjent for elevene",
        "Regelverket er gjort kjent for elevane",
        "Gjør regelverket kjent for elevene, og før det inn i årshjulet.",
        "Gjer regelverket kjent for elevane, og før det inn i årshjulet.",
        Severity.MEDIUM,
        "Det er rektors ansvar at regelverket om skolemiljø er gjort kjent for elever, foreldre og ansatte",
        "Ansvar, forankring og oppfølging",
    ),
]

CHAPTERS = [
    Chapter("notification"),
    Chapter("enquiry"),
    Chapter("measures"),
    Chapter("evaluation"),
    Chapter("annual_cycle"),
]


@pytest.fixture(scope="session")
def rules() -> dict[str, Rule]:
    """A handful of rules with both languages."""
    none = Text("–", "–")
    asks = {"which": Text("Gjelder svaret dette varselet?", "Gjeld svaret dette varselet?")}
    return {
        code: Rule(
            code=code,
            slug=slug,
            chapter=chapter,
            own_page=Page(Text(nb, nn), Text(do_nb, do_nn), none, none, asks),
            severity=severity,
            basis=Basis.PLAN,
            role=Role.RECTOR,
            own_judge=_nothing,
            law=("opplaeringslova-12-4",),
        )
        for code, slug, chapter, nb, nn, do_nb, do_nn, severity, _, _ in _RULES
    }


@pytest.fixture(scope="session")
def plan() -> MunicipalPlan:
    """An invented plan, past its revision date on the tests' day."""
    return MunicipalPlan(
        name="eksempel",
        document=Document(
            id="99999-1",
            title="Plan for skolemiljøet i Eksempel kommune",
            municipality="Eksempel",
            version="2024",
            approved=date(2024, 10, 2),
            valid_from=date(2024, 8, 1),
            next_revision=date(2025, 6, 23),
            law_in_force=date(2024, 8, 1),
        ),
        readings=Readings(source="test"),
        rows={
            code: PlanRow(name=nb, quote=quote, section=section, home=Home.RULE)
            for code, _, _, nb, _, _, _, _, quote, section in _RULES
        },
    )


BAKKEN = School(organisation_number="310000019", name="Bakken skole")
VIKA = School(organisation_number="310000027", name="Vika ungdomsskole")

MakeFinding = Callable[..., Finding]


@pytest.fixture(scope="session")
def make_finding(rules: dict[str, Rule]) -> MakeFinding:
    """``make_finding(rule, case, verdict, **more)``."""

    def make(code: str, case: str | None, verdict: Verdict, scope: str = "case", **more: Any) -> Finding:
        rule = rules[code]
        values: dict[str, Any] = {
            "rule": code,
            "slug": rule.slug,
            "school": BAKKEN.organisation_number,
            "case": case,
            "scope": scope,
            "verdict": verdict,
            "severity": rule.severity,
            "basis": rule.basis,
            "role": rule.role,
            "plan": PLAN_LABEL,
        }
        return Finding(**values | more)

    return make


def assessment_of(case: str | None, findings: list[Finding], **more: Any) -> Assessment:
    """An assessment of one case at the tests' moment."""
    school = findings[0].school if findings else BAKKEN.organisation_number
    values: dict[str, Any] = {"case": case, "school": school, "as_of": AS_OF, "plan": PLAN_LABEL}
    return Assessment(**values | {"findings": tuple(findings)} | more)


@pytest.fixture(scope="session")
def assessments(make_finding: MakeFinding) -> list[Assessment]:
    """Six cases, one of them closed, and an annual cycle: every verdict, every part of a report."""
    day = timedelta(days=1)
    first = [
        make_finding(
            "VA-08",
            "2026-014",
            Verdict.DEVIATION,
            "notice:v1/pupil:e1",
            reason=Reason.UNDOCUMENTED,
            deadline=TODAY - 3 * day,
            counted_from=TODAY - 3 * day,
            reading=Reading.CALENDAR_DAY,
            remarks=(Remark(code=RemarkCode.OTHER_READING_MET, day=TODAY + day),),
            evidence=("v1",),
        ),
        make_finding(
            "VA-05",
            "2026-014",
            Verdict.DUE,
            "notice:v2",
            deadline=TODAY,
            counted_from=TODAY,
            reading=Reading.CALENDAR_DAY,
            changes_at=datetime(2026, 3, 9, 23, 0, tzinfo=UTC),
        ),
        make_finding("AP-F", "2026-014", Verdict.MET, "plan:p1", evidence=("p1",)),
        make_finding("AP-F", "2026-014", Verdict.MET, "plan:p2", evidence=("p2",)),
    ]
    second = [
        make_finding("UN-07", "2026-015", Verdict.DUE, "notice:v1", deadline=TODAY + day, counted_from=TODAY),
        make_finding("EV-01", "2026-015", Verdict.DUE, "measure:t1", deadline=TODAY + 30 * day),
        make_finding("AP-F", "2026-015", Verdict.REVIEW, "plan:p1", question="which", evidence=("p1",)),
        make_finding("VA-05", "2026-015", Verdict.MET, "notice:v1"),
    ]
    third = [
        make_finding("VA-08", "2026-016", Verdict.UNKNOWN, "notice:v1", reason=Reason.HIDDEN, deadline=TODAY - 9 * day),
        make_finding("VA-05", "2026-016", Verdict.NOT_APPLICABLE),
        make_finding(
            "UN-07",
            "2026-016",
            Verdict.DEVIATION,
            reason=Reason.LATE,
            deadline=TODAY - 8 * day,
            remarks=(Remark(code=RemarkCode.REGISTERED_LATE, day=TODAY - 5 * day),),
        ),
    ]
    fourth = [
        make_finding("AP-F", "2026-017", Verdict.DEVIATION, "plan:p1", reason=Reason.INCOMPLETE),
        make_finding("EV-01", "2026-017", Verdict.MET, "measure:t9"),
    ]
    fifth = [
        make_finding("VA-08", "2026-018", Verdict.MET, "notice:v1", remarks=(Remark(code=RemarkCode.CALENDAR_MISSING),))
    ]
    sixth = [
        make_finding(
            "VA-05", "2026-019", Verdict.DEVIATION, "notice:v1", reason=Reason.UNDOCUMENTED, deadline=TODAY - 60 * day
        )
    ]
    cycle = [make_finding("AAR-01", None, Verdict.DUE, "year:2025-2026", deadline=date(2026, 6, 19), state="open")]
    return [
        assessment_of("2026-014", first),
        assessment_of("2026-015", second),
        assessment_of("2026-016", third),
        assessment_of("2026-017", fourth),
        assessment_of("2026-018", fifth),
        assessment_of("2026-019", sixth, closed=True),
        assessment_of(None, cycle),
    ]


@pytest.fixture(scope="session")
def acceptances() -> list[Acceptance]:
    """One that holds, one expired, one without a reason."""
    number = BAKKEN.organisation_number
    return [
        Acceptance("a1", number, "2026-017", "AP-F", "plan:p1", "Planen skrives om i møte", "rector", TODAY),
        Acceptance(
            "a2",
            number,
            "2026-014",
            "VA-08",
            "notice:v1/pupil:e1",
            "Eleven var syk",
            "rector",
            TODAY - timedelta(days=1),
        ),
        Acceptance("a3", number, "2026-015", "AP-F", "plan:p1", " ", "rector", TODAY + timedelta(days=9)),
    ]


@pytest.fixture(scope="session")
def previous() -> Previous:
    """Last night: VA-08 was due, UN-07 the same, two things that have since been solved or gone."""
    number = BAKKEN.organisation_number
    return Previous(
        AS_OF - timedelta(days=7),
        {
            ("VA-08", number, "2026-014", "notice:v1/pupil:e1"): Verdict.DUE,
            ("UN-07", number, "2026-015", "notice:v1"): Verdict.DUE,
            ("EV-01", number, "2026-017", "measure:t9"): Verdict.DEVIATION,
            ("AP-F", number, "2026-018", "plan:p9"): Verdict.REVIEW,
            ("VA-05", number, "2026-099", "notice:v1"): Verdict.DEVIATION,
        },
    )


@pytest.fixture(scope="session")
def cycle_statuses() -> list[CycleStatus]:
    """The annual cycle of both schools."""
    items = (
        CycleItemStatus(
            item="AAR-01", scope="year:2025-2026", state=CycleState.OPEN, due=date(2026, 6, 19), role=Role.RECTOR
        ),
    )
    return [
        CycleStatus(
            school=school.organisation_number, school_year="2025-2026", plan=PLAN_LABEL, items=items, as_of=AS_OF
        )
        for school in (BAKKEN, VIKA)
    ]


@pytest.fixture(scope="session")
def make_report(
    assessments: list[Assessment],
    cycle_statuses: list[CycleStatus],
    plan: MunicipalPlan,
    rules: dict[str, Rule],
    acceptances: list[Acceptance],
    previous: Previous,
) -> Callable[..., SchoolReport]:
    """The school's report; any argument of ``school_report`` can be given otherwise."""

    def make(**more: Any) -> SchoolReport:
        values: dict[str, Any] = {
            "assessments": assessments,
            "cycle_statuses": cycle_statuses[:1],
            "plan": plan,
            "rules": rules,
            "chapters": CHAPTERS,
            "as_of": AS_OF,
            "previous": previous,
            "acceptances": acceptances,
        } | more
        return school_report(values.pop("school", BAKKEN), **values)

    return make


@pytest.fixture(scope="session")
def report(make_report: Callable[..., SchoolReport]) -> SchoolReport:
    """The school's report in bokmål."""
    return make_report()


@pytest.fixture(scope="session")
def make_audit(
    assessments: list[Assessment],
    cycle_statuses: list[CycleStatus],
    plan: MunicipalPlan,
    rules: dict[str, Rule],
    acceptances: list[Acceptance],
    previous: Previous,
    make_finding: MakeFinding,
) -> Callable[..., AuditReport]:
    """The owner's report; any argument of ``audit_report`` can be given otherwise."""
    number = VIKA.organisation_number
    vika = [
        assessment_of(
            f"V-{place}",
            [
                make_finding("VA-08", f"V-{place}", Verdict.DEVIATION, "notice:v1", reason=Reason.LATE, school=number),
                make_finding("VA-05", f"V-{place}", Verdict.MET, "notice:v1", school=number),
            ],
        )
        for place in range(6)
    ]

    def make(**more: Any) -> AuditReport:
        values: dict[str, Any] = {
            "assessments": [*assessments, *vika],
            "cycle_statuses": cycle_statuses,
            "plan": plan,
            "rules": rules,
            "chapters": CHAPTERS,
            "as_of": AS_OF,
            "previous": previous,
            "acceptances": acceptances,
        } | more
        return audit_report(values.pop("schools", [BAKKEN, VIKA]), **values)

    return make


@pytest.fixture(scope="session")
def audit(make_audit: Callable[..., AuditReport]) -> AuditReport:
    """The owner's report in bokmål."""
    return make_audit()


@pytest.fixture(scope="session")
def case() -> Case:
    """An invented case with a bit of everything, and a marked word in each free text."""
    at = Moment.parse
    rector = Actor(role=Role.RECTOR, ref="a1")
    teacher = Actor(role=Role.CONTACT_TEACHER, ref="a2")
    return Case(
        id="2026-014",
        school=BAKKEN.organisation_number,
        status_history=(StatusChange(status=CaseStatus.OPEN, at=at("2026-03-06T08:10:00+01:00"), by=rector),),
        severity=(SeverityChange(serious=True, at=at("2026-03-06T09:00:00+01:00"), by=rector),),
        suspicions=(Suspicion(suspected=Suspected.PUPIL, at=at("2026-03-06"), by=teacher),),
        pupils=(Pupil(ref="e1"),),
        notices=(
            Notice(
                id="v1",
                source=NoticeSource.GUARDIAN,
                channel=Channel.PHONE,
                happened_at=at("2026-03-06T08:00:00+01:00"),
                registered_at=at("2026-03-06T08:15:00+01:00"),
                author=teacher,
            ),
        ),
        log=(
            LogEntry(
                id="l1",
                kind=LogKind.RECTOR_RECEIVED,
                happened_at=at("2026-03-06T08:20:00+01:00"),
                registered_at=at("2026-03-06T08:30:00+01:00"),
                author=rector,
                text=MARKED,
            ),
            LogEntry(
                id="l2",
                kind=LogKind.PUPIL_CONVERSATION,
                happened_at=at("2026-03-07T10:00:00+01:00"),
                registered_at=at("2026-03-08T10:00:00+01:00"),
                author=teacher,
                hearing=Hearing.DECLINED,
                text=MARKED,
                source_label=MARKED,
                deleted_at=at("2026-03-08T12:00:00+01:00"),
            ),
            LogEntry(id="l3", kind=LogKind.NOTE, happened_at=at("2026-04-01T10:00:00+02:00"), author=teacher),
        ),
        activity_plans=(
            ActivityPlan(
                id="p1-1",
                plan="p1",
                status=PlanStatus.CURRENT,
                happened_at=at("2026-03-08"),
                problem=MARKED,
                measures=(Measure(id="t1", text=MARKED, responsible=MARKED),),
            ),
        ),
        incidents=(Incident(id="h1", level=3, happened_at=at("2026-03-06T07:55:00+01:00"), description=MARKED),),
        hidden=frozenset({"evaluations"}),
    )


@pytest.fixture(scope="session")
def case_dossier(case: Case, assessments: list[Assessment], plan: MunicipalPlan, rules: dict[str, Rule]) -> Dossier:
    """The dossier of that case."""
    return dossier(
        case,
        assessments[0],
        school=BAKKEN,
        plan=plan,
        rules=rules,
        chapters=CHAPTERS,
        as_of=AS_OF,
        reason="Tilsyn fra statsforvalteren",
        runs=[RunMark(AS_OF, "0" * 64)],
    )


@pytest.fixture(scope="session")
def dossier_page(case_dossier: Dossier) -> str:
    """The dossier as a page."""
    return str(render_dossier(case_dossier))
