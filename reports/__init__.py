"""What people look at: school reports and audit reports, in every form. Each form is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Report

__all__ = ["BINARY_FORMATS", "FORMATS", "render"]

FORMATS = ("text", "json", "csv", "xlsx", "html", "ics", "pdf", "junit")
BINARY_FORMATS = frozenset({"xlsx", "ics", "pdf", "csv"})
"""Forms that come as bytes; the others are text."""


def render(report: Report, format: str, language: str | None = None, **options: Any) -> str | bytes:
    """``report`` in ``format`` (one of :data:`FORMATS`), in its own language unless ``language`` (nb, nn) says another.

    ``options`` are those of the form's own ``render``; for ``text``: ``width`` (columns, None = one finding a line),
    ``color`` (bool). Raises ``ValueError`` for an unknown form and
    :class:`~skolemiljo.domain.errors.MissingPart` where what the form needs is not installed.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format; one of {', '.join(FORMATS)}")
    module = import_module(f".{format}", __name__)
    rendered: str | bytes = module.render(report, language, **options)
    return rendered
