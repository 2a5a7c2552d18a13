"""What the owner's page and its paper show of all the schools: map, duties, deadlines ahead, annual cycle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from ..domain.annual_cycle import CycleItemStatus, CycleState
from ..domain.verdict import Verdict
from .charts import trend_chart
from .items import AcceptanceState
from .model import AuditReport, HeatRow, SchoolReport
from .owner import by_need, failing, longest, most_help, own_duties, school_now
from .privacy import Square
from .report_language import Words
from .sentences import Sentences
from .trend import yearly

SCHOOLS_IN_A_MAP = 12
"""More columns than this cannot be read; the sheet has them all."""


def overview(report: AuditReport, say: Sentences) -> dict[str, Any]:
    """Every table and line of the owner's page by the name its template knows it by."""
    words = say.words
    map_rows = report.rows[:SCHOOLS_IN_A_MAP]
    return {
        "page_heading": say.title(),
        "external": report.external,
        "most_help": "" if report.external else most_help(report, say),
        "own_duties": [duty.text for duty in own_duties(report, say)],
        "failing": [] if report.external else list(failing(report, say)),
        "longest": [] if report.external else list(longest(report, say)),
        "schools_now": [] if report.external else [(row, school_now(row, report, say)) for row in by_need(report)],
        "map_key": words.gettext("Tall: avvik. –: ikke aktuelt. ?: kunne ikke sjekkes."),
        "all_squares": lambda row: cell(row.all, report),
        "cell": lambda squares: cell(squares, report),
        "chapter_titles": chapter_titles(report, words),
        "map_rows": map_rows,
        "rows_left_out": _rows_left_out(len(report.rows) - len(map_rows), words),
        "change_numbers": lambda row: change_numbers(row, say),
        "worst_rules": worst_rules(report),
        **_other_rules(report, say),
        "trend": trend_chart(report, say),
        "years": yearly(report.trend),
        "ahead": _ahead(report, say),
        **_cycle_map(report, say),
        "acceptances": [_acceptance_numbers(r, say) for r in report.reports if r.acceptances],
        "problem_lines": _problem_lines(report, say),
    }


def cell(squares: Iterable[Square], report: AuditReport) -> tuple[str, str]:
    """The number of a cell of the map as it may be shown, and its class: c0 in order and all seen, c1 few, c2 five or more,
    c3 ten or more, cx not asked or not all seen."""
    shown = report.numbers.sum(squares)
    number = shown.rstrip("+ ?")
    if number in ("", "–", "0"):
        return shown, "c0" if shown == "0" else "cx"
    if number == "*" or int(number) < 5:
        return shown, "c1"
    return shown, "c2" if int(number) < 10 else "c3"


def _rows_left_out(number: int, words: Words) -> str:
    if number <= 0:
        return ""
    return words.ngettext("{n} skole til står i regnearket.", "{n} skoler til står i regnearket.", number)


def chapter_titles(report: AuditReport, words: Words) -> list[tuple[str, str]]:
    """Chapters that were asked anywhere, those on which most hangs first, and then in the plan's order."""
    asked = {name for row in report.rows for name in row.by_chapter}
    titles = {chapter.name: chapter.title.in_language(words.language) for chapter in report.chapters}
    names = [name for name in titles if name in asked] + sorted(asked - titles.keys())
    grave: dict[str, int] = {}
    for code in (code for row in report.rows for code, square in row.by_rule.items() if square.deviations):
        rule = report.rules.get(code)
        if rule is not None:
            grave[rule.chapter] = max(grave.get(rule.chapter, 0), rule.severity.rank + 1)
    names.sort(key=lambda name: -grave.get(name, 0))
    return [(name, titles.get(name, name or words.gettext("annet"))) for name in names]


def change_numbers(row: HeatRow, say: Sentences) -> str:
    """How much is new, and how much solved."""
    return "–" if row.new is None else f"{say.of_school(row, row.new)} / {say.of_school(row, row.solved)}"


def worst_rules(report: AuditReport) -> list[tuple[str, str]]:
    """Rules with deviations anywhere, the most first, with their sum."""
    cells = {code: [row.rule(code) for row in report.rows] for code in report.rule_codes}
    kept = [code for code, found in cells.items() if any(cell.deviations for cell in found)]
    kept.sort(key=lambda code: -sum(cell.deviations for cell in cells[code]))
    return [(code, report.numbers.sum(cells[code])) for code in kept]


