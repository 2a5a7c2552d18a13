"""Every example in --help is run as it stands, in a municipality where what it speaks of is there.

What must be another each time is put in its place: an id, a pseudonym, a day ahead. ``demo`` is left to ``make demo``.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.mock.wire import case_to_wire
from skolemiljo.cli import main
from skolemiljo.commands.pseudonyms import KEY, Pseudonyms
from skolemiljo.plans.loader import load_plan
from skolemiljo.store import Store

from .reliability.program import already_written

SKOLEMILJO = str(Path(sys.executable).with_name("skolemiljo"))
AHEAD = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
SETTINGS = """
municipality = "Fjellgløtt kommune"
store = "lager.sqlite"
school_calendar = "eksport/skolerute.toml"

[folder]
path = "eksport"

[sync]
write_back = true

[mail]
host = "127.0.0.1"
sender = "skolemiljo@fjellglott.example"
owner = ["skoleeier@fjellglott.example"]
"""


def examples(command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from examples(inner)
        return
    shown = inspect.cleandoc(command.help or "").partition("Eksempel:")[2]
    yield from (line.strip() for line in shown.replace("\\\n", " ").splitlines() if line.strip())


EXAMPLES = [example for example in examples(main) if not example.startswith("skolemiljo demo")]


@pytest.fixture(scope="module")
def place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the examples speak of, and a night behind it."""
    place = tmp_path_factory.mktemp("help")
    (place / "settings.toml").write_text(SETTINGS, "utf-8")
    (place / "docs").mkdir()
    shutil.copy(root / "docs" / "example-case.json", place / "docs")
    assert run(place, "mock", "folder", "eksport", "--cases", "12").returncode == 0
    shutil.copytree(place / "eksport" / "cases", place / "build" / "demo" / "eksport" / "cases")
    case = (root / "docs" / "example-case.json").read_text("utf-8")
    (place / "eksport" / "cases" / "SM-2026-014.json").write_text(case, "utf-8")
    at_the_vendor = case_to_wire(next(Municipality(seed=3, schools=1, cases=1).cases()), '"1"')
    for name in ("sak.json", "sak-1.json", "sak-2.json"):
        (place / name).write_text(json.dumps(at_the_vendor), "utf-8")
    quotes = (row.quote or "" for row in load_plan("oyer-2024").rows.values())
    (place / "plan.txt").write_text("\n".join(quotes), "utf-8")
    already_written(place / "settings.toml")
    assert run(place, "sync").returncode == 0
    assert run(place, "audit", "--offline").returncode in (0, 1, 3)  # it keeps the key of the pseudonyms
    for name in ("alvdal", "bykle"):
        (place / "kommuner" / name).mkdir(parents=True)
        own = 'store = "lager.sqlite"\n[folder]\npath = "eksport"\n'
        (place / "kommuner" / name / "settings.toml").write_text(own, "utf-8")
        shutil.copytree(place / "eksport", place / "kommuner" / name / "eksport")
    assert run(place, "workbook", "handover", "--out", "kvittering.xlsx").returncode == 0
    return place


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SKOLEMILJO_", "DISPLAY"))}
    environment = {**clean, "SKOLEMILJO_SETTINGS": str(place / "settings.toml")}
    return subprocess.run(
        [SKOLEMILJO, *arguments], capture_output=True, text=True, env=environment, cwd=place, check=False
    )


def as_it_stands(place: Path, example: str) -> list[str]:
    """The example's words, with what must be another each time in its place."""
    program, *words = shlex.split(re.sub(r"(?<=--until )\S+", AHEAD, example))
    assert program == "skolemiljo"
    if words[:2] == ["accept", "withdraw"]:
        words[-1] = accepted(place)
    if "--case" in words:
        with Store.open(place / "lager.sqlite") as store:
            key = store.meta(KEY)
        assert key is not None, "no audit has been made"
        words[words.index("--case") + 1] = Pseudonyms(bytes.fromhex(key)).of("SM-2026-014")
    return words


def accepted(place: Path) -> str:
    with Store.open(place / "lager.sqlite") as store:
        finding = next(
            (a.case, f.rule, f.scope)
            for a in store.assessments(years=())
            for f in a.findings
            if f.verdict == "deviation"
        )
    case, rule, scope = finding
    done = run(
        place,
        *(
            "accept",
            "add",
            str(case),
            rule,
            "--scope",
            scope,
            "--role",
            "owner",
            "--reason",
            "Avtalt",
            "--until",
            AHEAD,
        ),
    )
    return done.stdout.strip()


@pytest.mark.xdist_group("help-examples")
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_runs(place: Path, example: str) -> None:
    words = as_it_stands(place, example)
    if words[:2] == ["mock", "up"]:
        serving(place, words)
        return
    done = run(place, *words)
    lacking = next((it for word, it in (("conformance", "base_url"), ("move", "database")) if word in words), None)
    if lacking is not None:  # no vendor and no database here; tests/test_conformance.py and tests/store have them
        assert (done.returncode, lacking in done.stderr) == (2, True), done.stderr
        return
    # 1 and 3 are what a report says of its cases; what is wrong with a command is 2.
    assert done.returncode in (0, 1, 3), done.stderr
    assert done.returncode == 0 or words[0] in ("check-school", "audit", "assess", "publish", "fleet"), (
        done.returncode,
        done.stderr,
    )
    assert "Traceback" not in done.stderr


def serving(place: Path, words: list[str]) -> None:
    """It runs until it is told to stop, so it is told when it has said where it listens."""
    words[words.index("--port") + 1] = "0"  # another program may have the port
    process = subprocess.Popen(
        [SKOLEMILJO, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=place
    )
    assert process.stdout is not None
    try:
        assert any("http://127.0.0.1" in line for line in process.stdout)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_there_is_an_example_of_each_command() -> None:
    assert len(EXAMPLES) >= 25
