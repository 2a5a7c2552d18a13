"""A report in the terminal: blocks that fit any width, or one finding a line where another program reads it."""

from __future__ import annotations

import io
from itertools import pairwise

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from .finding_sentences import SAID_ONCE
from .model import ON_TOP, AuditReport, Group, HeatRow, Item, Part, Report, SchoolReport
from .privacy import shown_sum
from .sentences import Sentences

WIDEST = 96
"""Longer lines are hard to read; a wide terminal gets no more than this."""
_STYLES = {
    Part.TODAY: "bold red",
    Part.SOON: "yellow",
    Part.LATER: "cyan",
    Part.CLOSED: "red",
    Part.REVIEW: "magenta",
    Part.UNKNOWN: "yellow",
    Part.TOO_LATE: "red",
    Part.ACCEPTED: "cyan",
    Part.MET: "green",
}


def render(report: Report, language: str | None = None, *, width: int | None = None, color: bool = False) -> str:
    """``report`` as text ending in a newline. ``width``: columns of the terminal; None = one finding a line."""
    say = Sentences(report, language)
    if width is None:
        return "".join(f"{line}\n" for line in _lines(report, say))
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(20, min(width, WIDEST)),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        soft_wrap=False,
    )
    if isinstance(report, AuditReport):
        _audit(console, report, say)
    else:
        _school(console, report, say)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "".join(f"{line}\n" for before, line in pairwise(["", *lines]) if line or before)


# One finding a line: part, case, rule, scope, deadline, what, what to do. Fields are parted by tabs, so that cut and grep
# find them; everything that is said in the blocks is said here too.


def _lines(report: Report, say: Sentences) -> list[str]:
    owner = isinstance(report, AuditReport)
    lines = [f"# {say.title()}", f"# {say.made()}", f"# {say.plan()}", f"# {say.headline()}"]
    lines += [f"# {line}" for line in (*say.besides(), say.since_last()) if line]
    lines += [f"# {say.warning(warning)}" for warning in report.warnings]
    lines += [f"# {say.problem(problem)}" for problem in report.problems]
    names = {r.school.organisation_number: r.school.name for r in _reports(report) if r.school is not None}
    for item in report.items:
        finding = item.finding
        where = [names.get(finding.school or "", finding.school or "–")] if owner else []
        fields = [
            *where,
            say.words.verdict(finding.verdict) if item.group is not Group.ACCEPTED else say.group_name(Group.ACCEPTED),
            finding.case or "–",
            finding.rule,
            finding.scope,
            finding.deadline.isoformat() if finding.deadline is not None else "–",
            say.rule_title(finding.rule),
        ]
        if item.group is not Group.MET:
            fields.append("; ".join(_details(item, say)))
        lines.append("\t".join(fields))
    for school in _reports(report):
        lines += [f"# {say.words.gettext('løst')}: {say.resolved(resolved)}" for resolved in school.resolved]
    return lines


def _reports(report: Report) -> tuple[SchoolReport, ...]:
    return report.reports if isinstance(report, AuditReport) else (report,)


def _details(item: Item, say: Sentences) -> list[str]:
    """Reason, deadline in words, what to do, remarks, change and acceptance, as far as there are any."""
    finding = item.finding
    details = [
        say.status(item) if finding.reason is not None else "",
        say.deadline(item),
        say.to_do(item),
        *say.remarks(finding),
        say.change(item),
        say.acceptance(item.acceptance) if item.acceptance is not None else "",
    ]
    return [detail for detail in details if detail]


# Blocks.


def _school(console: Console, report: SchoolReport, say: Sentences) -> None:
    console.print(Text(say.title(), "bold"))
    console.print(Text(f"{say.made()}. {say.plan()}", "dim"))
    console.print()
    console.print(Text(say.headline() + ".", "bold red" if report.cases_today else "bold"))
    for line in say.besides():
        console.print(Text(line + "."))
    console.print(Text(" · ".join(f"{name}: {number}" for name, number in say.counts())))
    if since := say.since_last():
        console.print(Text(since + "."))
    _warnings(console, report, say, on_top=True)
    quoted: set[str] = set()
    for part in Part:
        if part is Part.UNKNOWN:
            _unseen(console, report, say)
        elif part is not Part.MET:
            _part(console, part, report.part(part), say, quoted)
    _resolved(console, report, say)
    _in_order(console, report, say)
    _warnings(console, report, say, on_top=False)
    console.print()
    console.print(Text(say.foot(), "dim"))


