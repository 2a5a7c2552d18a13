"""A report as a workbook (extra ``xlsx``): what it is, the findings, and for the owner the map and the trend. No formula."""

from __future__ import annotations

import io
from datetime import date
from functools import lru_cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from ..domain.errors import optional_part
from .model import AuditReport, Report, SchoolReport
from .privacy import counted
from .rows import (
    Cell,
    about_rows,
    finding_rows,
    header,
    number_cell,
    own_header,
    own_rows,
    resolved_rows,
    today_header,
    today_rows,
)
from .sentences import Sentences
from .trend import weekly
from .view import case_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_WIDTHS = (20, 20, 14, 12, 8, 40, 50, 16, 18, 20, 24, 9, 12, 50, 24, 24, 10, 10, 16, 16, 40, 40, 20, 18, 24)


def render(report: Report, language: str | None = None) -> bytes:
    """``report`` as bytes of an .xlsx file. Raises MissingPart where xlsxwriter is not installed."""
    with optional_part("xlsx"):
        import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

    say = Sentences(report, language)
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"title": say.title(), "comments": say.foot()})
        book = _Book(workbook, case_links(report) if isinstance(report, SchoolReport) else {})
        words = say.words
        above = [f"{say.headline()}. " + " · ".join(f"{name}: {number}" for name, number in say.tiles())]
        widths = (18, 20, 14, 50, 26, 9, 60, 50, 50)
        book.sheet(words.gettext("Saker"), today_header(report, say), today_rows(report, say), widths, above)
        if isinstance(report, AuditReport) and not report.external:
            book.sheet(words.gettext("Ditt eget"), own_header(words), own_rows(report, say), (24, 70, 30, 9, 12))
        book.sheet(words.gettext("Les meg"), [], about_rows(report, say), (24, 100))
        book.sheet(words.gettext("Funn"), header(words), finding_rows(report, say), _WIDTHS)
        if isinstance(report, AuditReport):
            _owner_sheets(book, report, say)
        solved = [
            words.gettext("Skole"),
            words.gettext("Sak"),
            words.gettext("Regel"),
            words.gettext("Plikt"),
            words.gettext("Før"),
            words.gettext("Nå"),
        ]
        book.sheet(words.gettext("Løst"), solved, resolved_rows(report, say), (24, 14, 9, 50, 18, 22))
    return out.getvalue()


class _Book:
    """Writes sheets row by row, texts as texts and dates as dates."""

    def __init__(self, workbook: Any, links: Mapping[str, str]) -> None:
        self.workbook = workbook
        self.links = links
        self.link = workbook.add_format({"text_wrap": True, "valign": "top", "font_color": "#0062BA", "underline": 1})
        self.bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F3F3F4"})
        self.title = workbook.add_format({"bold": True})
        self.text = workbook.add_format({"text_wrap": True, "valign": "top"})
        # 414 is Norwegian: without it an English machine shows the month first.
        self.date = workbook.add_format({"num_format": "[$-414]dd.mm.yyyy", "valign": "top"})

    def sheet(
        self,
        name: str,
        names: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        widths: Sequence[int],
        above: Sequence[str] = (),
    ) -> None:
        """One sheet with a frozen, filtered head (where it has one), under the lines ``above``; each row fits its text."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for line, text in enumerate(above):
            sheet.write_string(line, 0, text, self.title)
        head = last = len(above)
        if names:
            sheet.set_row(head, _height(names, widths))
        for column, title in enumerate(names):
            sheet.write_string(head, column, title, self.bold)
        for last, row in enumerate(rows, start=head + 1 if names else head):
            sheet.set_row(last, _height(row, widths))
            for column, cell in enumerate(row):
                self._write(sheet, last, column, cell)
        if names:
            sheet.freeze_panes(head + 1, 0)
            sheet.repeat_rows(head)
            sheet.autofilter(head, 0, last, len(names) - 1)

    def _write(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, date):
            sheet.write_datetime(row, column, cell, self.date)
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, self.text)
        elif cell in self.links:
            sheet.write_url(row, column, self.links[cell], self.link, cell)
        else:
            sheet.write_string(row, column, cell, self.text)


_LINE = 15.0
"""Points that a line of text needs."""
_HIGHEST = 409.0
"""Points: no row of a workbook can be higher."""


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """Points that ``row`` needs: LibreOffice lets texts run into each other where no height is given."""
    lines = 1
    for cell, width in zip(row, widths, strict=False):
        if isinstance(cell, str):
            lines = max(lines, _lines(cell, max(width - 1, 1)))
    return min(lines * _LINE, _HIGHEST)


@lru_cache(4096)
def _lines(text: str, width: int) -> int:
    """Lines that ``text`` takes: the plan's words and the remedies come again in row after row."""
    return sum(1 if len(part) <= width else len(wrap(part, width)) for part in text.splitlines())


def _owner_sheets(book: _Book, report: AuditReport, say: Sentences) -> None:
    from .overview import chapter_titles

    words = say.words
    titles = chapter_titles(report, words)
    school, cases, sums = words.gettext("Skole"), words.gettext("Saker"), words.gettext("Avvik")
    book.sheet(
        words.gettext("Skoler"),
        [school, words.gettext("Orgnr."), words.gettext("Alt sjekket"), cases, sums, *(title for _, title in titles)],
        [
            [
                row.school.name,
                row.school.organisation_number,
                words.gettext("ja") if row.report.complete else words.gettext("nei"),
                number_cell(say.of_school(row, row.cases)),
                number_cell(report.numbers.sum(row.all)),
                *(number_cell(report.numbers.sum(row.chapter(name))) for name, _ in titles),
            ]
            for row in report.rows
        ],
        (30, 12, 10, 10, 10, *(14 for _ in titles)),
    )
    book.sheet(
        words.gettext("Plikter"),
        [words.gettext("Regel"), words.gettext("Plikt"), words.gettext("Sum"), *(r.school.name for r in report.rows)],
        [
            [
                code,
                say.rule_title(code),
                number_cell(report.numbers.sum(r.rule(code) for r in report.rows)),
                *(number_cell(report.numbers.sum([r.rule(code)])) for r in report.rows),
            ]
            for code in report.rule_codes
        ],
        (9, 60, 8, *(14 for _ in report.rows)),
    )
    book.sheet(
        words.gettext("Årshjul"),
        [
            school,
            words.gettext("Skoleår"),
            words.gettext("Regel"),
            words.gettext("Punkt"),
            words.gettext("Status"),
            words.gettext("Frist"),
        ],
        [
            [
                say.school_name(r),
                status.school_year,
                item.item,
                say.rule_title(item.item),
                words.cycle_state(item.state),
                item.due,
            ]
            for r in report.reports
            for status in r.cycle
            for item in status.items
        ],
        (30, 12, 9, 60, 24, 12),
    )
    if report.external:
        return
    book.sheet(
        words.gettext("Utvikling"),
        [
            words.gettext("Uke fra"),
            words.gettext("Avvik som kan rettes"),
            words.gettext("Gjort for sent"),
            words.gettext("Ikke sjekket"),
            words.gettext("Alt sjekket"),
        ],
        [
            [
                week.monday,
                *(
                    number_cell(counted(str(number), week.complete))
                    for number in (week.deviations, week.too_late, week.unknown)
                ),
                words.gettext("ja") if week.complete and not week.unknown else words.gettext("nei"),
            ]
            for week in weekly(report.trend)
        ],
        (12, 12, 12, 12, 12),
    )
