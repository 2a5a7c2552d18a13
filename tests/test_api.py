"""The public Python API: what it exports is what it says, its example runs, and it judges as the commands do."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skolemiljo import api


def test_all_is_what_it_exports(root: Path) -> None:
    public = {name for name in vars(api) if not name.startswith("_")}
    brought_in = {"Path", "Sequence", "TYPE_CHECKING", "ZoneInfo", "annotations", "cache", "datetime", "Judging"}
    assert set(api.__all__) == public - brought_in
    page = (root / "docs" / "api.md").read_text("utf-8")
    assert [name for name in api.__all__ if name not in page] == []


def test_the_example_runs_and_finds_what_assess_finds(root: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (root / "docs" / "api.md").read_text("utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], cwd=root, capture_output=True, text=True, check=True)
    told = {line.split()[0] for line in done.stdout.splitlines()}
    command = [str(Path(sys.executable).with_name("skolemiljo")), "assess", "docs/example-case.json"]
    options = ["--as-of", "2026-03-20T08:00", "--format", "json", "--fail-on", "never"]
    report = subprocess.run([*command, *options], cwd=root, capture_output=True, text=True, check=True)
    found = [f for f in _findings(json.loads(report.stdout)) if f.get("verdict") == "deviation"]
    assert told == {finding["rule"] for finding in found}
    assert told


def _findings(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = [value] if {"rule", "verdict"} <= value.keys() else []
        return own + [found for part in value.values() for found in _findings(part)]
    return [found for part in value for found in _findings(part)] if isinstance(value, list) else []


def test_a_broken_case_and_a_moment_without_a_zone_are_clear_errors(root: Path) -> None:
    with pytest.raises(api.UnreadableCase, match="SM-1") as caught:
        api.read_case('{"id": "SM-1", "school": "310000019", "status_history": "Kari Nordmann"}')
    assert "Nordmann" not in str(caught.value)
    case = api.read_case(root / "docs" / "example-case.json")
    with pytest.raises(ValueError, match="time zone"):
        api.assess(case, as_of=datetime(2026, 3, 20, 8))  # noqa: DTZ001 - that it lacks a zone is what is tried
    assert api.assess(case, as_of=datetime(2026, 3, 20, 8, tzinfo=UTC)) == api.assess(
        case, as_of=datetime(2026, 3, 20, 8, tzinfo=UTC)
    )


def test_it_is_imported_in_little(root: Path) -> None:
    """No network, no database, no terminal library comes with it."""
    heavy = {"requests", "sqlalchemy", "rich", "jinja2", "fastapi", "alembic", "typst", "xlsxwriter"}
    code = "import sys, skolemiljo.api; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert heavy & set(done.stdout.split()) == set()
