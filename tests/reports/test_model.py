"""Who sees what, in which order, and what a report says about what it could not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from skolemiljo.domain.moment import local_day
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.verdict import Assessment, Finding, Reason, Remark, RemarkCode, Severity, Verdict
from skolemiljo.reports.items import AcceptanceState, Change, Group, Item, Part
from skolemiljo.reports.model import AuditReport, Previous, Problem, SchoolReport, TrendPoint, WarningCode
from skolemiljo.reports.privacy import EXACT, OUTSIDE, Square
from skolemiljo.reports.school_rows import outward
from skolemiljo.reports.sentences import Sentences
from skolemiljo.reports.trend import weekly, yearly
from skolemiljo.store import Acceptance
from skolemiljo.validators import verdict_words

MakeReport = Callable[..., SchoolReport]


def test_items_come_case_by_case_and_by_what_is_due_first(report: SchoolReport) -> None:
    order = [(item.part, item.finding.rule, item.finding.case) for item in report.items]
    assert order == [
        (Part.TODAY, "VA-05", "2026-014"),  # today: can still be met
        (Part.TODAY, "VA-08", "2026-014"),
        (Part.SOON, "UN-07", "2026-015"),
        (Part.REVIEW, "AP-F", "2026-015"),
        (Part.LATER, "EV-01", "2026-015"),
        (Part.UNKNOWN, "VA-08", "2026-016"),
        (Part.TOO_LATE, "UN-07", "2026-016"),
        (Part.ACCEPTED, "AP-F", "2026-017"),
        (Part.LATER, "AAR-01", None),
        (Part.CLOSED, "VA-05", "2026-019"),
        (Part.MET, "AP-F", "2026-014"),
        (Part.MET, "AP-F", "2026-014"),
        (Part.MET, "VA-05", "2026-015"),
        (Part.MET, "EV-01", "2026-017"),
        (Part.MET, "VA-08", "2026-018"),
    ]


def test_the_number_of_cases_that_need_something_today(report: SchoolReport) -> None:
    assert report.cases_today == 1
    assert [block.case for block in report.cases if block.needs_today and not block.closed] == ["2026-014"]


def test_what_could_not_be_seen_makes_the_report_incomplete(report: SchoolReport, make_report: MakeReport) -> None:
    assert not report.complete
    assert report.warnings[0].code is WarningCode.INCOMPLETE
    nothing = make_report(assessments=[], previous=None, acceptances=[])
    assert nothing.complete
    assert not make_report(assessments=[], complete=False).complete
    broken = make_report(assessments=[], problems=[Problem("310000019", "2026-050", ProblemKind.UNREADABLE)])
    assert not broken.complete
    assert Sentences(broken).headline() != Sentences(nothing).headline()


def test_crashed_rules_are_named(make_report: MakeReport, assessments: list[Assessment]) -> None:
    crashed = [replace(assessments[3], crashed=("AP-F",))]
    warnings = {w.code: w for w in make_report(assessments=crashed).warnings}
    assert warnings[WarningCode.CRASHED].items == ("AP-F",)
    assert not make_report(assessments=crashed).complete


@pytest.mark.parametrize("remembered", [False, True])
def test_rektor_never_sees_a_case_about_a_leader(
    make_report: MakeReport,
    assessments: list[Assessment],
    previous: Previous,
    acceptances: list[Acceptance],
    remembered: bool,
) -> None:
    """Neither where its assessment says so, nor where it can't be judged now and was about a leader when it last was."""
    from skolemiljo.reports import FORMATS, render

    hidden = make_report(
        assessments=[
            replace(a, leader_accused=True) if a.case == "2026-014" else a
            for a in assessments
            if a.case != "2026-014" or not remembered
        ],
        leader_cases=frozenset({"2026-014"} if remembered else ()),
        previous=previous,
        acceptances=acceptances,
        problems=[Problem("310000019", "2026-014", ProblemKind.FORBIDDEN)],
    )
    assert all(item.finding.case != "2026-014" for item in hidden.items)
    for name in FORMATS:
        out = render(hidden, name)
        assert b"2026-014" not in (out if isinstance(out, bytes) else out.encode()), name
    owner = make_report(leader_cases=frozenset({"2026-014"}), reader="owner")
    assert any(item.finding.case == "2026-014" for item in owner.items)


@pytest.mark.parametrize(("now", "told"), [(Verdict.MET, Verdict.MET), (Verdict.DEVIATION, "nothing")])
def test_a_duty_that_is_another_schools_now_is_solved_only_where_it_is_done(
    make_report: Callable[..., SchoolReport],
    assessments: list[Assessment],
    previous: Previous,
    now: Verdict,
    told: Verdict | str,
) -> None:
    """A case that moved here: what the school before it owes is found as that school's."""
    case = next(a for a in assessments if a.case == "2026-017")
    theirs = [
        replace(a, findings=tuple(replace(f, school="310000027", verdict=now) for f in a.findings)) if a is case else a
        for a in assessments
    ]
    found = {r.rule: r.now for r in make_report(assessments=theirs).resolved if r.case == "2026-017"}
    assert found.get("EV-01", "nothing") == told


