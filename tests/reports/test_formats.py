"""All forms tell the same: every finding in JSON is in each of the others, with the same numbers, and no planted word."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.commands import night, reports_for
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.school import School
from skolemiljo.reports import FORMATS, digest, render
from skolemiljo.reports.dossier import Dossier
from skolemiljo.reports.dossier import render as render_dossier
from skolemiljo.reports.html import pages
from skolemiljo.reports.items import Change, Group, Part, Standing
from skolemiljo.reports.model import AuditReport, SchoolReport
from skolemiljo.reports.privacy import OUTSIDE
from skolemiljo.reports.report_language import Words
from skolemiljo.reports.sentences import Sentences

MARKED = "MERKETORD"


@pytest.fixture(params=["school", "audit"])
def any_report(request: pytest.FixtureRequest, report: SchoolReport, audit: AuditReport) -> SchoolReport | AuditReport:
    return report if request.param == "school" else audit


def findings_of(report: SchoolReport | AuditReport) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report, "json"))["findings"]
    assert found
    return found


def as_text(out: str | bytes) -> str:
    return out if isinstance(out, str) else out.decode("utf-8", "replace")


def csv_rows(data: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding)), delimiter=";"))


def sheet_rows(data: bytes, name: str) -> list[list[Any]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    return [list(row) for row in book[name].iter_rows(values_only=True)]


def identity(finding: dict[str, Any]) -> tuple[str, str, str]:
    return finding["case"] or "", finding["rule"], finding["scope"]


def test_csv_has_every_finding_and_the_same_numbers(any_report: SchoolReport | AuditReport) -> None:
    data = render(any_report, "csv")
    assert isinstance(data, bytes)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = csv_rows(data)
    expected = [
        (
            *identity(f),
            f"{date.fromisoformat(f['deadline']):%d.%m.%Y}" if f["deadline"] else "",
            "" if f["days_left"] is None else str(f["days_left"]),
        )
        for f in findings_of(any_report)
    ]
    assert [(r["Sak"], r["Regel"], r["Omfang (kode)"], r["Frist"], r["Dager igjen"]) for r in rows] == expected


def test_workbook_has_every_finding_and_the_same_numbers(any_report: SchoolReport | AuditReport) -> None:
    data = render(any_report, "xlsx")
    assert isinstance(data, bytes)
    head, *rows = sheet_rows(data, "Funn")
    place = {name: number for number, name in enumerate(head)}
    found = [
        (
            r[place["Sak"]] or "",
            r[place["Regel"]],
            r[place["Omfang (kode)"]],
            r[place["Frist"]].date() if r[place["Frist"]] else None,
            r[place["Dager igjen"]],
        )
        for r in rows
    ]
    assert found == [
        (*identity(f), date.fromisoformat(f["deadline"]) if f["deadline"] else None, f["days_left"])
        for f in findings_of(any_report)
    ]


def test_no_cell_is_a_formula(any_report: SchoolReport | AuditReport) -> None:
    from openpyxl import load_workbook

    data = render(any_report, "xlsx")
    assert isinstance(data, bytes)
    book = load_workbook(io.BytesIO(data))
    assert "Les meg" in book.sheetnames
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


def test_owners_sheets_show_the_numbers_of_json(audit: AuditReport) -> None:
    data = json.loads(render(audit, "json"))
    workbook = render(audit, "xlsx")
    assert isinstance(workbook, bytes)
    head, *rows = sheet_rows(workbook, "Plikter")
    schools = {s["name"]: s for s in data["schools"]}
    assert head[3:] == list(schools)
    for row in rows:
        for name, shown in zip(head[3:], row[3:], strict=True):
            cell = schools[name]["by_rule"].get(row[0])
            if cell is None:
                assert shown == "–"
            elif not cell["checked"]:
                assert shown == "?"
            else:
                assert str(shown).removesuffix(" ?") == cell["deviations"]
                assert str(shown).endswith("?") == (cell["unknown"] != "0")


def test_page_has_every_finding(any_report: SchoolReport | AuditReport) -> None:
    html = str(render(any_report, "html"))
    blocks = dict(
        re.findall(r'<article class="case \w+" id="[^"]+">\s*<h\d>(?:Sak )?([^<]+?) <span(.*?)</article>', html, re.S)
    )
    folded = re.findall(r'<article class="closed[^"]*">(.*?)</article>', html, re.S)
    in_order = {
        case: said
        for cases, said in re.findall(r"<li><b>([^<]+)</b>: ([^<]*)</li>", html)
        for case in cases.split(", ")
    }
    for school in any_report.reports if isinstance(any_report, AuditReport) else (any_report,):
        closed = {block.case for block in school.cases if block.closed}
        for item in school.items:
            case, code = item.finding.case or "Årshjulet", item.finding.rule
            if item.finding.case in closed:
                assert item.group is Group.MET or any(f"<b>{case}</b>" in told and code in told for told in folded)
            elif case in blocks:
                assert code in blocks[case] or code in codes_in(blocks[case]), (case, code)
            elif item.finding.case:
                assert code in codes_in(in_order[case]) or f"{code} godtatt" in in_order[case]


def codes_in(text: str) -> set[str]:
    """Every code that stands in short somewhere in ``text``."""
    return {
        code for short in re.findall(r"[A-Z]+-\w+(?:[ –,]+(?:[A-Z]+-)?\w{1,3}\b)*", text) for code in codes_of(short)
    }


def codes_of(short: str) -> set[str]:
    """«AP-A B, TI-01» → AP-A, AP-B, TI-01."""
    found = set()
    for group in short.split(", "):
        first, *others = group.split(" ")
        start = first.rpartition("-")[0]
        for end in (first.rpartition("-")[2], *others):
            begin, _, last = end.partition("–")
            found |= {f"{start}-{name}" for name in between(begin, last or begin)}
    return found


def between(begin: str, last: str) -> list[str]:
    if begin.isdigit():
        return [f"{number:02}" for number in range(int(begin), int(last) + 1)]
    return [begin] if begin == last else [chr(letter) for letter in range(ord(begin), ord(last) + 1)]


def test_codes_in_a_row_are_told_as_a_stretch_of_exactly_those(report: SchoolReport) -> None:
    codes = ["AP-A", "AP-B", "AP-C", "AP-F", "TI-01", "TI-02", "TI-03", "TI-05", "TI-06", "GI-03", "GI-03a", "GI-03b"]
    short = Sentences(report).codes((code, 1) for code in codes)
    assert short == "AP-A–C F, TI-01–03 05 06, GI-03 03a 03b"
    assert codes_of(short) == set(codes)


def test_junit_has_every_finding(any_report: SchoolReport | AuditReport) -> None:
    root = ET.fromstring(str(render(any_report, "junit")))  # noqa: S314 - our own output
    tests = [
        ("" if t.get("classname") == "årshjulet" else t.get("classname"), *str(t.get("name")).split(" ", 1))
        for t in root.iter("testcase")
    ]
    found = findings_of(any_report)
    assert sorted(tests) == sorted(identity(f) for f in found)
    assert int(str(root.get("failures"))) == sum(
        f["part"] in ("today", "closed", "too_late") and f["verdict"] == "deviation" for f in found
    )
    assert int(str(root.get("errors"))) == sum(f["verdict"] == "unknown" for f in found)


def test_pdf_has_every_open_finding_text_tags_title_and_language(any_report: SchoolReport | AuditReport) -> None:
    from pypdf import PdfReader

    data = render(any_report, "pdf")
    assert isinstance(data, bytes)
    reader = PdfReader(io.BytesIO(data))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for finding in findings_of(any_report):
        if finding["part"] != "met":
            assert finding["rule"] in text
            assert (finding["case"] or "Årshjulet") in text
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Skolemiljø: ")
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("nb")
    assert "/StructTreeRoot" in root
    assert "Unntatt offentlighet" in reader.pages[0].extract_text()


def test_calendar_by_two_parsers_has_every_deadline_ahead(any_report: SchoolReport | AuditReport) -> None:
    import vobject  # type: ignore[import-untyped]  # it has no types
    from icalendar import Calendar

    data = render(any_report, "ics")
    assert isinstance(data, bytes)
    first: dict[str, Any] = {str(e["uid"]): e for e in Calendar.from_ical(data).walk("VEVENT")}
    second = {e.uid.value: e for e in vobject.readOne(data.decode("utf-8")).vevent_list}
    assert first.keys() == second.keys()
    cancelled = [uid for uid, event in first.items() if str(event["status"]) == "CANCELLED"]
    assert len(cancelled) == 1  # EV-01 in 2026-017 was a deviation and is in order now
    assert str(first.pop(cancelled[0])["summary"]).endswith("Sak 2026-017")
    for uid, event in first.items():
        assert event["dtstart"].dt == second[uid].dtstart.value
        assert str(event["class"]) == second[uid].getChildValue("class") == "PRIVATE"
        assert int(event["sequence"]) == 0  # nothing remembers this calendar: then DTSTAMP tells the newer of two
    of_cases = [event for event in first.values() if "sak " in str(event["summary"])]
    told = {(event["dtstart"].dt, str(event["summary"]).rpartition(": ")[2]) for event in of_cases}
    assert told == {
        (
            date(2026, 3, 9),
            "Skriv en logg i saken om når du fikk meldingen, og fra hvem (rolle), sak 2026-014 og 1 ting til",
        ),
        (date(2026, 3, 10), "Hold møtet, og skriv referat i saken, sak 2026-015 og 1 ting til"),
    }
    described = "\n".join(str(event["description"]) for event in of_cases)
    for finding in findings_of(any_report):
        if finding["part"] in ("today", "soon", "later") and finding["deadline"] and finding["case"]:
            assert finding["rule"] in described
    # In the morning of its day, when there is time for it.
    assert {str(alarm["trigger"].dt) for event in of_cases for alarm in event.walk("VALARM")} == {"7:30:00"}
    cycle = 2 if isinstance(any_report, AuditReport) else 1
    assert len(first) == len(of_cases) + cycle


def test_a_calendar_event_keeps_its_id_and_its_number_rises_only_when_it_changes(
    report: SchoolReport, audit: AuditReport, make_report: Callable[..., SchoolReport], assessments: list[Any]
) -> None:
    from icalendar import Calendar

    from skolemiljo.reports.ics import fingerprints
    from skolemiljo.store import Store

    store = Store.in_memory()

    def events(of: SchoolReport | AuditReport, language: str = "nb") -> dict[str, int]:
        numbers = store.sequences(fingerprints(of), of.as_of)
        made = bytes(render(of, "ics", language, sequences=numbers))  # type: ignore[arg-type]  # this form is bytes
        found: list[Any] = Calendar.from_ical(made).walk("VEVENT")
        return {str(e["uid"]): int(e["sequence"]) for e in found}

    later = report.as_of + timedelta(days=1)
    moved = [
        replace(
            a,
            findings=tuple(
                replace(f, deadline=f.deadline + timedelta(days=2)) if f.deadline else f for f in a.findings
            ),
        )
        for a in assessments
    ]
    before = events(report)
    assert set(before.values()) == {0}
    # The next day, in the owner's calendar, in nynorsk: the same events, and only the deadline that passed has changed.
    next_day = events(make_report(as_of=later))
    passed = {uid for uid, number in next_day.items() if number}
    assert len(passed) == 3  # what was due is overdue, and what was for tomorrow, and after it, is a day nearer
    assert events(make_report(as_of=later), "nn") == next_day
    after = events(make_report(assessments=moved, as_of=later))
    assert all(number >= next_day.get(uid, 0) for uid, number in after.items())
    assert any(number > next_day.get(uid, 0) for uid, number in after.items())
    # A look back changes nothing, and what is not to be kept is not.
    assert all(events(report)[uid] == after[uid] for uid in before.keys() & after.keys())
    assert set(store.next_sequences({"x": "1"}, later).values()) == {0}
    assert store.sequences({"x": "2"}, later) == {"x": 0}
    assert store.sequences({"x": "1"}, later) == {"x": 1}
    assert not events(audit).keys() & {uid for uid in before if uid not in _of_cycle(report)}, (
        "rektor's and the owner's"
    )


def _of_cycle(report: SchoolReport) -> set[str]:
    from skolemiljo.reports.ics import entries

    return {entry.uid for entry in entries(report, Sentences(report)) if entry.key[0] == "cycle"}


def test_the_first_sheet_and_the_first_rows_say_what_to_do_today(report: SchoolReport, audit: AuditReport) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(bytes(render(report, "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    assert book.sheetnames[0] == "Saker"
    summary, head, first, *_ = book["Saker"].iter_rows(values_only=True)
    assert str(summary[0]).startswith("1 av 5 åpne saker trenger noe i dag. trenger noe i dag: 1 · ")
    assert head[:4] == ("Sak", "Saken", "Når", "Neste steg")
    assert first[:3] == ("Sak 2026-014", "trenger noe i dag", "i dag")
    assert str(first[3]).startswith("Skriv en logg i saken")
    rows = csv_rows(bytes(render(report, "csv")))  # type: ignore[arg-type]  # this form is bytes
    assert list(rows[0])[:7] == ["Når", "Skole", "Sak", "Frist", "Dager igjen", "Plikt", "Gjør dette"]
    assert rows[0]["Når"] == "Trenger noe i dag"
    owner = load_workbook(io.BytesIO(bytes(render(audit, "xlsx"))))["Saker"]  # type: ignore[arg-type]  # this form is bytes
    assert {row[0]: row[1] for row in owner.iter_rows(values_only=True, min_row=3)} == {
        "Bakken skole": 1,
        "Vika ungdomsskole": 0,
    }


def test_a_day_with_nothing_to_do_says_so_and_what_was_not_seen(
    make_report: Callable[..., SchoolReport], assessments: list[Any]
) -> None:
    report = make_report(assessments=assessments[2:3], acceptances=[], cycle_statuses=[])
    rows = sheet_rows(bytes(render(report, "xlsx")), "Saker")  # type: ignore[arg-type]  # this form is bytes
    assert str(rows[0][0]).startswith("Ingen saker vi kunne sjekke, trenger noe i dag")
    assert any(str(row[3]).startswith("Ikke alt kunne sjekkes") for row in rows)


@pytest.mark.office
def test_libreoffice_reads_the_same_numbers(any_report: SchoolReport | AuditReport, tmp_path: Path) -> None:
    found = findings_of(any_report)
    for name in ("csv", "xlsx"):
        data = render(any_report, name)
        assert isinstance(data, bytes)
        (tmp_path / f"rapport.{name}").write_bytes(data)
    # 59 = semicolon, 34 = quote, 76 = UTF-8; -1 writes every sheet.
    subprocess.run(
        [
            str(shutil.which("soffice")),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1",
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / "rapport.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    rows = csv_rows((tmp_path / "out" / "rapport-Funn.csv").read_bytes(), "utf-8")
    assert [(r["Sak"], r["Regel"], r["Omfang (kode)"]) for r in rows] == [identity(f) for f in found]
    assert [r["Dager igjen"] for r in rows] == ["" if f["days_left"] is None else str(f["days_left"]) for f in found]
    assert [r["Frist"] for r in rows] == [
        f"{date.fromisoformat(f['deadline']):%d.%m.%Y}" if f["deadline"] else "" for f in found
    ]
    subprocess.run(
        [
            str(shutil.which("soffice")),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--infilter=Text - txt - csv (StarCalc):59,34,76,1",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / "rapport.csv"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    from openpyxl import load_workbook

    sheet = load_workbook(tmp_path / "out" / "rapport.xlsx").worksheets[0]
    assert sheet.max_row == len(found) + 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    head = [cell.value for cell in sheet[1]]
    place = head.index("Dager igjen")
    shown: list[Any] = [row[place].value for row in sheet.iter_rows(min_row=2)]
    assert [None if v is None else int(v) for v in shown] == [f["days_left"] for f in found]


HOSTILE = [
    '=HYPERLINK("http://x.invalid";"a")',
    "@SUM(1)",
    "+1",
    "-1+1",
    "<script>alert(1)</script>",
    "\x1b[31mrød",
    "a\u202eb",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_everywhere(make_report: Callable[..., SchoolReport], name: str) -> None:
    hostile = make_report(school=School(organisation_number="310000019", name=name))
    for form in FORMATS:
        out = as_text(render(hostile, form))
        assert "\x1b" not in out.replace("\x1b", "", 0) or form in ("pdf", "xlsx")
        if form in ("html", "junit"):
            assert "<script>" not in out
    rows = csv_rows(bytes(render(hostile, "csv")))  # type: ignore[arg-type]  # this form is bytes
    assert not rows[0]["Skole"].startswith(("=", "@", "+", "-"))
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(bytes(render(hostile, "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def mail_of(report: SchoolReport | AuditReport) -> str:
    """The digest's text, with the subject."""
    mail = digest.message(report, sender="a@example.invalid", recipients=["b@example.invalid"])
    return f"{mail['Subject']}\n{mail.get_content()}"


