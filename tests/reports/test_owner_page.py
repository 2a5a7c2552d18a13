"""The owner's first screen: their own duties, which school needs help, and what leaves the owner without a case."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from skolemiljo.domain.people import Role
from skolemiljo.domain.verdict import Assessment, Finding, Reason, Verdict
from skolemiljo.reports import render
from skolemiljo.reports.html import pages
from skolemiljo.reports.model import AuditReport, TrendPoint
from skolemiljo.reports.owner import by_need, failing, longest, own_duties, school_now
from skolemiljo.reports.sentences import Sentences

from .conftest import BAKKEN, TODAY, VIKA, assessment_of

DAY = timedelta(days=1)


@pytest.fixture
def judged(make_finding: Callable[..., Finding]) -> list[Assessment]:
    """Three open cases at Bakken that are 2, 4 and 9 days late, one at Vika in order, and one about a leader."""

    def late(case: str, days: int) -> Assessment:
        lacking = make_finding(
            "VA-08", case, Verdict.DEVIATION, reason=Reason.UNDOCUMENTED, deadline=TODAY - days * DAY
        )
        return replace(assessment_of(case, [lacking]), last_act=TODAY - days * 2 * DAY)

    number = VIKA.organisation_number
    receipt = replace(make_finding("VA-05", "V-2", Verdict.DUE, school=number, deadline=TODAY), role=Role.OWNER)
    return [
        late("B-1", 2),
        late("B-2", 4),
        late("B-3", 9),
        replace(assessment_of("V-1", [make_finding("VA-05", "V-1", Verdict.MET, school=number)]), last_act=None),
        replace(assessment_of("V-2", [receipt]), leader_accused=True, last_act=TODAY),
    ]


def test_the_table_says_who_needs_help_with_what_and_how_it_has_gone(
    make_audit: Callable[..., AuditReport], judged: list[Assessment]
) -> None:
    points = [(TODAY - 40 * DAY, 9), (TODAY - 28 * DAY, 5), (TODAY - 7 * DAY, 1), (TODAY, 3)]
    trend = [TrendPoint(day, BAKKEN.organisation_number, number) for day, number in points]
    audit = make_audit(assessments=judged, acceptances=[], previous=None, trend=trend)
    say = Sentences(audit)
    first, second = by_need(audit)
    now = school_now(first, audit, say)
    assert (first.school.name, now.needs, now.opened, now.overdue) == ("Bakken skole", "3", "3", "4")
    assert now.silence == "18 dager (Sak B-3)"
    assert (now.trend, now.trend_class) == ("2 færre", "good"), "against the last night that is four weeks old"
    assert now.to_raise == "Eleven har fått beskjed samme dag som meldingen kom"
    other = school_now(second, audit, say)
    assert (other.needs, other.opened, other.overdue, other.trend) == ("1", "2", "–", "–")
    assert other.silence == "0 dager (Sak V-2); 1 sak uten noe loggført"
    assert list(longest(audit, say)) == ["Bakken skole: 18 dager (Sak B-3)", "Vika ungdomsskole: 0 dager (Sak V-2)"]
    assert next(iter(failing(audit, say))) == "Eleven har fått beskjed samme dag som meldingen kom: 3 åpne saker"


def test_the_owners_own_duties_stand_first_with_what_to_do(
    make_audit: Callable[..., AuditReport], judged: list[Assessment], make_finding: Callable[..., Finding]
) -> None:
    june = make_finding("AAR-01", None, Verdict.DEVIATION, "year:2025-2026", school=None, reason=Reason.UNDOCUMENTED)
    audit = make_audit(assessments=[*judged, assessment_of(None, [june])], acceptances=[], previous=None)
    own = own_duties(audit, Sentences(audit))
    assert own == [
        "nå: Gjør regelverket kjent for elevene, og før det inn i årshjulet.",
        "i dag: Skriv en logg i saken om når du fikk meldingen, og fra hvem (rolle). (Sak V-2)",
        "Følg opp selv, for en leder er beskyldt: Sak V-2",
    ]
    page = pages(audit)["index.html"]
    assert page.index("Ditt eget (3)") < page.index("Hvilken skole trenger hjelp") < page.index('id="kart"')
    assert "Gjør regelverket kjent for elevene" in pages(audit)["kommunen.html"], (
        "the municipality's own, with its remedy"
    )


@pytest.mark.parametrize("form", ["text", "html", "pdf", "pages"])
def test_what_leaves_the_owner_holds_no_case(
    make_audit: Callable[..., AuditReport], judged: list[Assessment], form: str
) -> None:
    audit = make_audit(assessments=judged, acceptances=[], previous=None, external=True)
    assert said(make_audit(assessments=judged, acceptances=[], previous=None), form).count("B-3")
    out = said(audit, form)
    assert not re.search(r"\b[BV]-\d\b", out)
    assert "Bakken skole" in out
    assert "Ditt eget" not in out
    if form == "pages":
        assert set(pages(audit)) == {"index.html"}


def said(audit: AuditReport, form: str) -> str:
    if form == "pages":
        return "".join(pages(audit).values())
    made: Any = render(audit, form, width=90) if form == "text" else render(audit, form)
    if form != "pdf":
        return str(made)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())