def test_a_case_that_was_not_looked_at_solves_nothing(report: SchoolReport) -> None:
    assert {(r.rule, r.case, r.now) for r in report.resolved} == {
        ("EV-01", "2026-017", Verdict.MET),
        ("AP-F", "2026-018", None),
    }


def test_new_and_continued(report: SchoolReport, make_report: MakeReport) -> None:
    changes = {(i.finding.rule, i.finding.case): (i.change, i.was) for i in report.open_items}
    assert changes["VA-08", "2026-014"] == (Change.NEW, Verdict.DUE)
    assert changes["UN-07", "2026-015"] == (Change.CONTINUED, Verdict.DUE)
    assert all(item.change is None for item in make_report(previous=None).items)


def test_acceptances_hold_to_their_last_day_and_no_longer(make_report: MakeReport, report: SchoolReport) -> None:
    states = {a.rule + (a.case or ""): a.state for a in report.acceptances}
    assert states == {
        "AP-F2026-017": AcceptanceState.ACTIVE,
        "VA-082026-014": AcceptanceState.EXPIRED,
        "AP-F2026-015": AcceptanceState.INVALID,
    }
    assert len(report.group(Group.ACCEPTED)) == 1
    assert {w.code for w in report.warnings} >= {WarningCode.ACCEPTANCE_EXPIRED, WarningCode.ACCEPTANCE_INVALID}
    expired = Acceptance("a1", "310000019", "2026-017", "AP-F", "plan:p1", "Skrives om", "rector", date(2026, 3, 8))
    back = make_report(acceptances=[expired])
    assert not back.group(Group.ACCEPTED)
    assert "tilbake" in Sentences(back).acceptance(back.acceptances[0])


@pytest.mark.parametrize(
    "broken",
    [
        {"reason": "  "},
        {"role": "king"},
        {"until": None},
    ],
)
def test_a_malformed_acceptance_does_not_hold(make_report: MakeReport, broken: dict[str, object]) -> None:
    values: dict[str, object] = {
        "id": "a1",
        "school": "310000019",
        "case": "2026-017",
        "rule": "AP-F",
        "scope": "plan:p1",
        "reason": "Skrives om",
        "role": "rector",
        "until": date(2026, 4, 1),
    }
    assert make_report(acceptances=[Acceptance(**values)]).group(Group.ACCEPTED)  # type: ignore[arg-type]  # these are of the kind it takes
    assert not make_report(acceptances=[Acceptance(**values | broken)]).group(Group.ACCEPTED)  # type: ignore[arg-type]  # these are of the kind it takes


def test_a_question_that_was_accepted_does_not_cover_the_deviation_it_became(
    make_report: MakeReport, report: SchoolReport
) -> None:
    finding = next(i.finding for i in report.items if i.finding.verdict is Verdict.DEVIATION and i.finding.case)

    def decided_as(verdict: Verdict | None) -> tuple[SchoolReport, Item]:
        until = local_day(report.as_of)
        record = Acceptance(
            "a1", finding.school, finding.case, finding.rule, finding.scope, "Avtalt", "rector", until, verdict=verdict
        )
        again = make_report(acceptances=[record])
        (item,) = [i for i in again.items if i.finding.identity == finding.identity]
        return again, item

    for verdict in (Verdict.DEVIATION, None):
        assert decided_as(verdict)[1].group is Group.ACCEPTED
    again, item = decided_as(Verdict.REVIEW)
    assert item.group is Group.DEVIATION
    assert item.acceptance is not None
    assert item.acceptance.state is AcceptanceState.OUTGROWN
    assert again.acceptances == (item.acceptance,)
    assert "tilbake" in Sentences(again).acceptance(item.acceptance)
    assert any("Nå er det et avvik" in Sentences(again).warning(w) for w in again.warnings)


def test_what_could_not_be_checked_cannot_be_accepted(make_report: MakeReport) -> None:
    record = Acceptance(
        "a1", "310000019", "2026-016", "VA-08", "notice:v1", "Sett på papir", "rector", date(2026, 4, 1)
    )
    found = make_report(acceptances=[record])
    assert len(found.group(Group.UNKNOWN)) == 1
    assert not found.complete


def test_an_acceptance_of_another_scope_does_not_reach(make_report: MakeReport) -> None:
    record = Acceptance("a1", "310000019", "2026-017", "AP-F", "plan:p2", "Skrives om", "rector", date(2026, 4, 1))
    assert not make_report(acceptances=[record]).group(Group.ACCEPTED)


