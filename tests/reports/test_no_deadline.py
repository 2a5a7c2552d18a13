"""Where neither plan nor law sets a day, no form of a report says «frist» of it: the plan sets none, and the tool asks from then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from skolemiljo.domain.flag import Flag
from skolemiljo.domain.verdict import Reading, Reason, Verdict
from skolemiljo.reports import FORMATS, render
from skolemiljo.reports.model import SchoolReport
from skolemiljo.reports.report_language import Words

from .conftest import TODAY, MakeFinding, assessment_of
from .test_no_zero import said

PASSED, AHEAD = TODAY - timedelta(days=4), TODAY + timedelta(days=2)
SAID = {
    "nb": ("planen setter ingen frist; verktøyet spør fra", "frist"),
    "nn": ("planen set ingen frist; verktøyet spør frå", "frist"),
}


@pytest.fixture(scope="module")
def asked(make_finding: MakeFinding, make_report: Callable[..., SchoolReport]) -> SchoolReport:
    """One case: a duty without a day that is open, asked about, and a deviation."""
    its = {"counted_from": TODAY - timedelta(days=9), "reading": Reading.SCHOOL_DAY}
    findings = [
        make_finding("VA-05", "2026-030", Verdict.DUE, "notice:v1", asks_after=AHEAD, **its),
        make_finding("VA-05", "2026-030", Verdict.REVIEW, "notice:v2", question="not_yet", asks_after=PASSED, **its),
        make_finding(
            "VA-05", "2026-030", Verdict.DEVIATION, "notice:v3", reason=Reason.UNDOCUMENTED, asks_after=PASSED, **its
        ),
    ]
    return make_report(
        assessments=[assessment_of("2026-030", findings)], previous=None, acceptances=[], cycle_statuses=[]
    )


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("form", ["text", "html", "pdf", "ics", "junit"])
def test_a_form_in_words_says_that_there_is_none(asked: SchoolReport, form: str, language: str) -> None:
    text = " ".join(said(asked, form, language).split()).lower()
    told, word = SAID[language]
    days = Words(language)
    ahead = AHEAD + timedelta(days=1)
    if form == "pdf":  # paper is dear: the same in fewer words, «uten frist» where the day would stand
        short = told.rpartition("; ")[2]
        assert re.search(
            rf"{'uten' if language == 'nb' else 'utan'} frist.*{short} {days.short_day(ahead, year=False)}", text
        )
    else:
        assert f"{told} {days.day(ahead)} (" in text
    for day in (PASSED, AHEAD):
        assert f"{word} {days.day(day)}" not in text
    assert "fristen var" not in text


def test_a_sheet_has_it_in_a_column_of_its_own_and_none_as_the_deadline(asked: SchoolReport) -> None:
    from .test_formats import csv_rows, sheet_rows

    expected = [f"{day + timedelta(days=1):%d.%m.%Y}" for day in (PASSED, AHEAD, PASSED)]
    rows = csv_rows(bytes(render(asked, "csv")))  # type: ignore[arg-type]  # a file of bytes
    assert [(row["Frist"], row["Dager igjen"], row["Verktøyet spør fra"]) for row in rows] == [
        ("", "", day) for day in expected
    ]
    head, *cells = sheet_rows(bytes(render(asked, "xlsx")), "Funn")  # type: ignore[arg-type]  # this form is bytes
    assert [(row[head.index("Frist")], f"{row[head.index('Verktøyet spør fra')]:%d.%m.%Y}") for row in cells] == [
        (None, day) for day in expected
    ]
    assert "verktøyet spør fra" in said(asked, "xlsx")  # the first sheet: what to do today


def test_numbers_for_programs_and_what_is_written_back_keep_the_two_apart(asked: SchoolReport) -> None:
    told = json.loads(render(asked, "json"))
    assert [(f["deadline"], f["days_left"], f["asks_after"]) for f in told["findings"]] == [
        (None, None, day.isoformat()) for day in (PASSED, AHEAD, PASSED)
    ]
    assert [(case["next_deadline"], case["asks_after"]) for case in told["cases"]] == [(None, AHEAD.isoformat())]
    flags = [Flag.of(item.finding) for item in asked.items]
    assert [(flag.deadline, flag.asks_after) for flag in flags] == [(None, day) for day in (PASSED, AHEAD, PASSED)]


def test_the_mail_says_no_deadline(asked: SchoolReport) -> None:
    assert "frist" not in said(asked, "mail").casefold()


def test_every_form_is_asked() -> None:
    assert set(FORMATS) == {"text", "html", "pdf", "ics", "junit", "csv", "xlsx", "json"}
