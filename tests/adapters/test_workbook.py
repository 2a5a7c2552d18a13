"""Workbooks as people and programs leave them: what is meant is read, what can't be read is told by sheet, row and column."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality, stories
from skolemiljo.adapters.ports import CaseProblem
from skolemiljo.adapters.workbook import Workbook
from skolemiljo.adapters.workbook.cells import About, Wrong, read_cell
from skolemiljo.adapters.workbook.layout import Column, Holds, Words, carried, not_carried, plainly, sheets, words
from skolemiljo.adapters.workbook.writing import Content, content_of, csv_files, workbook
from skolemiljo.domain import annual_cycle, facts, log
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import CaseNotFound, Fatal, SourceError, UnreadableCase
from skolemiljo.domain.people import Role
from skolemiljo.domain.school import School
from skolemiljo.domain.verdict import Verdict
from skolemiljo.testing.adapters import judging

MARK = "TRYLLEORD"
Book = openpyxl.Workbook


@cache
def town() -> Municipality:
    return Municipality(seed=3, schools=2, cases=4, marker=MARK)


def content(cases: list[dict[str, Any]] | None = None, language: str = "nb") -> Content:
    return content_of(
        map(Case.model_validate, cases if cases is not None else list(town().cases())),
        map(School.model_validate, town().schools()),
        (entry for facts in town().cycle_facts() for entry in CycleFacts.model_validate(facts).entries),
        language=language,
    )


@cache
def whole() -> bytes:
    return workbook(content())


def changed(place: Path, change: Callable[[Any], Any]) -> Workbook:
    """The town's workbook with something changed by another program."""
    book = openpyxl.load_workbook(io.BytesIO(whole()))
    change(book)
    book.save(place / "saker.xlsx")
    return Workbook(place / "saker.xlsx")


def cell(book: Any, sheet: str, title: str, row: int = 2) -> Any:
    [column] = [one.column for one in book[sheet][1] if one.value == title]
    return book[sheet].cell(row, column)


def problems(source: Workbook) -> dict[str | None, CaseProblem]:
    found = [item for school in source.schools() for item in source.changed_cases(school.organisation_number, None)]
    return {item.case: item for item in found if isinstance(item, CaseProblem)}


def read(source: Workbook) -> dict[str, Case]:
    return {item.id: item for item in source.items() if isinstance(item, Case)}


def same(case: Case) -> Any:
    return case.model_copy(update={"etag": None, "modified_at": None}).model_dump(
        mode="json", exclude={"log": {"__all__": {"source_label"}}}
    )


def expected() -> dict[str, Any]:
    return {raw["id"]: same(Case.model_validate(raw)) for raw in town().cases()}


# --- the layout ------------------------------------------------------------------------------------------------------


def test_every_field_of_the_case_format_has_a_column_or_is_named_as_left_out() -> None:
    assert carried() | not_carried() == set(facts.paths())
    assert not carried() & not_carried()
    context = {path for path, mark in facts.marks().items() if mark is facts.Mark.CONTEXT}
    assert not_carried() <= context, "what no sheet has, decides nothing"
    for name, model in (("schools", School), ("cycle", annual_cycle.CycleEntry)):
        assert {column.path for column in sheets()[name].columns} == set(model.model_fields)


def test_every_moment_of_the_childs_best_has_a_column() -> None:
    paths = {column.path.removeprefix("moments.") for column in sheets()["best_interest"].columns}
    assert set(log.Consideration) <= paths


def test_no_heading_and_no_word_means_two_things() -> None:
    for sheet in sheets().values():
        for place, column in enumerate(sheet.columns):
            for heading in (*column.titles, column.path):
                assert sheet.at[plainly(heading)] == place, (sheet.key, heading)
    names = [plainly(name) for sheet in sheets().values() for name in {*sheet.names, sheet.key}]
    assert len(names) == len(set(names))
    lists = {id(column.words): column.words for sheet in sheets().values() for column in sheet.columns if column.words}
    for of in (*lists.values(), words(Role.__name__)):
        for value, called in of.known.items():
            assert {of.value(word) for word in called} == {value}
    assert all(" " not in word for word in words(Role.__name__).all("nb") + words(Role.__name__).all("nn"))


