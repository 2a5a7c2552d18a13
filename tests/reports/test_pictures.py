"""Pictures of every page, kept under build/pictures for a human eye."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from skolemiljo.reports import render
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.tests import pictures

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
        made = pictures.sheet(browser, file)
        (folder / f"{name}.png").write_bytes(made)
        small = pictures.webp(browser, made, 0.5)
        assert small[:4] + small[8:12] == b"RIFFWEBP"
        assert 10_000 < len(small) < len(made)
        page = browser.new_page()
        page.goto(file.as_uri())
        paper = folder / f"{name}.pdf"
        page.pdf(path=paper, prefer_css_page_size=True, print_background=False)
        page.close()
        assert paper.read_bytes().startswith(b"%PDF")


def test_each_picture_in_the_docs_is_one_that_is_made_and_each_that_is_made_is_shown(root: Path) -> None:
    told = "".join(file.read_text("utf-8") for file in [root / "README.md", *(root / "docs").glob("*.md")])
    shown = set(re.findall(r"pictures/([\w-]+\.webp)", told))
    assert shown == {file.name for file in pictures.PICTURES.iterdir()}
    assert sum(file.stat().st_size for file in pictures.PICTURES.iterdir()) < 600_000
