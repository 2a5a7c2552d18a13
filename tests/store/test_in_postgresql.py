"""The setting ``database``: nights, decisions and reports with the store in PostgreSQL, and what is said where it will not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.store import Store

from ..reliability.program import already_written

SETTINGS = (
    'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n[sync]\nwrite_back = true\n'
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    Municipality(schools=2, cases=8).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    already_written(tmp_path / "settings.toml")
    return tmp_path


def run(place: Path, database: str, *arguments: str) -> Result:
    given = ["--settings", str(place / "settings.toml"), *arguments]
    return CliRunner().invoke(main, given, env={"SKOLEMILJO_DATABASE": database})


@pytest.mark.postgres
def test_two_nights_and_a_report(place: Path, postgres: str) -> None:
    """The second night writes nothing, a report without the source says what the night saw, and no file is made."""
    database = postgres.replace("+pg8000", "")
    assert not Store.is_there(database)
    assert run(place, database, "check-school", "--school", "310000019", "--offline").exit_code == 2
    counts: list[dict[str, Any]] = []
    for day in (20, 21):
        done = run(place, database, "sync", "--as-of", f"2026-11-{day}T04:15", "--format", "json")
        assert done.exit_code in (0, 3), done.output
        counts.append(json.loads(done.stdout)["totals"])
    assert counts[0]["written"] > 0
    assert counts[1]["written"] == 0
    said = run(place, database, "audit", "--offline", "--as-of", "2026-11-21T08:00", "--fail-on", "never")
    assert said.exit_code in (0, 3), said.output
    assert run(place, database, "runlog", "verify").exit_code == 0
    assert run(place, database, "doctor").exit_code == 0
    assert run(place, database, "store", "backup", str(place / "kopi")).exit_code != 0
    assert not (place / "lager.sqlite").exists()
    assert (place / "acceptances.json").exists()


@pytest.mark.parametrize(
    ("database", "code", "said"),
    [
        ("postgresql://en:zqpassordzq@127.0.0.1:1/x", 75, "svarer ikke"),
        ("nonesuch://en:zqpassordzq@127.0.0.1/x", 2, "postgresql://"),
        ("postgresql://[en:zqpassordzq", 2, "adressen"),
    ],
)
def test_a_database_that_cannot_be_had_is_a_plain_line_without_its_password(
    place: Path, database: str, code: int, said: str
) -> None:
    done = run(place, database, "sync")
    assert said in done.output
    assert "zqpassordzq" not in done.output
    assert done.exit_code == code