def test_exit_code_counts_deviations_not_accepted(report: SchoolReport) -> None:
    assert {i.finding.rule for i in report.at_or_over(Severity.LOW)} == {"VA-08", "UN-07", "VA-05"}
    assert {i.finding.rule for i in report.at_or_over(Severity.HIGH)} == {"VA-08", "VA-05"}
    assert report.at_or_over(Severity.CRITICAL) == ()


def test_plan_past_its_revision_is_a_warning(report: SchoolReport) -> None:
    found = [w for w in report.warnings if w.code is WarningCode.PLAN_REVISION_OVERDUE]
    assert [w.day for w in found] == [date(2025, 6, 23)]


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (1, "*"), (4, "*"), (5, "5"), (120, "120")])
def test_small_counts_across_pupils_are_hidden(number: int, shown: str) -> None:
    assert OUTSIDE.count(number) == shown
    assert OUTSIDE.count(number, across_pupils=False) == EXACT.count(number) == str(number)


def test_a_sum_gives_no_hidden_number_away() -> None:
    shown_sum = OUTSIDE.sum
    assert EXACT.sum([Square(deviations=7), Square(deviations=3), Square(deviations=2)]) == "12"
    assert shown_sum([Square(deviations=7), Square(deviations=3), Square(deviations=2)]) == "7+"
    assert shown_sum([Square(deviations=3), Square(met=1)]) == "*"
    assert shown_sum([Square(deviations=3, across_pupils=False)]) == "3"
    assert shown_sum([Square(met=1), Square(met=9)]) == "0"
    assert shown_sum([]) == "–"
    assert shown_sum([Square(unknown=1)]) == "?"
    assert shown_sum([Square(unknown=1), Square(met=1)]) == "?"


@pytest.mark.parametrize("small", [s for n in (1, 2, 3) for s in product(range(1, 5), repeat=n)])
def test_a_sum_that_stands_alone_is_whole_only_where_it_tells_nothing_of_a_hidden_number(
    small: tuple[int, ...],
) -> None:
    shown = OUTSIDE.total([(7, True), *((number, True) for number in small)], alone=True)
    same = [other for other in product(range(1, 5), repeat=len(small)) if sum(other) == sum(small)]
    silent = all({other[place] for other in same} == {1, 2, 3, 4} for place in range(len(small)))
    assert shown == (str(7 + sum(small)) if silent else "7+")


def test_a_square_that_nobody_saw_is_never_a_zero(audit: AuditReport) -> None:
    from skolemiljo.reports.overview import cell

    outside = outward(audit)
    assert cell([Square(unknown=3)], outside) == ("?", "cx")
    assert cell([Square(unknown=3, met=1)], outside) == ("?", "cx")
    assert cell([Square(unknown=3, deviations=2)], outside) == ("* ?", "c1")
    assert cell([Square(unknown=3, deviations=2)], audit) == ("2 ?", "c1")
    assert cell([Square()], audit) == cell([], audit) == ("–", "cx")
    assert cell([Square(met=4)], audit) == ("0", "c0")
    assert [cell([Square(deviations=n), Square(deviations=1)], audit)[1] for n in (3, 4, 9)] == ["c1", "c2", "c3"]
    assert cell([Square(deviations=9), Square(deviations=1)], outside) == ("9+", "c2"), "nor does the colour tell"


def test_worst_school_first_and_unknown_schools_under_their_number(
    audit: AuditReport, make_audit: Callable[..., AuditReport]
) -> None:
    assert [row.school.name for row in audit.rows] == ["Vika ungdomsskole", "Bakken skole"]
    assert {row.school.name for row in make_audit(schools=[]).rows} == {"310000019", "310000027"}
    assert not audit.complete


def test_a_school_that_could_not_be_read_is_first_and_never_fine(make_audit: Callable[..., AuditReport]) -> None:
    from skolemiljo.domain.school import School
    from skolemiljo.reports import render
    from skolemiljo.reports.overview import cell

    lost = School(organisation_number="310000035", name="Åsen skole")
    audit = make_audit(
        schools=[lost],
        problems=[Problem(lost.organisation_number, None, ProblemKind.SERVER_UNAVAILABLE)],
        assessments=[],
    )
    row = audit.rows[0]
    assert (row.school.name, audit.numbers.sum(row.all)) == ("Åsen skole", "?")
    assert cell(row.chapter("notification"), audit) == cell([row.rule("VA-08")], audit) == ("?", "cx")
    assert not audit.complete
    assert "serveren svarte med feil" in str(render(audit, "html"))


