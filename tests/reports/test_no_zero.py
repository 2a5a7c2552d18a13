"""The law «no zero that was not counted», over every form there is: what could not be read makes nothing lower or calmer."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.verdict import Assessment
from skolemiljo.reports import FORMATS, digest, render
from skolemiljo.reports.items import Standing
from skolemiljo.reports.model import AuditReport, Problem, Report, SchoolReport, WarningCode
from skolemiljo.reports.sentences import Sentences

from .conftest import BAKKEN, VIKA

KINDS = tuple(ProblemKind)
CALM = re.compile(
    r"^Ingen (saker|av \d+ åpne? saker?|skoler har saker som) trenger noe i dag[.;\s]*$|Alt sjekket[;\t ]+ja"
    r"|\b(avvik|kunne ikke sjekkes|spørsmål å vurdere): 0(?! \?)\b|noe (nytt|løst) i 0 saker",
    re.M,
)
"""Words that say that nothing needs anything, and zeros without a question mark."""


def _xlsx(made: bytes) -> str:
    from openpyxl import load_workbook

    sheets = load_workbook(io.BytesIO(made)).worksheets
    rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
    return "\n".join("\t".join(str(cell) for cell in row if cell is not None) for row in rows)


def _pdf(made: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def _ics(made: bytes) -> str:
    return made.decode().replace("\r\n ", "").replace("\\,", ",").replace("\\;", ";")


def _html(made: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"<style.*?</style>", "", made, flags=re.S)))


READ: dict[str, Callable[[Any], str]] = {"xlsx": _xlsx, "pdf": _pdf, "ics": _ics, "html": _html}
"""How the text of a form is had, where it is not text already."""


def said(report: Report, form: str, language: str | None = None) -> str:
    """All that a form says, as text."""
    if form == "mail":
        body = digest.message(report, sender="a@example.test", recipients=["b@example.test"]).get_body()
        assert body is not None
        return str(body.get_content())
    if form == "chat":
        return "\n".join(digest.lines(report))
    made = render(report, form, language)
    if form in READ:
        return READ[form](made)
    return made.decode("utf-8-sig") if isinstance(made, bytes) else made


FORMS = (*FORMATS, "mail", "chat")


def unread(assessments: list[Assessment], school: str, kind: ProblemKind, cases: set[str] | None) -> dict[str, Any]:
    """The report's arguments where ``cases`` of ``school`` (``None`` = the whole school) could not be looked at."""
    kept = [a for a in assessments if a.school != school or (cases is not None and a.case not in cases)]
    problems = [Problem(school, case, kind) for case in sorted(cases)] if cases is not None else []
    return {"assessments": kept, "problems": problems or [Problem(school, None, kind)]}


def ways(assessments: list[Assessment], school: str) -> Iterator[dict[str, Any]]:
    """Each way in which a case, all cases, or the list of them can fail to be read."""
    cases = {a.case for a in assessments if a.school == school and a.case is not None}
    for kind in KINDS:
        yield unread(assessments, school, kind, None)
        yield unread(assessments, school, kind, cases)
        for case in sorted(cases):
            yield unread(assessments, school, kind, {case})


def not_lower(before: str, after: str) -> bool:
    """Whether a number that a reader meets is no lower: «?» may be anything, «3 ?» may be more."""
    if after.endswith("?"):
        return True
    if "*" in (before, after):
        return before == after
    return int(after.rstrip("+")) >= int(before.rstrip("+ ?") or 0)


def hold(whole: Report, part: Report, form: str) -> None:
    text = said(part, form)
    assert not CALM.search(text), CALM.search(text)
    assert text != said(whole, form), f"{form} says the same as if all had been read"
    if isinstance(part, SchoolReport):
        counted = re.search(r"\b(trenger noe i dag|kunne ikke sjekkes helt|i orden): 0(?! \?)\b", text)
        assert not counted, counted
        for problem in part.problems:
            assert (problem.case or "Hele skolen") in text or form in ("chat", "junit"), f"{form}: {problem}"


