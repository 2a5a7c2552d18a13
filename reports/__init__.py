"""What people look at: school reports and audit reports, in every form. Each form is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .model import AuditReport, Previous, Problem, Report, SchoolReport, TrendPoint, audit_report, school_report

__all__ = [
    "FORMATS",
    "AuditReport",
    "MissingExtraError",
    "Previous",
    "Problem",
    "Report",
    "SchoolReport",
    "TrendPoint",
    "audit_report",
    "render",
    "school_report",
]

FORMATS = ("text", "json", "csv", "xlsx", "html", "ics", "pdf", "junit")
BINARY_FORMATS = frozenset({"xlsx", "ics", "pdf", "csv"})
"""Forms that come as bytes; the others are text."""

_EXTRAS = {"xlsxwriter": "xlsx", "weasyprint": "pdf", "apprise": "notify"}


class MissingExtraError(Exception):
    """The form needs a package that is not installed. ``extra`` is the name to install it by."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"pip install 'skolemiljo[{extra}]'")
        self.extra = extra


def render(report: Report, format: str, language: str | None = None, **options: Any) -> str | bytes:
    """``report`` in ``format`` (one of :data:`FORMATS`), in its own language unless ``language`` (nb, nn) says another.

    ``options`` are those of the form's own ``render``; for ``text``: ``width`` (columns, None = one finding a line),
    ``color`` (bool). Raises ``ValueError`` for an unknown form and :class:`MissingExtraError` where a package is missing.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format; one of {', '.join(FORMATS)}")
    module = import_module(f".{format}", __name__)
    try:
        rendered: str | bytes = module.render(report, language, **options)
    except ModuleNotFoundError as error:
        if error.name in _EXTRAS:
            raise MissingExtraError(_EXTRAS[error.name]) from None
        raise
    return rendered
