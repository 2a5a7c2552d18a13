"""What stands outside is a person's to begin, to take back and to let stand again: as an operator does it, with files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.journal.run_log import Kind, entries

AS_OF = "2026-11-25T08:00:00+01:00"
NEXT = "2026-11-26T08:00:00+01:00"
WHY = ("--reason", "regelen tolkes på nytt")


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a night has looked at, with write-back on; nothing has been written."""
    place = tmp_path_factory.mktemp("looked-at")
    Municipality(seed=7, schools=2, cases=12).write_folder(place / "inn")
    (place / "skolemiljo.toml").write_text(
        'source = "folder"\ncycle = "folder"\nstore = "store.sqlite"\n[folder]\npath = "inn"\n[sync]\nwrite_back = true\n',
        "utf-8",
    )
    ended = run(place, "sync", "--as-of", AS_OF)
    assert ended.exit_code == 3
    assert "INGENTING ER SKREVET" in ended.output
    assert "saker venter" in ended.output
    assert not list((place / "inn").glob("flags/*"))
    return place


@pytest.fixture
def town(looked_at: Path, tmp_path: Path) -> Path:
    place = tmp_path / "town"
    shutil.copytree(looked_at, place)
    return place


@pytest.fixture
def written(town: Path) -> Path:
    assert run(town, "sync", "--dry-run", "--as-of", AS_OF).exit_code == 0  # a copy in another place is another source
    ended = run(town, "sync", "--first-write", "--as-of", AS_OF)
    assert ended.exit_code == 0, ended.output
    assert flags(town)
    return town


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(place / "skolemiljo.toml"), *arguments])


def flags(place: Path) -> dict[str, list[dict[str, Any]]]:
    """The flags on each case as they stand in the exchange folder."""
    read = (json.loads(file.read_text("utf-8")) for file in (place / "inn" / "flags").glob("*.json"))
    return {record["case"]: record["flags"] for record in read}


def begin_anew(place: Path, *more: str) -> None:
    for name in ("store.sqlite", *more):
        for file in place.glob(f"{name}*"):
            file.unlink()


def test_nobody_begins_to_write_to_a_source_that_nobody_has_looked_at(town: Path) -> None:
    begin_anew(town)
    refused = run(town, "sync", "--first-write", "--as-of", AS_OF)
    assert refused.exit_code == 2
    assert "sync --dry-run først" in refused.output
    assert run(town, "sync", "--dry-run", "--as-of", AS_OF).exit_code == 0
    (town / "inn").rename(town / "annet")
    shutil.copytree(town / "annet", town / "inn2")
    settings = town / "skolemiljo.toml"
    settings.write_text(settings.read_text("utf-8").replace('"inn"', '"inn2"'), "utf-8")
    assert run(town, "sync", "--first-write", "--as-of", AS_OF).exit_code == 2, "another source"


@pytest.mark.parametrize("left", [("acceptances.json",), ("runlog.jsonl",)], ids=["run log", "export"])
def test_a_store_begun_anew_is_no_first_write(written: Path, left: tuple[str, ...]) -> None:
    begin_anew(written, *left)
    assert run(written, "sync", "--as-of", NEXT).exit_code == 0
    begin_anew(written, "acceptances.json", "runlog.jsonl")
    assert run(written, "sync", "--as-of", NEXT).exit_code == 3


def test_a_rule_s_flags_are_taken_back_and_stay_so_until_somebody_lets_them(written: Path) -> None:
    before = flags(written)
    rule = next(flag["rule"] for its in before.values() for flag in its)
    done = run(written, "flags", "withdraw", "--rule", rule, *WHY)
    assert done.exit_code == 0, done.output
    without = {case: [flag for flag in its if flag["rule"] != rule] for case, its in before.items()}
    assert flags(written) == without != before
    for night in (("sync", "--as-of", NEXT), ("sync", "--full", "--as-of", NEXT)):
        assert run(written, *night).exit_code == 0
        assert all(flag["rule"] != rule for its in flags(written).values() for flag in its)
    (line,) = entries(written / "runlog.jsonl", Kind.FLAGS_WITHDRAWN)
    assert (line["rule"], line["reason"]) == (rule, WHY[1])
    assert "Ingenting er tatt tilbake" in run(written, "flags", "restore", "--case", "SM-1", *WHY).output
    assert run(written, "flags", "restore", "--rule", rule, *WHY).exit_code == 0
    assert run(written, "sync", "--as-of", AS_OF).exit_code == 0
    assert {c: len(f) for c, f in flags(written).items()} == {c: len(f) for c, f in before.items()}


