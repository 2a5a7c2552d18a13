"""What is entered by hand: out after a night, filled in by a person in a spreadsheet, and read back once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from skolemiljo.adapters.hand_entry import FlagRow, HandEntries, ToDo
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.workbook.writing import content_of, workbook
from skolemiljo.cli import main
from skolemiljo.commands import hand_entry, night
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SettingsError, SourceError
from skolemiljo.domain.school import School

from .reliability.program import already_written

MARK = "TRYLLEORD"
LATER = AS_OF + timedelta(days=120)


def some() -> list[dict[str, Any]]:
    """Ordinary cases, and two about a school's leadership."""
    town = Municipality(seed=3, schools=2, cases=80, marker=MARK)
    return [*town.cases(0, 6), *town.cases(78)]


@pytest.fixture(params=["workbook", "folder"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Workplace:
    town = Municipality(seed=3, schools=2, cases=0)
    if request.param == "workbook":
        content = content_of(
            map(Case.model_validate, some()),
            map(School.model_validate, town.schools()),
            (e for facts in town.cycle_facts() for e in CycleFacts.model_validate(facts).entries),
        )
        (tmp_path / "inn").write_bytes(workbook(content))
        (tmp_path / "inn").rename(tmp_path / "saker.xlsx")
        section = '[workbook]\npath = "saker.xlsx"\n'
    else:
        town.write_folder(tmp_path / "eksport")
        for case in some():
            (tmp_path / "eksport" / "cases" / f"{case['id']}.json").write_text(json.dumps(case), "utf-8")
        section = '[folder]\npath = "eksport"\n'
    (tmp_path / "settings.toml").write_text(
        f'municipality = "Fjellgløtt kommune"\nsource = "{request.param}"\ncycle = "{request.param}"\n'
        f'store = "lager.sqlite"\n[sync]\nwrite_back = true\n{section}',
        "utf-8",
    )
    already_written(tmp_path / "settings.toml")
    work = Workplace(tmp_path / "settings.toml")
    night.run(work, as_of=AS_OF, handle_signals=False)
    return work


def made(work: Workplace, at: datetime = AS_OF, school: str | None = None) -> Path:
    out = Path(str(work.settings_file)).with_name("føres.xlsx")
    assert hand_entry.make(work, out, school=school, language="nb", at=at, echo=lambda _: None) == []
    return out


def rows(out: Path, sheet: str = "Flagg å føre") -> list[dict[str, Any]]:
    head, *others = openpyxl.load_workbook(out)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in others]


def fill(out: Path, sheet: str, *filled: dict[str, Any]) -> Path:
    """Types into the first rows of the sheet, as a person does."""
    book = openpyxl.load_workbook(out)
    places = {str(cell.value): place for place, cell in enumerate(book[sheet][1], 1)}
    for number, cells in enumerate(filled, 2):
        for title, value in cells.items():
            book[sheet].cell(number, places[title]).value = value
    book.save(out)
    return out


def receive(work: Workplace, out: Path, at: datetime = AS_OF) -> tuple[list[str], str]:
    said: list[str] = []
    wrong = hand_entry.receive(work, out, at=at, echo=said.append)
    return [mistake.told() for mistake in wrong], " ".join(said)


DONE = {"Ført i Sikker Sak": "ja", "Av hvem (rolle)": "rådgiver", "Når": datetime(2026, 11, 20, 14, 30)}  # noqa: DTZ001 - a cell of a sheet has no zone
IN_THE_CYCLE = {"Ført i 1310.no": "ja", "Av hvem (rolle)": "rektor", "Når": "20.11.2026"}


def test_what_was_entered_is_asked_for_once_and_anew_where_it_is_another(work: Workplace) -> None:
    out = made(work)
    flags, items = rows(out), rows(out, "Årshjul å føre")
    assert {row["Gjør"] for row in flags + items} == {"Før"}
    assert "i orden" not in {row["Svar"] for row in flags}
    assert MARK not in repr(flags + items)
    fill(out, "Flagg å føre", *[DONE] * len(flags))
    fill(out, "Årshjul å føre", IN_THE_CYCLE, IN_THE_CYCLE)
    assert receive(work, out) == ([], f"Kvittert: {len(flags) + 2} ført, 0 fjernet. {len(items) - 2} rader gjenstår.")

    again = rows(made(work))
    assert {row["Gjør"] for row in again} == {"Ført"}
    assert {(row["Av hvem (rolle)"], row["Når"]) for row in again} == {("rådgiver", DONE["Når"])}
    assert receive(work, out)[1].startswith("Kvittert: 0 ført, 0 fjernet."), "the same receipt once more"

    night.run(work, as_of=LATER, handle_signals=False)  # deadlines have passed
    later = rows(made(work, LATER))
    todo = Counter(row["Gjør"] for row in later)
    assert todo["Endre"] > 0
    assert todo["Ført"] > 0
    assert [row["Gjør"] for row in later[: todo["Fjern"]]] == ["Fjern"] * todo["Fjern"]


def test_what_stands_no_more_is_asked_to_be_removed_until_it_is(work: Workplace) -> None:
    out = made(work)
    flags = rows(out)
    fill(out, "Flagg å føre", *[DONE] * len(flags))
    receive(work, out)
    case = flags[0]["Sak"]
    place = Path(str(work.source.by_hand)) / "flags" / f"{case}.json"  # type: ignore[attr-defined]  # both adapters have it
    record = json.loads(place.read_text("utf-8"))
    gone = [flag for flag in record["flags"] if flag["verdict"] != "met"]
    record["flags"] = [flag for flag in record["flags"] if flag["verdict"] == "met"]
    place.write_text(json.dumps(record), "utf-8")

    asked = rows(made(work))
    assert [(row["Gjør"], row["Sak"]) for row in asked[: len(gone)]] == [("Fjern", case)] * len(gone)
    fill(out, "Flagg å føre", *[DONE] * len(gone))
    wrong, said = receive(work, out)
    assert (wrong, said.split(". ")[0]) == ([], f"Kvittert: 0 ført, {len(gone)} fjernet")
    assert case not in {row["Sak"] for row in rows(made(work))}


def test_what_is_wrong_in_a_receipt_is_told_by_cell_and_the_rest_is_taken(work: Workplace) -> None:
    out = made(work)
    fill(
        out,
        "Flagg å føre",
        {**DONE, "Av hvem (rolle)": f"Kari {MARK}"},
        {**DONE, "Av hvem (rolle)": None},
        {**DONE, "Når": datetime(2026, 12, 1)},  # noqa: DTZ001 - a cell of a sheet has no zone
        {**DONE, "Når": f"i går {MARK}"},
        {**DONE, "Ført i Sikker Sak": "nei"},
        {**DONE, "Sak": "SM-1999-1"},
        {**DONE, "Omfang (kode)": f"notice:{MARK} og mer"},
        {"Ført i Sikker Sak": "nei"},
        DONE,
    )
    wrong, said = receive(work, out)
    assert [told.partition(": ")[0] for told in wrong] == [
        "arket Flagg å føre, rad 2, kolonne I (Av hvem (rolle))",
        "arket Flagg å føre, rad 3, kolonne I (Av hvem (rolle))",
        "arket Flagg å føre, rad 4, kolonne J (Når)",
        "arket Flagg å føre, rad 5, kolonne J (Når)",
        "arket Flagg å føre, rad 6, kolonne H (Ført i Sikker Sak)",
        "arket Flagg å føre, rad 7, kolonne G (Regel)",
        "arket Flagg å føre, rad 8, kolonne L (Omfang (kode))",
    ]
    assert MARK not in " ".join(wrong)
    assert said.startswith("Kvittert: 1 ført, 0 fjernet.")


def test_a_schools_sheet_has_its_own_cases_alone_and_none_about_its_leadership(work: Workplace) -> None:
    everything = rows(made(work))
    for school in work.schools:
        number = school.organisation_number
        about_leaders = work.store.leader_cases(number)
        own = rows(made(work, school=number))
        assert own == [r for r in everything if str(r["Skole"]) == number and r["Sak"] not in about_leaders]
    accused = {case["id"] for case in some() if Case.model_validate(case).leader_is_accused()}
    assert len(accused) == 2
    assert {case for school in work.schools for case in work.store.leader_cases(school.organisation_number)} == accused


def test_receipts_that_cannot_be_read_are_never_none(work: Workplace) -> None:
    out = made(work)
    receive(work, fill(out, "Flagg å føre", DONE))
    place = Path(str(work.source.by_hand)) / "entered.json"  # type: ignore[attr-defined]  # both adapters have it
    assert place.stat().st_mode & 0o077 == 0
    [entered] = HandEntries(place.parent).read().values()
    assert (entered.by, entered.at.isoformat()) == ("adviser", "2026-11-20T14:30:00+01:00")
    for broken in ("{", "{}", '[{"owner": 1}]'):
        place.write_text(broken, "utf-8")
        with pytest.raises(SourceError, match=r"entered\.json kan ikke leses"):
            made(work)


def test_the_day_s_list_goes_out_too(work: Workplace) -> None:
    today = rows(made(work), "I dag")
    assert {row["Skole"] for row in today} == {school.name for school in work.schools}
    assert not {row["Sak"] for row in today} & {case["id"] for case in some()[6:]}


def test_what_is_no_receipt_says_so(work: Workplace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "annet.xlsx")
    with pytest.raises(SourceError, match="ingen kvittering"):
        receive(work, tmp_path / "annet.xlsx")


def test_where_the_night_writes_by_itself_nothing_is_entered_by_hand() -> None:
    class WritesItself:
        by_hand = None

    work = Workplace()
    work.__dict__["source"] = work.__dict__["cycle"] = WritesItself()
    with pytest.raises(SettingsError, match="ingenting føres for hånd"):
        hand_entry.ByHand(work, datetime.now(UTC))


def test_the_commands_do_it(work: Workplace, tmp_path: Path) -> None:
    settings = ["--settings", str(tmp_path / "settings.toml")]
    out = tmp_path / "ark.xlsx"
    made_it = CliRunner().invoke(main, [*settings, "workbook", "handover", "--out", str(out), "--language", "nn"])
    assert made_it.exit_code == 0, made_it.output
    assert "Flagg å føre inn" in openpyxl.load_workbook(out).sheetnames
    read = CliRunner().invoke(main, [*settings, "workbook", "receipt", str(out)])
    assert (read.exit_code, "Kvittert: 0" in read.output) == (0, True)
    fill(out, "Flagg å føre inn", {"Ført inn i Sikker Sak": "ja"})
    read = CliRunner().invoke(main, [*settings, "workbook", "receipt", str(out)])
    assert read.exit_code == 3
    doctor = CliRunner().invoke(main, [*settings, "doctor"])
    assert "ikke ført for hånd ennå" in doctor.output


def test_every_to_do_has_a_word() -> None:
    from skolemiljo.adapters.workbook.layout import hand_entry as sheets_of_it
    from skolemiljo.adapters.workbook.layout import words

    assert list(words("ToDo").known) == list(ToDo)
    for sheet in sheets_of_it().values():
        for place, column in enumerate(sheet.columns):
            assert all(sheet.at[title.casefold()] == place for title in column.titles)
    assert set(FlagRow.model_fields) == {column.path for column in sheets_of_it()["flags"].columns}
