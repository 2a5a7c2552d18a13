"""Pictures of every page, kept under build/pictures for a human eye."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from skolemiljo.reports import render
from skolemiljo.reports.model import AuditReport, SchoolReport

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def _pages(report: SchoolReport, audit: AuditReport) -> dict[str, str]:
    return {
        "skole-nb": str(render(report, "html")),
        "skole-nn": str(render(report, "html", "nn")),
        "eier-nb": str(render(audit, "html")),
    }


def test_pictures_of_every_page(browser: Browser, root: Path, report: SchoolReport, audit: AuditReport) -> None:
    folder = root / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, html in _pages(report, audit).items():
        file = folder / f"{name}.html"
        file.write_text(html, "utf-8")
        for scheme in ("light", "dark"):
            for width, height in ((1280, 800), (320, 640)):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(file.as_uri())
                picture = folder / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=picture, full_page=True)
                page.close()
                assert picture.stat().st_size > 10_000
        page = browser.new_page()
        page.goto(file.as_uri())
        paper = folder / f"{name}.pdf"
        page.pdf(path=paper, prefer_css_page_size=True, print_background=False)
        page.close()
        assert paper.read_bytes().startswith(b"%PDF")