def _warnings(console: Console, report: Report, say: Sentences, *, on_top: bool) -> None:
    """The warnings that belong before the findings, or those that can wait; problems stand with the latter."""
    texts = [say.warning(warning) for warning in report.warnings if (warning.code in ON_TOP) == on_top]
    if not on_top:
        texts += [say.problem(problem) for problem in report.problems]
    if texts:
        console.print()
    for text in texts:
        _hang(console, "! ", Text(text, "yellow"))


def _part(console: Console, part: Part, items: tuple[Item, ...], say: Sentences, quoted: set[str]) -> None:
    if not items:
        return
    _heading(console, part, len(items), say)
    if part in SAID_ONCE:
        console.print(Text(say.part_lead(part)))
        console.print()
    for item in items:
        _block(console, item, say, quoted)


def _heading(console: Console, part: Part, number: int, say: Sentences) -> None:
    console.print()
    heading = f"{say.part_name(part).upper()} ({number})"
    console.print(Text(heading, _STYLES[part]))
    console.print(Text("-" * min(len(heading), console.width), "dim"))


def _unseen(console: Console, report: SchoolReport, say: Sentences) -> None:
    """What could not be checked, by case and reason."""
    if not report.unseen:
        return
    _heading(console, Part.UNKNOWN, len(report.part(Part.UNKNOWN)), say)
    for items in report.unseen:
        first = items[0]
        _hang(console, "[ ] ", Text.assemble((say.case_name(first.finding), "bold"), f" – {say.status(first)}"))
        console.print(Padding(Text(f"{say.to_do_label(first)}: {say.to_do(first)}"), (0, 0, 0, 4)))
        for item in items:
            finding = item.finding
            details = (say.words.scope(finding.scope), say.deadline(item), say.change(item), *say.extras(item))
            more = "; ".join(filter(None, details))
            line = f"{say.rule_title(finding.rule)} [{finding.rule}]" + (f" ({more})" if more else "")
            _hang(console, "    - ", Text(line))
        console.print()


def _clusters(console: Console, part: Part, items: tuple[Item, ...], say: Sentences) -> None:
    """For the owner: each rule once, with the cases and their deadlines under it."""
    if not items:
        return
    console.print(Text(f"{say.part_name(part)} ({len(items)})", _STYLES[part]))
    by_rule: dict[str, list[Item]] = {}
    for item in items:
        by_rule.setdefault(item.finding.rule, []).append(item)
    for code, found in by_rule.items():
        _hang(console, "  - ", Text.assemble((say.rule_title(code), "bold"), (f" [{code}]", "dim")))
        for item in found:
            details = [say.place(item.finding), say.status(item), say.deadline(item), say.change(item)]
            if item.acceptance is not None:
                details.append(say.acceptance(item.acceptance))
            _hang(console, "    ", Text(" – ".join(filter(None, details))))


def _block(console: Console, item: Item, say: Sentences, quoted: set[str]) -> None:
    finding = item.finding
    code = finding.rule
    title = Text(say.rule_title(code), "bold")
    title.append(f" [{code}]", "dim")
    _hang(console, "[ ] ", title)

    def line(text: str | Text) -> None:
        console.print(Padding(text if isinstance(text, Text) else Text(text), (0, 0, 0, 4)))

    line(say.place(finding))
    deadline = ", ".join(filter(None, (say.deadline(item), say.counted(finding))))
    status = Text(" – ".join(filter(None, (say.status(item), deadline))), _STYLES[item.part])
    if change := say.change(item):
        status.append(f" ({change})", "italic")
    line(status)
    if say.to_do(item) and item.part not in SAID_ONCE:
        line(Text.assemble((f"{say.to_do_label(item)}: ", "bold"), say.to_do(item)))
    for extra in say.extras(item):
        line(f"* {extra}")
    if code not in quoted:
        quoted.add(code)
        if say.plan_words(code):
            line(Text(f"{say.words.gettext('Planen')}: {say.plan_words(code)}", "dim"))
        if say.law(code):
            line(Text(f"{say.words.gettext('Loven')}: {say.law(code)}", "dim"))
    console.print()


