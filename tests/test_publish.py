"""Publishing: a folder for each reader, each file whole, the index last, a warning where no night came."""

import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from skolemiljo.commands import night, reports_for
from skolemiljo.commands.publishing import publish
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.moment import OSLO
from skolemiljo.reports.html import case_file
from skolemiljo.tests.exchange import written_exchange

NIGHT = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(written_exchange(tmp_path / "utveksling"))


def said(work: Workplace, out: Path, now: datetime) -> tuple[bool, list[str]]:
    lines: list[str] = []
    return publish(work, out, now=now, echo=lines.append), lines


def test_each_reader_gets_a_folder_of_her_own_and_nothing_else_stays(work: Workplace, tmp_path: Path) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    out = tmp_path / "publisert"
    numbers = sorted(school.organisation_number for school in work.schools)
    (out / numbers[0]).mkdir(parents=True)
    (out / numbers[0] / "gammel.html").write_text("gammelt", "utf-8")
    (out / "399999999").mkdir()
    (out / "399999999" / "index.json").write_text("{}", "utf-8")
    (out / "annet").mkdir()
    said(work, out, NIGHT + timedelta(hours=3))
    assert sorted(folder.name for folder in out.iterdir()) == sorted([*numbers, "annet", "owner"])
    for folder in (out / name for name in [*numbers, "owner"]):
        told = json.loads((folder / "index.json").read_text("utf-8"))
        assert {"index.html", "index.json", *told["files"]} == {file.name for file in folder.iterdir()}
        assert told["holds_until"] > told["made_at"] > told["seen_at"]
        page = (folder / "rapport.html").read_text("utf-8")
        assert page.index("Gjelder til") < page.index("<h1")
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
        assert "rapport.pdf" in told["files"]
        assert ("frister.ics" in told["files"]) == (folder.name != "owner")


def test_where_no_night_came_every_page_says_so_first(work: Workplace, tmp_path: Path) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    out = tmp_path / "publisert"
    holds, _ = said(work, out, NIGHT + timedelta(days=1, hours=3))
    assert not holds
    pages = list(out.glob("*/rapport.html"))
    assert len(pages) == 3
    for page in pages:
        text = page.read_text("utf-8")
        assert text.index("siste natt kom ikke") < text.index("<h1")


def test_a_group_that_is_not_there_and_no_night_are_plain_errors(work: Workplace, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sync"):
        said(work, tmp_path / "ut", NIGHT)
    night.run(work, as_of=NIGHT, handle_signals=False)
    file = work.settings.toml_file
    assert file is not None
    file.write_text(file.read_text("utf-8") + '[publish.groups]\nowner = "finnes-ikke-her"\n', "utf-8")
    with pytest.raises(SettingsError, match="gruppa til owner"):
        said(Workplace(file), tmp_path / "ut", NIGHT)


def test_a_folder_goes_to_the_group_that_may_read_it(work: Workplace, tmp_path: Path) -> None:
    import grp

    night.run(work, as_of=NIGHT, handle_signals=False)
    group = grp.getgrgid(os.getgid())
    file = work.settings.toml_file
    assert file is not None
    file.write_text(file.read_text("utf-8") + f'[publish.groups]\nowner = "{group.gr_name}"\n', "utf-8")
    said(Workplace(file), tmp_path / "ut", NIGHT)
    owner = tmp_path / "ut" / "owner"
    assert {path.stat().st_gid for path in (owner, *owner.iterdir())} == {group.gr_gid}
    assert stat.S_IMODE(owner.stat().st_mode) == 0o750


def test_each_open_case_has_a_page_that_the_schools_page_leads_to(work: Workplace, tmp_path: Path) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    out = tmp_path / "publisert"
    said(work, out, NIGHT + timedelta(hours=1))
    seen = 0
    for school in work.schools:
        folder = out / school.organisation_number
        report = reports_for.for_rector(work, school.organisation_number, as_of=NIGHT, offline=True)[0]
        wanted = {case_file(block.case) for block in report.open_cases if block.case}
        assert {file.name for file in folder.glob("sak-*.html")} == wanted
        page = (folder / "rapport.html").read_text("utf-8")
        for name in wanted:
            case_page = (folder / name).read_text("utf-8")
            assert case_page.index("Gjelder til") < case_page.index("<h1")
            assert '<svg class="course"' in case_page
            seen += 1
        needing = {case_file(block.case) for block in report.open_cases if block.case and block.acts}
        assert all(f'href="{name}"' in page for name in needing)
        assert "Når det er gjort og ført" in page or "Gjøres det" in page or "Blir det gjort" in page
    assert seen
    assert not list((out / "owner").glob("sak-*"))


def test_where_the_source_is_not_to_be_had_the_pages_say_what_would_come_of_it_but_no_days(work: Workplace) -> None:
    """What comes of a next step is what the night saw, the same as whoever asks the source now is told."""
    night.run(work, as_of=NIGHT, handle_signals=False)
    file = work.settings.toml_file
    assert file is not None
    now = {
        school.organisation_number: reports_for.for_rector(work, school.organisation_number, as_of=NIGHT)[0]
        for school in work.schools
    }
    for case in file.parent.glob("cases/*.json"):
        case.rename(case.with_suffix(".borte"))
    away = Workplace(file)
    for number in (school.organisation_number for school in work.schools):
        report, by_case = reports_for.for_rector_and_each_case(away, number, as_of=NIGHT)
        came = {item.finding.identity: item.finding.settled for item in report.open_items}
        assert came == {item.finding.identity: item.finding.settled for item in now[number].open_items}
        assert any(came.values())
        assert by_case
        assert not report.days


def test_a_school_that_the_store_does_not_know_is_told_with_those_that_it_knows(work: Workplace) -> None:
    night.run(work, as_of=NIGHT, handle_signals=False)
    for called in ("Ingen skole", "999"):
        with pytest.raises(SettingsError, match=work.schools[0].name):
            reports_for.for_rector(work, called, as_of=NIGHT, offline=True)


def test_a_case_number_is_a_file_name_of_its_own() -> None:
    names = {case_file(case) for case in ("SM-2026-0001", "2026/14", "2026-14", "2026.14", "2026_14", "Ærlig-1")}
    assert len(names) == 6
    assert all(name.isascii() and "/" not in name for name in names)
