"""Case first, in every form: the same cases stand in the same places, and each number of the first screen counts cases."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.log import FOR_THE_PUPIL
from skolemiljo.domain.people import Role
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Assessment, Finding, Reason, Severity, Verdict
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.loader import load_plan
from skolemiljo.reports import FORMATS, digest, render
from skolemiljo.reports.build import school_report
from skolemiljo.reports.items import Part, Standing
from skolemiljo.reports.model import Only, SchoolReport
from skolemiljo.reports.sentences import Sentences
from skolemiljo.reports.view import view
from skolemiljo.validators import CHAPTERS, RULES, verdict_words

MakeReport = Callable[..., SchoolReport]
FORMS = (*FORMATS, "mail")
EXPECTED = {"today": 1, "soon": 1, "unseen": 1, "in_order": 2}
"""Of the fixture's five open cases."""


def names_of(report: SchoolReport) -> dict[str, Standing]:
    say = Sentences(report)
    return {say.standing(standing): standing for standing in Standing}


def numbers_in(text: str, report: SchoolReport) -> dict[str, int]:
    """«trenger noe i dag: 1» or «1 trenger noe i dag», as far as it is said."""
    found = {}
    for name, standing in names_of(report).items():
        match = re.search(rf"{name}: (\d+)", text) or re.search(rf"\b(\d+)\s+{name}", text)
        if match and standing.value not in found:
            found[standing.value] = int(match[1])
    return found


