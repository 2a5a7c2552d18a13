"""A report as rows of cells, for the sheet and the comma-separated file: the same columns in both."""

from __future__ import annotations

from datetime import date

from .model import AuditReport, Group, Item, Report, SchoolReport
from .sentences import Sentences

Cell = str | int | date | None


def header(say: Sentences) -> list[str]:
    """Names of the columns."""
    words = say.words
    return [
        words.gettext("Når"),
        words.gettext("Skole"),
        words.gettext("Orgnr."),
        words.gettext("Sak"),
        words.gettext("Gjelder"),
        words.gettext("Regel"),
        words.gettext("Plikt"),
        words.gettext("Status"),
        words.gettext("Årsak"),
        words.gettext("Frist"),
        words.gettext("Dager igjen"),
        words.gettext("Gjør dette"),
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
    return [_row(item, say, names) for item in report.items]


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
        number,
        finding.case or "",
        say.words.scope(finding.scope),
        finding.rule,
        say.rule_title(finding.rule),
        say.words.verdict(finding.verdict),
        say.words.reason(finding.reason) if finding.reason is not None else "",
        finding.deadline,
        item.days,
        say.to_do(item) if item.group is not Group.MET else "",
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
