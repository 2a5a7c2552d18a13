"""Case numbers that tell who a case is about are pseudonyms in all that is kept, shown and logged, and the case is still the case."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from skolemiljo.adapters.case_file import case_from, read_case_file, told
from skolemiljo.adapters.connect import case_adapter
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.adapters.references import case_number, tells_who
from skolemiljo.adapters.workbook.writing import content_of, workbook
from skolemiljo.cli import main
from skolemiljo.domain.base import ReadingContext, is_pseudonym
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import UnreadableCase
from skolemiljo.domain.school import School
from skolemiljo.settings import load_settings

from .adapters.another_vendor import another_vendor
from .reliability.program import settings_file
from .reliability.vendor import FIRST_NIGHT, vendors

KEY = "en prøvenøkkel som er lang nok"
KEYED = ReadingContext(reference_key=KEY.encode())
TELLING = [
    "15831012345", "sak-15831012345", "2026/15831012345", "158310-12345", "kari.nordmann", "Kari-Nordmann-2026", "2026/Nordmann",
    "karnor01", "kari_nordmann", "KariN", "2026.kari.nordmann.3", "Kari Nordmann",
]  # fmt: skip
PLAIN = [
    "2026/17", "SM-2026-0001", "24/00123-4", "17", "SAK-2026-17", "Sak-17", "sak-miljø-3", "elev-17", "arkiv.sak.17", "PPT-3", "S-1",
    "202615831012345", "vatne-17",
]  # fmt: skip


@pytest.mark.parametrize("number", TELLING)
def test_a_number_that_tells_who_becomes_a_pseudonym_that_is_the_same_every_time(number: str) -> None:
    ours = case_number(number, KEYED, system="folder")
    assert is_pseudonym(ours)
    assert case_number(number, ReadingContext(reference_key=KEY.encode()), system="workbook") == ours
    assert case_number(number, ReadingContext(reference_key=b"another key of another town"), system="folder") != ours
    assert case_number(ours, KEYED, system="folder") == ours


@pytest.mark.parametrize("number", PLAIN)
def test_a_number_stays_a_number(number: str) -> None:
    assert case_number(number, ReadingContext(), system="folder") == number


WITHOUT_NAMES = ["vatne-17", "VATNE-17", "2026/vatne", "sak_vatne", "17vatne", "vatne17", "2026-VATNE-3"]
CODES = ["3f2a9bde-cafe-4bad-beef-0123456789ab", "a7bcd9ef3", "5f3adeadbeef00112233aabb", "li-17"]


@pytest.mark.parametrize("number", WITHOUT_NAMES)
def test_a_source_that_names_nobody_can_t_tell_a_name_so_every_unknown_word_in_a_number_may_be_one(number: str) -> None:
    from_files = replace(KEYED, names_nobody=True)
    assert is_pseudonym(case_number(number, from_files, system="folder"))
    assert case_number(number, replace(from_files, no_names=frozenset({"vatne"})), system="folder") == number
    assert told(f"{number}-1").startswith("fil-")
    with pytest.raises(UnreadableCase, match="case_words"):
        case_number(number, ReadingContext(names_nobody=True), system="folder")


@pytest.mark.parametrize("number", [*CODES, *(plain for plain in PLAIN if "vatne" not in plain)])
def test_known_words_and_codes_are_no_names_in_such_a_source_either(number: str) -> None:
    assert case_number(number, ReadingContext(names_nobody=True), system="folder") == number


def test_a_word_that_the_municipality_says_is_no_name_is_none() -> None:
    assert tells_who("Vatne-17")
    assert not tells_who("Vatne-17", no_names=frozenset({"vatne"}))
    assert tells_who("vatne-17", named=frozenset({"vatne"}))


@pytest.mark.parametrize("number", TELLING)
def test_without_a_key_the_case_is_refused_and_its_number_is_not_told(number: str) -> None:
    with pytest.raises(UnreadableCase) as raised:
        case_from({"id": number}, system="folder", name="fil-1")
    assert "pseudonym_key" in str(raised.value)
    assert number not in str(raised.value)
    assert raised.value.case == "fil-1"


@given(st.sampled_from(TELLING), st.sampled_from(["", "-2", "/3", ".x"]))
def test_a_case_from_a_file_on_its_own_is_read_without_a_key_and_without_its_number(number: str, more: str) -> None:
    raw = next(Municipality(seed=3, schools=1, cases=1).cases()) | {"id": number + more}
    if not tells_who(number + more):
        return
    kept = case_from(raw, system="folder", context=KEYED)
    for dump in (repr(kept), kept.model_dump_json(), pickle.dumps(kept).decode("latin-1")):
        assert number not in dump


def test_one_file_that_nobody_keeps_is_read_by_a_key_of_its_own(tmp_path: Path) -> None:
    raw = next(Municipality(seed=3, schools=1, cases=1).cases()) | {"id": "kari.nordmann"}
    file = tmp_path / "kari.nordmann.json"
    file.write_text(json.dumps(raw), "utf-8")
    assert is_pseudonym(read_case_file(file).id)
    assert read_case_file(file).id == read_case_file(file).id


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_assess_says_which_file_or_row_has_a_pseudonym_and_takes_the_municipality_s_own_words(
    jobs: str, tmp_path: Path
) -> None:
    town = Municipality(seed=3, schools=1, cases=3)
    cases = tmp_path / "saker"
    cases.mkdir()
    for raw, number in zip(town.cases(), ("qvistrup-1", "QVISTRUP-2", "SM-3"), strict=True):
        (cases / f"{number}.json").write_text(json.dumps({**raw, "id": number}), "utf-8")
    common = ("--as-of", AS_OF.isoformat(), "--fail-on", "never")
    shown = run("assess", str(cases), *common, "--jobs", jobs, code=0).output
    assert "qvistrup" not in shown.casefold()
    assert shown.count("i rapportene, for nummeret") == 2
    assert "fil nr. 1 av 3" in shown
    settings = tmp_path / "skolemiljo.toml"
    settings.write_text('case_words = ["Qvistrup"]\n', "utf-8")
    shown = run("--settings", str(settings), "assess", str(cases), *common, "--jobs", jobs, code=0).output
    assert "QVISTRUP-2" in shown
    assert "i rapportene, for nummeret" not in shown
    sheets = tmp_path / "saker.xlsx"
    sheets.write_bytes(
        workbook(content_of([Case.model_validate({**raw, "id": "qvistrup-1"}) for raw in list(town.cases())[:1]], []))
    )
    shown = run("assess", str(sheets), *common).output  # without a key: the sheets are key enough
    assert "arket Saker, rad 2: saken heter p-" in shown
    assert "qvistrup" not in shown.casefold()


# --- nights ----------------------------------------------------------------------------------------------------------


def run(*arguments: str, code: int | None = None) -> Result:
    done = CliRunner().invoke(main, arguments)
    if code is not None:
        assert done.exit_code == code, done.output
    return done


def given_numbers(mock: RunningMock) -> dict[str, str]:
    """Another number for every case of the town: in turn a pupil's own, a name, and a word that only the case tells is a name."""
    found: dict[str, str] = {}
    for place, case in enumerate(mock.mock.municipality.cases()):
        people = case_to_wire(case, "x").get("pupils") or [{"name": "Zabrina Qvistrup"}]
        family = people[0]["name"].split()[-1].split("-")[0]
        only_here = f"{place}-{family.casefold()}" if "pupils" in case else f"Zabrina.{place}"
        found[case["id"]] = (f"sak-158310{place:05d}", f"{family}-{place}", only_here)[_kind(place)]
    return found


