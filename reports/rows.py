"""A report as rows of cells, for the sheet and the comma-separated file: the same columns in both."""

from __future__ import annotations

from datetime import date

from ..domain.verdict import Verdict
from .items import Group, Item, Part, Standing
from .model import ON_TOP, AuditReport, Problem, Report, SchoolReport
from .owner import own_duties
from .report_language import Words
from .sentences import Sentences
from .view import Block, view

Cell = str | int | date | None


def header(words: Words) -> list[str]:
    """Names of the columns: what a screen holds of them tells what to do, and by when."""
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
        words.gettext("Saken"),
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
    """One row for each finding, case by case as the page has them; those that are met last."""
    schools = report.reports if isinstance(report, AuditReport) else (report,)
    names = {r.school.organisation_number: r.school.name for r in schools if r.school is not None}
    standing = {
        (school.school and school.school.organisation_number, block.case): say.standing_in_hand(block)
        for school in schools
        for block in school.cases
    }
    from_files = not isinstance(report, AuditReport) and report.school is None
    return [_unread_row(problem, say, names) for problem in report.problems] + [
        _row(item, say, names, standing.get((None if from_files else item.finding.school, item.finding.case), ""))
        for item in report.items
    ]


def _unread_row(problem: Problem, say: Sentences, names: dict[str, str]) -> list[Cell]:
    """A case or a school that could not be looked at stands first: no row below speaks of it."""
    number = problem.school or ""
    school = names.get(number, number) if number else say.words.gettext("kommunen selv")
    told = say.problem(problem)
    row: list[Cell] = [say.part_name(Part.UNKNOWN), school, problem.case or "?", None, None, "?", told, None]
    row += [say.words.verdict(Verdict.UNKNOWN), "", say.words.verdict(Verdict.UNKNOWN), "", "?", number]
    return row + [""] * (len(header(say.words)) - len(row))


def _row(item: Item, say: Sentences, names: dict[str, str], standing: str) -> list[Cell]:
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
        standing,
        say.scope(finding),
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


def duty_header(say: Sentences) -> list[str]:
    """Names of the columns of :func:`duty_rows`."""
    words = say.words
    named = (words.gettext("Skole"), words.gettext("Orgnr."), words.gettext("Regel"), words.gettext("Plikt"))
    return [*named, words.gettext("Avvik"), words.gettext("Alt sjekket")]


def duty_rows(report: AuditReport, say: Sentences) -> list[list[Cell]]:
    """The owner's map, a row for each duty at each school: what a sheet without cases holds."""
    words = say.words
    return [
        [
            row.school.name,
            row.school.organisation_number,
            code,
            say.rule_title(code),
            number_cell(report.numbers.sum([row.rule(code)])),
            words.gettext("ja") if row.report.complete else words.gettext("nei"),
        ]
        for row in report.rows
        for code in report.rule_codes
    ]


def number_cell(shown: str) -> Cell:
    """A number as a number; «*», «–» and «6+» as text."""
    return int(shown) if shown.isdigit() else shown


def today_header(report: Report, say: Sentences) -> list[str]:
    """Names of the columns of :func:`today_rows`."""
    words = say.words
    if isinstance(report, AuditReport):
        return [words.gettext("Skole"), *(name for name, _ in say.counts())]
    return [
        words.gettext("Sak"),
        words.gettext("Saken"),
        words.gettext("Når"),
        words.gettext("Neste steg"),
        words.gettext("Gjelder"),
        words.gettext("Regel"),
        words.gettext("Gjenstår"),
        words.gettext("Spørsmål til deg"),
        words.gettext("Kunne ikke sjekkes"),
    ]


def today_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """What to do: for a school case by case, for the owner in numbers by school."""
    if isinstance(report, AuditReport):
        return [
            [row.school.name, *(number_cell(say.of_school(row, row.standing[standing])) for standing in Standing)]
            for row in report.rows
        ]
    drawn = view(report, say)
    rows: list[list[Cell]] = [_case_row(block) for block in (*drawn.open, *filter(None, [drawn.cycle]))]
    said = [*drawn.causes, *(say.warning(warning) for warning in report.warnings if warning.code in ON_TOP)]
    return rows + [["", "", "", text] for text in said]


def _case_row(block: Block) -> list[Cell]:
    """An open case as a row: the next step, and what else there is, each on a line of its own."""
    step = block.next
    return [
        block.name,
        block.told,
        step.when if step else "",
        "\n".join((step.what, *step.notes)) if step else "",
        step.about if step else "",
        step.code if step else "",
        "\n".join(
            " ".join(filter(None, (f"{line.when}:" if line.when else "", line.short, line.code, *line.notes)))
            for line in block.remaining
        ),
        "\n".join(f"{line.what} {line.code}" for line in block.questions),
        "\n".join(f"{found.why} {found.codes}" for found in block.unseen),
    ]


def own_header(words: Words) -> list[str]:
    """Names of the columns of :func:`own_rows`."""
    named = (words.gettext("Når"), words.gettext("Gjør dette"), words.gettext("Gjelder"))
    return [*named, words.gettext("Regel"), words.gettext("Frist")]


def own_rows(report: AuditReport, say: Sentences) -> list[list[Cell]]:
    """What nobody but the owner can do."""
    return [[own.when, own.what, own.about, own.rule, own.deadline] for own in own_duties(report, say)]


def about_rows(report: Report, say: Sentences) -> list[list[Cell]]:
    """What the sheet is, what warnings it has, and what its columns mean: name and explanation."""
    words = say.words
    rows: list[list[Cell]] = [
        [words.gettext("Hva"), say.title()],
        [words.gettext("Når"), say.made()],
        [words.gettext("Plan"), say.plan()],
        [words.gettext("I dag"), say.headline()],
        [words.gettext("Saker"), "; ".join(f"{name}: {number}" for name, number in say.tiles())],
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