@pytest.mark.parametrize(
    "enum", [log.LogKind, log.Channel, log.Hearing, log.StaffFound, annual_cycle.CycleKind, annual_cycle.Audience, Role]
)
def test_every_value_has_words(enum: type[StrEnum]) -> None:
    assert list(words(enum.__name__).known) == [str(value) for value in enum]


# --- the way there and back ------------------------------------------------------------------------------------------


@cache
def many() -> dict[str, Case]:
    """Cases of as many stories."""
    return {raw["id"]: Case.model_validate(raw) for raw in Municipality(seed=5, schools=3, cases=30).cases()}


@cache
def judged() -> dict[tuple[str, ...], Verdict]:
    return verdicts(many())


@cache
def many_in_csv() -> tuple[tuple[str, bytes], ...]:
    return tuple(csv_files(content_of(many().values())))


def verdicts(cases: dict[str, Case]) -> dict[tuple[str, ...], Verdict]:
    return {f.identity: f.verdict for case in cases.values() for f in judging().case(case, AS_OF).findings}


def test_the_towns_cases_are_judged_the_same_from_a_workbook_and_from_csv(tmp_path: Path) -> None:
    raws = Municipality(seed=5, schools=3, cases=len(stories())).cases()  # one of each story
    every = {raw["id"]: Case.model_validate(raw) for raw in raws}
    there = verdicts(every)
    sheets_of_them = content_of(every.values(), language="nn")
    (tmp_path / "saker.xlsx").write_bytes(workbook(sheets_of_them))
    (tmp_path / "ark").mkdir()
    for name, data in csv_files(sheets_of_them):
        (tmp_path / "ark" / name).write_bytes(data)
    assert set(there.values()) >= set(Verdict) - {Verdict.UNKNOWN}
    for path in (tmp_path / "saker.xlsx", tmp_path / "ark"):
        assert verdicts(read(Workbook(path))) == there


@pytest.mark.parametrize("key", [key for key, sheet in sheets().items() if sheet.of_cases and key != "cases"])
def test_a_sheet_that_is_not_there_makes_nothing_calmer(tmp_path: Path, key: str) -> None:
    gone = sheets()[key].names[0]
    for name, data in many_in_csv():
        if name != f"{gone}.csv":
            (tmp_path / name).write_bytes(data)
    source = Workbook(tmp_path)
    assert not calmer(judged(), verdicts(read(source)))
    assert any(gone in note for note in source.notes)
    assert not set(sheets()[key].paths) & source.carried


@pytest.mark.parametrize(
    ("sheet", "title"),
    [("Logg", "Endret"), ("Logg", "Slettet"), ("Logg", "Deltakere"), ("Logg", "Skrevet inn"), ("Varsler", "Melderen")],
)
def test_a_column_that_is_not_there_makes_nothing_calmer(tmp_path: Path, sheet: str, title: str) -> None:
    for name, data in many_in_csv():
        text = data.decode("utf-8-sig")
        (tmp_path / name).write_text(
            text.replace(f";{title};", f";{title} (gammel);", 1) if name == f"{sheet}.csv" else text
        )
    assert not calmer(judged(), verdicts(read(Workbook(tmp_path))))


def calmer(before: dict[tuple[str, ...], Verdict], after: dict[tuple[str, ...], Verdict]) -> list[tuple[str, ...]]:
    """Findings that were neither met nor out of the question, and are so now, or have gone without a trace of their rule."""
    calm = (Verdict.MET, Verdict.NOT_APPLICABLE)
    asked = {(rule, case) for (rule, _, case, _), verdict in after.items() if verdict not in calm}
    return [
        key
        for key, verdict in before.items()
        if verdict not in (*calm, Verdict.UNKNOWN)
        and after.get(key, Verdict.MET) in calm
        and (key[0], key[2]) not in asked
    ]