def _kind(place: int) -> int:
    return place // 3 % 3


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[RunningMock, str, dict[str, str]]]:
    with vendors(cases=24, schools=2) as mock:
        numbers = given_numbers(mock)
        with another_vendor(mock, numbers=numbers) as url:
            yield mock, url, numbers


def at_the_vendor(folder: Path, mock: RunningMock, url: str, *, key: str | None = KEY) -> Path:
    """Settings in ``folder`` that lead to ``url``, with the key in a folder of secrets."""
    folder.mkdir(exist_ok=True)
    file = settings_file(mock, folder)
    file.write_text(file.read_text("utf-8").replace(mock.sikker_sak_url, f"{url}/sikkersak"), "utf-8")
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    if key is not None:
        (secrets / "pseudonym_key").write_text(key, "utf-8")
    return file


def all_that_is_kept(folder: Path) -> str:
    """Every byte below ``folder`` that the program has written."""
    files = [file for file in folder.rglob("*") if file.is_file() and "secrets" not in file.parts]
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


def test_nights_over_http_write_to_the_real_case_and_keep_nothing_of_its_number(
    town: tuple[RunningMock, str, dict[str, str]], tmp_path: Path
) -> None:
    mock, url, numbers = town
    file = at_the_vendor(tmp_path, mock, url)
    common = ("--settings", str(file), "--secrets", str(tmp_path / "secrets"))
    first = FIRST_NIGHT.isoformat()
    _begun(common, first)
    said = [run(*common, "sync", "--as-of", first, code=0).output]
    written = {write.as_json()["case"] for write in mock.mock.state.journal if write.as_json().get("case")}
    # At the vendor each record stands on the case itself, whatever kind of number it has.
    assert written <= set(numbers)
    assert {_kind(list(numbers).index(case)) for case in written} == {0, 1, 2}
    later = (FIRST_NIGHT + timedelta(days=1)).isoformat()
    # Another process: it knows the way back from the lists alone.
    again = run(*common, "sync", "--as-of", later, "--full", "--format", "json", code=0)
    night = json.loads(again.stdout)
    assert not any(school["vanished"] or school["problems"] for school in night["schools"])
    said.append(again.output)
    school = mock.mock.municipality.schools()[0]["organisation_number"]
    for form in ("text", "json", "html", "csv"):
        said.append(run(*common, "check-school", "--school", school, "--as-of", later, "--format", form).output)
        said.append(run(*common, "audit", "--as-of", later, "--format", form).output)
    said.append(run(*common, "doctor").output)
    everything = "\n".join([*said, all_that_is_kept(tmp_path)])
    assert "p-" in everything
    for number in numbers.values():
        assert number not in everything


