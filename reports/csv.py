"""A report as a semicolon-separated file that opens right in Norwegian Excel: UTF-8 with a mark, and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from .model import AuditReport, Report, SchoolReport
from .report_language import Words
from .rows import Cell, duty_header, duty_rows, finding_rows, header
from .sentences import Sentences

_MARK = b"\xef\xbb\xbf"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def render(report: Report, language: str | None = None) -> bytes:
    """``report`` as bytes, one finding a row under one row of names; of what leaves the owner one duty of a school a row."""
    say = Sentences(report, language)
    if isinstance(report, AuditReport) and report.external:
        return _MARK + _lines([duty_header(say), *duty_rows(report, say)])
    return begin(say.words.language) + _lines(finding_rows(report, say))


def begin(language: str) -> bytes:
    """What the file begins with: the mark, and the row of names."""
    return _MARK + _lines([header(Words(language))])


def case(report: SchoolReport) -> bytes:
    """The rows of a report of one case, where cases are told one by one."""
    return _lines(finding_rows(report, Sentences(report)))


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([text_of(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8")


def text_of(cell: Cell) -> str:
    """``cell`` as a spreadsheet reads it back: dates as 09.03.2026, texts guarded against being taken for formulas."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, int):
        return str(cell)
    text = cell.replace("\r", " ").replace("\n", " ")
    return f"'{text}" if text.lstrip().startswith(_STARTS_A_FORMULA) else text
