"""With an address for the case system every case number of a school's report is a link, in each form that can hold one."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import icalendar
import pytest

from skolemiljo.domain.errors import SettingsError
from skolemiljo.reports import render
from skolemiljo.reports.digest import message
from skolemiljo.reports.dossier import Dossier
from skolemiljo.reports.dossier import render as render_dossier
from skolemiljo.reports.links import Links, in_page
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.settings import load_settings

LINKS = Links(
    "https://sikkersak.example.invalid/saker/{case}?fra=skolemiljo", "https://sikkersak.example.invalid/{case}/{log}"
)
NUMBER = re.compile(r"\b2026-\d{3}\b")


@pytest.fixture
def linked(report: SchoolReport) -> SchoolReport:
    return replace(report, links=LINKS)


class Numbers(HTMLParser):
    """Case numbers in the text of a page: those within a link, with where it leads, and the others."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.unread = 0
        self.linked: list[tuple[str, str]] = []
        self.plain: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            assert not self.inside, "a link within a link"
            self.inside.append(str(dict(attrs).get("href")))
        self.unread += tag in ("title", "style", "svg")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.inside.pop()
        self.unread -= tag in ("title", "style", "svg")

    def handle_data(self, data: str) -> None:
        for number in NUMBER.findall(data):
            if self.inside:
                self.linked.append((number, self.inside[-1]))
            elif not self.unread:
                self.plain.append(number)


def test_on_the_page_no_case_number_stands_without_its_link(linked: SchoolReport, report: SchoolReport) -> None:
    found = Numbers(str(render(linked, "html")))
    assert found.plain == []
    out = {(number, link) for number, link in found.linked if link.startswith("https:")}
    assert {number for number, _ in out} == {block.case for block in linked.cases if block.case}
    assert all(link == LINKS.to_case(number) for number, link in out)
    assert Numbers(str(render(report, "html"))).plain
    assert "sikkersak.example" not in str(render(report, "html"))


def test_on_paper_in_the_sheet_in_the_calendar_and_in_the_mail_too(linked: SchoolReport) -> None:
    from openpyxl import load_workbook
    from pypdf import PdfReader

    wanted = {str(LINKS.to_case(block.case)) for block in linked.open_cases if block.case}
    assert wanted
    pages = PdfReader(io.BytesIO(bytes(render(linked, "pdf")))).pages  # type: ignore[arg-type]  # this form is bytes
    notes = [note.get_object() for page in pages for note in page.get("/Annots", ())]
    assert wanted <= {str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})}
    book = load_workbook(io.BytesIO(bytes(render(linked, "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if NUMBER.fullmatch(str(cell.value))]
    assert cells
    for cell in cells:
        assert cell.hyperlink is not None
        assert cell.hyperlink.target == LINKS.to_case(str(cell.value))
    events = icalendar.Calendar.from_ical(bytes(render(linked, "ics"))).walk("VEVENT")  # type: ignore[arg-type]  # this form is bytes
    assert {str(event["URL"]) for event in events if "URL" in event} <= wanted
    assert any("URL" in event for event in events)
    body = message(linked, sender="s@example.invalid", recipients=["r@example.invalid"]).get_body()
    assert body is not None
    assert wanted <= set(re.findall(r"https://\S+", body.get_content()))


def test_the_owners_pseudonyms_lead_nowhere(audit: AuditReport) -> None:
    page = str(render(replace(audit, links=LINKS), "html"))
    assert "sikkersak.example" not in page


def test_a_dossiers_case_and_entries_are_links(case_dossier: Dossier) -> None:
    place, event = next((n, event) for n, event in enumerate(case_dossier.events) if event.id)
    linked_event = replace(event, link=str(LINKS.to_entry(case_dossier.case, event.id)))
    told = replace(
        case_dossier,
        case_link=str(LINKS.to_case(case_dossier.case)),
        events=(*case_dossier.events[:place], linked_event, *case_dossier.events[place + 1 :]),
    )
    page = str(render_dossier(told, "html"))
    assert f'<a href="{told.case_link}">{told.case}</a>' in page
    assert f'<a href="https://sikkersak.example.invalid/{told.case}/{event.id}">{event.id}</a>' in page


def test_a_number_that_begins_another_is_not_taken_for_it_and_no_attribute_is_touched() -> None:
    page = '<p title="S-1">S-1, S-12 og <a href="#x">S-1</a></p><title>S-1</title>'
    assert (
        in_page(page, {"S-1": "u"})
        == '<p title="S-1"><a href="u">S-1</a>, S-12 og <a href="#x">S-1</a></p><title>S-1</title>'
    )


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("CASE_URL", "https://x.example.invalid/{case}", True),
        ("CASE_URL", "https://x.example.invalid/", False),
        ("CASE_URL", "javascript:alert({case})", False),
        ("LOG_URL", "https://x.example.invalid/{log}", True),
        ("LOG_URL", "https://x.example.invalid/{case}", False),
        ("LOG_URL", "http://x.example.invalid/{case}/{log}", False),
    ],
)
def test_an_address_must_have_its_place_for_the_number(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, right: bool
) -> None:
    monkeypatch.setenv(f"SKOLEMILJO_{name}", value)
    if right:
        load_settings()
    else:
        with pytest.raises(SettingsError, match=name.casefold()):
            load_settings()