def test_a_list_alone_tells_no_number_and_leads_back_to_each_case(
    town: tuple[RunningMock, str, dict[str, str]], tmp_path: Path
) -> None:
    mock, url, numbers = town
    settings = load_settings(at_the_vendor(tmp_path, mock, url), tmp_path / "secrets")
    schools = [school["organisation_number"] for school in mock.mock.municipality.schools()]
    source = case_adapter(settings)
    listed = [case for school in schools for case in source.case_ids(school)]
    assert len(listed) == len(set(listed)) == len(numbers)
    assert not set(listed) & set(numbers.values())
    again = case_adapter(settings)  # it has read nothing
    assert [again.case(case).id for case in listed[:4]] == listed[:4]


def _begun(common: tuple[str, ...], first: str) -> None:
    run(*common, "sync", "--dry-run", "--as-of", first, code=0)
    run(*common, "sync", "--first-write", "--as-of", first)


def test_a_lost_key_stops_the_night_and_says_what_to_do(
    town: tuple[RunningMock, str, dict[str, str]], tmp_path: Path
) -> None:
    mock, url, _numbers = town
    file = at_the_vendor(tmp_path, mock, url)
    key = tmp_path / "secrets" / "pseudonym_key"
    common = ("--settings", str(file), "--secrets", str(tmp_path / "secrets"))
    first = FIRST_NIGHT.isoformat()
    run(*common, "sync", "--dry-run", "--as-of", first, code=0)
    later = ("--as-of", (FIRST_NIGHT + timedelta(days=1)).isoformat())
    for change in (key.unlink, lambda: key.write_text("en annen nøkkel som også er lang", "utf-8")):
        change()
        for command in (("sync",), ("check-school", "--school", "310000019"), ("audit",)):
            stopped = run(*common, *command, *later)
            assert stopped.exit_code == 2, (command, stopped.output)
            assert "new-key" in stopped.output
        asked = run(*common, "doctor")
        assert asked.exit_code == 2
        assert "dekknavnene i lageret" in asked.output
    reason = ("--reason", "nøkkelen gikk tapt med den gamle tjeneren")
    run(*common, "store", "new-key", *reason, code=0)
    assert '"new_key"' in (tmp_path / "runlog.jsonl").read_text("utf-8")
    assert run(*common, "sync", *later, "--dry-run").exit_code in (0, 3)  # what was known under the old key is gone


