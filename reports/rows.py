"""A report as rows of cells, for the sheet and the comma-separated file: the same columns in both."""

from __future__ import annotations

from datetime import date

from ..domain.verdict import Verdict
from .model import ON_TOP, AuditReport, Group, Item, Part, Problem, Report, SchoolReport
from .sentences import Sentences

Cell = str | int | date | None


def header(say: Sentences) -> list[str]:
    """Names of the columns: what a screen holds of them tells what to do, and by when."""
    words = say.words
    return [
        words.gettext("Når"),
        words.gettext("Skole"),
        words.gettext("Sak"),
        words.gettext("Frist"),
        words.gettext("Dager igjen"),
        words.gettext("Plikt"),
        words.gettext("Gjør dette"),
        words.gettext("Verktøyet spør fra"),
        words.gettext("Status"),
        words.gettext("Årsak"),
        words.gettext("Gjelder"),
        words.gettext("Regel"),
        words.gettext("Orgnr."),
        words.gettext("Planens ord"),
        words.gettext("Kapittel i planen"),
        words.gettext("Lov"),
        words.gettext("Alvor"),
        words.gettext("Grunnlag"),
        words.gettext("Ansvar"),
        words.gettext("Siden sist"),
        words.gettext("Merknader"),
        words.gettext("Godtatt"),
        words.gettext("Oppføringer (id)"),
        words.gettext("Planversjon"),
        words.gettext("Omfang (kode)"),
    ]


def finding_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """One row for each finding, by what is due first."""
    schools = report.reports if isinstance(report, AuditReport) else (report,)
    names = {r.school.organisation_number: r.school.name for r in schools if r.school is not None}
    return [_unread_row(problem, say, names) for problem in report.problems] + [
        _row(item, say, names) for item in report.items
    ]


def _unread_row(problem: Problem, say: Sentences, names: dict[str, str]) -> list[Cell]:
    """A case or a school that could not be looked at stands first: no row below speaks of it."""
    number = problem.school or ""
    school = names.get(number, number) if number else say.words.gettext("kommunen selv")
    row: list[Cell] = [
        say.part_name(Part.UNKNOWN),
        school,
        problem.case or "?",
        None,
        None,
        "?",
        say.problem(problem),
        None,
    ]
    row += [say.words.verdict(Verdict.UNKNOWN), "", "", "?", number]
    return row + [""] * (len(header(say)) - len(row))


def _row(item: Item, say: Sentences, names: dict[str, str]) -> list[Cell]:
    finding = item.finding
    rule = say.rule(finding.rule)
    chapter = next(
        (
            c.title.in_language(say.words.language)
            for c in say.report.chapters
            if rule is not None and c.name == rule.chapter
        ),
        "",
    )
    number = finding.school or ""
    return [
        say.part_name(item.part),
        names.get(number, number) if number else say.words.gettext("kommunen selv"),
        finding.case or "",
        finding.deadline,
        item.days if finding.deadline is not None else None,
        say.rule_title(finding.rule),
        say.to_do(item) if item.group is not Group.MET else "",
        say.asks_from(finding),
        say.words.verdict(finding.verdict),
        say.words.reason(finding.reason) if finding.reason is not None else "",
        say.words.scope(finding.scope),
        finding.rule,
        number,
        say.quote(finding.rule),
        say.section(finding.rule) or chapter,
        say.law(finding.rule),
        say.words.severity(finding.severity),
        finding.basis.value,
        say.words.role(finding.role),
        say.change(item),
        "; ".join(say.remarks(finding)),
        say.acceptance(item.acceptance) if item.acceptance is not None else "",
        ", ".join(finding.evidence),
        finding.plan,
        finding.scope,
    ]


def today_header(report: Report, say: Sentences) -> list[str]:
    """Names of the columns of :func:`today_rows`."""
    words = say.words
    if isinstance(report, AuditReport):
        return [words.gettext("Skole"), words.gettext("Saker som trenger noe i dag"), *(n for n, _ in say.counts())]
    return [
        words.gettext("Sak"),
        words.gettext("Frist"),
        words.gettext("Plikt"),
        words.gettext("Gjør dette"),
        words.gettext("Gjelder"),
        words.gettext("Regel"),
    ]


def today_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """What must be done today: for a school case by case, for the owner in numbers by school, small ones hidden."""
    if isinstance(report, AuditReport):
        return [
            [
                row.school.name,
                row.small(row.report.cases_today),
                row.total,
                row.small(len(row.report.soon)),
                row.small(len(row.report.group(Group.REVIEW))),
                row.small(len(row.report.group(Group.UNKNOWN)) + len(row.report.unread)),
            ]
            for row in report.rows
        ]
    rows: list[list[Cell]] = [
        [
            item.finding.case or say.words.gettext("Årshjulet"),
            item.finding.deadline or say.no_deadline(item),
            say.rule_title(item.finding.rule),
            say.to_do(item),
            say.words.scope(item.finding.scope),
            item.finding.rule,
        ]
        for item in report.part(Part.TODAY)
    ]
    if not rows:
        rows.append(["", None, say.headline()])
    return rows + [["", None, say.warning(warning)] for warning in report.warnings if warning.code in ON_TOP]


def about_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """What the sheet is, what warnings it has, and what its columns mean: name and explanation."""
    words = say.words
    rows: list[list[Cell]] = [
        [words.gettext("Hva"), say.title()],
        [words.gettext("Når"), say.made()],
        [words.gettext("Plan"), say.plan()],
        [words.gettext("I dag"), say.headline()],
        [words.gettext("Alt sjekket"), words.gettext("ja") if report.complete else words.gettext("nei")],
        [words.gettext("Innsyn"), say.foot()],
    ]
    rows += [[words.gettext("Merk"), say.warning(warning)] for warning in report.warnings]
    rows += [[words.gettext("Ikke sjekket"), say.problem(problem)] for problem in report.problems]
    if isinstance(report, AuditReport):
        rows.append([words.gettext("Tegn"), say.hidden_numbers()])
    rows += [
        [
            words.gettext("Kolonnen Når"),
            words.gettext("hvilken del av rapporten raden hører til; det som haster, står først"),
        ],
        [words.gettext("Kolonnen Frist"), words.gettext("siste dag plikten kan oppfylles, norsk dato")],
        [
            words.gettext("Kolonnen Dager igjen"),
            words.gettext("dager fra rapportens dag til fristen; minus betyr at den er ute"),
        ],
        [
            words.gettext("Kolonnen Verktøyet spør fra"),
            words.gettext("der verken planen eller loven setter en frist: dagen verktøyet begynner å spørre"),
        ],
        [
            words.gettext("Kolonnen Oppføringer (id)"),
            words.gettext("id-ene til oppføringene i saken som svaret bygger på"),
        ],
    ]
    return rows


def resolved_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """What has been solved since the report before: school, case, rule, duty, was, now."""
    schools: tuple[SchoolReport, ...] = report.reports if isinstance(report, AuditReport) else (report,)
    return [
        [
            say.school_name(school),
            entry.case,
            entry.rule,
            say.rule_title(entry.rule),
            say.words.verdict(entry.was),
            say.words.verdict(entry.now) if entry.now is not None else say.words.gettext("spørres ikke lenger om"),
        ]
        for school in schools
        for entry in school.resolved
    ]