def test_what_no_cell_can_hold_is_unreadable_and_never_gone(tmp_path: Path) -> None:
    raw = next(town().cases())
    raw["log"][0]["text"] = "x" * 40_000
    raw["activity_plans"] = [
        {"id": "p-1", "plan": "p", "best_interest": {"moments": {"health": None}, "text": "a\x0bb"}}
    ]
    (tmp_path / "saker.xlsx").write_bytes(workbook(content([raw])))
    [case] = read(Workbook(tmp_path / "saker.xlsx")).values()
    assert "log.text" in case.unreadable
    assert case.activity_plans[0].best_interest is not None
    assert case.activity_plans[0].best_interest.moments == {"health": None}
    assert case.activity_plans[0].best_interest.text == "a b"


# --- as other programs and people leave it ---------------------------------------------------------------------------


def test_columns_that_were_moved_and_columns_and_sheets_of_ones_own_lose_nothing(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        log_sheet = book["Logg"]
        rows = [[one.value for one in row] for row in log_sheet.iter_rows()]
        for number, row in enumerate(rows, 1):
            for place, value in enumerate([*reversed(row), MARK if number > 1 else f"Egen {MARK}"], 1):
                log_sheet.cell(number, place).value = value
        book.create_sheet(f"Notater {MARK}")["A1"] = MARK
        book.move_sheet("Logg", offset=-5)

    source = changed(tmp_path, change)
    assert {number: same(case) for number, case in read(source).items()} == expected()
    assert any("kolonner som ikke er i malen" in note for note in source.notes)
    assert any("1 ark er ikke i malen" in note for note in source.notes)
    assert MARK not in "".join(source.notes)


def test_two_columns_of_one_name_are_none_and_what_stands_under_no_heading_is_told(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        last = book["Logg"].max_column
        book["Logg"].cell(1, last + 1).value = "Slettet"
        book["Logg"].cell(2, last + 1).value = "25.11.2026"
        book["Logg"].cell(2, last + 4).value = MARK

    source = changed(tmp_path, change)
    assert all("log.deleted_at" in case.not_carried for case in read(source).values())
    assert "arket Logg: disse kolonnene mangler: Slettet" in source.notes
    [note] = [note for note in source.notes if "er ikke lest" in note]
    assert note.count(",") == 3, "both of the name, and the one under no heading"
    assert MARK not in note


def test_rows_above_blank_rows_and_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["Logg"].insert_rows(1, 2)
        book["Logg"]["A1"] = f"Loggen vår {MARK}"
        book["Varsler"].insert_rows(3, 4)
        book["Logg"].row_dimensions[5].hidden = True
        book["Logg"].column_dimensions["C"].hidden = True
        book["Elever"].sheet_state = "hidden"

    source = changed(tmp_path, change)
    assert {number: same(case) for number, case in read(source).items()} == expected()
    assert "arket Logg: skjulte rader er lest likevel: 5" in source.notes
    assert "arket Elever er skjult, og er lest likevel" in source.notes
    assert MARK not in "".join(source.notes)


def test_a_case_number_in_merged_cells_counts_for_every_row_and_cells_merged_across_are_an_error(
    tmp_path: Path,
) -> None:
    def down(book: Any) -> None:
        rows = [row[0].row for row in book["Logg"].iter_rows(min_row=2) if row[0].value == first]
        book["Logg"].merge_cells(start_row=rows[0], end_row=rows[-1], start_column=1, end_column=1)

    first = next(iter(expected()))
    source = changed(tmp_path, down)
    assert {number: same(case) for number, case in read(source).items()} == expected()

    source = changed(tmp_path, lambda book: book["Logg"].merge_cells("C2:E2"))
    [problem] = problems(source).values()
    assert problem.what_to_do.startswith("arket Logg, rad 2, kolonne D (Gjort): cellen er slått sammen")
    assert len(read(source)) == 3


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_dates_count_from_the_workbooks_own_year(tmp_path: Path, epoch: datetime) -> None:
    def change(book: Any) -> None:
        book.epoch = epoch
        plain = cell(book, "Logg", "Gjort")
        plain.value, plain.number_format = (when - epoch).total_seconds() / 86400, "General"
        cell(book, "Logg", "Gjort", 3).value = when

    when = datetime(2026, 10, 5, 8, 15)  # noqa: DTZ001 - a sheet's own
    source = changed(tmp_path, change)
    found = [
        entry.happened_at.isoformat() for case in read(source).values() for entry in case.log[:2] if entry.happened_at
    ]
    assert found[:2] == ["2026-10-05T08:15:00+02:00"] * 2


def test_a_formula_counts_by_its_answer_and_one_that_was_never_calculated_is_an_error(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        cell(book, "Logg", "Tekst").value = '=CONCATENATE("a";"b")'

    source = changed(tmp_path, change)
    [(number, problem)] = problems(source).items()
    assert "arket Logg, rad 2, kolonne O (Tekst): formelen er aldri regnet ut" in problem.what_to_do
    assert problem.fields == ("log.text",)
    with pytest.raises(UnreadableCase, match="rad 2"):
        source.case(str(number))

    written = (tmp_path / "saker.xlsx").read_bytes()
    ways = (  # an empty answer, as openpyxl writes it with lxml and without
        b"<f>CONCATENATE(&quot;a&quot;;&quot;b&quot;)</f><v/>",
        b'<f>CONCATENATE("a";"b")</f><v />',
        b'<f>CONCATENATE("a";"b")</f><v/>',
        b'<f>CONCATENATE("a";"b")</f><v></v>',
    )
    calculated = next(filter(None, (changed_xml(written, way, b"<f>X</f><v>3</v>") for way in ways)), None)
    assert calculated is not None
    (tmp_path / "saker.xlsx").write_bytes(calculated)
    assert problems(source) == {}
    assert source.case(str(number)).log[0].text == "3"


def changed_xml(data: bytes, old: bytes, new: bytes) -> bytes | None:
    out, found = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as copy:
        for name in parts.namelist():
            part = parts.read(name)
            found = found or old in part
            copy.writestr(name, part.replace(old, new))
    return out.getvalue() if found else None


def test_what_is_wrong_is_named_by_cell_and_everything_else_is_read(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        cell(book, "Logg", "Gjort").value = f"i går {MARK}"
        cell(book, "Logg", "Hva").value = MARK
        cell(book, "Logg", "Deltakere").value = f"Kari {MARK}"
        cell(book, "Varsler", "Hvem sier ifra").value = None
        cell(book, "Tiltak", "Nr.", 2).value = None
        cell(book, "Årshjul", "Skoleår").value = "2026"

    source = changed(tmp_path, change)
    found = problems(source)
    told = " ".join(problem.what_to_do for problem in found.values())
    assert "arket Logg, rad 2, kolonne C (Hva): velg et av ordene fra lista" in told
    assert "arket Logg, rad 2, kolonne D (Gjort): skriv en dato og helst et klokkeslett, som 25.11.2026 08:15" in told
    assert "arket Logg, rad 2, kolonne K (Deltakere): begynn med rollen" in told
    assert "arket Varsler, rad 2, kolonne C (Hvem sier ifra): skriv noe her" in told
    assert MARK not in told + repr(found)
    assert len(read(source)) == 4 - len(found) > 0
    one, other = (school["organisation_number"] for school in town().schools())
    with pytest.raises(SourceError, match="arket Årshjul, rad 2, kolonne C"):
        source.facts(one, "2025-2026")
    assert source.facts(other, "2025-2026").found


def test_a_row_of_no_case_leaves_every_school_in_doubt(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["Logg"].cell(2, 1).value = "SM-2031-1"
        book["Logg"].cell(3, 1).value = None
        book["Varsler"].cell(2, 1).value = f"Kari {MARK}"

    source = changed(tmp_path, change)
    for school in source.schools():
        items = list(source.changed_cases(school.organisation_number, None))
        found = {item.case: item for item in items if isinstance(item, CaseProblem)}
        assert {"SM-2031-1", "arket-Logg", "arket-Varsler"} <= found.keys()
        assert all(problem.any_school for problem in found.values())
        assert (
            source.count(school.organisation_number)
            == len(items)
            == len(list(source.case_ids(school.organisation_number)))
        )
        assert MARK not in repr(found)
    assert "rad 3, kolonne A (Sak): skriv noe her" in problems(source)["arket-Logg"].what_to_do


def test_two_rows_with_one_number_and_a_row_of_nothing_are_errors(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        cell(book, "Logg", "Nr.", 3).value = cell(book, "Logg", "Nr.", 2).value
        cell(book, "Tiltak", "Hører til nr.").value = "P-99"

    told = " ".join(problem.what_to_do for problem in problems(changed(tmp_path, change)).values())
    assert "arket Logg, rad 3, kolonne B (Nr.): nummeret står også i rad 2" in told
    assert "kolonne B (Hører til nr.): ingen rad i arket Aktivitetsplaner har dette nummeret" in told


def test_a_case_without_an_opening_or_a_school_says_so(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for title in ("Åpnet", "Åpnet av", "Åpningen skrevet inn"):
            cell(book, "Saker", title).value = None
        cell(book, "Saker", "Skole", 3).value = 12

    found = list(problems(changed(tmp_path, change)).values())
    assert any("rad 2, kolonne C (Åpnet): skriv noe her" in problem.what_to_do for problem in found)
    assert any("rad 3, kolonne B (Skole): skriv skolens organisasjonsnummer" in problem.what_to_do for problem in found)
    assert [problem.any_school for problem in found if "rad 3" in problem.what_to_do] == [True]


def test_a_sheet_without_its_headings_is_told_and_hides_what_it_held(tmp_path: Path) -> None:
    source = changed(tmp_path, lambda book: book["Logg"].delete_rows(1))
    assert problems(source)["arket-Logg"].what_to_do.startswith("arket Logg: finner ikke overskriftene")
    assert all("log" in case.not_carried for case in read(source).values())


def test_what_is_no_workbook_says_what_to_do(tmp_path: Path) -> None:
    for data, words_ in (
        (b"", "kan ikke leses"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "passord"),
        (b"PK\x03\x04", "kan ikke leses"),
        (whole()[:4000], "kan ikke leses"),
    ):
        (tmp_path / "saker.xlsx").write_bytes(data)
        with pytest.raises(Fatal, match=words_):
            list(Workbook(tmp_path / "saker.xlsx").items())
    with (tmp_path / "saker.xlsx").open("wb") as giant:
        giant.truncate(20 * 1024**3)
    with pytest.raises(Fatal, match="større enn"):
        list(Workbook(tmp_path / "saker.xlsx").items())


def test_no_workbook_fills_the_memory(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"<" * 200_000_000)
    (tmp_path / "saker.xlsx").write_bytes(out.getvalue())
    with pytest.raises(Fatal, match="for stor"):
        list(Workbook(tmp_path / "saker.xlsx").items())
    merged = changed_xml(
        whole(), b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    far = changed_xml(whole(), b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert merged is not None
    assert far is not None
    (tmp_path / "saker.xlsx").write_bytes(merged)
    with pytest.raises(Fatal, match="sammenslåtte"):
        list(Workbook(tmp_path / "saker.xlsx").items())
    (tmp_path / "saker.xlsx").write_bytes(far)
    assert len(read(Workbook(tmp_path / "saker.xlsx"))) == 4


def test_each_school_may_have_its_own_workbook(tmp_path: Path) -> None:
    for number, school in enumerate(town().schools()):
        cases = [raw for raw in town().cases() if raw["school"] == school["organisation_number"]]
        (tmp_path / f"{number}.xlsx").write_bytes(workbook(content(cases)))
    (tmp_path / "~$1.xlsx").write_bytes(b"Excel's own mark of a file that is open")
    source = Workbook(tmp_path)
    assert {number: same(case) for number, case in read(source).items()} == expected()
    (tmp_path / "2.xlsx").write_bytes(whole())
    found = problems(source)
    assert found.keys() == expected().keys()
    assert all("arbeidsbok 3 av 3" in problem.what_to_do for problem in found.values())


def test_a_changed_workbook_is_read_anew_and_one_without_cases_is_no_empty_one(tmp_path: Path) -> None:
    source = changed(tmp_path, lambda _: None)
    number = next(iter(expected()))
    before = source.case(number).etag
    assert source.case(number).etag == before
    book = openpyxl.load_workbook(io.BytesIO(whole()))
    cell(book, "Saker", "Målform").value = "nynorsk" if source.case(number).language != "nn" else "bokmål"
    book.save(tmp_path / "saker.xlsx")
    assert source.case(number).etag != before
    with pytest.raises(CaseNotFound):
        source.case("SM-1999-1")
    book.remove(book["Saker"])
    for name in book.sheetnames:
        if name != "Skoler":
            book.remove(book[name])
    book.save(tmp_path / "saker.xlsx")
    with pytest.raises(Fatal, match="arket Saker mangler"):
        source.schools()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_every_program_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    import csv

    for name, data in csv_files(content()):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
        text = ("sep=;\r\n" if delimiter == ";" and name == "Logg.csv" else "") + out.getvalue()
        (tmp_path / f"Saker 2026 - {name}").write_bytes(text.encode(encoding, errors="replace"))
    assert {n: same(c)["notices"] for n, c in read(Workbook(tmp_path)).items()} == {
        n: c["notices"] for n, c in expected().items()
    }


@pytest.mark.office
@pytest.mark.parametrize(
    "form",
    [
        "xlsx:Calc MS Excel 2007 XML",
        "ods:calc8",
        "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1",
    ],
)
def test_what_libreoffice_wrote_is_the_same(tmp_path: Path, form: str) -> None:
    (tmp_path / "saker.xlsx").write_bytes(whole())
    out = tmp_path / "out"
    subprocess.run(
        [
            str(shutil.which("soffice")),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(out),
            str(tmp_path / "saker.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    if form.startswith("ods"):
        with pytest.raises(Fatal, match=r"\.ods: lagre den som \.xlsx"):
            read(Workbook(out / "saker.ods"))
        return
    source = Workbook(out if form.startswith("csv") else out / "saker.xlsx")
    assert {number: same(case) for number, case in read(source).items()} == expected()
    one = town().schools()[0]["organisation_number"]
    assert source.facts(one, "2025-2026").entries


# --- one cell --------------------------------------------------------------------------------------------------------

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's own
ABOUT = About(epoch=EPOCH, today=date(2026, 11, 25), schools={"fjellgløtt skole": "310000019", "to skoler": None})
CHOICE = Words({"yes": ("riktig", "rett"), "no": ("galt", "gale")})


@pytest.mark.parametrize(
    ("holds", "typed", "meant"),
    [
        (Holds.MOMENT, "25.11.2026 08:15", "2026-11-25T08:15:00+01:00"),
        (Holds.MOMENT, "25.11.2026 kl. 8.15", "2026-11-25T08:15:00+01:00"),
        (Holds.MOMENT, "25.11.26", "2026-11-25"),
        (Holds.MOMENT, "25/11-2026", "2026-11-25"),
        (Holds.MOMENT, "25 nov 2026", "2026-11-25"),
        (Holds.MOMENT, "onsdag 25. november 2026", "2026-11-25"),
        (Holds.MOMENT, " 5. juni 2026 kl 08:15:30", "2026-06-05T08:15:30+02:00"),
        (Holds.MOMENT, "2026-11-25T08:15:00+01:00", "2026-11-25T08:15:00+01:00"),
        (Holds.MOMENT, "2026-11-25 08:15:00", "2026-11-25T08:15:00+01:00"),
        (Holds.MOMENT, datetime(2026, 11, 25), "2026-11-25"),  # noqa: DTZ001 - a cell has no zone
        (Holds.MOMENT, datetime(2026, 11, 25, 8, 14, 59, 999_600), "2026-11-25T08:15:00+01:00"),  # noqa: DTZ001 - a cell has no zone
        (Holds.MOMENT, 46351.34375, "2026-11-25T08:15:00+01:00"),
        (Holds.MOMENT, 46351, "2026-11-25"),
        (Holds.MOMENT, "25.10.2026 02:30", "2026-10-25T02:30:00"),  # the clock showed it twice
        (Holds.DAY, "25.11.2026 08:15", "2026-11-25"),
        (Holds.INSTANT, "25.11.2026", "2026-11-25T00:00:00+01:00"),
        (Holds.COUNT, "2,0", 2),
        (Holds.COUNT, 2.0, 2),
        (Holds.YES_NO, "JA ", True),
        (Holds.YES_NO, False, False),
        (Holds.YES_NO, "USANN", False),
        (Holds.STAND, "Ikkje vurdert", "no_stand"),
        (Holds.WORD, "Rett.", "yes"),
        (Holds.WORDS, "galt; riktig", ["no", "yes"]),
        (Holds.NUMBER_OF, 17.0, "17"),
        (Holds.NUMBERS_OF, "elev-1, elev-2\nelev-3", ["elev-1", "elev-2", "elev-3"]),
        (Holds.TEXT, 2.5, "2,5"),
        (Holds.TEXT, datetime(2026, 11, 25), "25.11.2026"),  # noqa: DTZ001 - a cell has no zone
        (Holds.TEXTS, "samtale; observasjon", ["samtale", "observasjon"]),
        (Holds.SCHOOL, 310000019, "310000019"),
        (Holds.SCHOOL, "310 000 019", "310000019"),
        (Holds.SCHOOL, "Fjellgløtt  skole", "310000019"),
        (Holds.SCHOOL, "kommunen", None),
        (Holds.SCHOOL_YEAR, "2026/27", "2026-2027"),
        (Holds.PERSON, "Kontaktlærar a-04", {"role": "contact_teacher", "ref": "a-04"}),
        (Holds.PERSON, "leder a-2 for rektor", {"role": "leader", "ref": "a-2", "acts_for": "rector"}),
        (
            Holds.PEOPLE,
            "rektor a-1; elev elev-1",
            [{"role": "rector", "ref": "a-1"}, {"role": "pupil", "ref": "elev-1"}],
        ),
    ],
    ids=str,
)
def test_a_cell_means_what_a_person_means(holds: Holds, typed: object, meant: object) -> None:
    assert read_cell(Column("x", ("X", "X"), holds, CHOICE), typed, ABOUT) == meant


@pytest.mark.parametrize(
    ("holds", "typed", "told"),
    [
        *(
            (Holds.MOMENT, typed, "25.11.2026")
            for typed in ("11/25/2026", "31.2.2026", "i går", "09:45", True, time(8), 5, 9e99)
        ),
        (Holds.MOMENT, "25.11.2062", "året kan ikke stemme"),
        (Holds.MOMENT, "25.11.1926 08:00", "året kan ikke stemme"),
        (Holds.MOMENT, "tirsdag 25.11.2026", "skriv en dato"),  # a Wednesday
        (Holds.MOMENT, "25/11/2026", "skriv en dato"),
        (Holds.MOMENT, "før 25.11.2026", "skriv en dato"),
        (Holds.COUNT, "to", "helt tall"),
        (Holds.COUNT, 2.5, "helt tall"),
        (Holds.COUNT, "nan", "helt tall"),
        (Holds.COUNT, float("inf"), "helt tall"),
        (Holds.YES_NO, "kanskje", "ja eller nei"),
        (Holds.WORD, "kanskje", "riktig; galt"),
        (Holds.NUMBER_OF, datetime(2026, 5, 1), "tekst"),  # noqa: DTZ001 - a cell has no zone
        (Holds.NUMBER_OF, 1.2, "tekst"),
        (Holds.NUMBER_OF, "Kari Nordmann", "aldri navn"),
        (Holds.NUMBER_OF, "01810112345", "aldri navn"),
        (Holds.SCHOOL, "To skoler", "organisasjonsnummer"),
        (Holds.SCHOOL, 310000018, "organisasjonsnummer"),
        (Holds.SCHOOL_YEAR, "2026-2028", "2026-2027"),
        (Holds.PERSON, "a-04", "begynn med rollen"),
        (Holds.PERSON, "rektor Kari Nordmann", "aldri navn"),
    ],
    ids=str,
)
def test_what_nobody_can_mean_says_what_to_write(holds: Holds, typed: object, told: str) -> None:
    with pytest.raises(Wrong, match=told) as raised:
        read_cell(Column("x", ("X", "X"), holds, CHOICE), typed, ABOUT)
    assert not isinstance(typed, str) or typed not in str(raised.value)
