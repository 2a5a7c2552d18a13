"""A report on a terminal: blocks that fit any width."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import pairwise

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from .course import Course, course
from .items import Group, Part, Standing
from .model import ON_TOP, AuditReport, HeatRow, Report, SchoolReport
from .owner import failing, longest, most_help, own_duties, school_now
from .sentences import Sentences
from .view import Block, Duty, Line, View, Why, view

WIDEST = 96
"""Longer lines are hard to read; a wide terminal gets no more than this."""
_STYLES = {
    "urgent": "red",
    "soon": "yellow",
    "later": "cyan",
    "ask": "magenta",
    "unseen": "yellow",
    "good": "green",
}
"""By the kind of a line in the view."""


def draw(report: Report, say: Sentences, *, width: int, color: bool) -> str:
    """``report`` as ``say`` says it, ``width`` columns wide, ending in a newline; its last line is the summary."""
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


def _school(console: Console, report: SchoolReport, say: Sentences) -> None:
    drawn = view(report, say)
    console.print(Text(say.title(), "bold"))
    console.print(Text(f"{say.made()}. {say.plan()}", "dim"))
    console.print()
    console.print(Text(say.headline() + ".", "bold red" if report.cases_today else "bold"))
    found = course(report, say)
    if found is not None:
        _course(console, found)
    for step, name, _ in () if found is not None else drawn.lead:
        _hang(console, "- ", Text.assemble((f"{step.when}: ", "bold red"), f"{step.short} ", (name, "bold")))
    for text in (*say.besides(), *filter(None, [say.since_last()])):
        console.print(Text(text + "."))
    _warnings(console, report, say, on_top=True, causes=drawn.causes)
    _cases(console, drawn, say)
    _resolved(console, report, say)
    _warnings(console, report, say, on_top=False)
    console.print()
    console.print(Text(say.foot(), "dim"))
    console.print(Text(say.summary(), "bold"))


def _course(console: Console, found: Course) -> None:
    """The steps of one case, a line each."""
    console.print(Text(found.stands + "."))
    _heading(console, found.title, "bold")
    for number, step in enumerate(found.steps, 1):
        _hang(console, f"{number}. ", Text.assemble((step.name, "bold" if step.here else ""), f": {step.words}"))


def _cases(console: Console, drawn: View, say: Sentences) -> None:
    """Case by case: the open ones, the annual cycle, those in order, and the closed ones at the end."""
    for block in (*drawn.open, *filter(None, [drawn.cycle])):
        _block(console, block, say)
    if drawn.nothing_open:
        _heading(console, drawn.nothing_open_title, "green")
        for cases, codes in drawn.nothing_open:
            _hang(console, "- ", Text(f"{cases}: {codes}"))
    if drawn.closed:
        _heading(console, drawn.closed_title, "red")
        console.print(Text(say.part_lead(Part.CLOSED)))
    for duty in drawn.closed:
        console.print()
        title = Text.assemble((duty.title, "bold"), (f" [{duty.code}]" if duty.code else "", "dim"))
        if duty.title:
            _hang(console, "[ ] ", title)
        status = Text(", ".join(filter(None, (duty.status, duty.severity))), _STYLES[duty.kind])
        _indent(console, status)
        if duty.what:
            _indent(console, duty.what)
        for case, more in duty.cases:
            _hang(console, "    - ", Text.assemble((case, "bold"), f" ({more})" if more else ""))
    if drawn.closed_in_order:
        console.print()
        _hang(console, "  ", Text(f"{say.words.gettext('Lukkede saker i orden')}: {', '.join(drawn.closed_in_order)}"))
    if drawn.duties:
        _heading(console, say.words.gettext("Pliktene det gjelder, med planens ord"), "bold")
        for found in drawn.duties:
            _hang(
                console,
                "- ",
                Text.assemble(
                    (found.code, "bold"),
                    f" {found.title}. {_basis(found, say)}",
                ),
            )


def _basis(duty: Duty | Why, say: Sentences) -> str:
    """The plan's words and the paragraphs."""
    section = f" ({duty.section})" if duty.section else ""
    quote = f"«{duty.quote}»{section}." if duty.quote else ""
    law = f"{say.words.gettext('Loven')}: {duty.law}." if duty.law else ""
    return " ".join(filter(None, (quote, law)))


def _block(console: Console, block: Block, say: Sentences) -> None:
    words = say.words
    told = f"{block.told} ({block.acted})" if block.acted else block.told
    _heading(console, f"{block.name} – {told}", _STYLES[block.next.kind if block.next else "later"])
    if block.next is not None and block.next.kind != "unseen":
        _step(console, block.next, first=True)
    if block.why is not None:
        if block.why.comes:
            _indent(console, block.why.comes)
        said = filter(None, (block.why.title, block.why.deadline, block.why.who))
        _indent(console, " ".join(f"{text}." for text in said))
        _indent(console, Text(_basis(block.why, say), "dim"))
    for step in block.remaining:
        _step(console, step)
    _under(console, words.gettext("Spørsmål til deg"), block.questions)
    for found in block.unseen:
        _hang(console, "? ", Text(f"{words.gettext('Kunne ikke sjekkes')}: {found.why} {found.codes}", "yellow"))
    _under(console, words.gettext("Gjort, men for sent eller i feil rekkefølge"), block.late)
    _under(console, words.gettext("Godtatt av et menneske"), block.accepted)
    if block.in_order:
        _hang(console, "  ", Text(f"{words.gettext('I orden')}: {block.in_order}", "dim"))


