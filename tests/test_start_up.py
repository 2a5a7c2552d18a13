"""What a command imports before it answers: nobody waits for a library that the command does not use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.commands import night
from skolemiljo.commands.workplace import Workplace

_HEAVY = (
    "alembic",
    "asyncio",
    "babel",
    "fastapi",
    "holidays",
    "icalendar",
    "jinja2",
    "openpyxl",
    "pydantic",
    "pydantic_settings",
    "requests",
    "rich",
    "sqlalchemy",
    "structlog",
    "tenacity",
    "uvicorn",
    "typst",
    "xlsxwriter",
)
_PROGRAM = """
import sys
from skolemiljo.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + " ".join(sorted(sys.modules)))
"""


def _imported(*arguments: str, names: bool = False) -> set[str]:
    """The top-level packages (or, with ``names``, every module) that are in memory when the command has answered."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    modules = done.stdout.splitlines()[-1].split()
    return set(modules) if names else {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("--help",), ()),
        (("--version",), ()),
        (("check-school", "--help"), ()),
        (("sync", "--help"), ()),
        (("explain", "VA-08"), ()),
        (("explain", "--all"), ()),
        (("schema", "case"), ("pydantic",)),
    ],
    ids=" ".join,
)
def test_only_what_is_used_is_imported(arguments: Sequence[str], needed: Sequence[str]) -> None:
    imported = _imported(*arguments)
    assert "click" in imported
    assert imported.intersection(_HEAVY) == set(needed)


def test_at_its_end_a_command_does_not_go_through_all_that_it_holds_once_more() -> None:
    """The interpreter collects garbage at its end, of which a frozen object is none."""
    last = "import atexit, gc\natexit.register(lambda: print(gc.get_freeze_count()))\n"
    done = subprocess.run(
        [sys.executable, "-c", last + "import skolemiljo.cli"], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(done.stdout) > 1_000


def test_what_stands_under_a_word_is_loaded_when_that_word_is_asked_for() -> None:
    ask = "import sys\nfrom skolemiljo.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
    tell = "print(*(name for name in sys.modules if name.startswith('skolemiljo.commands.groups.')), file=sys.stderr)"
    for arguments, files in ((["--help"], ""), (["accept", "add", "--help"], "skolemiljo.commands.groups.accept")):
        done = subprocess.run(
            [sys.executable, "-c", ask + tell, *arguments], capture_output=True, text=True, check=True, timeout=120
        )
        assert done.stderr.strip() == files


def test_a_report_as_json_needs_no_terminal_no_templates_and_no_server() -> None:
    case = "docs/example-case.json"
    imported = _imported("assess", case, "--as-of", "2026-03-20T08:00", "--format", "json", "--fail-on", "never")
    unused = {"alembic", "fastapi", "icalendar", "jinja2", "requests", "rich", "sqlalchemy", "structlog", "uvicorn"}
    assert imported.isdisjoint(unused)


def test_a_report_of_the_last_night_needs_no_database_library_no_connector_and_no_rule(tmp_path: Path) -> None:
    Municipality(schools=1, cases=2).write_folder(tmp_path)
    settings = tmp_path / "settings.toml"
    settings.write_text('store = "store.sqlite"\n[folder]\npath = "."\n', "utf-8")
    work = Workplace(settings)
    night.run(work, as_of=AS_OF, handle_signals=False)
    school = work.schools[0].organisation_number
    asked = ("--settings", str(settings), "check-school", "--school", school, "--offline", "--fail-on", "never")
    imported = _imported(*asked, "--as-of", AS_OF.isoformat(), names=True)
    packages = {name.partition(".")[0] for name in imported}
    used = {"asyncio", "pydantic", "pydantic_settings"}  # settings
    assert packages.intersection(_HEAVY) == used
    assert {name for name in imported if name.startswith("skolemiljo.validators.rules.")} == set()
    for unused in ("adapters.http", "adapters.ports", "domain.case", "judging.policy", "store.tables", "reports.view"):
        assert f"skolemiljo.{unused}" not in imported
