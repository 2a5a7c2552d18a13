"""A report as a semicolon-separated file that opens right in Norwegian Excel: UTF-8 with a mark, and never a formula."""

from __future__ import annotations

import csv
import io
from datetime import date

from .model import AuditReport, Report
from .rows import Cell, duty_header, duty_rows, finding_rows, header
from .sentences import Sentences

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def render(report: Report, language: str | None = None) -> bytes:
    """``report`` as bytes, one finding a row under one row of names; of what leaves the owner one duty of a school a row."""
    say = Sentences(report, language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    if isinstance(report, AuditReport) and report.external:
        names, rows = duty_header(say), duty_rows(report, say)
    else:
        names, rows = header(say), finding_rows(report, say)
    writer.writerow(names)
    writer.writerows([text_of(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


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
