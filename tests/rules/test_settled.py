"""A remedy settles something: every finding of every example, and of the invented town, judged again with the act that its rule names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.municipality import school_calendar as town_calendar
from skolemiljo.domain.came import Came, Settled
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import NOT_TO_BE_UNDONE, Assessment, Finding, Verdict
from skolemiljo.judging.next_change import changes_at
from skolemiljo.judging.policy import Judging
from skolemiljo.judging.settle import OPEN, settled, settled_cycle
from skolemiljo.plans.loader import load_plan
from skolemiljo.reports.build import school_report
from skolemiljo.reports.items import Part
from skolemiljo.reports.model import SchoolReport
from skolemiljo.reports.sentences import Sentences
from skolemiljo.validators import CHAPTERS, RULES
from skolemiljo.validators.rule import Subject

from .examples import BLOCKS, case_of, school_calendar
from .test_rules import _facts, _judged

PAST_HELP = {
    ("TI-07", "undocumented"),  # the plan of a stretch that is over: a new plan is of the new one
    ("VA-10", "wrong_role"),  # what stands in the case was written by another, and goes on standing there
    ("DOK-06", "wrong_role"),
    ("SK-02", "wrong_role"),
}
"""What no act can change in some of the examples: then the next step says so, and the remedy is not told."""


@pytest.fixture(scope="module")
def found() -> list[tuple[str, Finding, Settled | None]]:
    """Each open finding of the examples, about the rules that the example is about, and what would settle it."""
    return [*_examples()]


def _examples() -> Iterator[tuple[str, Finding, Settled | None]]:
    calendar = school_calendar()
    for block in BLOCKS:
        judged = _judged(block, calendar)
        plans = (judged.plan,)
        judging = Judging(plans, lambda _: calendar, judged.data.get("read_text", True))
        if judged.rules[0].subject is Subject.CASE:
            told = settled(case_of(judged.data), judged.findings, judging, judged.as_of)
        else:
            told = settled_cycle(_facts(judged.data, judged.rules[0]), judged.findings, judging, judged.as_of)
        for finding in judged.findings:
            if finding.verdict in OPEN and finding.reason not in NOT_TO_BE_UNDONE:
                yield block.place, finding, told.get(finding.identity)


def test_every_open_finding_is_asked(found: list[tuple[str, Finding, Settled | None]]) -> None:
    assert len(found) > 900
    assert [place for place, _, told in found if told is None] == []


def test_what_is_owed_can_be_met_in_time(found: list[tuple[str, Finding, Settled | None]]) -> None:
    """Before its day has passed, what the remedy names settles it, or leaves a question that only people can answer."""
    for place, finding, told in found:
        if finding.verdict is Verdict.DUE and told is not None:
            assert not told.changes_nothing, f"{place}: {finding.rule} {finding.scope}"
            assert told.now is not Came.LOGGED, f"{place}: {finding.rule} {finding.scope} is late before its day"


def test_a_remedy_changes_what_it_is_for(found: list[tuple[str, Finding, Settled | None]]) -> None:
    """A deviation is in order, smaller, or logged by it; the few that are past help are known, each with why."""
    helpless = {
        (finding.rule, str(finding.reason))
        for _, finding, told in found
        if finding.verdict is Verdict.DEVIATION and told is not None and told.changes_nothing
    }
    assert helpless == PAST_HELP
    came: dict[str, Counter[Came]] = defaultdict(Counter)
    for _, finding, told in found:
        if told is not None:
            came[finding.rule][told.now] += 1
    for code, counted in came.items():
        helps = counted[Came.IN_ORDER] + counted[Came.AGAIN] + counted[Came.LOGGED] + counted[Came.REMAINS]
        assert helps or set(counted) == {Came.DECIDED}, code


def test_what_changes_nothing_is_never_the_next_step_and_what_is_told_is_true() -> None:
    """The town of faults: what a report says of its next step is what the judgement gives, in each language."""
    municipality, calendar = Municipality(schools=3, cases=60), town_calendar()
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar, settles=True)
    assessments = [judging.case(Case.model_validate(case), AS_OF) for case in municipality.cases()]
    report = _report(assessments, judging, AS_OF)
    seen: Counter[str] = Counter()
    for language in ("nb", "nn"):
        say = Sentences(report, language)
        for item in report.items:
            settled = item.finding.settled
            if settled is None or item.part in (Part.ACCEPTED, Part.TOO_LATE):
                continue
            seen[settled.now] += 1
            if settled.changes_nothing:
                assert say.what(item) != say.remedy(item.finding.rule), item.finding.identity
                assert not say.comes_of(item)
            else:
                assert say.comes_of(item), item.finding.identity
    assert {Came.IN_ORDER, Came.LOGGED, Came.REMAINS, Came.NOTHING} <= seen.keys()


def test_what_was_told_stays_true_until_time_changes_something() -> None:
    """A night remembers it, and judges a case again when time alone changes what is said of it: until then it may be told."""
    calendar, asked = town_calendar(), 0
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar, settles=True)
    for raw in Municipality(schools=3, cases=40, calm=True).cases():
        case = Case.model_validate(raw)
        before = judging.case(case, AS_OF)
        changes = changes_at(case, AS_OF, before.changes_at)
        for later in (AS_OF + timedelta(days=days) for days in (1, 3, 20)):
            if before.over or (changes is not None and changes <= later):
                break
            after = judging.case(case, later)
            in_time = "Gjøres det i tide og føres, er dette i orden."
            for told, now in zip(_told(before, judging, later), _told(after, judging, later), strict=True):
                assert told == now or (told == in_time and now == "Når det er gjort og ført, er dette i orden."), (
                    case.id
                )
                asked += bool(told)
    assert asked > 30


def _told(assessment: Assessment, judging: Judging, as_of: datetime) -> list[str]:
    report = _report([assessment], judging, as_of)
    return [Sentences(report, "nb").comes_of(item) for item in report.open_items]


def _report(assessments: list[Assessment], judging: Judging, as_of: datetime) -> SchoolReport:
    return school_report(
        None, assessments, plan=judging.plan, rules=RULES, chapters=CHAPTERS, as_of=as_of, reader="owner"
    )


def test_what_is_invented_to_be_judged_is_in_no_finding_that_is_shown() -> None:
    """The cases themselves are as they were: an act is entered in a copy."""
    municipality, calendar = Municipality(schools=1, cases=10), town_calendar()
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar)
    for raw in municipality.cases():
        case = Case.model_validate(raw)
        before = judging.case(case, AS_OF)
        settled(case, before.findings, judging, AS_OF)
        assert case == Case.model_validate(raw)
        assert judging.case(case, AS_OF) == replace(before)