def test_the_digest_has_every_case_that_needs_something_and_the_same_numbers(
    report: SchoolReport, audit: AuditReport
) -> None:
    text = mail_of(report)
    say = Sentences(report)
    for block in report.open_cases:
        heading = say.standing(block.standing)
        listed = text.partition(f"\n{heading[0].upper()}{heading[1:]}:\n")[2].partition("\n\n")[0]
        assert bool(re.search(rf"^  {re.escape(str(block.case))}[,:] ", listed, re.M)) == (
            block.standing is not Standing.IN_ORDER
        )
    assert all(f"{name}: {number}\n" in text for name, number in say.tiles())
    assert all(str(block.case) in text for block in report.closed_cases)
    # The owner's: each school with the number that the map shows, as others may see it, and no case.
    owner = mail_of(audit)
    for row in audit.rows:
        assert f"{row.school.name}: trenger noe i dag: {OUTSIDE.count(row.report.cases_today)}, " in owner
    assert not any(str(f["case"]) in owner for f in findings_of(audit) if f["case"])


def test_the_dossier_has_every_finding_of_its_case_in_each_form(case_dossier: Dossier, report: SchoolReport) -> None:
    from pypdf import PdfReader

    found = [f for f in findings_of(report) if f["case"] == case_dossier.case]
    assert len(found) == 4
    words = Words("nb")
    expected = sorted((f["rule"], words.scope(f["scope"]), f["verdict"]) for f in found)
    data = json.loads(render_dossier(case_dossier, "json"))
    assert sorted((d["rule"], d["about"], d["verdict"]) for d in data["duties"]) == expected
    page = str(render_dossier(case_dossier, "html"))
    shown = re.findall(r'<article class="(\w+)">.*?<dd>(.*?)</dd>.*?<code>([^<]+)</code>', page, re.S)
    assert sorted((rule, about, verdict) for verdict, about, rule in shown) == expected
    pdf = bytes(render_dossier(case_dossier, "pdf"))  # type: ignore[arg-type]  # this form is bytes
    text = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages).split())
    written = docx.Document(io.BytesIO(bytes(render_dossier(case_dossier, "docx"))))  # type: ignore[arg-type]  # this form is bytes
    cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
    in_word = " ".join([*(paragraph.text for paragraph in written.paragraphs), *cells])
    for rule, about, _ in expected:
        for form in (text, in_word):
            assert rule in form
            assert about in form
    for duty in case_dossier.duties:
        assert duty.answer in cells
        assert duty.question in [
            p.text for p in written.paragraphs if p.style and str(p.style.name).startswith("Heading")
        ]
    assert MARKED not in in_word
    assert written.core_properties.author == "skolemiljo"


