"""The owner's view: cases under pseudonyms, and one case opened with a reason that the run log keeps."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.journal.run_log import Kind, entries

NIGHT, AS_OF = "2026-11-20T04:15", "2026-11-20T08:00"
SETTINGS = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n{more}[folder]\npath = "."\n'
PSEUDONYM = re.compile(rb"sak-[a-z2-7]{12}")


def town(folder: Path, more: str = "") -> Path:
    Municipality(seed=7, schools=2, cases=40).write_folder(folder)
    (folder / "settings.toml").write_text(SETTINGS.format(more=more), "utf-8")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = town(tmp_path_factory.mktemp("kommune"))
    run(place, "sync", "--as-of", NIGHT)
    return place


def run(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(place / "settings.toml"), *arguments])


def numbers(place: Path) -> list[str]:
    return sorted(file.stem for file in (place / "cases").glob("*.json"))


def audit(place: Path, form: str = "json", *arguments: str) -> bytes:
    done = run(place, "audit", "--as-of", AS_OF, "--format", form, "--fail-on", "never", *arguments)
    assert done.exit_code in (0, 3), done.output
    return done.stdout_bytes


def pseudonyms(place: Path) -> dict[str, str]:
    """Rule and scope and deadline stand for the case: pseudonym by what is found."""
    return {
        json.dumps([f["rule"], f["school"], f["scope"], f["deadline"], f["evidence"]]): f["case"]
        for f in json.loads(audit(place))["findings"]
        if f["case"]
    }


@pytest.mark.parametrize("offline", [False, True])
@pytest.mark.parametrize("form", ["text", "json", "csv", "xlsx", "html", "ics", "junit"])
def test_no_case_number_is_in_an_audit_of_any_form(place: Path, form: str, offline: bool) -> None:
    whole = audit(place, form, *(["--offline"] if offline else []))
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist())
    assert PSEUDONYM.search(whole)
    for number in numbers(place):
        assert number.encode() not in whole


def test_pupils_and_entries_have_names_of_their_own_in_each_case_of_an_audit(place: Path) -> None:
    references: dict[str, set[str]] = {}
    for finding in json.loads(audit(place))["findings"]:
        for part in finding["scope"].split("/"):
            kind, colon, reference = part.partition(":")
            if finding["case"] and colon and kind in ("pupil", "notice", "log", "plan"):
                references.setdefault(finding["case"], set()).add(f"{kind}:{reference}")
    real = "".join(file.read_text("utf-8") for file in (place / "cases").glob("*.json"))
    assert sum(map(len, references.values())) > 20
    for case, named in references.items():
        assert not any(f'"{reference.partition(":")[2]}"' in real for reference in named)
        assert not named & set().union(*(others for other, others in references.items() if other != case))


def test_the_pages_of_the_schools_have_pseudonyms_too(place: Path, tmp_path: Path) -> None:
    run(place, "audit", "--as-of", AS_OF, "--format", "html", "--out", str(tmp_path / "eier"), "--fail-on", "never")
    pages = list((tmp_path / "eier").glob("**/*.html"))
    assert len(pages) >= 3
    for page in pages:
        assert not any(number in page.read_text("utf-8") for number in numbers(place))


def test_pseudonyms_are_the_same_next_time_and_others_at_another_owner(place: Path, tmp_path: Path) -> None:
    first = pseudonyms(place)
    assert len(set(first.values())) > 10
    assert pseudonyms(place) == first
    other = town(tmp_path)
    run(other, "sync", "--as-of", NIGHT)
    assert not set(pseudonyms(other).values()) & set(first.values())


def test_a_key_of_the_settings_outlives_the_store(tmp_path: Path) -> None:
    place = town(tmp_path, 'pseudonym_key = "seksten tegn eller mer"\n')
    before = pseudonyms(place)
    run(place, "sync", "--as-of", NIGHT)
    assert pseudonyms(place) == before
    assert "seksten tegn" not in run(place, "config", "show").output


def test_a_case_is_opened_with_a_reason_and_the_run_log_keeps_it(place: Path) -> None:
    name = next(iter(pseudonyms(place).values()))
    arguments = ["audit", "--as-of", AS_OF, "--fail-on", "never", "--format", "json", "--case", name]
    assert run(place, *arguments).exit_code == 2
    assert run(place, *arguments, "--reason", " ").exit_code == 2
    assert run(place, *arguments, "--reason", "Tilsyn", "--offline").exit_code == 2
    assert not list(entries(place / "runlog.jsonl", Kind.CASE_OPENED))

    done = run(place, *arguments, "--reason", "Tilsyn, sak 2026/117")
    assert done.exit_code in (0, 3), done.output
    cases = {finding["case"] for finding in json.loads(done.stdout)["findings"]}
    assert len(cases) == 1
    number = cases.pop()
    assert number in numbers(place)
    [line] = entries(place / "runlog.jsonl", Kind.CASE_OPENED)
    assert (line["case"], line["reason"], line["who"]) == (number, "Tilsyn, sak 2026/117", "owner")
    assert run(place, "runlog", "verify").exit_code == 0

    again = run(place, *arguments[:-1], number, "--reason", "Tilsyn, sak 2026/117")
    assert {finding["case"] for finding in json.loads(again.stdout)["findings"]} == {number}


def test_what_no_case_is_called_is_told_and_not_noted(place: Path) -> None:
    before = len(list(entries(place / "runlog.jsonl")))
    done = run(place, "audit", "--case", "sak-aaaaaaaaaaaa", "--reason", "Tilsyn")
    assert done.exit_code == 2
    assert "dekknavnet" in done.output
    assert len(list(entries(place / "runlog.jsonl"))) == before
