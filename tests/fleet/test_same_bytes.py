"""However the night is run, the findings are the same bytes: one process or workers of Dask, a file or PostgreSQL, any order of input."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from pydantic import TypeAdapter

from skolemiljo.adapters.folder.connector import Folder
from skolemiljo.commands import night
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.verdict import Assessment
from skolemiljo.store import Store

from .place import SETTINGS, SKOLEMILJO, clean, fleet, municipality

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("fleet")]
AS_OF = datetime(2026, 11, 20, 7, tzinfo=UTC).isoformat()
CASES = 40
_WHOLE = TypeAdapter(Assessment)


def findings(where: Path | str) -> bytes:
    """Everything that a store says of its cases and of the annual cycle."""
    with Store.open(where) as store:
        return b"\n".join(map(_WHOLE.dump_json, store.assessments()))


def verdicts(lines: bytes) -> dict[tuple[str, str, str], str]:
    """The verdict of each finding about a case, by case, rule and scope; what was not asked for is left out."""
    its = (finding for line in lines.splitlines() for finding in json.loads(line)["findings"] if finding["case"])
    return {(f["case"], f["rule"], f["scope"]): f["verdict"] for f in its if f["verdict"] != "not_applicable"}


def sync(home: Path, **environment: str) -> None:
    command = [SKOLEMILJO, "--settings", str(home / "settings.toml"), "sync", "--as-of", AS_OF]
    done = subprocess.run(command, capture_output=True, text=True, env=clean() | environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The municipality's folder before any night, and the findings of a night in one process."""
    folder = tmp_path_factory.mktemp("alone")
    untouched = municipality(folder, "urort", cases=CASES)
    (untouched / "settings.toml").write_text(
        SETTINGS.partition("[sync]")[0], "utf-8"
    )  # each copy is a source of its own
    (untouched / "acceptances.json").unlink()
    home = folder / "alene"
    shutil.copytree(untouched, home)
    sync(home)
    found = findings(home / "lager.sqlite")
    assert found.count(b"\n") >= CASES
    assert found.count(b'"deviation"') > 20
    return untouched, found


def test_with_each_school_in_a_process_of_its_own(alone: tuple[Path, bytes], tmp_path: Path) -> None:
    untouched, found = alone
    shutil.copytree(untouched, tmp_path / "alene")
    sync(tmp_path / "alene", SKOLEMILJO_SYNC__PROCESSES="2")
    assert findings(tmp_path / "alene" / "lager.sqlite") == found


def test_on_two_workers_of_dask(alone: tuple[Path, bytes], tmp_path: Path) -> None:
    untouched, found = alone
    for name in ("alvdal", "bykle", "dovre"):
        shutil.copytree(untouched, tmp_path / name)
    done = fleet("sync", str(tmp_path), "--as-of", AS_OF, "--workers", "2")
    assert done.returncode == 0, done.stderr
    for name in ("alvdal", "bykle", "dovre"):
        assert findings(tmp_path / name / "lager.sqlite") == found


@pytest.mark.postgres
def test_in_postgresql(alone: tuple[Path, bytes], tmp_path: Path, postgres: str) -> None:
    """In a schema by itself, and as one of a fleet, in which the address is a secret of the municipality's own."""
    untouched, found = alone
    shutil.copytree(untouched, tmp_path / "alene")
    address = postgres.replace("+pg8000", "") + "?schema="
    sync(tmp_path / "alene", SKOLEMILJO_DATABASE=f"{address}alene")
    assert findings(f"{address}alene") == found
    for name in ("alvdal", "bykle"):
        shutil.copytree(untouched, tmp_path / "kommuner" / name)
        (tmp_path / "kommuner" / name / "secrets" / "database").write_text(f"{address}{name}", "utf-8")
    done = fleet("sync", str(tmp_path / "kommuner"), "--as-of", AS_OF, "--workers", "2")
    assert done.returncode == 0, done.stderr
    for name in ("alvdal", "bykle"):
        assert findings(f"{address}{name}") == found
        assert not (tmp_path / "kommuner" / name / "lager.sqlite").exists()
    (tmp_path / "kommuner" / "bykle" / "secrets" / "database").write_text(f"{address}alvdal", "utf-8")
    shared = json.loads(fleet("sync", str(tmp_path / "kommuner"), "--workers", "1", "--format", "json").stdout)
    assert {night["kind"] for night in shared["nights"]} == {"StoreShared"}


@pytest.mark.parametrize("seed", [1, 2])
def test_in_any_order_of_input(
    alone: tuple[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Schools and cases come in another order, and so do entries, notices and pupils in each case."""
    untouched, found = alone
    home = tmp_path / "stokket"
    shutil.copytree(untouched, home)
    chance = Random(seed)  # noqa: S311 - trials, not secrets
    for file in (home / "eksport" / "cases").glob("*.json"):
        case = json.loads(file.read_text("utf-8"))
        for name in ("log", "notices", "pupils", "incidents", "evaluations"):
            if name in case:
                chance.shuffle(case[name])
        file.write_text(json.dumps(case), "utf-8")
    schools = home / "eksport" / "schools.json"
    schools.write_text(json.dumps(json.loads(schools.read_text("utf-8"))[::-1]), "utf-8")
    in_order = Folder._case_files
    came: list[str] = []

    def shuffled(folder: Folder) -> list[Path]:
        files = in_order(folder)
        chance.shuffle(files)
        came.extend(file.name for file in files)
        return files

    monkeypatch.setattr(Folder, "_case_files", shuffled)
    work = Workplace(home / "settings.toml")
    summary = night.run(work, as_of=datetime.fromisoformat(AS_OF), handle_signals=False)
    work.store.close()
    assert summary.complete
    assert came[:CASES] != sorted(came[:CASES])
    assert findings(home / "lager.sqlite") == found


def test_in_several_processes_of_assess(alone: tuple[Path, bytes], tmp_path: Path) -> None:
    """One process or two, and the files in either order: the same bytes, and the verdicts of the night."""
    untouched, found = alone
    files = [str(file) for file in sorted((untouched / "eksport" / "cases").glob("*.json"))]
    said = set()
    for jobs, given in (("1", files), ("2", files), ("2", files[::-1])):
        out = tmp_path / "saker.jsonl"
        command = [SKOLEMILJO, "--settings", str(untouched / "settings.toml"), "assess", *given, "--jobs", jobs]
        more = ("--as-of", AS_OF, "--format", "jsonl", "--fail-on", "never", "--out", str(out))
        done = subprocess.run([*command, *more], capture_output=True, text=True, env=clean(), check=False)
        assert done.returncode in (0, 3), done.stderr
        said.add(out.read_bytes())
    (told,) = said
    assert verdicts(told) == verdicts(found)