def test_without_a_key_the_night_is_incomplete_and_says_so(
    town: tuple[RunningMock, str, dict[str, str]], tmp_path: Path
) -> None:
    mock, url, numbers = town
    file = at_the_vendor(tmp_path, mock, url, key=None)
    night = run("--settings", str(file), "sync", "--dry-run", "--as-of", FIRST_NIGHT.isoformat())
    assert night.exit_code == 3
    assert "pseudonym_key" in night.output
    for number in numbers.values():
        assert number not in night.output + all_that_is_kept(tmp_path)


@pytest.mark.parametrize("source", ["folder", "workbook"])
def test_nights_over_files_keep_nothing_of_the_number(source: str, tmp_path: Path) -> None:
    town = Municipality(seed=7, schools=2, cases=12)
    inn = tmp_path / "inn"
    town.write_folder(inn)
    numbers: dict[str, str] = {}
    for index, case in enumerate(sorted((inn / "cases").glob("*.json"))):
        raw: dict[str, Any] = json.loads(case.read_text("utf-8"))
        old, raw["id"] = (
            raw["id"],
            [f"sak-1583101{index:04d}", f"kari.nordmann{index}", f"Zabrina-Qvistrup-{index}", f"qvistrup-{index}"][
                index % 4
            ],
        )
        numbers[old] = raw["id"]
        case.unlink()
        (inn / "cases" / f"{raw['id']}.json").write_text(json.dumps(raw), "utf-8")
    if source == "workbook":
        _as_a_workbook(inn, tmp_path / "saker.xlsx")
    place = f'path = "{inn if source == "folder" else tmp_path / "saker.xlsx"}"\n'
    out = tmp_path / "ut"
    out.mkdir()
    file = out / "settings.toml"
    file.write_text(
        f'source = "{source}"\ncycle = "{source}"\nstore = "store.sqlite"\n[{source}]\n{place}[sync]\nwrite_back = true\n',
        "utf-8",
    )
    secrets = out / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "pseudonym_key").write_text(KEY, "utf-8")
    common = ("--settings", str(file), "--secrets", str(secrets))
    said = [run(*common, "sync", "--dry-run", "--as-of", AS_OF.isoformat()).output]
    said.append(run(*common, "sync", "--first-write", "--as-of", AS_OF.isoformat()).output)
    night = run(*common, "sync", "--full", "--as-of", (AS_OF + timedelta(days=1)).isoformat(), "--format", "json")
    said.append(night.output)
    assert sum(school["judged"] for school in json.loads(night.stdout)["schools"]) == 12
    said.append(run(*common, "audit", "--as-of", AS_OF.isoformat()).output)
    asked = run(*common, "doctor").output
    assert asked.count("i rapportene, for nummeret") == 12
    said.append(asked)
    if source == "folder":
        shutil.rmtree(inn / "cases")  # the municipality's own, in which the numbers stand
        said.append(all_that_is_kept(inn))
    everything = "\n".join([*said, all_that_is_kept(out)])
    assert "p-" in everything
    for number in numbers.values():
        assert number not in everything


def _as_a_workbook(inn: Path, file: Path) -> None:
    cases = [Case.model_validate_json(one.read_bytes()) for one in (inn / "cases").glob("*.json")]
    schools = [School.model_validate(one) for one in json.loads((inn / "schools.json").read_text("utf-8"))]
    file.write_bytes(workbook(content_of(cases, schools)))
