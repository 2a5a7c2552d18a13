"""The pages in a real browser: axe-core, reflow, text spacing, print, and what the page may fetch (nothing)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, school_calendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.school import School
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.loader import load_plan
from skolemiljo.reports import render
from skolemiljo.reports.build import audit_report
from skolemiljo.reports.html import pages
from skolemiljo.reports.model import AuditReport, Only, SchoolReport, TrendPoint
from skolemiljo.validators import CHAPTERS, RULES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
# WCAG 2.2, 1.4.12: what a reader may set without losing anything.
TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
    " p { margin-bottom: 2em !important; }"
)


@pytest.fixture(scope="module")
def all_pages(
    report: SchoolReport,
    audit: AuditReport,
    make_report: Callable[..., SchoolReport],
    make_audit: Callable[..., AuditReport],
    dossier_page: str,
) -> dict[str, str]:
    """Every kind of page."""
    nights = [TrendPoint(date(2025, 9, 1) + timedelta(weeks=n), "310000019", 90 + 7 * n, too_late=n) for n in range(40)]
    return {
        "trend": pages(make_audit(trend=nights))["index.html"],
        "school": str(render(report, "html")),
        "case": str(render(make_report(only=Only(case="2026-014")), "html")),
        "school-nn": str(render(report, "html", "nn")),
        "school-empty": str(
            render(make_report(assessments=[], cycle_statuses=[], previous=None, acceptances=[]), "html")
        ),
        "audit": str(render(audit, "html")),
        "dossier": dossier_page,
        "index.html": pages(audit)["index.html"],
    }


@pytest.fixture(scope="module")
def files(all_pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, html in all_pages.items():
        found[name] = folder / (name if name.endswith(".html") else f"{name}.html")
        found[name].write_text(html, "utf-8")
    return found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    opened = []

    def open_one(file: Path, width: int = 1280, scheme: Scheme = "light") -> Page:
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        opened.append(page)
        page.goto(file.as_uri())
        return page

    yield open_one
    for page in opened:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(files: dict[str, Path], open_page: Callable[..., Page], width: int, scheme: Scheme) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types

    axe = Axe()
    for name, file in files.items():
        results = axe.run(open_page(file, width, scheme)).response
        found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in results["violations"]]
        assert not found, f"{name}: {found}"
        assert len(results["passes"]) > 10, f"{name}: axe looked at next to nothing"


@pytest.mark.markup
def test_html_validate_finds_nothing_but_what_is_wrong(
    files: dict[str, Path], audit: AuditReport, tmp_path: Path
) -> None:
    """Every page, with the rules of the HTML standard, by a program that knows nothing of us; it would find a fault."""
    (tmp_path / ".htmlvalidate.json").write_text('{"root": true, "extends": ["html-validate:standard"]}', "utf-8")
    looked_at = []
    for name, file in files.items():
        looked_at.append(tmp_path / f"{name.removesuffix('.html')}.html")
        looked_at[-1].write_bytes(file.read_bytes())
    for name, page in pages(audit).items():
        looked_at.append(tmp_path / f"audit-{name}")
        looked_at[-1].write_text(page, "utf-8")
    found = subprocess.run(["html-validate", *looked_at], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    page = looked_at[0].read_text("utf-8")
    looked_at[0].write_text(page.replace("</section>", "", 1), "utf-8")
    assert subprocess.run(["html-validate", looked_at[0]], capture_output=True, check=False).returncode == 1


def test_axe_would_find_a_fault(files: dict[str, Path], open_page: Callable[..., Page]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(files["school"])
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert "html-has-lang" in {v["id"] for v in Axe().run(page).response["violations"]}


@pytest.mark.parametrize(("pixels", "spacing"), [(320, ""), (320, TEXT_SPACING), (768, "")])
def test_nothing_scrolls_sideways(
    files: dict[str, Path], open_page: Callable[..., Page], pixels: int, spacing: str
) -> None:
    for name, file in files.items():
        page = open_page(file, pixels)
        if spacing:
            set_spacing(page, spacing)
        width: int = page.evaluate("document.documentElement.scrollWidth")
        assert width <= pixels, f"{name} is {width} pixels wide"


def set_spacing(page: Page, style: str) -> None:
    """The reader's own style, as a browser applies it: outside the page's policy."""
    page.evaluate(
        "style => { const s = new CSSStyleSheet(); s.replaceSync(style); document.adoptedStyleSheets = [s]; }", style
    )
    spacing = page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing")
    assert spacing != "normal"


def test_text_is_not_cut_off(files: dict[str, Path], open_page: Callable[..., Page]) -> None:
    cut = """() => [...document.querySelectorAll('main *')].filter(e =>
        e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'hidden').length"""
    for name, file in files.items():
        assert open_page(file, 320).evaluate(cut) == 0, name


def test_nothing_is_cut_off_at_1280_pixels(files: dict[str, Path], open_page: Callable[..., Page]) -> None:
    """A table that scrolls within itself is cut off for whoever looks at the page."""
    cut = "() => [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    for name, file in files.items():
        assert open_page(file, 1280).evaluate(cut) == 0, name


def test_the_page_fetches_nothing_and_runs_nothing(files: dict[str, Path], browser: Browser) -> None:
    for name, file in files.items():
        page = browser.new_page()
        asked: list[str] = []
        complaints: list[str] = []

        def on_request(request: Request, asked: list[str] = asked) -> None:
            asked.append(request.url)

        def on_console(message: ConsoleMessage, complaints: list[str] = complaints) -> None:
            complaints.append(message.text)

        page.on("request", on_request)
        page.on("console", on_console)
        page.goto(file.as_uri())
        page.wait_for_load_state("networkidle")
        styled = page.evaluate("getComputedStyle(document.querySelector('body')).maxWidth")
        page.close()
        assert asked == [file.as_uri()], name
        assert complaints == [], name  # a style that the policy refuses would be complained of here
        assert styled.endswith("px"), f"{name}: the style was not applied"


def test_first_screen_says_what_to_do_today(files: dict[str, Path], open_page: Callable[..., Page]) -> None:
    page = open_page(files["school"])
    fold = """text => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { if (walk.currentNode.textContent.includes(text)) {
        const r = document.createRange(); r.selectNode(walk.currentNode);
        return r.getBoundingClientRect().bottom; } } return 1e9; }"""
    for text in ("1 av 5 åpne saker trenger noe i dag", "Sak 2026-014", "Skriv en logg i saken", "mandag 9. mars 2026"):
        assert page.evaluate(fold, text) <= 800, text


def test_keyboard_reaches_the_content_and_every_scroller(
    files: dict[str, Path], open_page: Callable[..., Page]
) -> None:
    page = open_page(files["audit"], 320)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innhold"
    unreachable = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => ['auto','scroll'].includes(getComputedStyle(e).overflowX)"
        " && e.tabIndex < 0).length"
    )
    assert unreachable == 0


def test_targets_are_big_enough(files: dict[str, Path], open_page: Callable[..., Page]) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels, links in a sentence excepted."""
    small = """() => [...document.querySelectorAll('a, summary')].filter(e => !e.closest('p, caption, th, li > :not(a)')
        && !e.classList.contains('skip') && (e.getBoundingClientRect().height < 24)).map(e => e.textContent)"""
    for name, file in files.items():
        assert open_page(file, 320).evaluate(small) == [], name


