"""A report as text: one finding a line where another program reads it; on a terminal as blocks (terminal.py)."""

from __future__ import annotations

from collections.abc import Iterator

from .items import Group, Item
from .model import AuditReport, Report, SchoolReport
from .sentences import Sentences


def render(
    report: Report,
    language: str | None = None,
    *,
    width: int | None = None,
    color: bool = False,
    everything: bool = False,
) -> str:
    """``report`` as text ending in a newline, its last line the summary. ``width``: columns of the terminal; None = one
    finding a line, those that are in order only with ``everything``."""
    say = Sentences(report, language)
    if width is None:
        return "".join(lines(report, language, everything=everything))
    from .terminal import draw

    return draw(report, say, width=width, color=color)


# One finding a line: part, case, rule, scope, deadline, what, what to do. Fields are parted by tabs, so that cut and grep
# find them; everything that is said in the blocks is said here too.


def lines(report: Report, language: str | None = None, *, everything: bool = False) -> Iterator[str]:
    """The lines of ``report``, each with its end, one by one."""
    for line in _lines(report, Sentences(report, language), everything=everything):
        yield f"{line}\n"


def _lines(report: Report, say: Sentences, *, everything: bool) -> Iterator[str]:
    owner = isinstance(report, AuditReport)
    yield from (f"# {say.title()}", f"# {say.made()}", f"# {say.plan()}", f"# {say.headline()}")
    yield from (f"# {line}" for line in (*say.besides(), say.since_last()) if line)
    yield from (f"# {say.warning(warning)}" for warning in report.warnings)
    names = {r.school.organisation_number: r.school.name for r in _reports(report) if r.school is not None}
    for problem in report.problems:
        whose = f"{names.get(problem.school or '', problem.school or '–')}: " if owner and problem.case is None else ""
        yield f"# {whose}{say.problem(problem)}"
    for item in report.items:
        if item.group is Group.MET and not everything:
            continue
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
        yield "\t".join(fields)
    for school in _reports(report):
        yield from (f"# {say.words.gettext('løst')}: {say.resolved(resolved)}" for resolved in school.resolved)
    yield f"# {say.summary()}"


def _reports(report: Report) -> tuple[SchoolReport, ...]:
    return report.reports if isinstance(report, AuditReport) else (report,)


def _details(item: Item, say: Sentences) -> list[str]:
    """Reason, deadline in words, what to do, remarks, change and acceptance, as far as there are any."""
    finding = item.finding
    details = [
        say.status(item) if finding.reason is not None else "",
        say.deadline(item),
        say.to_do(item),
        say.comes_of(item),
        *say.remarks(finding),
        say.change(item),
        say.acceptance(item.acceptance) if item.acceptance is not None else "",
    ]
    return [detail for detail in details if detail]
