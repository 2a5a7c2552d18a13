"""A report as a PDF for the archive, by WeasyPrint (extra ``pdf``): tagged, with title and language."""

from __future__ import annotations

import logging
from typing import Any

from .html import printed
from .model import Report


def render(report: Report, language: str | None = None) -> bytes:
    """``report`` as PDF. Raises ``ModuleNotFoundError`` where WeasyPrint is not installed."""
    return from_page(printed(report, language))


def from_page(html: str) -> bytes:
    """The PDF of a page that was made with the print stylesheet. Nothing is fetched while it is made."""
    import weasyprint  # type: ignore[import-untyped]

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    document = weasyprint.HTML(string=html, base_url=None, url_fetcher=_refuse)
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made


def _refuse(*_: Any, **__: Any) -> dict[str, Any]:
    raise ValueError("a report is whole in itself and fetches nothing")
