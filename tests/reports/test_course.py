"""The case page: the plan's course from notice to evaluation, where the case stands, and nothing of what anybody wrote."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

import pytest
from pypdf import PdfReader

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import Assessment
from skolemiljo.judging.judged import Judged
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.loader import load_plan
from skolemiljo.reports import render
from skolemiljo.reports.build import school_report
from skolemiljo.reports.course import STEPS, TAKEN, course
from skolemiljo.reports.items import Group, Part
from skolemiljo.reports.model import Only, SchoolReport
from skolemiljo.reports.sentences import Sentences
from skolemiljo.validators import CHAPTERS, RULES

JUDGING = Judging((load_plan("oyer-2024"),), lambda _: school_calendar(), settles=True)


@pytest.fixture(scope="module")
def judged() -> Judged:
    """Thirty cases of the invented municipality, and one whose log is hidden, with the days of what they hold."""
    found = Judged(dated=True)
    cases = [Case.model_validate(raw) for raw in Municipality(schools=1, cases=30).cases()]
    hidden = cases[0].model_copy(update={"id": "SM-2026-0999", "log": (), "hidden": frozenset({"log"})})
    for case in (*cases, hidden):
        found.take(case, JUDGING, AS_OF)
    return found


def _of(judged: Judged, case: str | None, *, days: bool = True) -> SchoolReport:
    report = school_report(
        None,
        judged.assessments,
        plan=JUDGING.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=AS_OF,
        reader="owner",
        only=Only(case=case),
    )
    return replace(report, days=judged.days) if days else report


def test_each_step_says_what_its_duties_say(judged: Judged) -> None:
    """Taken is what each of its duties shows; what one of them lacks, asks or could not see is never told as done."""
    seen: Counter[str] = Counter()
    for assessment in judged.assessments:
        report = _of(judged, assessment.case)
        found = course(report, Sentences(report))
        assert found is not None
        for step, rules in zip(found.steps, STEPS.values(), strict=True):
            its = [item for item in report.items if item.finding.rule in rules]
            seen[step.kind] += 1
            calm = all(item.group is Group.MET or item.part in (Part.TOO_LATE, Part.ACCEPTED) for item in its)
            assert (step.kind in (*TAKEN, "ahead")) == calm
            assert (step.kind in ("ahead", "skipped")) == (not its)
        kinds = [step.kind for step in found.steps]
        left = [place for place, kind in enumerate(kinds) if kind not in TAKEN]
        assert [place for place, step in enumerate(found.steps) if step.here] == left[:1]
        taken = [place for place, kind in enumerate(kinds) if kind in ("done", "late")]
        lies = [place for place in range(max(taken, default=0)) if kinds[place] == "ahead"]
        assert all(set(kinds[:place]) - set(TAKEN) for place in lies), "what hangs on what lacks is not owed yet"
        assert "skipped" not in kinds[left[0] if left and not report.cases[0].closed else len(kinds) :]
        assert report.cases[0].closed or "skipped" not in kinds[max(taken, default=0) :], (
            "nobody is past what lies ahead"
        )
    assert {"done", "late", "missing", "due", "ask", "unseen", "ahead"} <= seen.keys(), seen


def test_what_is_done_has_its_day_where_the_case_is_at_hand(judged: Judged) -> None:
    for assessment in judged.assessments:
        with_days, without = (_of(judged, assessment.case, days=days) for days in (True, False))
        shown, plain = course(with_days, Sentences(with_days)), course(without, Sentences(without))
        assert shown is not None
        assert plain is not None
        assert [step.kind for step in shown.steps] == [step.kind for step in plain.steps]
        assert all(step.day for step in shown.steps if step.kind == "done")
        assert not any(step.day for step in plain.steps if step.kind in ("done", "late"))


def test_the_picture_has_a_title_and_says_in_words_what_it_shows(judged: Judged) -> None:
    case = _an_open_one(judged.assessments)
    report = _of(judged, case)
    found = course(report, Sentences(report))
    assert found is not None
    page = str(render(report, "html"))
    (picture,) = re.findall(r'<svg class="course".*?</svg>', page, flags=re.S)
    assert f'<title id="forlop-t">{found.title}</title>' in picture
    assert f'<desc id="forlop-d">{found.description}</desc>' in picture
    assert picture.count("<circle") == len(STEPS)
    paper = PdfReader(io.BytesIO(bytes(render(report, "pdf"))))  # type: ignore[arg-type]  # this form is bytes
    on_paper = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    terminal = " ".join(str(render(report, "text", width=90)).split())
    for step in found.steps:
        assert f"<b>{step.name}</b>: {step.words}</li>" in page
        assert f"{step.name}: {step.words}" in on_paper
        assert f"{step.name}: {step.words}" in terminal
    for form in (page, on_paper, terminal):
        assert found.stands in form


def test_a_school_has_no_course_of_its_own(judged: Judged) -> None:
    report = _of(judged, None)
    assert course(report, Sentences(report)) is None
    assert "<svg" not in str(render(report, "html"))


def _an_open_one(assessments: list[Assessment]) -> str:
    return next(a.case for a in assessments if not a.over and a.case is not None and len(a.findings) > 10)
