"""The PDF: what the page says, read back with another library, on a machine without fonts or libraries of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from skolemiljo.domain.school import School
from skolemiljo.reports import pdf
from skolemiljo.reports.dossier import Dossier
from skolemiljo.reports.dossier import render as render_dossier
from skolemiljo.reports.html import render as render_page
from skolemiljo.reports.model import AuditReport, SchoolReport, TrendPoint

ON_SCREEN_ALONE = {"Hopp", "Hopp til innholdet", "Tallene i figuren", "Tala i figuren", "Hopp til innhaldet"}
"""What leads about on the page, and stands on no paper."""


@pytest.fixture(params=["school", "audit"])
def any_report(request: pytest.FixtureRequest, report: SchoolReport, audit: AuditReport) -> SchoolReport | AuditReport:
    weeks = [TrendPoint(date(2026, 1, 5) + timedelta(weeks=n), "310000019", 90 + 7 * n, too_late=n) for n in range(9)]
    return report if request.param == "school" else replace(audit, trend=tuple(weeks))


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def words_of_page(page: str) -> set[str]:
    body = re.sub(r"<svg.*?</svg>|<title>.*?</title>|<style>.*?</style>", " ", page, flags=re.S)
    pieces = {unescape(piece).strip() for piece in re.split(r"<[^>]+>", body)}
    return {word for piece in pieces - ON_SCREEN_ALONE for word in piece.split()}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_word_of_the_page_is_on_paper_as_it_is_written(
    any_report: SchoolReport | AuditReport, language: str
) -> None:
    on_paper = text_of(pdf.render(any_report, language))
    said = re.sub(r"[^\w]+", " ", on_paper).split()
    wanted = {part for word in words_of_page(render_page(any_report, language)) for part in re.findall(r"\w+", word)}
    assert wanted - set(said) == set()
    assert "unntatt offentlighet" in on_paper.casefold() or "offentlegheit" in on_paper


def test_every_word_of_the_dossier_is_on_paper(case_dossier: Dossier) -> None:
    on_paper = text_of(bytes(render_dossier(case_dossier, "pdf")))  # type: ignore[arg-type]  # pdf is bytes
    wanted = words_of_page(str(render_dossier(case_dossier, "html")))
    hashes = {word for word in wanted if len(word) > 40}  # they go over two lines
    assert {w for word in wanted - hashes for w in re.findall(r"\w+", word)} - set(
        re.findall(r"\w+", on_paper)
    ) == set()
    assert all(word in "".join(on_paper.split()) for word in hashes)


def test_a_template_has_no_words_that_the_page_has_not() -> None:
    pages = "".join(file.read_text("utf-8") for file in pdf.TEMPLATES.glob("*.html"))
    templates = sorted(pdf.TEMPLATES.glob("*.typ"))
    assert [file.stem for file in templates] == ["audit", "base", "dossier", "parts", "school"]
    for file in templates:
        for text in pdf.words_in(file):
            assert f'_("{text}")' in pages, (file.name, text)


def test_two_runs_give_the_same_bytes(any_report: SchoolReport | AuditReport) -> None:
    first = pdf.render(any_report)
    pdf._fonts.cache_clear()
    assert pdf.render(any_report) == first


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_it_says_what_it_is_to_a_reader_that_sees_nothing(
    any_report: SchoolReport | AuditReport, language: str
) -> None:
    reader = PdfReader(io.BytesIO(pdf.render(any_report, language)))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert str(reader.metadata and reader.metadata.title).startswith("Skolemiljø: ")
    kinds = [(str(element.get("/S")), element.get("/Alt")) for element in elements(root["/StructTreeRoot"])]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/L", "/LI"} <= {kind for kind, _ in kinds}
    figures = [alt for kind, alt in kinds if kind == "/Figure"]
    assert all(figures)
    assert figures or isinstance(any_report, SchoolReport)


def elements(node: Any) -> Iterator[DictionaryObject]:
    children = node.get("/K", [])
    for child in children if isinstance(children, ArrayObject) else [children]:
        found = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(found, DictionaryObject) and "/S" in found:
            yield found
            yield from elements(found)


@pytest.mark.parametrize(
    "name",
    [
        '#panic("a") skole',
        "*Bakken* _skole_",
        "$x$ @y <z> = skole",
        "a // b /* c */",
        "[b]#let",
        'x") + "y',
        "fi ffl ff",
    ],
)
def test_what_looks_like_markup_is_text(make_report: Callable[..., SchoolReport], name: str) -> None:
    made = pdf.render(make_report(school=School(organisation_number="310000019", name=name)))
    assert name in " ".join(text_of(made).split())


def test_a_letter_that_the_font_has_not_is_drawn_as_a_square_and_counted(
    make_report: Callable[..., SchoolReport],
) -> None:
    made = make_report(school=School(organisation_number="310000019", name="Čáhput 漢字 скола"))
    text = " ".join(text_of(pdf.render(made)).split())
    assert "Čáhput □□ скола" in text
    assert "tegn finnes ikke i skriften og står som □" in text
    assert "skrifta og står som □" in " ".join(text_of(pdf.render(made, "nn")).split())
    assert "finnes ikke i skriften" not in text_of(pdf.render(make_report()))
    drawable = pdf.Drawable()
    assert drawable.of({"a": ["漢å", "\x07 b"], "b": [1, None, True]}) == {"a": ["□å", "□ b"], "b": [1, None, True]}
    assert drawable.missing == 2