def test_headings_come_in_order(all_pages: dict[str, str]) -> None:
    for name, html in all_pages.items():
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


def test_paper_has_page_numbers_and_says_who_may_not_see_it(
    files: dict[str, Path], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    from pypdf import PdfReader

    sizes: dict[str, Any] = {}
    for name in ("school", "audit", "index.html"):
        paper = tmp_path / f"{name}.pdf"
        open_page(files[name]).pdf(path=paper, prefer_css_page_size=True)
        reader = PdfReader(paper)
        for number, sheet in enumerate(reader.pages, start=1):
            text = sheet.extract_text()
            assert "Unntatt offentlighet" in text
            assert f"{number} / {len(reader.pages)}" in text
        sizes[name] = [sheet.mediabox for sheet in reader.pages]
    assert all(box.width < box.height for box in sizes["school"])
    assert sizes["audit"][0].width > sizes["audit"][0].height
    assert sizes["audit"][-1].width < sizes["audit"][-1].height
    # The owner's front page alone is landscape to its last sheet, the foot with it.
    assert all(box.width > box.height for box in sizes["index.html"])


@pytest.fixture(scope="module")
def owner_of_many_duties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's front page of the invented municipality: every chapter of the plan has its column."""
    municipality, calendar = Municipality(schools=3, cases=120), school_calendar()
    judging = Judging((load_plan("oyer-2024"),), lambda _: calendar)
    audit = audit_report(
        [School.model_validate(school) for school in municipality.schools()],
        [judging.case(Case.model_validate(case), AS_OF) for case in municipality.cases()],
        plan=judging.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=AS_OF,
    )
    assert any(len(row.by_chapter) > 10 for row in audit.rows)
    file = tmp_path_factory.mktemp("owner") / "index.html"
    file.write_text(pages(audit)["index.html"], "utf-8")
    return file


def test_no_table_is_cut_off_by_the_paper(files: dict[str, Path], browser: Browser, owner_of_many_duties: Path) -> None:
    """A4 landscape less its margins is 267 mm, portrait 180 mm; a browser counts 96 pixels to 25.4 mm."""
    cut = """() => [...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)
        .filter(right => right > document.body.getBoundingClientRect().right + 1)"""
    for file, width in ((owner_of_many_duties, 1009), (files["school"], 680), (files["dossier"], 680)):
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.emulate_media(media="print")
        page.goto(file.as_uri())
        found = page.evaluate(cut)
        page.close()
        assert found == [], file.name