def test_an_open_duty_is_never_said_to_be_shown(case_dossier: Dossier) -> None:
    for duty in case_dossier.duties:
        assert not any("viser at plikten er oppfylt" in text for text in duty.account)
    assert "viser at plikten er oppfylt" not in str(render_dossier(case_dossier, "html"))


def test_no_form_holds_a_planted_word(report: SchoolReport, audit: AuditReport, case_dossier: Dossier) -> None:
    outputs = [render(form, name) for form in (report, audit) for name in FORMATS]
    outputs += [render_dossier(case_dossier, name) for name in ("html", "json", "pdf")]
    outputs += list(pages(audit).values())
    outputs.append(repr(case_dossier))
    for form in (report, audit):
        outputs += [mail_of(form), *digest.lines(form), repr(digest.standing(form))]
    for out in outputs:
        assert MARKED not in as_text(out)


def test_dossier_has_chronology_and_every_duty(case_dossier: Dossier) -> None:
    assert [event.id for event in case_dossier.events if event.id] == ["h1", "v1", "l1", "l2", "p1-1"]
    deleted = next(event for event in case_dossier.events if event.id == "l2")
    assert "slettet" in deleted.what
    assert "eleven ønsket ikke" in deleted.what
    assert {duty.rule for duty in case_dossier.duties} == {"VA-08", "VA-05", "AP-F"}
    told = next(duty for duty in case_dossier.duties if duty.rule == "VA-08")
    assert told.answer == "avvik: ikke dokumentert"
    assert any("samme dag" in text for text in told.account)
    assert told.evidence[0].startswith("v1 (varsel fra foresatte, på telefon")
    page = str(render_dossier(case_dossier))
    assert "Tilsyn fra statsforvalteren" in page
    assert "0" * 64 in page
    assert "evaluations" in page