def _other_rules(report: AuditReport, say: Sentences) -> dict[str, str]:
    """The codes of rules without deviations: those of which something could not be seen, and those that were seen whole."""
    shown = {code for code, _ in worst_rules(report)}
    found: dict[str, list[tuple[str, int]]] = {"rules_unseen": [], "rules_in_order": []}
    for code in report.rule_codes:
        if code not in shown:
            unseen = any(row.rule(code).unknown or row.rule(code).unread for row in report.rows)
            found["rules_unseen" if unseen else "rules_in_order"].append((code, 1))
    return {name: say.codes(codes) for name, codes in found.items()}


def _acceptance_numbers(school: SchoolReport, say: Sentences) -> tuple[str, str, str]:
    """How many decisions hold at a school, and how many do not any more. Which duty, and why, stands on its own page."""
    active = sum(a.state is AcceptanceState.ACTIVE for a in school.acceptances)
    return say.school_name(school), str(active), str(len(school.acceptances) - active)


def _ahead(report: AuditReport, say: Sentences) -> list[tuple[date, str, str, tuple[str, ...]]]:
    """Deadlines of the next two weeks by day and school: in how many cases, and which of the annual cycle."""
    end = report.today + timedelta(days=14)
    cases: dict[tuple[date, str], set[str]] = {}
    cycle: dict[tuple[date, str], set[str]] = {}
    for school in report.reports:
        for item in school.items:
            day = item.finding.deadline
            if item.finding.verdict is not Verdict.DUE or day is None or not report.today <= day <= end:
                continue
            key = (day, say.school_name(school))
            cases.setdefault(key, set()).update(filter(None, [item.finding.case]))
            cycle.setdefault(key, set()).update([item.finding.rule] if item.finding.case is None else [])
    return [
        (day, school, str(len(cases[day, school])), tuple(sorted(cycle[day, school]))) for day, school in sorted(cases)
    ]


_SOON = timedelta(days=30)


def cycle_standing(item: CycleItemStatus, today: date, say: Sentences) -> tuple[str, str]:
    """Where an item stands, and its class: what is overdue, near and far away do not look the same."""
    words = say.words
    if item.state in (CycleState.OPEN, CycleState.DUE_SOON, CycleState.LATE) and item.due is not None:
        day = words.short_day(item.due)
        if item.due < today:
            return words.gettext("over fristen, {day}").format(day=day), "c2"
        if item.due <= today + _SOON:
            return words.gettext("frist nærmer seg, {day}").format(day=day), "c1"
        return words.gettext("senere, {day}").format(day=day), "cn"
    return words.cycle_state(item.state), _CYCLE_CLASSES.get(item.state, "cx")


_NEEDS = (
    CycleState.NOT_APPLICABLE,
    CycleState.DONE,
    CycleState.OPEN,
    CycleState.DUE_SOON,
    CycleState.DONE_UNDOCUMENTED,
    CycleState.UNKNOWN,
    CycleState.LATE,
)
"""The states by how much they ask for: of an item that is owed to several groups the one that asks for most is shown."""
_CYCLE_CLASSES = {
    CycleState.DONE: "c0",
    CycleState.DONE_UNDOCUMENTED: "c1",
    CycleState.DUE_SOON: "c1",
    CycleState.LATE: "c2",
}


def _cycle_map(report: AuditReport, say: Sentences) -> dict[str, Any]:
    """Annual-cycle items × schools, of the newest school year that each has."""
    columns = []
    states: dict[str, dict[str, CycleItemStatus]] = {}
    for school in report.schools:
        if not school.cycle:
            continue
        newest = max(school.cycle, key=lambda status: status.school_year)
        name = say.school_name(school)
        columns.append(name)
        for item in newest.items:
            its = states.setdefault(item.item, {})
            its[name] = max(its.get(name, item), item, key=lambda one: _NEEDS.index(one.state))
    rows = [
        (
            code,
            [cycle_standing(found[name], report.today, say) if name in found else ("–", "cx") for name in columns],
        )
        for code, found in states.items()
    ]
    return {"cycle_columns": columns, "cycle_rows": rows}


def _problem_lines(report: AuditReport, say: Sentences) -> list[str]:
    """Which schools could not be checked, and how many cases of the others, by school."""
    lines = []
    for school in report.reports:
        whole = [p for p in school.problems if p.case is None]
        lines += [f"{say.school_name(school)}: {say.problem(p)}" for p in whole]
        cases = len(school.problems) - len(whole)
        if cases:
            lines.append(f"{say.school_name(school)}: {say.unread(cases)}")
    return lines
