"""The owner's first screen: their own duties, which school needs help, and what leaves the owner without a case."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar
from skolemiljo.domain.annual_cycle import CycleFacts, CycleItemStatus, CycleState, CycleStatus
from skolemiljo.domain.case import Case
from skolemiljo.domain.people import Role
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Assessment, Finding, Reason, Verdict
from skolemiljo.plans.loader import load_plans
from skolemiljo.reports import FORMATS, digest, render
from skolemiljo.reports.build import audit_report
from skolemiljo.reports.html import pages
from skolemiljo.reports.items import Standing
from skolemiljo.reports.model import AuditReport, Problem, TrendPoint
from skolemiljo.reports.overview import overview
from skolemiljo.reports.owner import by_need, failing, longest, own_duties, school_now
from skolemiljo.reports.privacy import KINDS, OUTSIDE
from skolemiljo.reports.school_rows import outward
from skolemiljo.reports.sentences import Sentences
from skolemiljo.validators import CHAPTERS, RULES
from skolemiljo.validators.engine import assess, assess_cycle

from .conftest import BAKKEN, TODAY, VIKA, assessment_of

DAY = timedelta(days=1)


@pytest.fixture
def judged(make_finding: Callable[..., Finding]) -> list[Assessment]:
    """Three open cases at Bakken that are 2, 4 and 9 days late, one at Vika in order, and one about a leader."""

    def late(case: str, days: int) -> Assessment:
        lacking = make_finding(
            "VA-08", case, Verdict.DEVIATION, reason=Reason.UNDOCUMENTED, deadline=TODAY - days * DAY
        )
        lacking = replace(lacking, evidence=("merkeid",), scope="notice:merkeomfang")
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


def test_a_day_that_nobody_set_is_no_deadline_and_what_ends_today_has_not_failed(
    make_audit: Callable[..., AuditReport], make_finding: Callable[..., Finding]
) -> None:
    asked = make_finding("VA-05", "B-1", Verdict.DEVIATION, reason=Reason.UNDOCUMENTED, asks_after=TODAY - 30 * DAY)
    today = make_finding("VA-08", "B-2", Verdict.DUE, deadline=TODAY)
    audit = make_audit(assessments=[assessment_of("B-1", [asked]), assessment_of("B-2", [today])], acceptances=[])
    say = Sentences(audit)
    now = school_now(by_need(audit)[0], audit, say)
    assert (now.needs, now.overdue) == ("2", "–")
    assert list(failing(audit, say)) == [f"{say.rule_title('VA-05').rstrip('.')}: 1 åpen sak"]


def test_the_owners_own_duties_stand_first_with_what_to_do(
    make_audit: Callable[..., AuditReport], judged: list[Assessment], make_finding: Callable[..., Finding]
) -> None:
    june = make_finding("AAR-01", None, Verdict.DEVIATION, "year:2025-2026", school=None, reason=Reason.UNDOCUMENTED)
    audit = make_audit(assessments=[*judged, assessment_of(None, [june])], acceptances=[], previous=None)
    own = own_duties(audit, Sentences(audit))
    assert [duty.text for duty in own] == [
        "Følg opp selv, for en leder er beskyldt: Sak V-2",
        "I dag: Skriv en logg i saken om når du fikk meldingen, og fra hvem (rolle) (Sak V-2).",
        "Nå: Gjør regelverket kjent for elevene, og før det inn i årshjulet.",
    ]
    assert [duty["text"] for duty in json.loads(said(audit, "json"))["own_duties"]] == [duty.text for duty in own]
    sheet = load_workbook(io.BytesIO(bytes(render(audit, "xlsx"))))["Ditt eget"]  # type: ignore[arg-type]  # this form is bytes
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [duty.what for duty in own]
    for form in ("html", "text", "pdf"):
        told = " ".join(said(audit, form).replace("\u200b", "").replace("\xa0", " ").split())
        assert all(" ".join(duty.what.rstrip(".").split()) in told for duty in own), form
    page = pages(audit)["index.html"]
    assert page.index("Ditt eget (3)") < page.index("Hvilken skole trenger hjelp") < page.index('id="kart"')
    assert "Gjør regelverket kjent for elevene" in pages(audit)["kommunen.html"], (
        "the municipality's own, with its remedy"
    )


@pytest.mark.parametrize("turned", [False, True])
def test_an_item_owed_to_several_groups_is_shown_as_the_one_that_asks_for_most(
    make_audit: Callable[..., AuditReport], cycle_statuses: list[CycleStatus], *, turned: bool
) -> None:
    """Made known to the parents without a word of it in the annual cycle is not «gjort og dokumentert»."""
    states = {"pupils": CycleState.DONE, "guardians": CycleState.DONE_UNDOCUMENTED}
    items = [
        CycleItemStatus(item="AAR-05", scope=f"school_year:2025-2026/group:{group}", state=state, role=Role.RECTOR)
        for group, state in states.items()
    ]
    status = cycle_statuses[0].model_copy(update={"items": tuple(reversed(items) if turned else items)})
    audit = make_audit(cycle_statuses=[status])
    ((code, cells),) = overview(audit, Sentences(audit))["cycle_rows"]
    assert (code, cells[0]) == ("AAR-05", ("gjort, ikke dokumentert", "c1"))


@pytest.mark.parametrize("form", [*FORMATS, "pages"])
def test_what_leaves_the_owner_holds_no_case(
    make_audit: Callable[..., AuditReport], judged: list[Assessment], form: str
) -> None:
    problems = [Problem(BAKKEN.organisation_number, "B-4"), Problem(VIKA.organisation_number, "V-3")]
    audit = make_audit(assessments=judged, problems=problems)
    assert "B-3" in said(audit, form)
    out = said(outward(audit), form)
    for told in (r"\b[BV]-\d\b", "merkeid", "merkeomfang", "Ditt eget"):
        assert not re.search(told, out), told
    assert "Bakken skole" in out or form in ("ics", "junit")
    assert "Unntatt offentlighet" not in out
    if form == "pages":
        assert set(pages(outward(audit))) == {"index.html"}


def test_no_number_that_leaves_the_owner_gives_a_hidden_one_away(town: AuditReport) -> None:
    """Each sum is that of the smallest numbers that are shown: who knows them all can tell no more of the hidden ones than
    that they are there. (The trend and the tables of single days are left out: beside these they would tell.)"""
    data = json.loads(str(render(outward(town), "json")))
    of_pupils = {code for row in town.rows for code, square in row.by_rule.items() if square.across_pupils}
    hidden = 0
    for school in data["schools"]:
        for chapter, cell in school["by_chapter"].items():
            its = {code: one for code, one in school["by_rule"].items() if _chapter(town, code) == chapter}
            for kind in KINDS:
                shown = [one[kind] for one in its.values()]
                small = {code for code, one in its.items() if one[kind].rstrip(" ?") in set("1234")}
                assert not small & of_pupils, kind
                hidden += shown.count("*")
                assert cell[kind].rstrip(" ?") == visible(shown), (chapter, kind)
    assert hidden > 20
    assert data["trend"] == []
    in_all = dict(Sentences(outward(town)).counts())
    for standing in Standing:
        counts = [(row.standing[standing], True) for row in town.rows]
        assert in_all[Sentences(town).standing(standing)].rstrip(" ?") == OUTSIDE.total(counts, alone=True)
        assert [school["standing"][standing.value] for school in data["schools"]] == [
            OUTSIDE.count(number) for number, _ in counts
        ]
    book = load_workbook(io.BytesIO(bytes(render(outward(town), "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    assert "Utvikling" not in book.sheetnames
    _, *rows = book["Plikter"].iter_rows(values_only=True)
    for code, _, total, *cells in rows:
        assert str(total).rstrip(" ?–") in ("", visible([str(c) for c in cells])), code
    schools = {row[0]: [str(cell) for cell in row[4:]] for row in book["Skoler"].iter_rows(values_only=True, min_row=2)}
    for school in data["schools"]:
        mine = [cell["deviations"] for cell in school["by_rule"].values()]
        assert schools[school["name"]][0].rstrip(" ?") == visible(mine)
    table = list(csv.reader(io.StringIO(bytes(render(outward(town), "csv")).decode("utf-8-sig")), delimiter=";"))  # type: ignore[arg-type]  # this form is bytes
    assert len(table) > 100
    assert not [row for row in table[1:] if row[4].rstrip(" ?") in set("1234") and row[2] in of_pupils]


def visible(shown: list[str]) -> str:
    """The sum of the numbers that are shown, with a plus where some are not."""
    numbers = [number.rstrip("+ ?") for number in shown if number not in ("–", "?")]
    total = sum(int(number) for number in numbers if number.isdigit())
    if any(number == "*" or "+" in one for number, one in zip(numbers, shown, strict=False)):
        return f"{total}+" if total else "*"
    return str(total)


def _chapter(audit: AuditReport, code: str) -> str:
    rule = audit.rules.get(code)
    return rule.chapter if rule is not None else ""


@pytest.fixture(scope="module")
def town() -> AuditReport:
    """Every story, at three schools."""
    municipality, calendar, plans = Municipality(cases=150), school_calendar(), load_plans("oyer-2024")
    asked: dict[str, Any] = {"as_of": AS_OF, "plans": plans, "rules": RULES.values(), "calendar": calendar}
    return audit_report(
        [School.model_validate(raw) for raw in municipality.schools()],
        [
            *(assess(Case.model_validate(raw), **asked) for raw in municipality.cases()),
            *(assess_cycle(CycleFacts.model_validate(raw), **asked) for raw in municipality.cycle_facts()),
        ],
        plan=plans[-1],
        rules=RULES,
        chapters=CHAPTERS,
        as_of=AS_OF,
    )


def test_the_first_numbers_are_the_same_in_every_form(town: AuditReport) -> None:
    """How many cases need something today at each school, and in all, in page, paper, terminal, rows, data; in the mail as others may see it."""
    today = {row.school.name: row.report.cases_today for row in town.rows}
    assert len(set(today.values())) > 1
    assert min(today.values()) > 0
    in_all = sum(today.values())
    data = json.loads(str(render(town, "json")))
    assert {school["name"]: int(school["standing"]["today"]) for school in data["schools"]} == today
    assert sum(case is not None for case in _needing(data)) == in_all
    page = pages(town)["index.html"]
    table = page.partition('id="hjelp"')[2].partition("</table>")[0]
    read = re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a></th><td class="number"[^>]*>(\d+)', table)
    assert {name: int(number) for name, number in read} == today
    assert re.search(rf"<dd[^>]*>{in_all}<|<strong[^>]*>{in_all}<|>{in_all}<", page.partition('id="naa"')[2][:600])
    paper = said(town, "pdf")
    text = str(render(town, "text", width=100))
    mail = digest.message(town, sender="a@example.invalid", recipients=["b@example.invalid"]).get_content()
    for form in (paper, text):
        assert re.search(rf"trenger noe i dag:? {in_all}\b", form) or re.search(rf"\b{in_all} trenger noe i dag", form)
    for name, number in today.items():
        assert f"{name}: trenger noe i dag: {OUTSIDE.count(number)}," in mail  # it lies on other machines
        assert re.search(rf"{re.escape(name)}\s+trenger noe i dag: {number} ·", text)
        assert re.search(rf"{re.escape(name)} {number} \d+ ", paper)
    book = load_workbook(io.BytesIO(bytes(render(town, "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    assert {row[0]: row[1] for row in book["Saker"].iter_rows(values_only=True, min_row=3)} == today
    rows = csv.DictReader(io.StringIO(bytes(render(town, "csv")).decode("utf-8-sig")), delimiter=";")  # type: ignore[arg-type]  # this form is bytes
    needing = {(row["Skole"], row["Sak"]) for row in rows if row["Saken"] == "trenger noe i dag"}
    assert Counter(school for school, _ in needing) == today
    for row in town.rows:
        own = str(pages(town)[f"skole-{row.school.organisation_number}.html"])
        assert f"{today[row.school.name]} av {len(row.report.open_cases)} åpne saker trenger noe i dag" in own


def _needing(data: dict[str, Any]) -> set[str | None]:
    """The open cases with a finding that needs something today, in JSON."""
    return {f["case"] for f in data["findings"] if f["part"] == "today"} - {None}


def said(audit: AuditReport, form: str) -> str:
    if form == "pages":
        return "".join(pages(audit).values())
    made: Any = render(audit, form, width=90) if form == "text" else render(audit, form)
    if form == "xlsx":
        sheets = load_workbook(io.BytesIO(made))
        return "\n".join(str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row)
    if form == "pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())
    return str(made) if isinstance(made, str) else bytes(made).decode("utf-8-sig")


def test_the_municipalitys_own_page_counts_no_cases_and_its_plan_is_no_pupils(town: AuditReport) -> None:
    page = pages(town)["kommunen.html"]
    number = town.municipality.cycle_today
    assert number > 1
    assert f"{number} punkter i kommunens årshjul og plan trenger noe i dag" in page
    assert "Revider planen, få den godkjent" in page
    assert "kommunens plan" in page.casefold()
    for wrong in ("Ingen saker", "trenger noe i dag</li>", "noe nytt i 0 saker", "ktivitetsplan 18555", "Sak for sak"):
        assert wrong not in page