def test_dossier_needs_a_reason(case: Any, assessments: list[Any], plan: Any, rules: Any, report: SchoolReport) -> None:
    from skolemiljo.reports.dossier import dossier

    with pytest.raises(ValueError, match="reason"):
        dossier(case, assessments[0], school=report.school, plan=plan, rules=rules, as_of=report.as_of, reason=" ")  # type: ignore[arg-type]  # these are of the kind it takes


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_a_page_for_forty_cases_is_small(language: str, tmp_path: Path) -> None:
    """The mock's own schools of 40 cases, nearly each of which is a fault, with everything marked as new."""
    Municipality(schools=3, cases=120).write_folder(tmp_path)
    (tmp_path / "s.toml").write_text('source = "folder"\ncycle = "folder"\n[folder]\npath = "."\n', "utf-8")
    work = Workplace(tmp_path / "s.toml")
    for school in work.schools:
        report, _ = reports_for.for_rector(work, school.organisation_number, as_of=AS_OF)
        assert 38 <= len(report.cases) <= 40  # one or two are about a leader
        items = tuple(replace(i, change=None if i.group is Group.MET else Change.NEW) for i in report.items)
        page = str(render(replace(report, items=items, previous_as_of=AS_OF - timedelta(days=1)), "html", language))
        assert "ny" in page
        assert len(page.encode()) < 60_000


