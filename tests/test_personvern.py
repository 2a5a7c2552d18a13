"""Every file that the tool writes has a row in docs/personvern.md: all commands are run, and all that has come is looked up there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.store import Store
from skolemiljo.store.tables import metadata

AT = ("--as-of", "2026-11-20T16:00")
SETTINGS = """
store = "lager.sqlite"
[folder]
path = "utveksling"
[sync]
write_back = true
[publish]
folder = "publisert"
[mail]
host = "127.0.0.1"
sender = "skolemiljo@example.invalid"
owner = ["eier@example.invalid"]
"""
COMMANDS = (
    ("sync", "--dry-run", *AT),
    ("sync", "--first-write", *AT),
    ("check-school", "--school", "310000019", *AT, "--out", "rapport.html", "--fail-on", "never"),
    ("check-school", "--school", "310000019", *AT, "--out", "frister.ics", "--fail-on", "never"),
    ("audit", *AT, "--out", "oversikt.xlsx", "--fail-on", "never"),
    ("audit", *AT, "--format", "html", "--out", "eier", "--fail-on", "never"),
    ("audit", *AT, "--external", "--out", "utvalg.csv", "--fail-on", "never"),
    ("assess", "utveksling/cases", *AT, "--out", "saker.json", "--fail-on", "never"),
    ("workbook", "template", "--out", "arbeidsbok.xlsx"),
    ("publish",),
    ("metrics", "--out", "skolemiljo.prom"),
    ("digest", *AT, "--dry-run"),
    ("watch", "--dry-run"),
    ("store", "backup", "kopi.sqlite"),
    ("runlog", "forget", "saksbehandler1"),
    ("dossier", "SM-2026-0001", "--reason", "Tilsyn, sak 2026/117", "--out", "sak.docx", *AT),
    ("store", "forget", "--before", "2020-01-01"),
)


def test_every_column_of_the_store_has_its_row(root: Path) -> None:
    told: dict[str, set[str]] = {}
    table = (
        (root / "docs" / "personvern.md")
        .read_text("utf-8")
        .partition("## Lageret, tabell for tabell")[2]
        .partition("\n## ")[0]
    )
    for line in table.splitlines():
        if line.startswith("| `"):
            _, name, columns, *_ = line.split("|")
            told.setdefault(name.strip(" `"), set()).update(re.findall(r"`(\w+)`", columns))
    assert told == {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}


def patterns(root: Path) -> set[str]:
    table = (root / "docs" / "personvern.md").read_text("utf-8").partition("## Filene")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {found.replace("<orgnr>", "?????????") for cell in cells for found in re.findall(r"`([^` ]+)`", cell)}


def test_every_file_that_is_written_has_its_row(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    run = CliRunner()
    assert run.invoke(main, ["mock", "folder", "utveksling", "--cases", "12"]).exit_code == 0
    before = set(tmp_path.rglob("*"))
    for command in COMMANDS:
        done = run.invoke(main, ["--settings", "settings.toml", *command])
        assert done.exit_code in (0, 1, 3), (command, done.output)
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    with Store.open("lager.sqlite") as store:
        case, rule = next(
            (str(a.case), f.rule) for a in store.assessments(years=()) for f in a.findings if f.verdict == "deviation"
        )
    decision = ("accept", "add", case, rule, "--role", "owner", "--reason", "Avtalt med hjemmet", "--until", until)
    assert run.invoke(main, ["--settings", "settings.toml", *decision]).exit_code == 0
    known = patterns(root)
    assert known
    written = [path.relative_to(tmp_path) for path in set(tmp_path.rglob("*")) - before if path.is_file()]
    assert len(written) > 20
    strange = [
        str(path)
        for path in written
        if not any(fnmatch(path.name, pattern) or fnmatch("/".join(path.parts[-2:]), pattern) for pattern in known)
    ]
    assert strange == []
