"""Many exported cases at once: in several processes, one line each; whoever stops it, or dies in it, leaves no process behind."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from skolemiljo.adapters.case_file import read_case_file
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.ports import CaseProblem
from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.case import Case
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.domain.verdict import Assessment
from skolemiljo.judging import files
from skolemiljo.judging.files import Telling, told_of_files
from skolemiljo.judging.policy import Judging
from skolemiljo.plans.calendars import calendars
from skolemiljo.plans.loader import load_plans

PROGRAM = [sys.executable, "-m", "skolemiljo.cli", "assess"]
MOMENT = ("--as-of", "2026-11-20T15:00", "--fail-on", "never")
NAME = "Kari Nordmann"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty cases of an invented school, a broken one whose name is not told, and one that is told."""
    folder = tmp_path_factory.mktemp("exported")
    Municipality(schools=1, cases=40).write_folder(folder)
    (folder / "cases" / f"{NAME}.json").write_text("{", "utf-8")
    (folder / "cases" / "SM-2026-999.json").write_text('{"id": "SM-2026-999", "id": "x"}', "utf-8")
    return folder / "cases"


@pytest.fixture(scope="module")
def judging() -> Judging:
    return Judging(load_plans("oyer-2024"), calendars(None))


def told(paths: list[Path], form: str, jobs: int) -> tuple[int, bytes, str]:
    command = [*PROGRAM, *map(str, paths), *MOMENT, "--format", form, "--jobs", str(jobs)]
    done = subprocess.run(command, capture_output=True, timeout=240, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv"])
def test_the_bytes_are_the_same_for_any_number_of_processes_and_any_order_of_input(cases: Path, form: str) -> None:
    whole = told([cases], form, 1)
    assert whole[0] == 3, "two could not be read"
    assert told([cases], form, 2) == whole
    assert NAME not in whole[1].decode() + whole[2]
    ordered = sorted(file for file in cases.iterdir() if NAME not in file.name)  # where it lies is told by its folder
    assert told(ordered, form, 1) == told([*ordered[20:], *ordered[:20], ordered[3]], form, 2)


def test_what_would_settle_it_is_said_of_each_next_step(cases: Path) -> None:
    """Whoever has the case at hand says what comes of an act, in each process."""
    said = json.loads(told([cases], "json", 2)[1])
    open_now = [case for case in said["cases"] if not case["closed"]]
    asked = [case["next_step"] for case in open_now if case["next_step"] and case["next_step"]["part"] != "unknown"]
    assert len(asked) >= 5
    assert all(step["comes_of"] for step in asked if step["part"] in {"today", "soon", "later", "review"})


def test_a_line_follows_the_published_schema(cases: Path, root: Path) -> None:
    schema: dict[str, Any] = json.loads((root / "reports/schema/report.schema.json").read_text("utf-8"))
    lines = [json.loads(line) for line in told([cases], "jsonl", 1)[1].splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    assert [line["kind"] for line in lines].count("problem") == 2
    one = told([cases], "json", 1)[1]
    report = json.loads(one)
    numbers = [line["case"]["case"] for line in lines if line["kind"] == "case"]
    assert sorted(numbers) == sorted(block["case"] for block in report["cases"])
    identity = ("rule", "school", "case", "scope", "verdict", "reason", "deadline", "evidence")
    found = [[finding[name] for name in identity] for line in lines for finding in line.get("findings", ())]
    assert sorted(found, key=str) == sorted(([f[name] for name in identity] for f in report["findings"]), key=str)


def test_a_file_gets_all_of_it_or_nothing(cases: Path, tmp_path: Path) -> None:
    out = tmp_path / "saker.jsonl"
    subprocess.run([*PROGRAM, str(cases), *MOMENT, "--out", str(out)], check=False, capture_output=True, timeout=240)
    assert out.read_bytes() == told([cases], "jsonl", 1)[1]
    assert out.stat().st_mode & 0o777 == 0o600
    (tmp_path / "tom").mkdir()
    nothing = tmp_path / "ingen.jsonl"
    done = subprocess.run(
        [*PROGRAM, str(tmp_path / "tom"), "--out", str(nothing)], capture_output=True, check=False, timeout=240
    )
    assert done.returncode == 2
    assert not nothing.exists()


def test_a_judgement_goes_to_another_process_with_that_process_own_rules(judging: Judging) -> None:
    there = pickle.loads(pickle.dumps(judging))  # noqa: S301 - written on this very line
    assert all(mine is its for mine, its in zip(judging.rules, there.rules, strict=True))
    assert there.plans == judging.plans


def number_of(assessment: Assessment) -> str:
    """Dies for one case, breaks for another, and gives the number of the rest."""
    number = str(assessment.case)
    if number.endswith("-007") or number.endswith("/007"):
        os._exit(9)
    if number.endswith("-011") or number.endswith("/011"):
        raise RuntimeError(NAME)
    return number


@pytest.fixture
def numbered(tmp_path: Path) -> list[Path]:
    document = json.loads(Path("docs/example-case.json").read_text("utf-8"))
    for number in range(1, 15):
        name = f"SM-2026-{number:03}"
        (tmp_path / f"{name}.json").write_text(json.dumps(document | {"id": name}), "utf-8")
    return sorted(tmp_path.glob("*.json"))


def test_a_case_that_breaks_or_takes_its_process_with_it_is_a_problem_and_the_others_go_on(
    numbered: list[Path], judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_AT_A_TIME", 3)
    found_there = import_module("skolemiljo.tests.test_assess_many").number_of  # by the name it has in any process
    answers = list(told_of_files(numbered, Telling(judging, AS_OF, found_there), jobs=2))
    problems = [answer for answer in answers if isinstance(answer, CaseProblem)]
    assert [(problem.case, problem.kind) for problem in problems] == [
        ("SM-2026-007", ProblemKind.JUDGEMENT_FAILED),
        ("SM-2026-011", ProblemKind.JUDGEMENT_FAILED),
    ]
    assert NAME not in str(problems)
    expected = [file.stem for file in numbered]
    assert [answer.case if isinstance(answer, CaseProblem) else answer for answer in answers] == expected


def test_no_more_is_read_than_is_asked_for(
    numbered: list[Path], judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def noted(file: Path, context: ReadingContext) -> Case:
        read.append(file)
        return read_case_file(file, context=context)

    monkeypatch.setattr(files, "_AT_A_TIME", 4)
    monkeypatch.setattr(files, "read_case_file", noted)
    answers = told_of_files(numbered, Telling(judging, AS_OF, lambda assessment: assessment.case))
    next(answers)
    assert read == numbered[:4]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    Municipality(schools=1, cases=600).write_folder(tmp_path)
    return tmp_path / "cases"


def children_of(parent: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            yield int(stat.parent.name)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes are looked for in /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_whoever_stops_it_leaves_no_process_behind(many: Path, number: signal.Signals, code: int) -> None:
    running = subprocess.Popen(
        [*PROGRAM, str(many), *MOMENT, "--format", "jsonl", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    running.stdout.read(1)  # it is in the middle of it
    begun = list(children_of(running.pid))
    assert len(begun) >= 2
    running.send_signal(number)
    _out, said = running.communicate(timeout=120)
    assert running.returncode == code
    assert b"Traceback" not in said
    until = time.monotonic() + 60
    while any(Path(f"/proc/{child}").exists() for child in begun):
        assert time.monotonic() < until, "a process outlived the one that began it"
        time.sleep(0.2)