def test_what_a_rektor_reads_offline_is_in_the_schools_own_language_and_the_same_parts(tmp_path: Path) -> None:
    Municipality(schools=2, cases=40).write_folder(tmp_path)
    settings = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n'
    (tmp_path / "s.toml").write_text(settings, "utf-8")
    work = Workplace(tmp_path / "s.toml")
    written = {school.organisation_number: school.language for school in work.schools}
    assert set(written.values()) == {"nb", "nn"}
    night.run(work, as_of=AS_OF, handle_signals=False)
    for number, language in written.items():
        now, stored = (
            reports_for.for_rector(work, number, as_of=AS_OF, offline=offline)[0] for offline in (False, True)
        )
        assert now.language == stored.language == language
        assert [(i.finding.identity, i.part) for i in now.items] == [(i.finding.identity, i.part) for i in stored.items]
        assert now.part(Part.CLOSED)
        assert now.part(Part.TODAY)
        for offline in (False, True):
            assert reports_for.for_rector(work, number, as_of=AS_OF, offline=offline, language="nb")[0].language == "nb"
    assert reports_for.for_owner(work, as_of=AS_OF)[0].language == "nb"
    work.store.close()


@pytest.mark.parametrize("said", ["se", "bokmål", ""])
def test_a_school_whose_language_is_another_is_no_fault(said: str) -> None:
    assert School(organisation_number="310000019", name="Solsnu barneskole", language=said).language is None


def test_unknown_form_and_missing_extra_are_clear(report: SchoolReport, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from skolemiljo.domain.errors import MissingPart

    with pytest.raises(ValueError, match="one of text, json"):
        render(report, "sarif")
    for form, library in (("xlsx", "xlsxwriter"), ("pdf", "typst")):
        with monkeypatch.context() as missing:
            missing.setitem(sys.modules, library, None)
            with pytest.raises(MissingPart, match=rf"{library}.*skolemiljo\[{form}\]") as found:
                render(report, form)
            assert found.value.exit_code == 2