def test_a_case_s_flags_and_all_flags_are_taken_back(written: Path) -> None:
    before = flags(written)
    case = next(case for case, its in before.items() if its)
    assert run(written, "flags", "withdraw", "--case", case, *WHY).exit_code == 0
    assert flags(written) == before | {case: []}
    record = next(
        json.loads(file.read_text("utf-8"))
        for file in (written / "inn" / "flags").glob("*.json")
        if json.loads(file.read_text("utf-8"))["case"] == case
    )
    assert record["complete"] is False, "an empty record is not «in order»"
    assert run(written, "flags", "withdraw", "--all", *WHY).exit_code == 0
    assert not any(flags(written).values())
    assert run(written, "sync", "--full", "--as-of", NEXT).exit_code == 0
    assert not any(flags(written).values())
    assert run(written, "flags", "restore", "--all", *WHY).exit_code == 0
    assert run(written, "sync", "--as-of", AS_OF).exit_code == 0
    left = flags(written)
    assert left[case] == []
    assert sum(map(bool, left.values())) == sum(map(bool, before.values())) - 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "én av dem"),
        (("--rule", "VA-08", "--all"), "én av dem"),
        (("--rule", "TULL-99"), "ingen regel heter det"),
        (("--case", "SM-0000"), "ingen sak SM-0000"),
    ],
)
def test_which_flags_is_asked_for(written: Path, arguments: tuple[str, ...], words: str) -> None:
    before = flags(written)
    refused = run(written, "flags", "withdraw", *arguments, *WHY)
    assert refused.exit_code == 2
    assert words in refused.output
    assert flags(written) == before


def test_what_somebody_else_has_changed_is_in_the_reports_until_it_is_restored(written: Path) -> None:
    shown = run(written, "check-school", "--school", "310000019", "--offline", "--as-of", AS_OF).output
    file = next(
        file
        for file in sorted((written / "inn" / "flags").glob("*.json"))
        if json.loads(file.read_text("utf-8"))["flags"] and json.loads(file.read_text("utf-8"))["case"] in shown
    )
    record = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(record | {"flags": []}), "utf-8")
    status = next((written / "inn" / "cycle-status").glob(f"*{record['school']}*"))
    changed = json.loads(status.read_text("utf-8"))
    status.write_text(json.dumps(changed | {"items": changed["items"][1:]}), "utf-8")
    sample = run(written, "doctor", "--network")
    assert record["case"] in sample.output
    assert run(written, "sync", "--full", "--as-of", NEXT).exit_code == 0
    for _night in range(2):
        page = run(written, "check-school", "--school", record["school"], "--offline", "--as-of", NEXT).output
        told = " ".join(page.split()).split("Noen andre har endret flaggene", 1)[1].split("er ikke det denne", 1)[0]
        assert record["case"] in told
        assert f"{record['school']}/{changed['school_year']}" in told
        whole = " ".join(run(written, "audit", "--offline", "--as-of", NEXT).output.split())
        assert "Noen andre har endret flaggene" in whole
        assert run(written, "sync", "--as-of", NEXT).exit_code == 0
        assert json.loads(file.read_text("utf-8"))["flags"] == []
        assert json.loads(status.read_text("utf-8")) == changed | {"items": changed["items"][1:]}
    year = f"{record['school']}/{changed['school_year']}"
    for subject in (record["case"], year):
        assert run(written, "flags", "restore", subject, *WHY).exit_code == 0
    assert run(written, "sync", "--as-of", NEXT).exit_code == 0
    assert flags(written)[record["case"]]
    assert json.loads(status.read_text("utf-8"))["items"] == changed["items"]
    page = run(written, "check-school", "--school", record["school"], "--offline", "--as-of", NEXT).output
    assert "Noen andre har endret" not in page