def numbers_hold(whole: Report, part: Report) -> None:
    assert not part.complete, "the exit code is 3"
    assert any(w.code in (WarningCode.UNREAD, WarningCode.INCOMPLETE) for w in part.warnings)
    pairs = zip(Sentences(whole).counts(), Sentences(part).counts(), strict=True)
    assert all(not_lower(before, after) and after.endswith("?") for (_, before), (_, after) in pairs)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "pdf"])
def test_of_a_school_nothing_is_lower_or_calmer_in_any_form(
    make_report: Callable[..., SchoolReport], assessments: list[Assessment], form: str
) -> None:
    here = [a for a in assessments if a.school == BAKKEN.organisation_number]
    whole = make_report(assessments=here)
    for way in ways(here, BAKKEN.organisation_number):
        part = make_report(**way)
        numbers_hold(whole, part)
        hold(whole, part, form)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "pdf"])
def test_of_all_schools_nothing_is_lower_or_calmer_in_any_form(
    make_audit: Callable[..., AuditReport], form: str
) -> None:
    whole = make_audit()
    judged = [
        Assessment(
            case=line.case,
            school=row.school.organisation_number,
            as_of=whole.as_of,
            plan=whole.plan.document.label,
            findings=tuple(item.finding for item in row.report.items if item.finding.case == line.case),
            closed=line.closed,
        )
        for row in whole.rows
        for line in row.report.cases
    ]
    whole = make_audit(assessments=judged)
    for school in (BAKKEN, VIKA):
        for way in ways(judged, school.organisation_number):
            part = make_audit(**way)
            numbers_hold(whole, part)
            hold(whole, part, form)
            row = next(r for r in part.rows if r.school.organisation_number == school.organisation_number)
            if row.report.blind:
                assert part.rows[0] is row, "a school that nobody could see is first in «worst first»"
                assert part.numbers.sum(row.all).endswith("?")


def test_a_case_that_was_seen_before_and_can_not_be_read_now_is_counted_once(
    make_report: Callable[..., SchoolReport], assessments: list[Assessment]
) -> None:
    here = [a for a in assessments if a.school == BAKKEN.organisation_number]
    cases = {a.case for a in here if a.case is not None}
    problems = [Problem(BAKKEN.organisation_number, case, ProblemKind.UNREADABLE) for case in sorted(cases)]
    whole, part = make_report(assessments=here), make_report(assessments=here, problems=problems)
    assert sum(map(part.in_standing, Standing)) == sum(map(whole.in_standing, Standing)) + len(whole.closed_cases)
    assert "slik de sist ble lest" in said(part, "text")


def test_where_no_case_could_be_read_the_first_line_says_so(
    make_report: Callable[..., SchoolReport], assessments: list[Assessment]
) -> None:
    cases = {a.case for a in assessments if a.school == BAKKEN.organisation_number and a.case is not None}
    part = make_report(**unread(assessments, BAKKEN.organisation_number, ProblemKind.GONE, cases))
    assert Sentences(part).headline() == "Ingen saker kunne sjekkes"


def test_on_paper_nothing_is_lower_or_calmer(
    make_report: Callable[..., SchoolReport], assessments: list[Assessment]
) -> None:
    here = [a for a in assessments if a.school == BAKKEN.organisation_number]
    cases = {a.case for a in here if a.case is not None}
    part = make_report(**unread(here, BAKKEN.organisation_number, ProblemKind.UNREADABLE, cases))
    hold(make_report(assessments=here), part, "pdf")


def test_a_report_of_nothing_but_what_could_not_be_read_has_no_zero_at_all(
    make_report: Callable[..., SchoolReport],
) -> None:
    import json

    report = make_report(assessments=[], cycle_statuses=[], problems=[Problem(BAKKEN.organisation_number, "S-1")])
    summary = json.loads(render(report, "json"))["summary"]
    assert {name: number for name, number in summary.items() if number is not None} == {"unread": 1}
    assert {number for _, number in Sentences(report).counts()} == {"?", "1 ?"}