def _step(console: Console, step: Line, *, first: bool = False) -> None:
    when = f"{step.when}: " if step.when else ""
    lead = Text.assemble(
        (when, _STYLES[step.kind]),
        (step.what if first else step.short, "bold" if first else ""),
        (f" [{step.code}]", "dim"),
    )
    _hang(console, "[ ] ", lead)
    if step.about:
        _indent(console, step.about)
    for note in step.notes:
        _indent(console, f"* {note}")


def _under(console: Console, name: str, steps: Iterable[Line]) -> None:
    steps = tuple(steps)
    if steps:
        console.print(Text(f"{name}:", "bold"))
    for step in steps:
        _step(console, step)


def _indent(console: Console, text: str | Text) -> None:
    console.print(Padding(text if isinstance(text, Text) else Text(text), (0, 0, 0, 4)))


def _heading(console: Console, text: str, style: str) -> None:
    console.print()
    console.print(Text(text, f"bold {style}" if style != "bold" else style))
    console.print(Text("-" * min(len(text), console.width), "dim"))


def _warnings(console: Console, report: Report, say: Sentences, *, on_top: bool, causes: tuple[str, ...] = ()) -> None:
    """The warnings that belong before the cases, or those that can wait; problems stand with the latter."""
    texts = [*causes] + [say.warning(warning) for warning in report.warnings if (warning.code in ON_TOP) == on_top]
    if not on_top:
        texts += [say.problem(problem) for problem in report.problems]
    if texts:
        console.print()
    for text in texts:
        _hang(console, "! ", Text(text, "yellow"))


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


def _audit(console: Console, report: AuditReport, say: Sentences) -> None:
    console.print(Text(say.title(), "bold"))
    console.print(Text(f"{say.made()}. {say.plan()}", "dim"))
    console.print()
    console.print(Text(say.headline() + ".", "bold"))
    if not report.external and (most := most_help(report, say)):
        console.print(Text(most))
    console.print(Text(f"{say.words.gettext('Åpne saker ved alle skolene:')} {say.summary()}"))
    _warnings(console, report, say, on_top=True)
    if not report.external:
        _owner(console, report, say)
    console.print()
    console.print(Text(say.words.gettext("SKOLENE, DE SOM TRENGER MEST, FØRST"), "bold"))
    for row in report.rows:
        _school_block(console, row, say)
    _worst_rules(console, report, say)
    for school in () if report.external else report.reports:
        if not school.open_items:
            continue
        console.print()
        console.print(Text(say.school_name(school), "bold underline"))
        _cases(console, view(school, say), say)
        _resolved(console, school, say)
    _warnings(console, report, say, on_top=False)
    console.print()
    console.print(Text(say.hidden_numbers(), "dim"))
    console.print(Text(say.foot(), "dim"))
    console.print(Text(f"{say.headline()} · {say.summary()}", "bold"))


def _owner(console: Console, report: AuditReport, say: Sentences) -> None:
    words = say.words
    for name, texts in (
        (words.gettext("Ditt eget"), [duty.text for duty in own_duties(report, say)]),
        (words.gettext("Det som svikter mest"), failing(report, say)),
        (words.gettext("Lengst siden noe er loggført for eleven"), longest(report, say)),
    ):
        console.print()
        console.print(Text(name, "bold"))
        for text in texts:
            _hang(console, "- ", Text(text))


def _school_block(console: Console, row: HeatRow, say: Sentences) -> None:
    console.print(Text(say.school_name(row.report), "bold"))
    console.print(Padding(Text(school_line(row, say)), (0, 0, 0, 4)))
    if isinstance(say.report, AuditReport) and not say.report.external:
        now, words = school_now(row, say.report, say), say.words
        told = {
            words.gettext("Median dager over fristen"): now.overdue,
            words.gettext("Lengst siden noe er loggført for eleven"): now.silence,
            words.gettext("Avvik, siste fire uker"): now.trend,
            words.gettext("Ta opp"): now.to_raise,
        }
        console.print(Padding(Text(" · ".join(f"{name}: {text}" for name, text in told.items())), (0, 0, 0, 4)))


def school_line(row: HeatRow, say: Sentences) -> str:
    """One school in numbers."""
    parts = [f"{say.standing(standing)}: {say.of_school(row, row.standing[standing])}" for standing in Standing]
    if row.unread:
        parts.append(say.unread(row.unread))
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
        number = report.numbers.sum(totals[code])
        _hang(console, "- ", Text(f"{number} {say.group_name(Group.DEVIATION)}: {say.rule_title(code)} [{code}]"))
