"""What is gone is told, as an operator meets it: an emptied export, an accepted loss, a closed school, an empty folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.reports import FORMATS

AS_OF = "2026-11-25T08:00:00+01:00"
NEXT = "2026-11-26T08:00:00+01:00"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two schools and one night behind it."""
    export = tmp_path / "inn"
    Municipality(seed=7, schools=2, cases=12).write_folder(export)
    settings = tmp_path / "skolemiljo.toml"
    settings.write_text(
        f'source = "folder"\ncycle = "folder"\nstore = "{tmp_path / "store.sqlite"}"\n[folder]\npath = "{export}"\n',
        "utf-8",
    )
    monkeypatch.setenv("SKOLEMILJO_SETTINGS", str(settings))
    assert run("sync", "--as-of", AS_OF).exit_code == 0
    return export


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_an_emptied_export_is_never_peace(town: Path) -> None:
    cases = town / "cases"
    cases.rename(town / "away")
    cases.mkdir()
    schools = [school["organisation_number"] for school in json.loads((town / "schools.json").read_text("utf-8"))]
    for _night in range(2):
        night = run("sync", "--as-of", NEXT)
        assert night.exit_code == 3
        assert "åpne saker er borte fra kilden" in night.output
    for offline in ((), ("--offline",)):
        report = run("check-school", "--school", schools[0], "--as-of", NEXT, *offline)
        assert report.exit_code == 3
        assert "Ingen saker trenger noe i dag" not in report.output
        assert "ikke med i tallene" in report.output
        whole = run("audit", "--as-of", NEXT, *offline)
        assert whole.exit_code == 3
        assert "ikke med i tallene" in whole.output
        assert "avvik: 0" not in whole.output
    cases.rmdir()
    (town / "away").rename(cases)
    assert run("sync", "--as-of", NEXT).exit_code == 0


def test_a_loss_that_a_person_accepts_is_asked_about_no_more_and_is_in_the_run_log(town: Path) -> None:
    gone = [json.loads(file.read_text("utf-8")) for file in (town / "cases").iterdir()]
    school = gone[0]["school"]
    for file in (town / "cases").iterdir():
        if json.loads(file.read_text("utf-8"))["school"] == school:
            file.unlink()
    assert run("sync", "--as-of", NEXT).exit_code == 3
    assert run("sync", "--as-of", NEXT, "--accept-gone", school).exit_code == 2, "a reason is needed"
    accepted = run("sync", "--as-of", NEXT, "--accept-gone", school, "--reason", "flyttet til nabokommunen")
    assert accepted.exit_code == 0
    assert "flyttet til nabokommunen" in (town.parent / "runlog.jsonl").read_text("utf-8")
    assert run("check-school", "--school", school, "--as-of", NEXT, "--offline").exit_code == 0
    assert run("sync", "--accept-gone", "310000001", "--reason", "en grunn").exit_code == 2


def test_a_closed_school_is_missed_until_someone_says_so(town: Path) -> None:
    schools = json.loads((town / "schools.json").read_text("utf-8"))
    school = schools[0]["organisation_number"]
    for file in (town / "cases").iterdir():
        if json.loads(file.read_text("utf-8"))["school"] == school:
            file.unlink()
    (town / "schools.json").write_text(json.dumps(schools[1:]), "utf-8")
    missed = run("sync", "--as-of", NEXT)
    assert missed.exit_code == 3
    assert school in missed.output
    closed = run("school", "close", school, "--on", "2026-11-24", "--reason", "lagt ned")
    assert closed.exit_code == 0, closed.output
    assert run("sync", "--as-of", NEXT).exit_code == 0
    assert run("audit", "--as-of", NEXT, "--offline", "--fail-on", "never").exit_code == 0


def test_a_night_that_broke_off_leaves_no_report_whole_until_one_has_read_the_school(town: Path) -> None:
    schools = town / "schools.json"
    number = json.loads(schools.read_text("utf-8"))[0]["organisation_number"]
    asked = ("check-school", "--school", number, "--offline", "--fail-on", "never", "--as-of")
    assert run(*asked, AS_OF).exit_code == 0
    schools.rename(town / "away.json")
    assert run("sync", "--as-of", NEXT).exit_code == 3
    for form in FORMATS:
        assert run(*asked, NEXT, "--format", form, "--out", str(town.parent / f"ut.{form}")).exit_code == 3, form
    assert "Hele skolen: " in run(*asked, NEXT).output
    whole = run("audit", "--offline", "--fail-on", "never", "--as-of", NEXT)
    assert whole.exit_code == 3
    assert "Minst" in whole.output
    assert f"{json.loads((town / 'away.json').read_text('utf-8'))[0]['name']}: Hele skolen: " in whole.output
    (town / "away.json").rename(schools)
    assert run("sync", "--as-of", NEXT).exit_code == 0
    assert run(*asked, NEXT).exit_code == 0


def test_where_no_night_comes_any_more_no_report_is_whole(town: Path) -> None:
    number = json.loads((town / "schools.json").read_text("utf-8"))[0]["organisation_number"]
    town.rename(town.with_name("away"))
    assert run("sync", "--as-of", NEXT).exit_code == 2
    asked = ("check-school", "--school", number, "--offline", "--fail-on", "never", "--as-of")
    assert run(*asked, "2026-11-26T09:00:00+01:00").exit_code == 0
    assert run(*asked, "2026-11-26T11:00:00+01:00").exit_code == 3
    whole = run("audit", "--offline", "--fail-on", "never", "--as-of", "2026-11-26T11:00:00+01:00")
    assert whole.exit_code == 3
    assert "Ikke alt kunne sjekkes" in whole.output


def test_a_folder_without_cases_is_an_error_and_not_peace(tmp_path: Path) -> None:
    empty = tmp_path / "tom"
    empty.mkdir()
    (tmp_path / "full").mkdir()
    shutil.copy(Path(__file__).parents[1] / "docs" / "example-case.json", tmp_path / "full")
    for paths in ([empty], [empty, tmp_path / "full"], [tmp_path / "full", empty]):
        judged = run("assess", *map(str, paths), "--as-of", AS_OF)
        assert judged.exit_code == 2
        assert "tom: det er ingen saker der" in judged.output


def test_a_share_that_is_not_mounted_is_never_peace(town: Path) -> None:
    shutil.move(town, town.with_name("away"))
    town.mkdir()
    assert run("sync", "--as-of", NEXT).exit_code == 3
    assert run("check-school", "--school", "310000019", "--as-of", NEXT).exit_code != 0