def first_numbers(report: SchoolReport, form: str) -> dict[str, int]:
    """The numbers of the first screen, or of the rows where a form has nothing but rows."""
    if form == "mail":
        return numbers_in(digest.message(report, sender="a@b.test", recipients=["c@d.test"]).get_content(), report)
    made: Any = render(report, form)
    match form:
        case "json":
            summary = json.loads(made)["summary"]
            assert summary["open_cases"] == len(report.open_cases)
            return {s.value: summary[f"cases_{s.value}"] for s in Standing if summary[f"cases_{s.value}"]}
        case "csv":
            rows = csv.DictReader(io.StringIO(made.decode("utf-8-sig")), delimiter=";")
            cases = {row["Sak"]: row["Saken"] for row in rows if row["Sak"]}
            names = names_of(report)
            return dict(Counter(names[said].value for said in cases.values() if said in names))
        case "xlsx":
            from openpyxl import load_workbook

            return numbers_in(str(load_workbook(io.BytesIO(made))["Saker"]["A1"].value), report)
        case "pdf":
            return numbers_in(" ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split()), report)
        case "html":
            return numbers_in(" ".join(re.sub(r"<[^>]+>", " ", made.partition("<h2")[2]).split()), report)
        case "ics":
            return numbers_in(made.decode().replace("\r\n ", ""), report)
        case "junit":
            properties = ET.fromstring(made).iter("property")  # noqa: S314 - our own output
            return numbers_in("\n".join(f"{p.get('name')}: {p.get('value')}" for p in properties), report)
        case _:
            return numbers_in(made.splitlines()[-1], report)


@pytest.mark.parametrize("form", FORMS)
def test_the_first_numbers_count_cases_and_are_the_same_in_every_form(report: SchoolReport, form: str) -> None:
    found = first_numbers(report, form)
    assert {name: number for name, number in found.items() if number} == EXPECTED
    assert sum(EXPECTED.values()) == len(report.open_cases) == 5
    if form not in ("csv", "junit"):
        made = (
            digest.message(report, sender="a@b.test", recipients=["c@d.test"]).get_content() if form == "mail" else None
        )
        assert "1 av 5 åpne saker trenger noe i dag" in said(made or render(report, form), form)


def said(made: Any, form: str) -> str:
    if form == "pdf":
        return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
    if form == "xlsx":
        from openpyxl import load_workbook

        return str(load_workbook(io.BytesIO(made))["Saker"]["A1"].value)
    text = made.decode("utf-8-sig") if isinstance(made, bytes) else str(made)
    return text.replace("\r\n ", "")


def test_the_list_has_the_cases_that_the_headline_counts_and_each_block_stands_once(report: SchoolReport) -> None:
    drawn = view(report, Sentences(report))
    assert [name for _, name, _ in drawn.lead] == ["Sak 2026-014"]
    assert [(block.name, block.standing) for block in drawn.open] == [
        ("Sak 2026-014", "today"),
        ("Sak 2026-015", "soon"),
        ("Sak 2026-016", "unseen"),
    ]
    page = str(render(report, "html"))
    assert len(re.findall('<article class="case ', page)) == 4  # the annual cycle is the fourth
    assert {cases for cases, _ in drawn.nothing_open} == {"2026-017", "2026-018"}


def test_what_differs_only_by_measure_is_one_line_with_its_dates(
    make_report: MakeReport, make_finding: Callable[..., Finding]
) -> None:
    days = (date(2026, 3, 20), date(2026, 3, 20), date(2026, 3, 27))
    findings = [
        make_finding("EV-01", "S-1", Verdict.DUE, f"plan:p1/version:1/measure:t{n}", deadline=day)
        for n, day in enumerate(days, 1)
    ]
    made = make_report(assessments=[_of("S-1", findings)], previous=None, acceptances=[])
    (act,) = made.cases[0].acts
    (block,) = view(made, Sentences(made)).open
    assert len(act.items) == 3
    assert block.next is not None
    assert block.next.about == (
        "aktivitetsplan p1, versjon 1, tiltak t1 (fre. 20. mars 2026), t2 (fre. 20. mars 2026), t3 (fre. 27. mars 2026)"
    )


def test_of_closed_cases_the_gravest_comes_first_with_the_rules_own_remedy(
    make_report: MakeReport, make_finding: Callable[..., Finding]
) -> None:
    lacking = {"VA-08": "C-1", "AP-F": "C-2", "UN-07": "C-3"}
    made = make_report(
        assessments=[
            _of(case, [make_finding(code, case, Verdict.DEVIATION, reason=Reason.UNDOCUMENTED)], closed=True)
            for code, case in lacking.items()
        ],
        previous=None,
        acceptances=[],
    )
    drawn = view(made, Sentences(made))
    assert [(duty.code, duty.severity) for duty in drawn.closed] == [
        ("AP-F", "kritisk"),
        ("VA-08", "høy"),
        ("UN-07", "middels"),
    ]
    assert [duty.what for duty in drawn.closed] == [Sentences(made).remedy(duty.code) for duty in drawn.closed]
    assert made.rules["AP-F"].severity is Severity.CRITICAL
    for form in ("html", "text", "pdf"):
        made_of: Any = render(made, form, width=80) if form == "text" else render(made, form)
        text = (
            said(made_of, form)
            if form != "pdf"
            else " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made_of)).pages).split())
        )
        assert "kritisk" in text
        assert "Fyll ut punkt f) i aktivitetsplanen" in " ".join(text.split())


def test_one_cause_is_told_once_with_how_many_cases(
    make_report: MakeReport, make_finding: Callable[..., Finding]
) -> None:
    hidden = [
        _of(
            case,
            [make_finding(code, case, Verdict.UNKNOWN, reason=Reason.HIDDEN) for code in ("VA-05", "VA-08", "UN-07")],
        )
        for case in ("H-1", "H-2", "H-3")
    ]
    made = make_report(assessments=hidden, previous=None, acceptances=[])
    drawn = view(made, Sentences(made))
    assert len(drawn.causes) == 1
    assert "3 åpne saker" in drawn.causes[0]
    assert [block.unseen[0].codes for block in drawn.open] == ["VA-05 08, UN-07"] * 3
    assert dict(Sentences(made).tiles())["kunne ikke sjekkes helt"] == "3"


def test_what_the_tool_is_not_let_in_to_is_named_once_with_how_many_cases(
    make_report: MakeReport, make_finding: Callable[..., Finding]
) -> None:
    judged = [
        replace(_of(case, [make_finding("VA-08", case, Verdict.UNKNOWN, reason=Reason.HIDDEN)]), unseen=("log",))
        for case in ("H-1", "H-2", "H-3")
    ]
    made = make_report(assessments=judged, previous=None, acceptances=[])
    told = "Verktøyet har ikke tilgang til loggen{}. Be om at det får tilgang, eller se etter selv i {}."
    causes = (told.format(" i 3 åpne saker", "sakene"),)
    drawn = view(made, Sentences(made))
    assert drawn.causes == causes
    assert [block.unseen[0].why for block in drawn.open] == [told.format("", "saken")] * 3
    assert "sist loggført for eleven: kunne ikke sjekkes" in str(render(made, "text", width=80))


def test_a_duty_of_which_something_is_open_is_not_among_what_is_in_order(
    make_report: MakeReport, make_finding: Callable[..., Finding]
) -> None:
    its = [
        make_finding("VA-05", "O-1", Verdict.MET),
        make_finding("VA-08", "O-1", Verdict.MET, "notice:v1"),
        make_finding("VA-08", "O-1", Verdict.DEVIATION, "notice:v2", reason=Reason.UNDOCUMENTED),
    ]
    made = make_report(assessments=[_of("O-1", its)], previous=None, acceptances=[])
    assert [block.in_order for block in view(made, Sentences(made)).open] == ["VA-05"]


def test_each_open_case_says_when_somebody_last_acted_for_the_pupil(
    make_report: MakeReport, assessments: list[Assessment]
) -> None:
    acted = [replace(a, last_act=date(2026, 3, 4)) if a.case == "2026-014" else a for a in assessments]
    made = make_report(assessments=acted)
    for form in ("html", "pdf"):
        text = on_paper(made) if form == "pdf" else str(render(made, form))
        assert "Sist loggført for eleven: for 5 dager siden" in text
        assert "Ingenting loggført som er gjort for eleven" in text
    assert '"last_act": "2026-03-04"' in str(render(made, "json"))


def test_the_last_act_is_done_and_known_and_for_the_pupil() -> None:
    """Of every case in the invented municipality: what was only called, filed or sent on is not among it."""
    municipality, calendar = Municipality(schools=3, cases=120), school_calendar()
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar)
    seen = set()
    for told in municipality.cases():
        case = Case.model_validate(told)
        last = judging.case(case, AS_OF).last_act
        days = {e.at.day for e in case.log if e.at and e.kind in FOR_THE_PUPIL and e.held is not False}
        assert last is None or (last in days and last <= AS_OF.date())
        seen.add(last is None)
        without = case.model_copy(update={"log": tuple(e for e in case.log if e.kind not in FOR_THE_PUPIL)})
        assert judging.case(without, AS_OF).last_act is None
    assert seen == {True, False}