def test_trend_carries_a_school_without_a_night() -> None:
    monday = date(2026, 3, 2)
    points = [
        TrendPoint(monday, "a", 9, too_late=2),
        TrendPoint(monday + timedelta(days=1), "a", 8),
        TrendPoint(monday, "b", 7),
        TrendPoint(monday + timedelta(days=7), "a", 6, too_late=3),
        TrendPoint(date(2026, 8, 10), "a", 5, complete=False),
    ]
    weeks = weekly(points)
    numbered = [week for week in weeks if week.nights]
    assert [(w.deviations, w.complete) for w in numbered] == [(15, True), (13, False), (12, False)]
    assert [w.too_late for w in weeks][:2] == [0, 3]
    # Weeks without a night stand in their place, so that the picture's weeks are the calendar's.
    assert [week.monday for week in weeks] == [monday + timedelta(weeks=n) for n in range(24)]
    assert {(week.deviations, week.complete) for week in weeks if not week.nights} == {(13, False)}
    assert [(y.school_year, y.last, y.weeks) for y in yearly(points)] == [("2025-2026", 13, 2), ("2026-2027", 12, 1)]


def test_a_question_is_the_rules_own_or_the_common_one(
    make_report: MakeReport, make_finding: Callable[..., Finding], assessments: list[Assessment]
) -> None:
    keys = ("which", "not_yet", "time_edited", None)
    findings = [make_finding("AP-F", "2026-015", Verdict.REVIEW, f"plan:p{n}", question=k) for n, k in enumerate(keys)]
    report = make_report(assessments=[replace(assessments[0], findings=tuple(findings))])
    asked = {item.finding.question: Sentences(report).question(item) for item in report.items}
    assert asked["which"] == "Gjelder svaret dette varselet?"
    assert asked["not_yet"] == verdict_words.QUESTIONS["not_yet"].nb
    assert asked["time_edited"] == verdict_words.QUESTIONS["time_edited"].nb
    assert asked[None].endswith("?")


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("nb", "1 oppføring er ikke merket (l4).", "2 oppføringer er ikke merket (l4, l9)."),
        ("nn", "1 oppføring er ikkje merkt (l4).", "2 oppføringar er ikkje merkte (l4, l9)."),
    ],
)
def test_entries_that_nobody_has_labelled_are_counted_and_named(
    make_report: MakeReport,
    make_finding: Callable[..., Finding],
    assessments: list[Assessment],
    language: str,
    one: str,
    two: str,
) -> None:
    findings = [
        make_finding(
            "VA-08",
            "2026-015",
            Verdict.REVIEW,
            f"notice:v{len(ids)}",
            question="unlabelled",
            evidence=("v1", *ids),
            remarks=(Remark(code=RemarkCode.UNLABELLED, number=len(ids)),),
        )
        for ids in (("l4",), ("l4", "l9"))
    ]
    report = make_report(assessments=[replace(assessments[0], findings=tuple(findings))])
    say = Sentences(report, language)
    asked = sorted(say.question(item) for item in report.items)
    assert [words[: len(start)] for words, start in zip(asked, (one, two), strict=True)] == [one, two]
    assert all(words.endswith("?") for words in asked)
    assert [say.extras(item) for item in report.items] == [[], []]


def test_late_is_not_asked_to_be_done_again(report: SchoolReport) -> None:
    late = next(i for i in report.items if i.finding.reason is Reason.LATE)
    say = Sentences(report)
    assert say.to_do(late) != say.remedy(late.finding.rule)
    assert not late.needs_today


def test_one_line_says_in_how_many_cases_something_is_new_or_solved_since_last(report: SchoolReport) -> None:
    assert re.fullmatch(
        r"Siden \w+ 2\. mars 2026 kl\. [\d.]+: noe nytt i 5 saker, noe løst i 2 saker", Sentences(report).since_last()
    )


def test_what_is_missing_in_a_closed_case_is_told_apart_from_what_needs_something_today(
    report: SchoolReport, make_report: MakeReport, assessments: list[Assessment]
) -> None:
    say = Sentences(report)
    assert [block.case for block in report.closed_cases] == ["2026-019"]
    assert say.headline() == "1 av 5 åpne saker trenger noe i dag"
    assert "1 lukket sak der noe mangler eller må svares på" in say.besides()
    item = next(item for item in report.items if item.part is Part.CLOSED)
    assert say.to_do(item) == say.remedy(item.finding.rule), "the rule's own remedy, in closed cases too"
    assert "åpne saken igjen" in say.part_lead(Part.CLOSED)
    opened = make_report(assessments=[replace(a, closed=False) for a in assessments])
    assert opened.cases_today == 2
    assert opened.closed_cases == ()


def test_a_closed_case_in_which_a_deadline_runs_is_still_in_hand(
    make_report: MakeReport, assessments: list[Assessment]
) -> None:
    closed = make_report(assessments=[replace(a, closed=True) for a in assessments])
    assert {block.case for block in closed.open_cases} == {"2026-014", "2026-015"}
    assert closed.cases_today == 1