def _hang(console: Console, lead: str, text: Text) -> None:
    """``text`` with ``lead`` before its first line and the other lines under its first letter."""
    lines = text.wrap(console, max(8, console.width - len(lead)))
    for number, line in enumerate(lines):
        console.print(Text.assemble(lead if number == 0 else " " * len(lead), line))


def _resolved(console: Console, report: SchoolReport, say: Sentences) -> None:
    if not report.resolved:
        return
    console.print()
    console.print(Text(f"{say.words.gettext('Løst siden sist')} ({len(report.resolved)})", "green"))
    for resolved in report.resolved:
        _hang(console, "- ", Text(say.resolved(resolved)))


def _in_order(console: Console, report: SchoolReport, say: Sentences) -> None:
    met = report.part(Part.MET)
    if not met:
        return
    console.print()
    console.print(Text(f"{say.part_name(Part.MET).upper()} ({len(met)})", _STYLES[Part.MET]))
    for found in report.met_by_rule:
        _hang(console, "- ", Text(f"{say.rule_title(found.rule)} [{found.rule}]: {say.in_how_many(found)}"))
    console.print()
    for lines in report.alike:
        if lines[0].in_order:
            names = ", ".join(line.case for line in lines)
            _hang(console, "- ", Text(f"{names}: {say.codes(lines[0].in_order)}"))
    cycle = sorted({item.finding.rule for item in met if item.finding.case is None})
    if cycle:
        _hang(console, "- ", Text(f"{say.words.gettext('årshjulet')}: {say.codes((code, 1) for code in cycle)}"))


def _audit(console: Console, report: AuditReport, say: Sentences) -> None:
    console.print(Text(say.title(), "bold"))
    console.print(Text(f"{say.made()}. {say.plan()}", "dim"))
    console.print()
    console.print(Text(say.headline() + ".", "bold"))
    console.print(Text(" · ".join(f"{name}: {number}" for name, number in say.counts())))
    _warnings(console, report, say, on_top=True)
    console.print()
    console.print(Text(say.words.gettext("SKOLENE, DE SOM TRENGER MEST, FØRST"), "bold"))
    for row in report.rows:
        _school_block(console, row, say)
    _worst_rules(console, report, say)
    for school in report.reports:
        if not school.open_items:
            continue
        console.print()
        console.print(Text(say.school_name(school), "bold underline"))
        for part in Part:
            if part is not Part.MET:
                _clusters(console, part, school.part(part), say)
        _resolved(console, school, say)
    _warnings(console, report, say, on_top=False)
    console.print()
    console.print(Text(say.hidden_numbers(), "dim"))
    console.print(Text(say.foot(), "dim"))


def _school_block(console: Console, row: HeatRow, say: Sentences) -> None:
    console.print(Text(say.school_name(row.report), "bold"))
    console.print(Padding(Text(school_line(row, say)), (0, 0, 0, 4)))


def school_line(row: HeatRow, say: Sentences) -> str:
    """One school in numbers, hidden where they are small."""
    school = row.report
    parts = [
        f"{say.group_name(Group.DEVIATION)}: {row.total}",
        f"{say.words.gettext('de neste sju dagene')}: {row.small(len(school.soon))}",
        f"{say.group_name(Group.REVIEW)}: {row.small(len(school.group(Group.REVIEW)))}",
        f"{say.group_name(Group.UNKNOWN)}: {row.small(len(school.group(Group.UNKNOWN)) + len(school.unread))}",
    ]
    if school.unread:
        parts.append(say.unread(len(school.unread)))
    return " · ".join(parts)


def _worst_rules(console: Console, report: AuditReport, say: Sentences) -> None:
    totals = {code: [row.rule(code) for row in report.rows] for code in report.rule_codes}
    worst = sorted(totals, key=lambda code: -sum(cell.deviations for cell in totals[code]))
    shown = [code for code in worst if sum(cell.deviations for cell in totals[code])][:10]
    if not shown:
        return
    console.print()
    console.print(Text(say.words.gettext("PLIKTENE MED FLEST AVVIK"), "bold"))
    for code in shown:
        number = shown_sum(totals[code])
        _hang(console, "- ", Text(f"{number} {say.group_name(Group.DEVIATION)}: {say.rule_title(code)} [{code}]"))