def on_paper(report: SchoolReport) -> str:
    pages = PdfReader(io.BytesIO(bytes(render(report, "pdf")))).pages  # type: ignore[arg-type]  # this form is bytes
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_report_can_be_about_one_case_one_role_or_today_alone(
    make_report: MakeReport, assessments: list[Assessment]
) -> None:
    one = make_report(only=Only(case="2026-015"))
    assert {item.finding.case for item in one.items} == {"2026-015"}
    assert Sentences(one).headline().startswith("Sak 2026-015: ")
    today = make_report(only=Only(today=True))
    assert {item.finding.case for item in today.items} == {"2026-014"}
    assert Sentences(today).headline() == Sentences(make_report()).headline(), "the numbers are the school's"
    teacher = make_report(only=Only(role=Role.CONTACT_TEACHER))
    assert teacher.items == ()
    one, every = make_report(only=Only(role=Role.RECTOR)), make_report()
    assert len(tuple(one.items)) == len(tuple(every.items))
    assert assessments


@pytest.mark.parametrize("place", [0, 1, 2])
def test_forty_cases_are_few_sheets_with_every_open_finding_and_few_entries_in_the_calendar(place: int) -> None:
    """A school of 40 cases, 12 of them open, in the invented municipality, of which nearly every case is a fault."""
    report = _forty(place)
    assert (len(report.open_cases), len(report.cases)) == (12, 40)
    reader = PdfReader(io.BytesIO(bytes(render(report, "pdf"))))  # type: ignore[arg-type]  # this form is bytes
    assert len(reader.pages) <= 6
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    drawn = view(report, Sentences(report))
    for block in drawn.open:
        assert block.name in text
        for step in (block.next, *block.remaining, *block.questions, *block.late):
            assert step is None or step.kind == "unseen" or step.code in text
        for found in block.unseen:
            assert found.codes.split(",")[0] in text
    for duty in drawn.closed:
        assert duty.code in text
        assert all(case in text for case, _ in duty.cases)
    named = {block.name.removeprefix("Sak ") for block in drawn.open} | {c for d in drawn.closed for c, _ in d.cases}
    assert named == {
        item.finding.case for item in report.items if item.part not in (Part.MET, Part.ACCEPTED) and item.finding.case
    }
    entries = bytes(render(report, "ics")).decode().count("BEGIN:VEVENT")  # type: ignore[arg-type]  # this form is bytes
    assert entries <= 16, "a dozen for nine open cases, and here are twelve"


def test_a_question_is_asked_whole_and_of_which_duty_in_every_form() -> None:
    """«Planen setter ingen frist, men det har gått en stund.» is no question, and says not of what."""
    report = _forty(0)
    text = " ".join(str(render(report, "text", width=90)).split())
    page = " ".join(re.sub(r"<[^>]+>", " ", html.unescape(str(render(report, "html")))).split())
    asked = [step.short for block in view(report, Sentences(report)).open for step in block.questions]
    assert len(asked) > 5
    for question in asked:
        assert question.endswith(("?", ".")), question
        assert question in text, question
        assert question in page, question
    common = verdict_words.QUESTIONS["not_yet"].nb
    assert any(question.endswith(common) for question in asked)
    assert common not in asked, "of which duty"


def _of(case: str, findings: list[Finding], *, closed: bool = False) -> Assessment:
    from .conftest import assessment_of

    return assessment_of(case, findings, closed=closed)


def _forty(place: int) -> SchoolReport:
    """A dozen of the municipality's open cases and 28 closed ones, as one school's, with what would settle the open ones."""
    municipality, calendar = Municipality(schools=10, cases=400), school_calendar()
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar, settles=True)
    cases = [case for raw in municipality.cases() if not (case := Case.model_validate(raw)).leader_is_accused()]
    judged = [judging.case(case, AS_OF) for case in cases]
    still = [assessment for assessment in judged if not assessment.over][place * 12 :][:12]
    over = [assessment for assessment in judged if assessment.over][place * 28 :][:28]
    return school_report(
        School.model_validate(municipality.schools()[0]),
        [*still, *over],
        plan=judging.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=AS_OF,
    )
